#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What tests/qemu keeps in its cache is whole or not there: each kind of entry is broken in each way,
# and comes back. Packages, their tools and make are made up; no network, and nothing is compiled.
. "${srcdir:-.}/tests/lib.sh"
qemu=$srcdir/tests/qemu
[[ -x $qemu/fetch-kernels ]] || exit 99
need flock util-linux
need readelf binutils
evidence=out
: > "$tmp/out"
stubs=$tmp/bin
mkdir "$stubs"
touch "$tmp/keyring"
export KX_CACHE=$tmp/cache KX_MIRROR=http://nowhere.invalid KX_KEYRING=$tmp/keyring
export KX_STUB_LOG=$tmp/calls KX_STUB_FAIL=
KX_STUB_QEMU=$(sed -n 's/^qemu_program=//p' "$srcdir"/tests/qemu/*.conf | xargs)
KX_STUB_EMULATORS=$(sed -n 's/^emulator=//p' "$srcdir"/tests/qemu/*.conf | xargs)
export KX_STUB_QEMU KX_STUB_EMULATORS
# An architecture whose firmware is not this host's.
fetched=$(grep -l '^firmware_packages=' "$srcdir"/tests/qemu/*.conf | head -n 1)
fetched=$(basename "$fetched" .conf)
KX_TAR=$(command -v tar)
export KX_TAR

# --- what stands in for Debian and for compilers ---------------------------------------------------

# stub NAME...: standard input is the program
stub()
{
	local name

	{
		printf '#!/bin/bash\n'
		cat
	} > "$tmp/stub"
	chmod +x "$tmp/stub"
	for name; do
		cp "$tmp/stub" "$stubs/$name"
	done
}

stub apt-config < /dev/null
# A system with both kernels; where its status is is debootstrap's last argument but one.
stub debootstrap <<-'END'
	echo download >> "$KX_STUB_LOG"
	tree=${@: -2:1}
	# Programs of another machine have their emulator.
	[[ " $*" != *" --arch="* || " $* " == *" --arch=amd64 "* || -s $tree.emulator/formats/register ]] || exit 1
	[[ $KX_STUB_FAIL != download ]] || { mkdir -p "$tree/boot"; exit 1; }
	mkdir -p "$tree"/{boot,etc/systemd/system,etc/systemd/network,usr/local/sbin,var/lib/dpkg}
	for release in 9 9-cloud; do
		mkdir -p "$tree/lib/modules/$release/kernel"
		head -c 30000 /dev/zero > "$tree/boot/vmlinuz-$release"
		echo module > "$tree/lib/modules/$release/kernel/virtio.ko"
		echo module > "$tree/lib/modules/$release/kernel/virtio_blk.ko"
		echo 'kernel/virtio_blk.ko: kernel/virtio.ko' > "$tree/lib/modules/$release/modules.dep"
	done
	[[ $KX_STUB_FAIL != truncated ]] || rm "$tree/boot/vmlinuz-9"
END
# Its namespaces are this machine's own, to which tee gives no users, nor mount a file system.
stub unshare <<-'END'
	while [[ $1 == -* ]]; do
		shift
	done
	exec "$@"
END
stub tee <<-'END'
	cat > /dev/null
END
stub mount < /dev/null
stub id <<-'END'
	echo 0
END
stub dpkg-query <<-'END'
	echo linux-image-amd64_1.0-1_amd64
END
stub mke2fs <<-'END'
	[[ $KX_STUB_FAIL != full ]] || { echo 'mke2fs: No space left on device'; exit 1; }
	head -c 90000 /dev/zero > "${@: -2:1}"
END
stub bc bison chroot flex mount unxz < /dev/null
# "zstd" packs nothing, either.
stub zstd <<-'END'
	exec cat
END
# "xz" packs nothing.
stub xz <<-'END'
	[[ $1 == -t ]] || exec cat
	[[ $(tail -c 4 "$2") == end. ]]
END
stub ldd <<-'END'
	[[ $1 != *busybox ]]
END
stub apt-cache <<-'END'
	case "$*" in
	policy*) echo '  Candidate: 1:1.0-1' ;;
	'depends --recurse'*) echo libone ;;
	'depends kexec-tools'*) echo '  Depends: libone' ;;
	'depends linux-source') echo '  Depends: linux-source-6.12' ;;
	'depends linux-image-cloud-amd64') echo '  Depends: linux-image-9.0-1-cloud-amd64' ;;
	esac
END
# A package is a tar archive of all that any of them might hold.
stub apt-get <<-'END'
	[[ $1 == download ]] || exit 0
	echo download >> "$KX_STUB_LOG"
	[[ $KX_STUB_FAIL != download ]] || { head -c 1000 /dev/zero > half_1.deb; exit 1; }
	shift
	tree=$(mktemp -d)
	mkdir -p "$tree/boot" "$tree/usr/lib/debug/boot" "$tree/usr/src/s" "$tree/usr/bin" \
		"$tree/lib/modules/9/kernel"
	head -c 30000 /dev/zero > "$tree/boot/vmlinuz-9"
	head -c 20000 /dev/zero > "$tree/usr/lib/debug/boot/vmlinux-9"
	echo CONFIG_X=y > "$tree/boot/config-9"
	echo module > "$tree/lib/modules/9/kernel/dummy.ko"
	for name in $KX_STUB_QEMU $KX_STUB_EMULATORS; do
		echo qemu > "$tree/usr/bin/$name"
	done
	chmod +x "$tree"/usr/bin/*
	head -c 50000 /dev/zero > "$tree/usr/src/s/Makefile"
	tar -cf "$tree/source.tar" -C "$tree/usr/src" s
	printf end. >> "$tree/source.tar"
	mv "$tree/source.tar" "$tree/usr/src/linux-source-6.12.tar.xz"
	for name; do
		[[ $name != -* ]] || continue
		tar -cf "${name%%=*}_1%3a1.0-1_all.deb" -C "$tree" ./boot ./usr ./lib
	done
	rm -rf "$tree"
END
stub dpkg-deb <<-'END'
	case $1 in
	--fsys-tarfile)
		[[ $KX_STUB_FAIL != truncated ]] || { head -c 20000 "$2"; exit 2; }
		exec cat "$2"
		;;
	-x)
		[[ $KX_STUB_FAIL != truncated ]] || { head -c 20000 "$2" | tar -x -C "$3"; exit 2; }
		exec tar -xf "$2" -C "$3"
		;;
	esac
END
# A full disk: tar writes a part, and says so.
stub tar <<-'END'
	if [[ $KX_STUB_FAIL == full && " $* " != *" -cf "* ]]; then
		"$KX_TAR" "$@" > /dev/null
		[[ " $* " != *" -xO "* ]] || head -c 100 /dev/zero
		echo 'tar: ./boot/vmlinuz-9: Cannot write: No space left on device' >&2
		exit 2
	fi
	exec "$KX_TAR" "$@"
END
stub make <<-'END'
	echo make >> "$KX_STUB_LOG"
	[[ $KX_STUB_FAIL != make ]] || exit 2
	for word; do
		case $word in
		O=*) tree=${word#O=} ;;
		KCONFIG_ALLCONFIG=*) config=${word#*=} ;;
		ARCH=*) arch=${word#*=} ;;
		esac
	done
	mkdir -p "$tree/arch/$arch/boot" "$tree/include/config"
	cp "$config" "$tree/.config"
	for file in Image vmlinuz.efi; do
		echo "$file" > "$tree/arch/$arch/boot/$file"
	done
	echo vmlinux > "$tree/vmlinux"
	echo 6.12 > "$tree/include/config/kernel.release"
END
stub aarch64-linux-gnu-gcc-12 gcc < /dev/null
stub aarch64-linux-gnu-objcopy <<-'END'
	[[ $KX_STUB_FAIL != objcopy ]] || exit 1
	cp "${@: -2:1}" "${@: -1}"
END
export PATH=$stubs:$PATH

# --- breaking and asking again ----------------------------------------------------------------------

# get NAME [NUMBER]: by the program that makes it; its status. NUMBER has its output apart.
get()
{
	case $1 in
	test-*) "$qemu/build-kernel" "${1#test-}" ;;
	*) "$qemu/fetch-kernels" "$1" ;;
	esac > "$tmp/out${2:-}" 2>&1
}

# listing NAME: what is there under that name
listing()
{
	(cd "$KX_CACHE/$1/" 2> "$tmp/cd.err" && find . -type f -printf '%s %P\n' | sort)
}

calls()
{
	wc -l < "$KX_STUB_LOG"
}

# all_whole WHAT: nothing in the cache is a part of something
all_whole()
{
	local entry file

	checks=$((checks + 1))
	for entry in "$KX_CACHE"/{kernels,packages}/* "$KX_CACHE"/qemu_*; do
		[[ -e $entry ]] || continue
		while read -r file; do
			[[ -e $entry/$file ]] || bad "$1: $entry lacks $file"
		done < <(case $entry in
			*/test-arm64_*) printf '%s\n' vmlinuz vmlinuz.efi vmlinux config release ;;
			*-dbg_*) echo vmlinux ;;
			*/linux-image-*) printf '%s\n' vmlinuz config dummy.ko release ;;
			*/linux-source-*) echo linux.tar.xz ;;
			*/root-*) printf '%s\n' root.img packages key {full,cloud}.{vmlinuz,release} \
				{full,cloud}.10-virtio.ko {full,cloud}.11-virtio_blk.ko ;;
			*/buildd-*) printf '%s\n' root.tar.zst packages key ;;
			*/qemu-user) echo packages ;;
			*/packages/*) printf '%s\n' packages key ;;
			*/qemu_*) for file in $KX_STUB_QEMU; do echo "usr/bin/$file"; done ;;
			esac
			echo complete)
	done
}

# comes_back NAME WHAT: in one run, as it was, made anew
comes_back()
{
	local before

	checks=$((checks + 1))
	before=$(calls)
	get "$1" || bad "$1 does not come back after $2"
	[[ $(listing "$1") == "$whole" ]] || bad "after $2 $1 is not what it was: $(listing "$1")"
	(($(calls) > before)) || bad "$1 was not made again after $2"
	all_whole "$2"
}

# relinked NAME: another key's root file system has the name, and ours is there, too: it is not made again
relinked()
{
	local before folder

	checks=$((checks + 1))
	before=$(calls)
	folder=$(readlink -f "$KX_CACHE/$1")
	cp -a "$folder" "$folder.other"
	echo other > "$folder.other/key"
	(. "$qemu/cache.sh" && contents "$folder.other" > "$folder.list")
	mv "$folder.list" "$folder.other/complete"
	ln -sfn "packages/${folder##*/}.other" "$KX_CACHE/$1"
	get "$1" || bad "$1 cannot be had again"
	[[ $(readlink -f "$KX_CACHE/$1") == "$folder" ]] || bad "another root has the name"
	[[ $(calls) == "$before" ]] || bad "$1 is in the cache and was made again"
	rm -rf "$folder.other"
}

# outdated NAME: it was made of what is not wanted any more
outdated()
{
	local folder

	folder=$(readlink -f "$KX_CACHE/$1")
	echo other > "$folder/key"
	(. "$qemu/cache.sh" && contents "$folder" > "$tmp/list")
	mv "$tmp/list" "$folder/complete"
	comes_back "$1" "another key's content"
}

# largest NAME: its largest file
largest()
{
	find "$KX_CACHE/$1/" -type f ! -name complete -printf '%s %p\n' | sort -rn | sed '1s/^[0-9]* //;q'
}

for name in bookworm debug-bookworm guest-arm64 sysroot-arm64 "firmware-$fetched" qemu source-trixie root-bookworm \
	root-bookworm-arm64 buildd-arm64 depends-arm64 test-arm64; do
	: > "$KX_STUB_LOG"
	[[ $name == debug-* ]] || rm -rf "$KX_CACHE"
	get "$name" || bad "$name cannot be had"
	whole=$(listing "$name")
	[[ $whole == *complete* ]] || bad "$name has no list of its files"
	all_whole "$name"

	checks=$((checks + 1))
	before=$(calls)
	get "$name" || bad "$name cannot be had from the cache"
	[[ $(calls) == "$before" ]] || bad "$name is in the cache and was made again"

	rm "$KX_CACHE/$name/complete"
	comes_back "$name" 'content without a list'
	: > "$KX_CACHE/$name/complete"
	comes_back "$name" 'content with an empty list'
	find "$KX_CACHE/$name/" -type f ! -name complete -delete
	comes_back "$name" 'a list without content'
	truncate -s -3 "$(largest "$name")"
	comes_back "$name" 'a truncated file'
	: > "$(largest "$name")"
	comes_back "$name" 'an empty file'
	rm "$(largest "$name")"
	comes_back "$name" 'a missing file'
	rm -rf "$(readlink -f "$KX_CACHE/$name")"
	comes_back "$name" 'a missing folder'

	# What a run leaves that was ended in the middle.
	for left in "tmp.$name/out" "tmp.$name/deb" "tmp.$name.deb" tmp.build/source tmp.build/arm64 \
		tmp.build/out apt/x; do
		mkdir -p "$KX_CACHE/$left"
		echo half > "$KX_CACHE/$left/vmlinuz"
	done
	ln -s nowhere "$KX_CACHE/.$name.new"
	rm -rf "$(readlink -f "$KX_CACHE/$name")" "$KX_CACHE"/packages/* "${KX_CACHE:?}/$name"
	comes_back "$name" 'an interrupted run'

	case $name in
	root-*) relinked "$name" ;;
	guest-* | sysroot-* | firmware-* | depends-*) outdated "$name" ;;
	esac

	# A run that fails leaves nothing that the next one stumbles over.
	for how in download truncated full make objcopy; do
		case $name:$how in
		test-*:*) rm -rf "$KX_CACHE"/{kernels,packages} ;;
		*:make | *:objcopy | buildd-*:truncated | depends-*:truncated) continue ;;
		guest-*:full | sysroot-*:full | depends-*:full | firmware-*:full | qemu:full) continue ;;
		*) rm -rf "$(readlink -f "$KX_CACHE/$name")" ;;
		esac
		checks=$((checks + 1))
		KX_STUB_FAIL=$how
		! get "$name" || bad "$name is there although $how failed"
		KX_STUB_FAIL=
		all_whole "$name after $how failed"
		comes_back "$name" "a run in which $how failed"
	done

	# Two at once: one makes it, and both have it.
	checks=$((checks + 1))
	rm -rf "$(readlink -f "$KX_CACHE/$name")"
	: > "$KX_STUB_LOG"
	get "$name" 2 &
	get "$name" || bad "$name cannot be had by the second"
	wait $! || bad "$name cannot be had by the first"
	[[ $(listing "$name") == "$whole" ]] || bad "two at once left another $name"
	both=$(calls)
	rm -rf "$(readlink -f "$KX_CACHE/$name")"
	: > "$KX_STUB_LOG"
	get "$name"
	[[ $(calls) == "$both" ]] || bad "two at once made $name twice"
done

# --- room -------------------------------------------------------------------------------------------

# room WHAT FOUND TEST
room()
{
	checks=$((checks + 1))
	# shellcheck disable=SC2086 # an operator and a number
	if ! [[ $2 =~ ^[0-9]+$ ]] || ! test "$2" $3; then
		bad "room for $1: $2, expected $3"
	fi
}

room 'what is there' "$("$qemu/build-kernel" --room arm64)" '-eq 0'
rm -rf "$KX_CACHE"
room 'a kernel to be built' "$("$qemu/build-kernel" --room arm64)" '-gt 2000'
room 'a kernel' "$("$qemu/fetch-kernels" --room bookworm)" '-gt 50'
room 'more' "$("$qemu/fetch-kernels" --room bookworm debug-bookworm)" '-gt 700'
checks=$((checks + 1))
[[ ! -e $KX_CACHE ]] || bad '--room made something'

# The runner asks before it does anything.
stub busybox qemu-system-x86_64 < /dev/null
stub df <<-'END'
	echo Avail
	echo 3
END
cp "$stubs/busybox" "$tmp/kexec"
checks=$((checks + 1))
KEXEC=$tmp/kexec "$qemu/run" --keep "$tmp/logs" exec-nothing > "$tmp/out" 2>&1
status=$?
if [[ $status != 2 || -e $KX_CACHE ]] || ! grep -q 'not enough room' "$tmp/out" ||
	! grep -q 'about [0-9]* MB in .*, where 3 MB are free' "$tmp/out"; then
	bad "run, on a full disk: status $status, expected 2 and how much it takes"
fi

finish
