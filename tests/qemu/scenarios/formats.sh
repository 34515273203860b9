# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Kernel files in wrappers: gzip, EFI zboot, uImage, UKI, FIT and Android boot images, one after the
# other; on x86_64 every format that there is.

# In the guest: each hop starts the next file of $FILES by $WAY. A UKI brings all that it needs, and
# so do an Android boot image with its vendor's and, but for the command line, a FIT image.
guest_formats()
{
	file=$(echo "$FILES" | cut -d ' ' -f "$hop")
	case $file in
	*.uki | *.boot | *.itb)
		say cmdline.given "$OWN_CMDLINE"
		say marker.given "${file#k.}"
		;;
	esac
	case $file in
	'') ;;
	*.uki) run load kexec "$WAY" -l "$boot/$file" && start ;;
	*.boot) run load kexec "$WAY" -l "$boot/$file" --vendor-boot="$boot/k.vendor" && start ;;
	*.itb) run load kexec "$WAY" -l "$boot/$file" --append="$OWN_CMDLINE" && start ;;
	*) load "$WAY" "$boot/$file" && start ;;
	esac
}

# marked MARKER FILE: the machine's own files with a marker, which for what is called k.NAME is NAME
marked()
{
	local root=$dir/marked

	mkdir -p "$root/kx"
	cp "$payload/kx/"* "$root/kx"
	echo "$1" > "$root/kx/marker"
	cpio_of "$root" > "$2"
	rm -rf "$root"
}

# own_initrd MARKER FILE: the machine's programs with a marker of its own
own_initrd()
{
	marked "$1" "$2"
	cat "$logs/base-$arch.cpio" "$2" > "$2.all"
	mv "$2.all" "$2"
}

# uki KERNEL-FILE CMDLINE FILE: with Debian's stub where binutils can write such a PE file
uki()
{
	local initrd=$dir/uki.initrd stubs=$cache/guest-$arch/usr/lib/systemd/boot/efi

	own_initrd uki "$initrd"
	if [[ ${uki_stub:-} ]]; then
		printf '%s' "$2" > "$dir/uki.cmdline"
		"${cross}objcopy" \
			--add-section .cmdline="$dir/uki.cmdline" --change-section-vma .cmdline=0x30000 \
			--add-section .initrd="$initrd" --change-section-vma .initrd=0x1000000 \
			--add-section .linux="$1" --change-section-vma .linux=0x8000000 \
			"$stubs/$uki_stub" "$3"
	else
		mkwrap ".cmdline=$2" ".initrd=@$initrd" uki="$pe_machine" < "$1" > "$3"
	fi
	rm -f "$initrd"
}

# fit KERNEL FILE [DIGESTS DIGESTS]: U-Boot's program, with these of the kernel and of the ramdisk; for
# a machine with a board, a tree whose default is for another one
fit()
{
	local what compression=gzip default=this algorithm digests=${3:-crc32 sha256}

	[[ ! $board ]] || default=other
	gzip -9c "$1" > "$dir/kernel"
	own_initrd "${2##*/k.}" "$dir/ramdisk"
	{
		echo '/dts-v1/; / { description = "x"; #address-cells = <1>; images {'
		for what in kernel ramdisk; do
			echo "$what { data = /incbin/(\"$dir/$what\"); type = \"$what\"; os = \"linux\";"
			echo "arch = \"$mkimage_arch\"; compression = \"$compression\"; load = <0>; entry = <0>;"
			for algorithm in $digests; do
				echo "hash-$algorithm { algo = \"$algorithm\"; };"
			done
			echo '};'
			compression=none digests=${4:-$digests}
		done
		echo "}; configurations { default = \"$default\";"
		echo 'other { compatible = "kx,other"; kernel = "ramdisk"; };'
		echo "this { compatible = \"kx,x\", \"${board:-kx,y}\"; kernel = \"kernel\"; ramdisk = \"ramdisk\"; };"
		echo '}; };'
	} > "$dir/its"
	mkimage -E -f "$dir/its" "$2" > "$dir/mkimage.log" || return
	rm -f "$dir/kernel" "$dir/ramdisk" "$dir/its"
}

# tree_of_machine FILE: the machine's device tree; one with nothing in it, where it has none
tree_of_machine()
{
	local -n of_firmware=firmware_$plain_firmware

	if [[ $devtree == no ]]; then
		echo '/dts-v1/; / { };' | dtc -q -I dts -O dtb -o "$1"
		return
	fi
	"$qemu" "${of_firmware[0]}" "${of_firmware[1]},dumpdtb=$1" -cpu "$cpu" "${machine[@]}" \
		> /dev/null 2>&1
}

# android KERNEL CMDLINE FILE [VERSION]: AOSP's program, header 3 unless it says another; from there on
# half of all is in the vendor's image. Debian 12's program knows none beyond 3.
android()
{
	local vendor=${3%.boot}.vendor words=(--dtb "$dir/dtb" --kernel "$dir/kernel" --ramdisk "$dir/ramdisk" -o "$3")

	gzip -9c "$1" > "$dir/kernel"
	# It makes none without a device tree.
	tree_of_machine "$dir/dtb" || return
	if [[ ${4:-3} == 2 ]]; then
		own_initrd "${3##*/k.}" "$dir/ramdisk"
		mkbootimg --header_version 2 "${words[@]}" --cmdline "$2" || return
	else
		marked "${3##*/k.}" "$dir/ramdisk"
	fi
	case ${4:-3} in
	3)
		mkbootimg --header_version 3 "${words[@]}" --cmdline "${2#* }" --vendor_boot "$vendor" \
			--vendor_ramdisk "$logs/base-$arch.cpio" --vendor_cmdline "${2%% *}" || return
		;;
	4)
		mkwrap .cmdline="${2#* }" .initrd=@"$dir/ramdisk" android=4 < "$dir/kernel" > "$3" &&
			mkwrap .cmdline="${2%% *}" .dtb=@"$dir/dtb" vendor=4 < "$logs/base-$arch.cpio" \
				> "$vendor" || return
		;;
	esac
	rm -f "$dir/kernel" "$dir/ramdisk" "$dir/dtb"
}

# mkwrap WORD...: the tool of that name
mkwrap()
{
	local tool=$build/tests/tools/mkwrap

	[[ -x $tool ]] || make -s -C "$build" tests/tools/mkwrap > /dev/null || return
	"$tool" "$@"
}

# zboot CODEC < IMAGE
zboot()
{
	if [[ $1 == gzip ]]; then
		mkwrap gzip "zboot=gzip,$pe_machine"
	else
		# All but gzip carry the unpacked size at their end.
		mkwrap "$1" tail "zboot=$1,$pe_machine"
	fi
}

# wrap KERNEL FILE: make FILE by what its name says
wrap()
{
	local image=$1 to=$payload/boot/$2 zipped=$dir/zipped

	case $2 in
	*.vmlinux) vmlinux_of "$image" > "$to" ;;
	*.gz) gzip -9c "$image" > "$to" ;;
	*.efi) zboot zstd < "$image" > "$to" ;;
	*.uimage)
		gzip -9c "$image" > "$zipped"
		mkimage -A "$mkimage_arch" -O linux -T kernel -C gzip -n kernel -d "$zipped" "$to" > /dev/null
		rm -f "$zipped"
		;;
	*.uki)
		# A wrapper in a wrapper: the stub's kernel is a zboot.
		zboot gzip < "$image" > "$zipped"
		uki "$zipped" "$own_cmdline" "$to"
		rm -f "$zipped"
		;;
	*.itb) fit "$image" "$to" ;;
	*.boot) android "$image" "$own_cmdline" "$to" ;;
	esac
}

# formats KERNEL WAY FILE...: what brings its initrd comes last, since it brings no kernels
formats()
{
	local kernel=$1 way=$2 n=1 file own_cmdline

	shift 2
	need mkimage u-boot-tools
	need mkbootimg mkbootimg
	own_cmdline="console=$console quiet panic=5 kx.hop=$(($# + 1)) kx.text=from-the-${*: -1}"
	vm guest_formats
	vm_set WAY "$way"
	vm_set FILES "$* "
	vm_set OWN_CMDLINE "$own_cmdline"
	for file; do
		wrap "$(kernel_file "$kernel")" "$file"
	done
	boot "$kernel" "$plain_firmware"
	for file; do
		n=$((n + 1))
		check_hop $n "${file#k.}" "$(kernel_release "$kernel")" || true
	done
}

for arch in $(machines); do
	mapfile -t files < <(conf "$arch" scenarios_formats)
	((${#files[@]} == 0)) || scenario "formats-newest@$arch" \
		formats "newest@$arch" -c "${files[@]}" -- "newest@$arch" -- \
		"newest@$arch starts from $(conf "$arch" scenarios_formats_text)"
done

# Files that bring their initrd: the first is enough of them for every run.
for arch in $(machines); do
	more=
	while IFS='=' read -r file text; do
		scenario "${more}${file#k.}-newest@$arch" formats "newest@$arch" -c "$file" -- \
			"newest@$arch" -- "newest@$arch starts from $text"
		more=more-
	done < <(conf "$arch" scenarios_own_initrd)
done

# --- x86_64: one machine for all formats ----------------------------------------------------------

# In the guest: the next kernel comes by the next FORMAT=WAY of $STEPS. All files are on a disk, so that
# no initrd has to bring them.
guest_chain_of_formats()
{
	facts_memmap
	say rsdp "$(hex /sys/kernel/boot_params/data 0x70 8)"
	say by "$(word kx.by)"
	say protocol "$(cat /sys/kernel/boot_params/version)"
	say heap "$(hex /sys/kernel/boot_params/data 0x224 2)"
	mount -t ext4 -o ro "$disk" "$boot"
	step=$(echo "$STEPS" | cut -d ' ' -f "$hop")
	start_by "${step%%=*}" "${step#*=}"
}

# start_by FORMAT WAY
start_by()
{
	format=$1 way=$2
	case $1 in
	elf) start_bare vmlinux.zst ;;
	pvh) start_bare vmlinux --type=pvh ;;
	entry-32) start_bare k.uimage --entry-32bit ;;
	real-mode) start_bare vmlinuz.xz --real-mode ;;
	fit)
		# It is the kernel that computes two of the digests, once it has what it needs for that.
		run refused kexec "$way" -l "$boot/k.fit" --append="$OWN"
		insmod /kx/1-af_alg.ko && insmod /kx/2-algif_hash.ko
		start_whole --append="$OWN kx.hop=$((hop + 1)) kx.by=fit"
		;;
	android-4) start_whole --vendor-boot="$boot/k.android-4.vendor" ;;
	uki | android-2) start_whole ;;
	multiboot*) start_small "$way" ;;
	esac
}

# start_bare FILE [OPTION...]: what is told which initrd and command line it gets
start_bare()
{
	next_initrd /tmp/initrd
	next=$(next_cmdline "kx.by=$format")
	say cmdline.given "$next"
	file=$boot/$1
	shift
	run load kexec -d "$way" -l "$file" --initrd=/tmp/initrd --command-line="$next" "$@" && start
}

# start_whole [OPTION...]: what brings its initrd
start_whole()
{
	say cmdline.given "$OWN kx.hop=$((hop + 1)) kx.by=$format"
	say marker.given "$format"
	run load kexec -d "$way" -l "$boot/k.$format" "$@" && start
}

# format_file FORMAT KERNEL CMDLINE: in $payload/boot, what the machine looks for there
format_file()
{
	local image to=$payload/boot stubs=$cache/ukify/usr/lib/systemd/boot/efi

	image=$(kernel_file "$2")
	case $1 in
	elf) zstd -q -1 -o "$to/vmlinux.zst" "$to/vmlinux" ;;
	pvh) ;;
	entry-32) wrap "$image" k.uimage ;;
	real-mode) xz -0c "$image" > "$to/vmlinuz.xz" ;;
	uki)
		parts_of uki uki
		uki_of uki "$2" "$to/k.uki" "$3"
		rm -f "$dir"/{initrd,ucode}.uki
		;;
	fit) fit "$image" "$to/k.fit" md5 "sha1 sha256" ;;
	android-2) android "$image" "$3" "$to/k.android-2" 2 ;;
	android-4) android "$image" "$3" "$to/k.android-4" 4 ;;
	multiboot*) small_files "${1#multiboot}" "$to" ;;
	esac
}

# files_on_disk KERNEL FORMAT=WAY...: all that the machine needs, as $dir/formats.img
files_on_disk()
{
	local kernel=$1 step n=1

	vmlinux_of "$(kernel_file "$kernel")" > "$payload/boot/vmlinux"
	for step in "${@:2}"; do
		n=$((n + 1))
		part=${step%=*}
		format_file "${step%=*}" "$kernel" "$own kx.hop=$n kx.by=${step%=*}" || return
	done
	mke2fs -q -t ext4 -O ^has_journal -d "$payload/boot" "$dir/formats.img" 400M
	rm -rf "${payload:?}/boot"/*
}

# check_format N FORMAT WAY KERNEL: kernel N came so
check_format()
{
	check_hop "$1" "$2 $3" "$(kernel_release "$4")" || return 0
	[[ $(get "$1" by) == "$2" ]] || bad "$part" "it is said to have come by $(get "$1" by)"
	case $2 in
	# Linux says 2.12 of the boot_params that it makes for itself there, whatever its bzImage has.
	pvh)
		[[ $(get "$1" protocol) == 0x020c ]] ||
			bad "$part" "boot_params are of protocol $(get "$1" protocol), not 0x020c"
		;;
	# The setup code copies its header, with the end of its heap, to where the kernel finds it.
	real-mode)
		[[ $(get "$1" heap) == 00ce ]] || bad "$part" "heap_end_ptr is $(get "$1" heap), not 00ce"
		;;
	entry-32)
		grep -q 'entered by its 32-bit entry: --entry-32bit' < <(get $(($1 - 1)) load.err) ||
			bad "$part" "--debug does not say that it is entered so"
		;;
	fit) check_command $(($1 - 1)) refused 1 0 'modprobe algif_hash' "its digests" ;;
	esac
}

# chain_of_formats KERNEL FORMAT=WAY...
chain_of_formats()
{
	local kernel=$1 n=1 step own="console=$console quiet panic=5" module

	shift
	need mkimage u-boot-tools
	need mkbootimg mkbootimg
	need dtc device-tree-compiler
	need zstd zstd
	need mke2fs e2fsprogs
	small_hop=$(($# + 1))
	vm_timeout=1500
	vm guest_chain_of_formats start_by start_bare start_whole start_small
	vm_set STEPS "$* "
	vm_set OWN "$own"
	for module in "$cache/hash-$(package_of "$kernel")"/*.ko; do
		cp "$module" "$payload/kx"
	done
	files_on_disk "$kernel" "$@" || return
	boot "$kernel" "$plain_firmware" "${disk_device[@]}" \
		-drive "if=none,id=dump,format=raw,snapshot=on,file=$dir/formats.img"
	rm -f "$dir/formats.img"
	for step; do
		n=$((n + 1))
		[[ $step == multiboot* ]] || check_format $n "${step%=*}" "${step#*=}" "$kernel" || true
	done
	check_small "${step:9:1}" || return 0
	[[ $step != multiboot2* ]] || placed_high
}

# What does not come back ends a machine: Multiboot 1 is started by 6.1 and version 2 by the newest; ELF
# programs, which are no Linux, have scenarios of their own in elf.sh, and Debian's 32-bit kernel in
# i386.sh. Of Android's headers 6.1 starts version 2, which has all in one file, and the newest version 4
# with the vendor's image. All others are started by both: a vmlinux in zstd by its 64-bit entry, bare by
# its PVH note, a uImage by the 32-bit entry, what xz holds by the setup code; what kexec_file_load takes
# by either call.
scenario formats-6.1 chain_of_formats 6.1 elf=-c pvh=-a entry-32=-c uki=-s fit=-a android-2=-s \
	real-mode=-c multiboot1=-c -- 6.1 hash-bookworm ukify -- \
	"6.1 goes through the formats, one kexec after the other, to a Multiboot 1 kernel (BIOS)"
scenario formats-newest chain_of_formats newest elf=-a pvh=-c entry-32=-a uki=-c fit=-s android-4=-s \
	real-mode=-a multiboot2=-a -- newest hash-sid ukify -- \
	"newest goes through the formats, one kexec after the other, to a Multiboot2 kernel (BIOS)"

# A kernel that has kexec_file_load, where Debian's do not have it.

# In the guest: hop 1 starts hop 2 the first way of $WAYS from the first file of $FILES, …
guest_file_load()
{
	way=$(echo "$WAYS" | cut -d ' ' -f "$hop")
	file=$(echo "$FILES" | cut -d ' ' -f "$hop")
	if [ "$way" ]; then
		load "$way" "$boot/$file" && start
	fi
}

# without_empty FROM TO: an ELF file without its segments that load nothing
without_empty()
{
	python3 - "$1" "$2" <<-'END'
		import struct, sys
		data = bytearray(open(sys.argv[1], "rb").read())
		at, = struct.unpack_from("<Q", data, 32)
		size, count = struct.unpack_from("<HH", data, 54)
		for head in range(at, at + size * count, size):
		    if struct.unpack_from("<I", data, head)[0] == 1 and not struct.unpack_from("<Q", data, head + 40)[0]:
		        struct.pack_into("<I", data, head, 0)
		open(sys.argv[2], "wb").write(data)
	END
}

# file_load KERNEL FIRMWARE WAY=FILE...; vmlinux.filled is made of vmlinux
file_load()
{
	local kernel=$1 firmware=$2 n=1 step file

	shift 2
	vm guest_file_load
	vm_set WAYS "$(printf '%s ' "${@%=*}")"
	vm_set FILES "$(printf '%s ' "${@#*=}")"
	for step; do
		file=$cache/$(package_of "$kernel")/${step#*=}
		if [[ $step == *.filled ]]; then
			without_empty "${file%.filled}" "$payload/boot/vmlinux.filled"
		else
			cp "$file" "$payload/boot"
		fi
	done
	boot "$kernel" "$firmware"
	for step; do
		n=$((n + 1))
		check_hop $n "$step" "$(kernel_release "$kernel")" || true
	done
}

for arch in $(machines); do
	mapfile -t steps < <(conf "$arch" scenarios_file_load)
	f=$(conf "$arch" plain_firmware)
	((${#steps[@]} == 0)) || scenario "file-load-$f-test@$arch" \
		file_load "test@$arch" "$f" "${steps[@]}" -- "test@$arch" -- \
		"$(conf "$arch" scenarios_file_load_text)"
done
for arch in $(machines); do
	f=$(conf "$arch" plain_firmware)
	while IFS='=' read -r way text; do
		scenario "crash-test@$arch$way-$f" crash "test@$arch" "$f" "$way" 2 -- "test@$arch" -- \
			"$text panics, armed by $way: $(conf "$arch" "text_$f")"
	done < <(conf "$arch" scenarios_crash_test)
done
