# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from run, lib.sh and debian.sh
# The service on a real Debian machine: it arms itself from what is there, panics, and finds its dump
# when it is up again.

# --- inside the machine --------------------------------------------------------------------------

guest_service()
{
	if [ "$hop" = 1 ]; then
		run install install_ours
		[ -z "$LAYOUT" ] || "volumes_$LAYOUT"
		[ ! -e /kx/uki.efi ] || service_only_uki
		say reserved "$(cat /sys/kernel/kexec_crash_size)"
		run arm kdump arm
		run again kdump arm
		run status kdump status
		run check kdump check --write
		run json kdump status --json
		echo "KXT-MARK before the crash" > /dev/kmsg
		# Nothing comes back from a machine that panics.
		run test kdump test --crash --yes
		exit 0
	fi
	[ -z "$LAYOUT" ] || "volumes_${LAYOUT}_mount"
	run status kdump status
	run json kdump status --json
	run armed cat /proc/sys/kernel/random/boot_id
	find /var/crash -mindepth 1 | sort | lines crash
	[ -z "$LAYOUT" ] || volumes_save
	[ -z "$FOREIGN" ] || service_read
}

# service_only_uki: the running kernel is nowhere but in a UKI, as kernel-uki-virt has it
service_only_uki()
{
	cp /kx/uki.efi "/usr/lib/modules/$(uname -r)/vmlinuz-virt.efi"
	rm -f /boot/vmlinuz-* /vmlinuz*
}

# service_read: what its makedumpfile finds in the dump, where the host's cannot read it
service_read()
{
	# Debian 12's makedumpfile has no zstd.
	run convert kdump convert --progress=none --compress=zlib "$(find /var/crash -name vmcore)" /var/tmp/zlib
	run makedumpfile makedumpfile --dump-dmesg /var/tmp/zlib /var/tmp/dmesg
	grep -e 'KXT-MARK' -e 'sysrq triggered crash' /var/tmp/dmesg | sed 's/KXT-//' | lines dumped
	rm -f /var/tmp/zlib
}

# --- on the host ---------------------------------------------------------------------------------

# service_crash NAME WORDS [LAYOUT]: arm with so much memory, crash, and look at what is there
# afterwards. LAYOUT is what /var/crash is on, see volumes.sh; else it is the root file system.
service_crash()
{
	local folder manifest

	vm_cmdline=$2
	vm_memory=1G
	vm_timeout=1500
	# Beside others a boot of riscv64 was seen to take 7 minutes.
	! foreign || vm_timeout=2400
	volumes_options=()
	if [[ ${3:-} ]]; then
		volumes_disks
		debian guest_service service_only_uki service_read "${volumes_functions[@]}" "volumes_$3" "volumes_$3_mount"
	else
		debian guest_service service_only_uki service_read
	fi
	vm_set LAYOUT "${3:-}"
	vm_set FOREIGN "$(foreign && echo yes)"
	debian_install
	[[ ! -e $dir/uki.efi ]] || debian_put "$dir/uki.efi" uki.efi
	boot_debian "$1" "${volumes_options[@]}"
	part=arm
	if [[ $(get 1 arm.status) != 0 ]]; then
		bad "$part" "$(get 1 arm.err) $(why_debian 1)"
	else
		ok "$(get 1 arm.err)"
	fi
	part="arm again"
	[[ $(get 1 again.err) == *"armed already"* ]] && ok "loads nothing" || bad "$part" "$(get 1 again.err)"
	part=check
	if [[ $(get 1 check.status) == 0 && $(get 1 check.out) == *"written, read again and removed"* ]]; then
		ok "$(get 1 check.out | grep -c '^good') checks are good"
	else
		bad "$part" "$(get 1 check.status) $(get 1 check.out) $(get 1 check.err)"
	fi
	[[ ! ${3:-} ]] || check_volumes_armed
	part="after the crash"
	if ! reached 2; then
		bad "$part" "it did not come up again: $(why_debian 2)"
		return
	fi
	if [[ $(get 2 status.out | grep '^Last test') == *"by a crash: saved /var/crash/"*"stayed free" ]]; then
		ok "$(get 2 status.out | sed -n 's/^Last test: *//p')"
	else
		bad "$part" "$(get 2 status.out) $(get 2 status.err) $(get 2 crash | joined ' ')"
	fi
	[[ ! ${3:-} ]] || check_volumes_assembled
	part=dump
	debian_get "/var/${3:+saved-}crash" "$dir/saved"
	folder=$(find "$dir/saved" -name vmcore -printf '%h\n' -quit)
	if [[ ! $folder ]]; then
		bad "$part" "no vmcore below /var/crash: $(find "$dir/saved" | joined ' ')"
		return
	fi
	check_service_dump "$folder"
}

# service_uki NAME WORDS: the same with a UKI, whose own initramfs would not fit
service_uki()
{
	local kernel

	kernel=$(debian_kernel "$1")
	head -c 96M /dev/urandom > "$dir/large"
	ukify --stub="$cache/ukify/usr/lib/systemd/boot/efi/linuxx64.efi.stub" --linux="$kernel" \
		--initrd="$dir/large" --uname="$(cat "${kernel%.vmlinuz}.release")" --cmdline=kx.never \
		--output="$dir/uki.efi"
	rm "$dir/large"
	service_crash "$@"
	part=UKI
	if [[ $(get 1 status.out) == *"/vmlinuz-virt.efi"* ]]; then
		ok "$(get 1 status.out | sed -n 's/^Kernel: *//p')"
	else
		bad "$part" "$(get 1 status.out)"
	fi
}

# check_service_dump FOLDER: others open it, and it is of that crash
check_service_dump()
{
	local test

	part=makedumpfile
	if foreign; then
		check_read_there
	else
		check_read_here "$1"
	fi
	part=folder
	test=$(get 2 json.out | jq -r .last_test.id)
	if [[ $(jq -r .capture.test "$1/manifest.json") == "$test" && -s $1/vmcore-dmesg.txt ]] &&
		"$build/kdump/kdump" verify --progress=none "$1" > "$dir/verify.out" 2>&1; then
		ok "$(stat -c %s "$1/vmcore") bytes, $(jq -r '.capture.low_kib' "$1/manifest.json") KiB at least were free"
	else
		bad "$part" "test $test: $(jq -c .capture "$1/manifest.json") $(tail -n 1 "$dir/verify.out")"
	fi
}

# check_read_here FOLDER: by the host's own makedumpfile
check_read_here()
{
	need makedumpfile makedumpfile
	# Debian's makedumpfile has no zstd.
	"$build/kdump/kdump" convert --progress=none --compress=zlib "$1/vmcore" "$dir/zlib" \
		> "$dir/tool.out" 2>&1
	if makedumpfile --dump-dmesg "$dir/zlib" "$dir/dmesg.txt" >> "$dir/tool.out" 2>&1 &&
		grep -q 'KXT-MARK before the crash' "$dir/dmesg.txt" &&
		grep -q 'sysrq triggered crash' "$dir/dmesg.txt"; then
		ok "its log has the mark and the panic"
	else
		bad "$part" "$(tail -n 3 "$dir/tool.out" | joined '; ')"
	fi
	rm -f "$dir/zlib"
}

# check_read_there: by that of the machine
check_read_there()
{
	if [[ $(get 2 makedumpfile.status) == 0 && $(get 2 dumped) == *'MARK before the crash'*'sysrq triggered crash'* ]]; then
		ok "its log has the mark and the panic"
	else
		bad "$part" "$(get 2 convert.err | tail -n 1) $(get 2 makedumpfile.err | tail -n 1) $(get 2 dumped)"
	fi
}

scenario service-arm service_crash full crashkernel=96M lvm -- root-bookworm -- \
	"Debian 12, full kernel in 96M, /var/crash on LVM: kdump arm, check, test --crash; the dump is there after the reboot"
takes_long service-arm
scenario more-service-arm-cloud service_crash cloud crashkernel=80M -- root-bookworm -- \
	"the same with Debian's cloud kernel in 80M, /var/crash on the root file system"
scenario more-service-uki service_uki full crashkernel=96M -- root-bookworm ukify -- \
	"the same with the full kernel in 96M, which is there in a UKI alone"
# Other architectures with the least that was measured, which kdump.conf(5) tells.
for a in $(machines); do
	for v in $(conf "$a" scenarios_service); do
		k=-${v%%=*}
		scenario "more-service-arm${k#-full}@$a" service_crash "${k#-}" \
			"crashkernel=${KX_CRASH_SIZE:-${v#*=}}" -- "root-$(conf "$a" root_suite)@$a" -- \
			"the same on $a with Debian's ${k#-} kernel, crashkernel=${v#*=}"
	done
done
