# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $cache and functions are fetch-kernels'
# QEMU of bookworm-backports, for what this release's own does not do.

# has_emulators DIR: all that QEMU of bookworm-backports is wanted for
has_emulators()
{
	local program

	for program in $(of_all qemu_program); do
		[[ -x $1/usr/bin/$program ]] || return
	done
}

# QEMU of bookworm-backports, unpacked and run in place: its machines can more than this release's.
fetch_qemu()
{
	local version dir tmp missing program packages wanted

	apt_root bookworm-backports
	version=$(candidate qemu-system-common)
	[[ $version && $version != '(none)' ]] || die "bookworm-backports has no qemu-system-common"
	dir=$cache/qemu_${version//:/%3a}
	tmp=$cache/tmp.qemu
	if ! is_whole "$dir" || ! has_emulators "$dir"; then
		rm -rf "$tmp" "$tmp.deb"
		mapfile -t packages < <(of_all qemu_backport)
		wanted=" $(of_all qemu_program | xargs) "
		unpack_into "$tmp" bookworm-backports amd64 "${packages[@]}" qemu-system-{common,data}
		for program in "$tmp"/usr/bin/qemu-system-*; do
			# Of the other machines' emulators none is wanted.
			[[ $wanted == *" ${program##*/} "* ]] || {
				rm "$program"
				continue
			}
			missing=$(ldd "$program" | sed -n 's/ => not found//p' | xargs)
			[[ -z $missing ]] ||
				die "bookworm-backports' QEMU needs libraries that are not here: $missing"
		done
		has_emulators "$tmp" || die "bookworm-backports' QEMU lacks one of$wanted"
		publish "$tmp" "$dir" qemu
	else
		link "$dir" qemu
	fi
}

# QEMU for programs, of bookworm-backports: this release's does not know openat2(2).
fetch_qemu_user()
{
	local tmp=$cache/tmp.qemu-user arch program wanted=" "

	for arch in $(machines); do
		wanted+="qemu-$(conf "$arch" triplet | cut -d- -f1) "
	done
	rm -rf "$tmp" "$tmp.deb"
	unpack_into "$tmp" bookworm-backports amd64 qemu-user
	for program in "$tmp"/usr/bin/*; do
		[[ $wanted == *" ${program##*/} "* ]] || rm "$program"
	done
	publish "$tmp" "$cache/packages/qemu-user" qemu-user
}
