# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $keyring, mirror and die are fetch-kernels'
# A new Debian system in a folder. debootstrap makes it, as root.

# bootstrap TREE SUITE OPTION...: a minimal one, without documentation. "${within[@]}" runs debootstrap,
# in a mount namespace, so that what it mounts is gone with it, however it ends.
bootstrap()
{
	local tree=$1 suite=$2 http_proxy=${http_proxy:-}

	shift 2
	command -v debootstrap > /dev/null || die "debootstrap is missing: install debootstrap"
	[[ $(id -u) == 0 ]] || die "debootstrap has to run as root"
	# It does not ask apt for a proxy.
	eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
	[[ ! $http_proxy ]] || export http_proxy
	mkdir -p "$tree/etc/dpkg/dpkg.cfg.d"
	printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
		'path-exclude=/usr/share/locale/*' 'path-exclude=/usr/share/info/*' \
		> "$tree/etc/dpkg/dpkg.cfg.d/machine"
	"${within[@]}" debootstrap --variant=minbase --keyring="$keyring" "$@" "$suite" "$tree" \
		"$(mirror)" > "$tree.log" 2>&1 || {
		tail -n 20 "$tree.log" >&2
		[[ ! -s $tree/debootstrap/debootstrap.log ]] || tail -n 20 "$tree/debootstrap/debootstrap.log" >&2
		die "debootstrap of $suite failed"
	}
}

# installed TREE PACKAGE: all packages in it as NAME_VERSION_ARCHITECTURE, first that one, whose version
# is what fetch-kernels tells
installed()
{
	local format='${Package}_${Version}_${Architecture}\n'

	dpkg-query --admindir "$1/var/lib/dpkg" -W -f "$format" "$2"
	dpkg-query --admindir "$1/var/lib/dpkg" -W -f "$format"
}
