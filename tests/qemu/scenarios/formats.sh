# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Kernel files in wrappers: gzip, EFI zboot, uImage, UKI and vmlinux, one after the other; FIT and
# Android boot images.

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

# marked MARKER FILE: the machine's own files with a marker
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

# fit KERNEL FILE: U-Boot's program, and a tree whose default is for another board
fit()
{
	local what type compression=gzip

	gzip -9c "$1" > "$dir/kernel"
	own_initrd itb "$dir/ramdisk"
	{
		echo '/dts-v1/; / { description = "x"; #address-cells = <1>; images {'
		for what in kernel ramdisk; do
			type=$what
			echo "$what { data = /incbin/(\"$dir/$what\"); type = \"$type\"; os = \"linux\";"
			echo "arch = \"$mkimage_arch\"; compression = \"$compression\"; load = <0>; entry = <0>;"
			echo 'hash-1 { algo = "crc32"; }; hash-2 { algo = "sha256"; }; };'
			compression=none
		done
		echo '}; configurations { default = "other";'
		echo 'other { compatible = "kx,other"; kernel = "ramdisk"; };'
		echo "this { compatible = \"kx,x\", \"$board\"; kernel = \"kernel\"; ramdisk = \"ramdisk\"; };"
		echo '}; };'
	} > "$dir/its"
	mkimage -E -f "$dir/its" "$2" > "$dir/mkimage.log" || return
	rm -f "$dir/kernel" "$dir/ramdisk" "$dir/its"
}

# android KERNEL CMDLINE FILE: AOSP's program, header 3; half of all is in the vendor's image
android()
{
	gzip -9c "$1" > "$dir/kernel"
	marked boot "$dir/ramdisk"
	# It makes none without a device tree: the machine's own.
	local -n of_firmware=firmware_$plain_firmware
	"$qemu" "${of_firmware[0]}" "${of_firmware[1]},dumpdtb=$dir/dtb" -cpu "$cpu" "${machine[@]}" \
		> /dev/null 2>&1 || return
	mkbootimg --header_version 3 --dtb "$dir/dtb" --kernel "$dir/kernel" --ramdisk "$dir/ramdisk" \
		--cmdline "${2#* }" -o "$3" --vendor_boot "${3%.boot}.vendor" \
		--vendor_ramdisk "$logs/base-$arch.cpio" --vendor_cmdline "${2%% *}" || return
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

scenario formats-newest formats newest -a k.vmlinux -- newest -- \
	"newest starts by -a from the vmlinux in its bzImage"

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
