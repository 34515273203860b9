# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What scenarios may use inside the machine. All output for the host is lines "KXT key value".

# word NAME: the value of NAME=value on this kernel's command line
word()
{
	# shellcheck disable=SC2013 # words are what is wanted
	for w in $(cat /proc/cmdline); do
		case $w in
		"$1="*) echo "${w#*=}" ;;
		esac
	done
}

# Which kernel this is: 1 is the one that QEMU booted, each kexec adds one.
hop=$(word kx.hop | tail -n 1)
# Kernels by release name: /boot/vmlinuz-RELEASE
# shellcheck disable=SC2034 # for scenarios
boot=/boot

say()
{
	echo "KXT $*"
}

# lines KEY: say each line of standard input under KEY
lines()
{
	while IFS= read -r l || [ "$l" ]; do
		say "$1" "$l"
	done
}

# loaded: 1 when an image is loaded, else 0
loaded()
{
	cat /sys/kernel/kexec_loaded
}

# run KEY COMMAND...: run it; say its output, errors, exit status and whether an image is loaded then
run()
{
	key=$1
	shift
	say "$key.run" "$*"
	"$@" > /tmp/out 2> /tmp/err < /dev/null
	status=$?
	lines "$key.out" < /tmp/out
	lines "$key.err" < /tmp/err
	say "$key.status" "$status"
	say "$key.loaded" "$(loaded)"
	return $status
}

# driver: of the disk $disk, where this kernel has it as a module
driver()
{
	if [ -e "/kx/disk-$(uname -r).ko" ]; then
		insmod "/kx/disk-$(uname -r).ko"
	fi
}

# next_cmdline [WORD...]: command line for the next hop
# shellcheck disable=SC2120 # also called without
next_cmdline()
{
	echo "console=$console quiet panic=5 kx.hop=$((hop + 1)) kx.text=\"two words\"${*:+ $*}"
}

# next_initrd FILE: this root file system with a marker that only the next hop can know
next_initrd()
{
	rm -f "$1"
	mark=$(tr -dc '[:lower:]' < /dev/urandom | head -c 16)
	echo "$mark" > /kx/marker
	say marker.given "$mark"
	(cd / && find . -xdev ! -path './tmp/*' ! -path './proc/*' ! -path './sys/*' ! -path './dev/*' |
		cpio -o -H newc 2> /dev/null) > "$1"
}

# load WAY KERNEL [OPTION...]: load KERNEL with a fresh initrd by -c, -s or -a
load()
{
	way=$1 kernel=$2
	shift 2
	next_initrd /tmp/initrd
	# shellcheck disable=SC2119 # none are wanted
	next=$(next_cmdline)
	say cmdline.given "$next"
	run load kexec "$way" -l "$kernel" --initrd=/tmp/initrd --command-line="$next" "$@"
}

# start: leave this kernel; says so and returns only on failure
start()
{
	run start kexec -e
}

# hex FILE OFFSET LENGTH: bytes of a binary file
hex()
{
	dd if="$1" bs=1 skip="$(($2))" count="$(($3))" 2> /dev/null | od -An -v -tx1 | tr -d ' \n'
}

# The firmware's memory map as the first kernel was told it, in order of address.
facts_memmap()
{
	for d in /sys/firmware/memmap/*; do
		printf '%018x-%018x %s\n' "$(cat "$d/start")" "$(cat "$d/end")" "$(cat "$d/type")"
	done | sort | lines memmap
}

facts_efi()
{
	[ -d /sys/firmware/efi ] || {
		say efi none
		return
	}
	for f in fw_vendor runtime config_table fw_platform_size; do
		say "efi.$f" "$(cat /sys/firmware/efi/$f)"
	done
	lines efi.systab < /sys/firmware/efi/systab
	# In order of address: the numbers of the entries mean nothing.
	[ -d /sys/firmware/efi/runtime-map ] || return 0
	for d in /sys/firmware/efi/runtime-map/*; do
		tr '\n' ' ' < "$d/phys_addr"
		cat "$d/num_pages" "$d/type" "$d/attribute" "$d/virt_addr" | tr '\n' ' '
		echo
	done | sort | lines efi.runtime-map
}

facts_acpi()
{
	[ -d /sys/firmware/acpi/tables ] || return 0
	(cd /sys/firmware/acpi/tables && find . -type f | sort | xargs sha256sum) | lines acpi
	# What the kernel found, wherever it found it.
	dmesg | sed -n 's/.*ACPI: RSDP //p' | lines acpi.rsdp
}

# What the boot protocol of x86 hands on.
facts_boot_params()
{
	[ -d /sys/kernel/boot_params ] || return 0
	facts_memmap
	say boot_params.acpi_rsdp "$(hex /sys/kernel/boot_params/data 0x70 8)"
	say screen_info "$(hex /sys/kernel/boot_params/data 0 64)"
}

# And that of all others.
facts_devicetree()
{
	[ ! -e /sys/firmware/fdt ] || gzip -c /sys/firmware/fdt | base64 | lines fdt
}

# facts: all that a kernel inherits from the firmware and that each next kernel must see unchanged
facts()
{
	facts_boot_params
	facts_devicetree
	facts_efi
	facts_acpi
	lines iomem < /proc/iomem
}

# --- machines with a Debian root file system only -------------------------------------------------

# restart: shut down and boot again; the next boot runs the steps, too
restart()
{
	say restart
	systemctl --no-block reboot
	exit 0
}

# install_ours: what debian_install brought goes where `make install` would have put it
install_ours()
{
	cp -a /kx/install/. / && ldconfig && systemctl daemon-reload && hash -r
}
