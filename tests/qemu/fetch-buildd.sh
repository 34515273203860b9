# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $cache, $keyring, $here and die are fetch-kernels'
# A Debian system of this machine's architecture, packed, in which packages of another one are built as
# Debian cross-builds them: with the other one's libraries and the cross compiler of the same release.

# buildd_key ARCH: changes with all that goes into it but the packages' versions
buildd_key()
{
	{
		declare -f fetch_buildd bootstrap buildd_apt buildd_depends
		conf "$1" buildd_suite
		# The fields that say what a build takes.
		sed -n '/^Build-Depends:/,/^[^ ]/p' "$here/../../debian/control"
	} | sha256sum | cut -c1-8
}

# buildd_apt TREE SUITE ARCH: has this machine's apt, with its proxies and time-outs, work in it
buildd_apt()
{
	local own uri

	unset APT_CONFIG
	own=$(dpkg --print-architecture)
	uri=$(mirror)
	mkdir -p "$1/etc/apt"
	echo "deb [arch=$own,$3 signed-by=$keyring] $uri $2 main" > "$1/etc/apt/sources.list"
	{
		apt-config dump | grep -i '^Acquire::' | grep -vi '^Acquire::Languages' || true
		cat <<-END
		Acquire::Languages "none";
		Acquire::Retries "3";
		APT::Architecture "$own";
		APT::Architectures { "$own"; "$3"; };
		APT::Install-Recommends "false";
		APT::Sandbox::User "";
		Dir "$1";
		Dir::State::status "$1/var/lib/dpkg/status";
		DPkg::Chroot-Directory "$1";
		END
	} > "$1.apt.conf"
	export APT_CONFIG=$1.apt.conf DEBIAN_FRONTEND=noninteractive
}

# buildd_depends TREE ARCH: install the cross compiler, and what debian/control asks for
buildd_depends()
{
	chroot "$1" dpkg --add-architecture "$2" &&
		apt-get update -qq -o APT::Update::Error-Mode=any &&
		mount -t proc proc "$1/proc" &&
		apt-get install -y "crossbuild-essential-$2" &&
		apt-get build-dep -y -a"$2" -Pcross,nocheck "$here/../.." &&
		apt-get clean
}

# fetch_buildd ARCH
fetch_buildd()
{
	local tmp=$cache/tmp.buildd-$1 tree=$cache/tmp.buildd-$1.tree suite dir within=(unshare -m)

	# Trees of these sources that want different ones do not make them in turns.
	dir=$cache/packages/buildd-$1.$(buildd_key "$1")
	if is_whole "$dir"; then
		link "$dir" "buildd-$1"
		return
	fi
	suite=$(conf "$1" buildd_suite)
	rm -rf "$tmp" "$tree"
	mkdir -p "$tmp" "$tree"
	bootstrap "$tree" "$suite"
	buildd_apt "$tree" "$suite" "$1"
	export -f buildd_depends
	here=$here unshare -m bash -c 'buildd_depends "$@"' bash "$tree" "$1" > "$tree.log" 2>&1 || {
		tail -n 20 "$tree.log" >&2
		die "cannot install what packages of $1 are built with"
	}
	installed "$tree" "crossbuild-essential-$1" > "$tmp/packages"
	rm -rf "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/*.bin
	tar -C "$tree" -c . | zstd -q -3 > "$tmp/root.tar.zst"
	rm -rf --one-file-system "$tree" "$tree.log" "$tree.apt.conf"
	buildd_key "$1" > "$tmp/key"
	publish "$tmp" "$dir" "buildd-$1"
}

# depends_key ARCH: changes with which packages those are, but for their versions
depends_key()
{
	{
		declare -f fetch_depends
		conf "$1" buildd_suite
		conf "$1" depends_packages
	} | sha256sum | cut -c1-8
}

# fetch_depends ARCH: packages that ours depend on and that a small root file system may lack
fetch_depends()
{
	local tmp=$cache/tmp.depends-$1

	# shellcheck source=/dev/null
	. "$here/$1.conf"
	rm -rf "$tmp"
	mkdir -p "$tmp"
	apt_root "$buildd_suite" "$debian"
	download "$tmp" "${depends_packages[@]}"
	rm "$tmp/log"
	(cd "$tmp" && printf '%s\n' *.deb) > "$tmp/packages"
	depends_key "$arch" > "$tmp/key"
	publish "$tmp" "$cache/packages/depends-$arch" "depends-$arch"
}
