# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Several kexecs in a row: nothing that the firmware told the first kernel may get lost or grow.

guest_chain()
{
	facts
	if [ "$hop" -le "$HOPS" ]; then
		load -c "$boot/vmlinuz-$KERNEL" && start
	fi
}

# inherited N: what kernel N knows from the firmware, in a form that can be compared
inherited()
{
	hop "$1" | grep -E '^(memmap|efi|efi\..*|acpi|acpi\.rsdp|screen_info) ' |
		grep -v '^efi\.runtime '
	# Of the map that the kernel made of it, the firmware's part: what lies in RAM (kernel image,
	# setup_data, what some architectures show as reserved) moves.
	hop "$1" | grep -E '^iomem [0-9a-f]+-[0-9a-f]+ : ' | grep -v ': \(System RAM\|Reserved\)$'
	[[ $devtree == no ]] || devicetree "$1"
}

# devicetree N: kernel N's, as text, without what is another kernel's own: command line, initrd and
# its reservation, seeds, and the word that it was started by kexec.
devicetree()
{
	local initrd

	get "$1" fdt | base64 -d | gunzip > "$dir/fdt.$1"
	dtc -q -I dtb -O dts -s "$dir/fdt.$1" > "$dir/dts.$1"
	initrd=$(sed -n 's/.*linux,initrd-start = <\(0x[0-9a-f]*\) 0x\([0-9a-f]*\)>;/\1 \2/p' "$dir/dts.$1")
	[[ $initrd ]] && initrd=$(printf '%016x' "$((${initrd% *} << 32 | 16#${initrd#* }))")
	grep -vE "^/memreserve/\s0x${initrd:-none} |^\s*linux,booted-from-kexec;" "$dir/dts.$1" |
		grep -vE '^\s*(bootargs|linux,initrd-(start|end)|kaslr-seed|rng-seed) ='
}

# virtual PHYSICAL: where the runtime map of the first kernel has that address
virtual()
{
	local phys pages type attribute virt

	while read -r phys pages type attribute virt; do
		if (($1 >= phys && $1 < phys + pages * 4096)); then
			printf '0x%x\n' $(($1 - phys + virt))
		fi
	done < <(get 1 efi.runtime-map)
}

# check_runtime N: the firmware rewrites this one pointer of its system table when the first kernel
# gives it virtual addresses, and the boot protocol has no field for the old value. Only x86's
# kernels show it.
check_runtime()
{
	local first want

	first=$(get 1 efi.runtime)
	[[ $first ]] || return 0
	want=$(virtual "$first")
	[[ $(get "$1" efi.runtime) == "$want" ]] ||
		bad "$part" "efi.runtime is $(get "$1" efi.runtime), expected $want for the first boot's $first"
}

# chain KERNEL FIRMWARE HOPS
chain()
{
	local n difference

	[[ $devtree == no ]] || need dtc device-tree-compiler
	vm guest_chain
	vm_set KERNEL "$1"
	vm_set HOPS "$3"
	vm_kernel "$1"
	boot "$1" "$2"
	inherited 1 > "$dir/facts.1"
	[[ $2 != uefi ]] || grep -q '^efi.systab ACPI' "$dir/facts.1" || {
		bad "first boot" "no EFI system table: not a UEFI machine?"
		return
	}
	[[ $devtree == no ]] || grep -q 'chosen {' "$dir/facts.1" || {
		bad "first boot" "no device tree"
		return
	}
	for ((n = 2; n <= $3 + 1; n++)); do
		check_hop $n "kexec $((n - 1))" "$(kernel_release "$1")" || return 0
		inherited $n > "$dir/facts.$n"
		part="facts after kexec $((n - 1))"
		if difference=$(diff "$dir/facts.1" "$dir/facts.$n"); then
			ok "$part"
			check_runtime $n
		else
			bad "$part" "differ from the first boot's: $(sed -n '/^[<>]/p' <<< "$difference" | sed -n 1,4p | paste -sd' ')"
		fi
	done
}

chain_story="by -c: memory map, EFI and ACPI as in the first boot (UEFI)"
scenario chain-uefi-newest chain newest uefi 5 -- newest -- "five kexecs of newest $chain_story"
scenario more-chain-uefi-6.1 chain 6.1 uefi 5 -- 6.1 -- "five kexecs of 6.1 $chain_story"

declare -A chain_facts=(
	[dt]="device tree and memory map as in the first boot"
	[uefi]="EFI, ACPI and device tree as in the first boot (UEFI)"
)
for v in $(variants chain | by_firmware); do
	scenario "chain-$v" chain "${v#*-}" "${v%%-*}" 5 -- "${v#*-}" -- \
		"five kexecs of ${v#*-} by -c: ${chain_facts[${v%%-*}]:-all as in the first boot}"
done

guest_noefi()
{
	facts
	if [ "$hop" = 1 ]; then
		load -c "$boot/vmlinuz-6.1" --noefi && start
	fi
}

noefi()
{
	vm guest_noefi
	vm_kernel 6.1
	boot 6.1 uefi
	check_hop 2 "-c --noefi" "$(kernel_release 6.1)" || return 0
	part="EFI"
	if [[ -n $(get 1 efi.systab) && $(get 2 efi) == none ]]; then
		ok "no $part"
	else
		bad "$part" "the second kernel has it: $(get 2 efi.systab | paste -sd' ')"
	fi
	part="ACPI"
	if [[ -n $(get 1 acpi) && $(get 1 acpi) == "$(get 2 acpi)" ]]; then
		ok "$part tables"
	else
		bad "$part" "tables are not those of the first boot: $(get 2 acpi.rsdp)"
	fi
}

scenario noefi noefi -- 6.1 -- "--noefi: no EFI in the second kernel, ACPI tables are found all the same"
