# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What kexec says and how it exits when it cannot do what it was told, on a real kernel that refuses.

# The table of commands and expectations is written on the host; the guest just runs through it.
guest_messages()
{
	. /kx/cases.sh
}

# setup COMMAND: done in the guest between two cases
setup()
{
	echo "$1" >> "$payload/kx/cases.sh"
}

# expect KEY STATUS LOADED PATTERN COMMAND...: see check_command for the first four
expected=()
expect()
{
	setup "run $1$(printf ' %q' "${@:5}")"
	expected+=("$1" "$2" "$3" "$4")
}

check_expected()
{
	local i

	if ! reached 1; then
		bad "first boot" "the first kernel did not reach user space"
		return
	fi
	for ((i = 0; i < ${#expected[@]}; i += 4)); do
		check_command 1 "${expected[@]:i:4}"
	done
}

# bad_files: files that are not a kernel for this machine, made on the host
bad_files()
{
	local f=$payload/files

	mkdir -p "$f"
	head -c 65536 /dev/urandom > "$f/random"
	: > "$f/empty"
	head -c 100000 "$(kernel_file 6.1)" > "$f/truncated"
	# Linux, Documentation/arch/arm64/booting.rst: code, text_offset, image_size, flags; magic at 56.
	{
		printf 'MZ\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\012\0\0\0\0\0\0\0'
		head -c 24 /dev/zero
		printf 'ARM\144'
		head -c 65476 /dev/zero
	} > "$f/arm64-image"
	# An ELF executable for machine 183 (AArch64) with one loadable segment.
	{
		printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\267\0\1\0\0\0'
		printf '\0\0\20\0\0\0\0\0\100\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
		printf '\0\0\0\0\100\0\70\0\1\0\100\0\0\0\0\0'
		printf '\1\0\0\0\5\0\0\0\0\0\0\0\0\0\0\0\0\0\20\0\0\0\0\0\0\0\20\0\0\0\0\0'
		printf '\0\20\0\0\0\0\0\0\0\20\0\0\0\0\0\0\0\20\0\0\0\0\0\0'
		head -c 3976 /dev/zero
	} > "$f/arm64-elf"
}

messages()
{
	local kernel=/boot/vmlinuz-6.1 way load

	vm guest_messages
	vm_kernel 6.1
	bad_files

	expect no-such-option 2 0 'no-such-option' kexec --no-such-option
	expect no-file 2 0 'no kernel' kexec -l
	expect bad-number 2 0 'mem-min' kexec -c -l $kernel --mem-min=many
	expect dry-run 0 0 '' kexec --dry-run -c -l $kernel
	expect status-empty 0 0 '' kexec -S -l
	expect unload-empty 0 0 '' kexec -u
	for way in -c -s -a; do
		expect "missing$way" 1 0 '/no/file.*No such file' kexec $way -l /no/file
		expect "missing-initrd$way" 1 0 '/no/initrd.*No such file' \
			kexec $way -l $kernel --initrd=/no/initrd
		expect "directory$way" 1 0 '/files' kexec $way -l /files
		expect "random$way" 1 0 '/files/random' kexec $way -l /files/random
		expect "empty$way" 1 0 '/files/empty.*empty' kexec $way -l /files/empty
		expect "truncated$way" 1 0 '/files/truncated' kexec $way -l /files/truncated
		expect "arm64-image$way" 1 0 '/files/arm64-image.*(arm64|aarch64)' \
			kexec $way -l /files/arm64-image
		expect "arm64-elf$way" 1 0 '/files/arm64-elf.*(arm64|aarch64|machine 183)' \
			kexec $way -l /files/arm64-elf
		expect "no-rights$way" 1 0 'CAP_SYS_BOOT' su nobody -c "kexec $way -l $kernel"
		load="kexec $way -l $kernel --initrd=/files/random --command-line=x"
		# shellcheck disable=SC2086 # words
		expect "good$way" 0 1 '' $load
		expect "status$way" 1 1 '' kexec -S -l
		expect "random-keeps$way" 1 1 '/files/random' kexec $way -l /files/random
		expect "no-rights-keeps$way" 1 1 'CAP_SYS_BOOT' su nobody -c "$load"
		expect "unload-no-rights$way" 1 1 'CAP_SYS_BOOT' su nobody -c "kexec $way -u"
		expect "start-no-rights$way" 1 1 'CAP_SYS_BOOT' su nobody -c "kexec $way -e"
		expect "unload$way" 0 0 '' kexec $way -u
	done
	expect good-before-disabled 0 1 '' kexec -c -l $kernel --command-line=x
	setup 'echo 1 > /proc/sys/kernel/kexec_load_disabled'
	for way in -c -s -a; do
		expect "disabled$way" 1 1 'kexec_load_disabled' kexec $way -l $kernel --command-line=x
		expect "disabled-unload$way" 1 1 'kexec_load_disabled' kexec $way -u
	done
	boot 6.1 bios
	check_expected
}

# sign KERNEL TO: a copy of KERNEL with one signature, by the key that ovmf's snakeoil
# variables hold the certificate of (its pass phrase is in the package's README.Debian).
sign()
{
	local key=/usr/share/ovmf/PkKek-1-snakeoil

	need sbsign sbsigntool
	[[ -r $key.key && -r $ovmf/OVMF_VARS_4M.snakeoil.fd ]] ||
		skip "$key.key or OVMF_VARS_4M.snakeoil.fd is missing (package ovmf)"
	cp "$1" "$2"
	sbattach --remove "$2" > /dev/null
	openssl rsa -in "$key.key" -passin pass:snakeoil -out "$dir/key" 2> /dev/null
	sbsign --key "$dir/key" --cert "$key.pem" --output "$2" "$2"
	rm -f "$dir/key"
}

# Without a key in the machine's firmware Debian's kernels trust no kernel, their own neither.
lockdown()
{
	local kernel=/boot/vmlinuz-6.1 way

	vm guest_messages
	vm_kernel 6.1
	vm_cmdline=lockdown=integrity
	for way in -c -s -a; do
		expect "locked$way" 1 0 'lockdown' kexec $way -l $kernel --command-line=x
		expect "unload$way" 0 0 '' kexec $way -u
	done
	boot 6.1 bios
	check_expected
}

guest_signed()
{
	say lockdown "$(cat /sys/kernel/security/lockdown)"
	if [ "$hop" = 1 ]; then
		. /kx/cases.sh
		load -s /files/signed && start
	fi
}

signed()
{
	local good=/files/signed changed=/files/changed unsigned=/files/unsigned way

	vm guest_signed
	mkdir -p "$payload/files"
	sign "$(kernel_file 6.1)" "$payload/files/signed"
	cp "$payload/files/signed" "$payload/files/changed"
	printf 'X' | dd of="$payload/files/changed" bs=1 seek=1000000 conv=notrunc status=none
	cp "$payload/files/signed" "$payload/files/unsigned"
	sbattach --remove "$payload/files/unsigned" > /dev/null
	vm_cmdline=lockdown=integrity
	firmware_uefi[3]=${firmware_uefi[3]/VARS_4M.fd/VARS_4M.snakeoil.fd}

	expect lockdown-c 1 0 'lockdown' kexec -c -l $good --command-line=x
	for way in -s -a; do
		expect "unsigned$way" 1 0 'sign' kexec $way -l $unsigned --command-line=x
		expect "changed$way" 1 0 'sign' kexec $way -l $changed --command-line=x
		expect "signed$way" 0 1 '' kexec $way -l $good --command-line=x
		expect "lockdown-keeps-c$way" 1 1 'lockdown' kexec -c -l $good --command-line=x
		expect "changed-keeps$way" 1 1 'sign' kexec $way -l $changed --command-line=x
		expect "unload$way" 0 0 '' kexec $way -u
	done
	boot 6.1 uefi
	part=lockdown
	[[ $(get 1 lockdown) == *'[integrity]'* ]] || bad "$part" "is '$(get 1 lockdown)'"
	check_expected
	check_hop 2 "signed kernel started by -s" "$(kernel_release 6.1)" || true
}

limit()
{
	local kernel=/boot/vmlinuz-newest way

	vm guest_messages
	vm_kernel newest
	expect good-c 0 1 '' kexec -c -l $kernel --command-line=x
	setup 'echo 0 > /proc/sys/kernel/kexec_load_limit_reboot'
	for way in -c -s -a; do
		expect "limit$way" 1 1 'kexec_load_limit_reboot' kexec $way -l $kernel --command-line=x
	done
	boot newest bios
	check_expected
}

scenario messages messages -- 6.1 -- \
	"wrong files, wrong architecture, no rights, kexec_load_disabled, -u, -S: message and exit status"
scenario lockdown lockdown -- 6.1 -- "lockdown=integrity: refused by -c, -s and -a, and the message says why"
scenario lockdown-signed signed -- 6.1 -- \
	"lockdown=integrity (UEFI): -s starts a signed kernel and refuses a changed or unsigned one"
scenario load-limit limit -- newest -- "kernel.kexec_load_limit_reboot=0: the message names it"
