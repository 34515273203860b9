# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# One byte of a loaded segment changes after its digest was taken: purgatory has to notice.

# $FLIP is KX_CORRUPT of tests/tools/corrupt.c, $OPTION goes to kexec.
guest_corrupt()
{
	if [ "$hop" = 1 ]; then
		echo "kx-initrd-pad" > /kx/pad
		export KX_CORRUPT="$FLIP" LD_PRELOAD=/kx/corrupt.so
		# shellcheck disable=SC2086 # words
		load -c "$boot/vmlinuz-$KERNEL" --console-serial ${SERIAL:+"--serial=$SERIAL"} \
			${OPTION:+"$OPTION"}
		unset LD_PRELOAD
		start
	else
		say pad "$(cat /kx/pad)"
	fi
}

# corrupt REGION FLIP [OPTION]: boots; then the checks every variant shares
corrupt()
{
	local kernel=${corrupt_kernel:-6.1}

	need "$cc" "the C compiler for $arch"
	vm guest_corrupt
	vm_kernel "$kernel"
	vm_set KERNEL "$kernel"
	vm_set SERIAL "$kexec_serial"
	vm_set FLIP "$2"
	vm_set OPTION "${3:-}"
	"$cc" -shared -fPIC -o "$payload/kx/corrupt.so" "$here/../tools/corrupt.c" -ldl
	boot "$kernel" "${corrupt_firmware:-bios}"
	part="$1"
	get 1 load.err | grep '^corrupt: flipped' > /dev/null || {
		bad "$part" "no byte was flipped: $(get 1 load.err | sed -n 1p)"
		return 1
	}
	[[ $(get 1 load.status) == 0 ]] || {
		bad "$part" "$(why_not 2)"
		return 1
	}
}

# said REGION: purgatory named the region on the serial line
said()
{
	grep -qi "$1.*damaged" "$serial" && return
	bad "$part" "no line of purgatory's says that $1 is damaged"
	return 1
}

corrupt_resets()
{
	vm_timeout=180
	corrupt "$@" || return 0
	if reached 2; then
		bad "$part" "the damaged kernel was started"
	elif said "$1"; then
		if [[ $vm_ended == off ]]; then
			ok "$1 named, machine reset"
		else
			bad "$part" "the machine was not reset"
		fi
	fi
}

corrupt_halts()
{
	vm_until=damaged
	corrupt "$1" "$2" --on-mismatch=halt || return 0
	if reached 2; then
		bad "$part" "the damaged kernel was started"
	elif said "$1"; then
		if [[ $vm_ended == stopped ]]; then
			ok "$1 named, machine stands still"
		else
			bad "$part" "the machine was reset, asked for was a halt"
		fi
	fi
}

corrupt_unchecked()
{
	corrupt "$1" "$2" -i || return 0
	check_hop 2 "-i" "$(kernel_release 6.1)" || return 0
	# The flipped byte arrived: it was there to be found.
	[[ $(get 2 pad) == Kx-initrd-pad ]] || bad "-i" "the file is '$(get 2 pad)': its byte was not flipped"
}

# foreign KERNEL FIRMWARE REGION FLIP: the first variant on another architecture's machine
foreign_corrupt()
{
	corrupt_kernel=$1 corrupt_firmware=$2
	corrupt_resets "$3" "$4"
}

for arch in $(machines); do
	k=newest@$arch firmwares=$(conf "$arch" scenarios_corrupt)
	for f in $firmwares; do
		scenario "corrupt-initrd-$k-$f" foreign_corrupt "$k" "$f" initrd cpio:kx-initrd-pad -- "$k" -- \
			"a flipped byte in the initrd on $k ($f): named, and the machine is reset"
	done
	[[ ! $firmwares ]] || scenario "corrupt-kernel-$k" \
		foreign_corrupt "$k" "$(conf "$arch" plain_firmware)" kernel "other:Linux" -- "$k" -- \
		"a flipped byte in the kernel on $k: named, and the machine is reset"
done

scenario corrupt-initrd corrupt_resets initrd cpio:kx-initrd-pad -- 6.1 -- \
	"a flipped byte in the initrd: purgatory names it and resets the machine"
scenario corrupt-kernel corrupt_resets kernel other:Decompression -- 6.1 -- \
	"a flipped byte in the kernel: purgatory names it and resets the machine"
scenario corrupt-boot-params corrupt_resets boot_params other:kx.text -- 6.1 -- \
	"a flipped byte in the command line: purgatory names its region and resets the machine"
scenario corrupt-halt corrupt_halts initrd cpio:kx-initrd-pad -- 6.1 -- \
	"the same with --on-mismatch=halt: the machine stands still"
scenario corrupt-unchecked corrupt_unchecked initrd cpio:kx-initrd-pad -- 6.1 -- \
	"the same with -i: nobody looks, the kernel starts"
