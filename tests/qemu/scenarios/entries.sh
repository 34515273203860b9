# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from run, lib.sh and the .conf files
# Kernels as a boot loader has them: unified kernel images whole, made by ukify, as its entries.

# --- inside the machine --------------------------------------------------------------------------

# What of a UKI came here besides its kernel, and in which order. Both unpack into the root file system.
uki_facts()
{
	say ucode "$(cat /kx/from-ucode)"
	say order "$(cat /kx/order)"
}

# Hop 1 starts the default entry, a profile of a UKI, by kexec_load; what it brings has another UKI,
# which is started by kexec_file_load.
guest_uki()
{
	case $hop in
	1)
		kexec --list-entries | lines entries
		say cmdline.given "$FIRST"
		say marker.given uki
		run load kexec -c -l --entry-id=default && start
		;;
	2)
		uki_facts
		say cmdline.given "$SECOND"
		say marker.given uki
		run load kexec -s -l --entry-id=second --addon=/kx/given.addon.efi && start
		;;
	*) uki_facts ;;
	esac
}

# --- on the host ---------------------------------------------------------------------------------

# ukify ARGUMENT...: systemd's, of the cache
ukify()
{
	local from=$cache/ukify

	PYTHONPATH=$from/usr/lib/python3/dist-packages python3 "$from/usr/bin/ukify" build "$@" \
		>> "$dir/ukify.log" 2>&1 || die "ukify: $(tail -n 1 "$dir/ukify.log")"
}

# profile_of FILE ID CMDLINE: a profile, to be joined to a UKI
profile_of()
{
	ukify --stub="$stubs/addonx64.efi.stub" --profile="ID=$2" --cmdline="$3" --output="$1"
}

# addon_of FILE CMDLINE
addon_of()
{
	mkdir -p "${1%/*}"
	ukify --stub="$stubs/addonx64.efi.stub" --cmdline="$2" --output="$1"
}

# parts_of NAME MARKER [FOLDER]: $dir/initrd.NAME, the machine's programs, what is in FOLDER and a
# marker, and $dir/ucode.NAME, an early archive that says where it is from
parts_of()
{
	local root=$dir/parts

	rm -rf "$root"
	mkdir -p "$root"/{early,late}/kx
	echo "of $1" > "$root/early/kx/from-ucode"
	echo ucode > "$root/early/kx/order"
	cpio_of "$root/early" > "$dir/ucode.$1"
	[[ ! ${3:-} ]] || cp -a "$3/." "$root/late"
	cp "$payload/kx/"* "$root/late/kx"
	echo "$2" > "$root/late/kx/marker"
	echo initrd > "$root/late/kx/order"
	{
		cat "$logs/base-$arch.cpio"
		cpio_of "$root/late"
	} > "$dir/initrd.$1"
	rm -rf "$root"
}

# uki_of NAME KERNEL FILE CMDLINE [ARGUMENT...]
uki_of()
{
	mkdir -p "${3%/*}"
	printf '%s\n' ID=kx 'PRETTY_NAME="Of the test"' VERSION_ID=1 > "$dir/os-release"
	ukify --stub="$stubs/linuxx64.efi.stub" --linux="$(kernel_file "$2")" --uname="$(kernel_release "$2")" \
		--initrd="$dir/initrd.$1" --microcode="$dir/ucode.$1" --os-release="@$dir/os-release" \
		--cmdline="$4" --output="$3" "${@:5}"
}

# check_uki N NAME: what came with that UKI
check_uki()
{
	check_hop "$1" "$2 UKI" "$(kernel_release newest)" || return 0
	part="$2 UKI's microcode"
	if [[ $(get "$1" ucode) != "of $2" ]]; then
		bad "$part" "it is not there"
	elif [[ $(get "$1" order) != initrd ]]; then
		bad "$part" "it comes behind the initrd"
	else
		ok "$part comes first"
	fi
}

uki_whole()
{
	local stubs=$cache/ukify/usr/lib/systemd/boot/efi words="console=$console quiet panic=5"
	local first="$words kx.hop=2 kx.text=from-a-profile" second="$words kx.hop=3"

	need python3 python3
	vm guest_uki uki_facts
	vm_set FIRST "$first first=addon"
	vm_set SECOND "$second folder=addon given=addon"
	# The second one is in what the first one brings.
	parts_of second uki
	uki_of second newest "$dir/in-first/boot/EFI/Linux/second.efi" "$second"
	addon_of "$dir/in-first/boot/EFI/Linux/second.efi.extra.d/1.addon.efi" folder=addon
	addon_of "$dir/in-first/kx/given.addon.efi" given=addon
	parts_of first uki "$dir/in-first"
	profile_of "$dir/profile.efi" other "$first"
	uki_of first newest "$payload/boot/EFI/Linux/first.efi" "kx.hop=9 not this one" \
		--profile=ID=main --join-profile="$dir/profile.efi"
	addon_of "$payload/boot/EFI/Linux/first.efi.extra.d/1.addon.efi" first=addon
	mkdir -p "$payload/boot/loader"
	echo 'default first.efi@other' > "$payload/boot/loader/loader.conf"
	rm -rf "$dir"/{in-first,initrd.*,ucode.*}
	boot newest "$plain_firmware"
	rm -f "$dir"/*.efi
	check_uki 2 first
	check_uki 3 second
}

scenario uki-newest uki_whole -- newest ukify -- \
	"UKIs by ukify as the default entry: a profile, microcode, addons, by both system calls"
