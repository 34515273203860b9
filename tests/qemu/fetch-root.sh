# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from fetch-kernels and the .conf files
# A Debian root file system with systemd and Debian's own kernels, made once, as a file that machines
# have as a disk. What is in root/ beside this file goes into it. debootstrap makes it, as root; that of
# another architecture with QEMU's emulator of programs.

# shellcheck source=tests/qemu/modules.sh
. "$here/modules.sh"
# shellcheck source=tests/qemu/bootstrap.sh
. "$here/bootstrap.sh"

# What all machines get besides a minimal system; what each has more, and its kernels, are in its .conf
# file.
root_packages_all=(systemd systemd-sysv udev dbus kmod zstd iproute2 procps e2fsprogs)
# What nobody waits for in a machine that lives for a minute.
root_masked=(
	apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service
	fstrim.timer systemd-networkd-wait-online.service getty@tty1.service
	systemd-timesyncd.service systemd-hwdb-update.service systemd-update-utmp.service
	systemd-update-utmp-runlevel.service systemd-binfmt.service keyboard-setup.service
	console-setup.service ldconfig.service mdmonitor.service mdmonitor-oneshot.timer
	mdcheck_start.timer mdcheck_continue.timer lvm2-monitor.service lvm2-lvmpolld.socket
	rpcbind.service rpcbind.socket nfs-client.target nfs-blkmap.service rpc-statd-notify.service
	systemd-pcrphase.service systemd-pcrphase-sysinit.service modprobe@drm.service
)

# root_arch NAME: whose root file system that is; of nobody's is status 1
root_arch()
{
	local name

	for name in $(machines); do
		[[ $(root_of "$name") != "$1" ]] || {
			echo "$name"
			return
		}
	done
	return 1
}

# root_key ARCH: changes with all that goes into it but the packages' versions
root_key()
(
	# shellcheck source=/dev/null
	. "$here/$1.conf"
	{
		declare -f image_root bootstrap_root bootstrap emulated emulate settle_root root_kernels \
			module_order
		echo "${root_packages_all[*]} ${root_packages[*]} ${root_linux[*]} ${root_modules[*]}" \
			"${root_masked[*]} $console"
		cat "$here"/root/*
	} | sha256sum | cut -c1-8
)

# emulate FOLDER ELF-MACHINE EMULATOR COMMAND...: in namespaces of its own, whose kernel runs programs
# of another machine by that one's emulator.
emulate()
{
	local folder=$1 magic mask emulator=$3

	# Linux, Documentation/admin-guide/binfmt-misc.rst. An ELF file of 64 bits, little endian, ET_EXEC
	# or ET_DYN, whatever its ABI; P: the emulator sees its own name, F: it is opened here, not there.
	printf -v magic '\\x%02x' 127 69 76 70 2 1 1 0 0 0 0 0 0 0 0 0 2 0 $(($2)) 0
	printf -v mask '\\x%02x' 255 255 255 255 255 255 255 0 255 255 255 255 255 255 255 255 254 255 255 255
	shift 3
	mount -t binfmt_misc binfmt_misc "$folder"
	echo ":emulated:M::$magic:$mask:$emulator:PF" > "$folder/register"
	# debootstrap's word for where no devices can be made, and that of Debian's kernels for those that
	# need no initramfs: making it takes longer here than all else.
	container=lxc INITRD=No exec "$@"
}

# emulated FOLDER COMMAND...: as root of a user namespace that knows the emulator of $elf_machine, which
# goes there. Since Linux v6.7 such a one has formats of its own (commit 21ca59b365c0); they end with it,
# and this machine never has them.
emulated()
{
	local folder=$1 pid from to status=0 emulator=$cache/qemu-user/usr/bin/qemu-${triplet%%-*}

	shift
	rm -rf "$folder"
	mkdir -p "$folder/formats"
	# Who has no name there yet loses all rights by exec, and gets them by the next one.
	# shellcheck disable=SC2016 # for the inner shells
	coproc space {
		exec unshare -U bash -c 'echo && read -r && exec unshare -m -p -f --kill-child "$@" 2>&1' bash \
			bash -ec "$(declare -f emulate); emulate \"\$@\"" bash \
			"$folder/formats" "$elf_machine" "$emulator" "$@"
	}
	# Both are gone as soon as it has ended.
	pid=$space_PID
	# Nothing else ends the first process of such namespaces.
	# shellcheck disable=SC2064 # this one
	trap "kill -KILL $pid" EXIT
	exec {from}<&"${space[0]}" {to}>&"${space[1]}"
	if read -r -u "$from"; then
		echo '0 0 65536' | tee "/proc/$pid/uid_map" "/proc/$pid/gid_map" > "$folder/log"
		echo >&"$to"
		cat <&"$from"
	fi
	exec {from}<&- {to}>&-
	wait "$pid" || status=$?
	trap - EXIT
	rm -rf --one-file-system "$folder"
	return $status
}

# bootstrap_root TREE: a tree of $root_suite
bootstrap_root()
{
	local packages within=(unshare -m)

	if [[ $cross ]]; then
		is_cached qemu-user || (fetch_qemu_user)
		within=(emulated "$1.emulator")
	fi
	packages=$(IFS=,; echo "${root_packages_all[*]},${root_packages[*]},${root_linux[*]#*=}")
	bootstrap "$1" "$root_suite" --arch="$debian" --include="${packages//,,/,}"
}

# settle_root TREE: what a machine needs to know of itself, and the unit that runs scenarios
settle_root()
{
	local unit etc=$1/etc

	for unit in "${root_masked[@]}" "serial-getty@$console.service"; do
		ln -sfn /dev/null "$etc/systemd/system/$unit"
	done
	echo debian > "$etc/hostname"
	printf '127.0.0.1 localhost\n127.0.1.1 debian\n' > "$etc/hosts"
	printf 'UUID=%s / ext4 defaults 0 0\n' "$root_uuid" > "$etc/fstab"
	# Without one of its own each boot would be a first one.
	echo 5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e > "$etc/machine-id"
	# As QEMU's documentation has it (user mode network).
	printf '[Match]\nType=ether\n[Network]\nDHCP=yes\n' > "$etc/systemd/network/80-machine.network"
	echo 'nameserver 10.0.2.3' > "$etc/resolv.conf"
	install -m 755 "$here/root/kx-run" "$1/usr/local/sbin/kx-run"
	install -m 644 "$here/root/kx-run.service" "$here/root/kx.target" "$etc/systemd/system"
	ln -sfn kx.target "$etc/systemd/system/default.target"
	mkdir -p "$etc/systemd/system/multi-user.target.wants" "$1/kx"
	ln -sfn /lib/systemd/system/systemd-networkd.service \
		"$etc/systemd/system/multi-user.target.wants/systemd-networkd.service"
	rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/debootstrap
}

# root_kernels TREE FOLDER: NAME.vmlinuz, NAME.release and NAME.NN-MODULE.ko for each kernel in it
root_kernels()
{
	local release name module number

	for release in "$1"/lib/modules/*; do
		release=${release##*/}
		name=full number=10
		[[ $release != *cloud* ]] || name=cloud
		# Where it is not compressed it has another name.
		cp "$1"/boot/vmlinu[xz]-"$release" "$2/$name.vmlinuz"
		echo "$release" > "$2/$name.release"
		while read -r module; do
			cp "$1/lib/modules/$release/$module" "$2/$name.$number-${module##*/}"
			number=$((number + 1))
		done < <(module_order "$1/lib/modules/$release/modules.dep" "${root_modules[@]}")
	done
	for name in "${root_linux[@]%%=*}"; do
		[[ -s $2/$name.vmlinuz ]] || die "$1 lacks the kernel $name"
	done
}

root_uuid=6b657865-6300-4000-8000-6b78726f6f74

# image_root TREE FILE
image_root()
{
	mke2fs -q -t ext4 -L kx-root -U "$root_uuid" -d "$1" "$2" 4G > "$1.log" 2>&1 ||
		die "mke2fs: $(tail -n 1 "$1.log")"
}

# fetch_root ARCH
fetch_root()
{
	local name tmp dir

	# shellcheck source=/dev/null
	. "$here/$1.conf"
	name=$(root_of "$arch")
	tmp=$cache/tmp.$name
	# Trees of these sources that want different ones do not make them in turns.
	dir=$cache/packages/$name.$(root_key "$arch")
	if is_whole "$dir"; then
		link "$dir" "$name"
		return
	fi
	rm -rf "$tmp" "$tmp.tree"
	mkdir -p "$tmp" "$tmp.tree"
	bootstrap_root "$tmp.tree"
	settle_root "$tmp.tree"
	root_kernels "$tmp.tree" "$tmp"
	installed "$tmp.tree" "${root_linux[0]#*=}" > "$tmp/packages"
	image_root "$tmp.tree" "$tmp/root.img"
	rm -rf --one-file-system "$tmp.tree" "$tmp.tree.log"
	root_key "$arch" > "$tmp/key"
	publish "$tmp" "$dir" "$name"
}

# What scenarios install there: Debian's own callers of kexec, which get our programs in place of
# those that they know; those who write the entries of boot loaders, and read them; and another init.
callers_packages=(kexec-tools kdump-tools)
loaders_packages=(grub2-common systemd-boot)
sysvinit_packages=(sysvinit-core initscripts sysv-rc startpar insserv)
# And who makes an initramfs beside initramfs-tools.
dracut_packages=(dracut-core)

# fetch_for_root callers|dracut|loaders|sysvinit SUITE: those packages, with all that the root file
# system lacks for them
fetch_for_root()
{
	local what=$1 suite=$2 tmp=$cache/tmp.$1-$2 status list="$1_packages[@]" package packages

	packages=("${!list}")
	is_cached "root-$suite" || (fetch_root "$host_arch")
	rm -rf "$tmp"
	mkdir -p "$tmp/partial"
	status=$tmp.status
	debugfs -R "dump /var/lib/dpkg/status $status" "$cache/root-$suite/root.img" 2> "$tmp.log" ||
		die "debugfs: $(tail -n 1 "$tmp.log")"
	apt_root "$suite"
	apt-get install -y -qq --download-only --no-install-recommends -o "Dir::State::status=$status" \
		-o "Dir::Cache::archives=$tmp" "${packages[@]}" > "$tmp.log" 2>&1 || {
		tail -n 5 "$tmp.log" >&2
		die "cannot download ${packages[*]}"
	}
	rm -rf "$tmp/partial" "$tmp/lock" "$status" "$tmp.log"
	(cd "$tmp" && for package in "${packages[@]}"; do printf '%s\n' "$package"_*.deb; done) \
		> "$tmp/packages"
	publish "$tmp" "$cache/packages/$what-$suite" "$what-$suite"
}

# Kernels that are not Linux.
fetch_multiboot()
{
	local tmp=$cache/tmp.multiboot-$1

	rm -rf "$tmp" "$tmp.deb"
	unpack_into "$tmp" "$1" amd64 xen-hypervisor-4.17-amd64 memtest86+
	rm -rf "${tmp:?}"/{etc,lib,usr}
	publish "$tmp" "$cache/packages/multiboot-$1" "multiboot-$1"
}

# OpenSSH's server and the libraries that not every machine has. Installed it would be started.
fetch_sshd()
{
	local tmp=$cache/tmp.sshd

	rm -rf "$tmp" "$tmp.deb"
	unpack_into "$tmp" bookworm amd64 openssh-server libwrap0
	rm -rf "${tmp:?}"/{etc,lib,usr/share}
	publish "$tmp" "$cache/packages/sshd" sshd
}

# Debian's 32-bit kernel and a first program for it.
fetch_i386()
{
	local tmp=$cache/tmp.i386 package version

	apt_root bookworm i386
	package=$(apt-cache depends linux-image-686 |
		sed -n 's/^  Depends: \(linux-image-[0-9].*-686\)$/\1/p' | sed -n 1p)
	[[ -n $package ]] || die "bookworm has no linux-image-686"
	version=$(candidate "$package")
	rm -rf "$tmp"
	mkdir -p "$tmp/deb" "$tmp/out"
	download "$tmp/deb" "$package" busybox-static
	unpack_some "$tmp"/deb/busybox-static_*.deb "$tmp/out" '*bin/busybox'
	unpack_some "$tmp"/deb/linux-image-*.deb "$tmp/out" './boot/vmlinuz-*'
	cp "$tmp"/out/boot/vmlinuz-* "$tmp/vmlinuz"
	find "$tmp/out" -type f -name busybox -exec cp -T {} "$tmp/busybox" \;
	rm -rf "$tmp/out" "$tmp/deb" "$tmp/out.log"
	echo "${package#linux-image-}" > "$tmp/release"
	publish "$tmp" "$cache/packages/${package}_${version//:/%3a}" i386-bookworm
}
