# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $cache, $keyring, $here and die are fetch-kernels'
# A Debian root file system with systemd and Debian's own kernels, made once, as a file that machines
# have as a disk. What is in root/ beside this file goes into it. debootstrap makes it, as root.

# shellcheck source=tests/qemu/modules.sh
. "$here/modules.sh"

# What machines get besides a minimal system, with what our programs are linked with or load.
root_packages=(
	systemd systemd-sysv udev dbus kmod initramfs-tools zstd xz-utils iproute2 iputils-ping procps
	openssh-client ca-certificates e2fsprogs xfsprogs btrfs-progs dosfstools lvm2 mdadm cryptsetup-bin
	nfs-common cifs-utils libelf1 libfdt1 libjansson4 libdeflate0 liblzo2-2 libsnappy1v5 libblkid1
	libcurl4 libinih1 libsodium23 libssl3 zlib1g libbz2-1.0 liblz4-1 liblzma5 makedumpfile jq less file ucf
	linux-image-amd64 linux-image-cloud-amd64
)
# Modules that a kernel needs to see the disk and to mount it.
root_modules=(virtio_pci virtio_blk crc32c_generic crc32c_intel ext4)
# What nobody waits for in a machine that lives for a minute.
root_masked=(
	apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service
	fstrim.timer systemd-networkd-wait-online.service getty@tty1.service serial-getty@ttyS0.service
	systemd-timesyncd.service systemd-hwdb-update.service systemd-update-utmp.service
	systemd-update-utmp-runlevel.service systemd-binfmt.service keyboard-setup.service
	console-setup.service ldconfig.service mdmonitor.service mdmonitor-oneshot.timer
	mdcheck_start.timer mdcheck_continue.timer lvm2-monitor.service lvm2-lvmpolld.socket
	rpcbind.service rpcbind.socket nfs-client.target nfs-blkmap.service rpc-statd-notify.service
	systemd-pcrphase.service systemd-pcrphase-sysinit.service modprobe@drm.service
)

# root_key: changes with all that goes into it but the packages' versions
root_key()
{
	{
		declare -f image_root bootstrap_root settle_root root_kernels module_order
		echo "${root_packages[*]} ${root_modules[*]} ${root_masked[*]}"
		cat "$here"/root/*
	} | sha256sum | cut -c1-8
}

# bootstrap_root TREE SUITE
bootstrap_root()
{
	local packages http_proxy=${http_proxy:-}

	packages=$(IFS=,; echo "${root_packages[*]}")
	# debootstrap does not ask apt for it.
	eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
	[[ ! $http_proxy ]] || export http_proxy
	mkdir -p "$1/etc/dpkg/dpkg.cfg.d"
	printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
		'path-exclude=/usr/share/locale/*' 'path-exclude=/usr/share/info/*' \
		> "$1/etc/dpkg/dpkg.cfg.d/machine"
	# What it mounts is gone with it, however it ends.
	unshare -m debootstrap --variant=minbase --keyring="$keyring" --include="$packages" "$2" "$1" "$(mirror)" \
		> "$1.log" 2>&1 || {
		tail -n 20 "$1.log" >&2
		[[ ! -s $1/debootstrap/debootstrap.log ]] || tail -n 20 "$1/debootstrap/debootstrap.log" >&2
		die "debootstrap of $2 failed"
	}
}

# settle_root TREE: what a machine needs to know of itself, and the unit that runs scenarios
settle_root()
{
	local unit etc=$1/etc

	for unit in "${root_masked[@]}"; do
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
		cp "$1/boot/vmlinuz-$release" "$2/$name.vmlinuz"
		echo "$release" > "$2/$name.release"
		while read -r module; do
			cp "$1/lib/modules/$release/$module" "$2/$name.$number-${module##*/}"
			number=$((number + 1))
		done < <(module_order "$1/lib/modules/$release/modules.dep" "${root_modules[@]}")
	done
	[[ -s $2/full.vmlinuz && -s $2/cloud.vmlinuz ]] || die "$1 lacks one of the kernels"
}

root_uuid=6b657865-6300-4000-8000-6b78726f6f74

# image_root TREE FILE
image_root()
{
	mke2fs -q -t ext4 -L kx-root -U "$root_uuid" -d "$1" "$2" 4G > "$1.log" 2>&1 ||
		die "mke2fs: $(tail -n 1 "$1.log")"
}

fetch_root()
{
	local suite=$1 tmp=$cache/tmp.root-$1 dir

	# Trees of these sources that want different ones do not make them in turns.
	dir=$cache/packages/root-$suite.$(root_key)
	if is_whole "$dir"; then
		link "$dir" "root-$suite"
		return
	fi
	command -v debootstrap > /dev/null || die "debootstrap is missing: install debootstrap"
	[[ $(id -u) == 0 ]] || die "debootstrap has to run as root"
	rm -rf "$tmp" "$tmp.tree"
	mkdir -p "$tmp" "$tmp.tree"
	bootstrap_root "$tmp.tree" "$suite"
	settle_root "$tmp.tree"
	root_kernels "$tmp.tree" "$tmp"
	# The first one's version is what fetch-kernels tells.
	dpkg-query --admindir "$tmp.tree/var/lib/dpkg" -W -f '${Package}_${Version}_${Architecture}\n' \
		linux-image-amd64 > "$tmp/packages"
	dpkg-query --admindir "$tmp.tree/var/lib/dpkg" -W -f '${Package}_${Version}_${Architecture}\n' \
		>> "$tmp/packages"
	image_root "$tmp.tree" "$tmp/root.img"
	rm -rf --one-file-system "$tmp.tree" "$tmp.tree.log"
	root_key > "$tmp/key"
	publish "$tmp" "$dir" "root-$suite"
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
	is_cached "root-$suite" || (fetch_root "$suite")
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
