# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # from, and for, run, lib.sh and the .conf files
# Kernels as a boot loader has them: entries of GRUB and of systemd-boot, and unified kernel images
# whole, all made by the distribution's own programs.

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

# esp: an EFI system partition on a disk of its own, mounted at /efi
esp()
{
	mkdir -p /efi /tmp/repart
	printf '%s\n' '[Partition]' Type=esp Format=vfat > /tmp/repart/esp.conf
	systemd-repart --empty=force --dry-run=no --definitions=/tmp/repart --discard=no \
		/dev/disk/by-id/virtio-esp > /tmp/repart.log 2>&1 || return
	udevadm settle
	mount -t vfat /dev/disk/by-id/virtio-esp-part1 /efi
}

# bls NAME RELEASE [KEY VALUE]...: an entry on the EFI system partition
bls()
{
	mkdir -p "/efi/$2" /efi/loader/entries
	cp "/boot/vmlinuz-$2" "/efi/$2/linux"
	echo "of $1" > "/efi/$2/initrd"
	printf '%s\n' "title Debian $1" "version $2" "linux /$2/linux" "initrd /$2/initrd" "sort-key kx" \
		"options root=UUID=6b657865-6300-4000-8000-6b78726f6f74 rw console=$console quiet" \
		"options panic=5 kx.hop=3 kx.entry=$1" > "/efi/loader/entries/$1.conf"
}

# packed KEY FOLDER PATH...: for the host
packed()
{
	key=$1
	shift
	tar -cz -C "$@" | base64 | lines "$key"
}

# Debian's programs write the entries, and tell what they take of them; so does our kexec.
guest_written()
{
	# They came with ours, which goes where systemctl looks for it.
	run install install_ours || return 0
	ln -sf /usr/local/sbin/kexec /sbin/kexec
	mkdir -p /boot/grub
	printf '%s\n' GRUB_DEFAULT=saved GRUB_DISTRIBUTOR=Debian GRUB_DISABLE_OS_PROBER=true \
		'GRUB_CMDLINE_LINUX_DEFAULT="quiet"' \
		"GRUB_CMDLINE_LINUX=\"console=$console panic=5 kx.hop=2 kx.text='two words'\"" \
		> /etc/default/grub
	run grub update-grub || return 0
	# Behind the newer kernel's two entries in the submenu is the other one's.
	run set grub-set-default '1>2'
	kexec --list-entries --json | lines grub.json
	packed grub.files /boot grub/grub.cfg grub/grubenv
	mv /boot/grub /boot/not-grub
	run esp esp || return 0
	# shellcheck disable=SC2086 # two words
	set -- $RELEASES
	bls one "$1"
	bls two "$2"
	mkdir -p /efi/EFI/Linux
	cp /kx/three.efi /efi/EFI/Linux
	printf 'default two.conf\n' > /efi/loader/loader.conf
	bootctl list --esp-path=/efi --json=short | lines bootctl
	run systemctl systemctl kexec --dry-run
	kexec --list-entries --json | lines bls.json
	packed bls.files /efi loader
}

# Hop 1 starts GRUB's default, hop 2 that of loader.conf: the same files, and initrds of this machine.
guest_started()
{
	case $hop in
	1 | 2)
		[ "$hop" = 1 ] || rm -rf /boot/grub
		kexec --list-entries | grep default | lines default
		# shellcheck disable=SC2086 # a list of files
		rm -f $INITRDS
		next_initrd /tmp/initrd
		for f in $INITRDS; do
			cp /tmp/initrd "$f"
		done
		run load kexec -l --entry-id=default && start
		;;
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

# check_started N NAME RELEASE CMDLINE: kernel N was started by the entry before it
check_started()
{
	part=$2
	if ! reached "$1"; then
		bad "$part" "$(why_not "$1")"
	elif [[ $(get "$1" release) != "$3" ]]; then
		bad "$part" "runs $(get "$1" release), not $3"
	elif [[ $(get "$1" cmdline) != "$4" ]]; then
		bad "$part" "command line is '$(get "$1" cmdline)', expected '$4'"
	elif [[ $(get "$1" marker) != "$(get $(($1 - 1)) marker.given | tail -n 1)" ]]; then
		bad "$part" "it has another initrd"
	else
		ok "$part"
	fi
}

# check_step KEY NAME: a step that has to work for all others
check_step()
{
	part=$2
	[[ $(get 1 "$1.status") == 0 ]] && return
	bad "$part" "$(why_debian 1); $(get 1 "$1.err" | tail -n 3 | joined '; ')"
	return 1
}

# told_bootctl, told_ours: what systemd's program and ours take of the same files, in their order, as
# lines that can be compared
told_bootctl()
{
	get 1 bootctl | jq -r '[.id, .title, .version, (.linux | sub("^/*"; "/")), (.initrd // [])[],
		.options] | @text'
}
told_ours()
{
	get 1 bls.json | jq -r '.[] | [.id, .title, .version, (.kernel | sub("^/efi/"; "/")),
		(.initrds[] | sub("^/efi/"; "/")), .options] | @text'
}

# check_told_same: bootctl list, systemctl kexec and --list-entries
check_told_same()
{
	local ours kernel initrd options

	told_bootctl > "$dir/bootctl"
	told_ours > "$dir/ours"
	part="bootctl list and --list-entries"
	if [[ -s $dir/bootctl ]] && diff -u "$dir/bootctl" "$dir/ours" > "$dir/diff"; then
		ok "$part ($(wc -l < "$dir/ours") entries)"
	else
		bad "$part" "$(grep '^[-+]' "$dir/diff" | joined '; ')"
	fi
	ours=$(get 1 bls.json | jq -r '.[] | select(.default) | .kernel, .initrds[], .options')
	{
		read -r kernel
		read -r initrd
		read -r options
	} <<< "$ours"
	part="systemctl kexec"
	if [[ $kernel ]] && get 1 systemctl.err | tr -s '/' | grep -F -e "\"$kernel\"" | grep -F -e "\"$initrd\"" |
		grep -qF -e "\"$options\""; then
		ok "$part takes the same"
	else
		bad "$part" "says '$(get 1 systemctl.err | joined '; ')', ours is $kernel $initrd $options"
	fi
}

entries_debian()
{
	local stubs=$cache/ukify/usr/lib/systemd/boot/efi deb name full cloud grub
	local words="root=UUID=6b657865-6300-4000-8000-6b78726f6f74"

	full=$(release_of_debian full) cloud=$(release_of_debian cloud)
	vm_timeout=1500
	# Nothing of this needs more than the steps.
	vm_cmdline=systemd.unit=kx-run.service
	debian guest_written esp bls packed
	vm_set RELEASES "$full $cloud"
	debian_install
	# Installing them would take minutes in there, and what their scripts do is not the subject.
	for deb in "$cache"/loaders-bookworm/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$payload/kx/install" --exclude='./usr/share/doc' \
			--exclude='./usr/share/locale' --exclude='./usr/share/man' --exclude='./usr/share/info'
	done
	# There are links to what is below usr in that root file system.
	for name in bin lib sbin; do
		[[ ! -d $payload/kx/install/$name ]] ||
			cp -a "$payload/kx/install/$name" "$payload/kx/install/usr"
		rm -rf "${payload:?}/kx/install/$name"
	done
	echo initrd > "$dir/initrd.three"
	echo ucode > "$dir/ucode.three"
	uki_of three 6.1 "$payload/kx/three.efi" "of the third"
	qemu-img create -q -f qcow2 "$dir/esp.qcow2" 256M
	boot_debian full -drive "if=none,id=esp,format=qcow2,cache=unsafe,file=$dir/esp.qcow2" \
		-device virtio-blk-pci,drive=esp,serial=esp
	rm -f "$dir/esp.qcow2"
	check_step install installed || return 0
	check_step grub update-grub || return 0
	check_step set grub-set-default || return 0
	check_step esp "an EFI system partition" || return 0
	check_told_same
	cp "$serial" "$dir/debian.log"

	vm_timeout=600 vm_cmdline=
	vm guest_started
	vm_set INITRDS "/boot/initrd.img-$full /efi/$cloud/initrd"
	mkdir -p "$payload/efi/$cloud"
	get 1 grub.files | base64 -d | tar -xz -C "$payload/boot"
	get 1 bls.files | base64 -d | tar -xz -C "$payload/efi"
	cp "$root_folder/full.vmlinuz" "$payload/boot/vmlinuz-$full"
	cp "$root_folder/cloud.vmlinuz" "$payload/efi/$cloud/linux"
	# As GRUB would hand on what its configuration says: one word is in quotes.
	grub=$(sed -n "s|^[[:space:]]*linux[[:space:]]*/boot/vmlinuz-$full ||p" "$payload/boot/grub/grub.cfg" |
		sed -n "1s/kx.text='two words'/\"kx.text=two words\"/; 1s/  */ /g; 1s/ *\$//; 1p")
	boot 6.1 "$plain_firmware"
	check_started 2 "grub-set-default" "$full" "$grub"
	check_started 3 "loader.conf" "$cloud" "$words rw console=$console quiet panic=5 kx.hop=3 kx.entry=two"
}

scenario uki-newest uki_whole -- newest ukify -- \
	"UKIs by ukify as the default entry: a profile, microcode, addons, by both system calls"
scenario more-entries-debian entries_debian -- 6.1 root-bookworm loaders-bookworm ukify -- \
	"entries by update-grub and of an ESP: as bootctl and systemctl take them, and started"
