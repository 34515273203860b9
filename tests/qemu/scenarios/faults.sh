# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Known faults of kernels, on machines that have them: refused first, and real when that is ignored.

guest_fault()
{
	if [ "$hop" = 1 ]; then
		run dry kexec --dry-run -c -l "$boot/vmlinuz-$KERNEL" --command-line=x
		load -c "$boot/vmlinuz-$KERNEL" && start
		for key in ignored again; do
			run $key kexec -c -l --ignore-known-faults "$boot/vmlinuz-$KERNEL" \
				--command-line=x
		done
	fi
}

# fault_52_bit KERNEL: 5 levels of page tables, which QEMU's max processor has
fault_52_bit()
{
	local key

	vm guest_fault
	vm_set KERNEL "$1"
	vm_kernel "$1"
	cpu=max,pauth-impdef=on
	boot "$1" dt
	for key in dry load; do
		check_command 1 "$key" 1 0 'known fault arm64-52-bit .*arm64\.nolva' "refused: $key"
	done
	if grep -q 'trans_pgd_create_copy+' "$serial"; then
		ok "ignored: it oopses"
	else
		bad "ignored" "the kernel does not oops"
	fi
	if get 1 again.err | grep EBUSY > /dev/null; then
		ok "no load after that"
	else
		bad "again" "a second load is not EBUSY: $(get 1 again.err)"
	fi
}

# fault_52_bit_away KERNEL: what the message advises
fault_52_bit_away()
{
	vm guest_fault
	vm_set KERNEL "$1"
	vm_kernel "$1"
	vm_cmdline=arm64.nolva
	cpu=max,pauth-impdef=on
	boot "$1" dt
	check_hop 2 "with arm64.nolva" "$(kernel_release "$1")" || true
}

scenario more-fault-52-bit@arm64 fault_52_bit 6.12@arm64 -- 6.12@arm64 -- \
	"6.12@arm64 with 52-bit addresses: kexec refuses to load, and the fault is there"
scenario more-fault-52-bit-away@arm64 fault_52_bit_away 6.12@arm64 -- 6.12@arm64 -- \
	"6.12@arm64 with 52-bit addresses and arm64.nolva starts itself"
