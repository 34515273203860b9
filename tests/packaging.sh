#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What packages are made of agrees with the sources: version, libraries, what is installed.
. "${srcdir:-.}/tests/lib.sh"
# What a make above this one wants of those below is no matter of ours.
unset MAKEFLAGS MFLAGS MAKELEVEL
evidence=out
: > "$tmp/out"
control=$srcdir/debian/control
spec=$srcdir/packaging/kexec-suite.spec
version=$(sed -n 's/^AC_INIT(\[kexec-suite\], \[\(.*\)\])$/\1/p' "$srcdir/configure.ac")

same "debian/changelog's version" "$(sed -n '1s/^kexec-suite (\(.*\)) .*/\1/p' "$srcdir/debian/changelog")" "$version"
same "the spec file's version" "$(sed -n 's/^Version: *//p' "$spec")" "$version"

# Libraries that a build here has are those of packages.
for library in $(sed -n "/^build=/,/'\$/p" "$srcdir/tools/install-packages" | grep -o '[a-z0-9-]*-dev'); do
	[ "$library" != libc6-dev ] || continue
	checks=$((checks + 1))
	grep -q "^ $library\( \[.*\]\)\{0,1\},\$" "$control" || bad "$library is no Build-Depends"
done

# All that is in debian/ is distributed, and nothing that is not there.
make -s -C "$builddir" --eval 'print-it: ; @echo $(EXTRA_DIST)' print-it | tr ' ' '\n' > "$tmp/distributed"
if [ -e "$srcdir/.git" ] && command -v git > /dev/null; then
	for file in $(cd "$srcdir" && git ls-files debian packaging); do
		checks=$((checks + 1))
		grep -qxF "$file" "$tmp/distributed" || bad "$file is not distributed"
	done
fi

# Each man page and program is in a package.
cat "$srcdir"/debian/*.install > "$tmp/packaged"
for path in $(make -s -C "$builddir" --eval 'print-it: ; @echo $(sbin_PROGRAMS) $(dist_man_MANS)' print-it); do
	checks=$((checks + 1))
	grep -q "/${path##*/}\$" "$tmp/packaged" || bad "${path##*/} is in no Debian package"
	grep -q "/${path##*/}\*\{0,1\}\$" "$spec" || bad "${path##*/} is in no RPM"
done

# Scripts of packages are sh.
for file in "$srcdir"/debian/*.postinst "$srcdir"/debian/*.postrm; do
	check "${file##*/}" sh -n "$file"
done
# postinst STATUS ACTIVE ARGUMENT...: what is said where kdump reload ends with STATUS, and systemctl
# is-active with ACTIVE
postinst()
{
	mkdir -p "$tmp/bin" "$tmp/dpkg/run/systemd/system"
	printf '#!/bin/sh\n[ $1 = reload ] && exit %s\necho "Armed:   no"\necho "fault    no memory"\nexit 5\n' \
		"$1" > "$tmp/bin/kdump"
	printf '#!/bin/sh\nexit %s\n' "$2" > "$tmp/bin/systemctl"
	chmod 755 "$tmp/bin/kdump" "$tmp/bin/systemctl"
	shift 2
	# What there is of a running service is looked for in folders of ours.
	sed "s,/run/kdump,$tmp/dpkg/run," "$srcdir/debian/kdump.postinst" > "$tmp/postinst"
	DPKG_ROOT=${at:-$tmp/dpkg} PATH=$tmp/bin:$PATH sh -e "$tmp/postinst" "$@" > "$tmp/out" 2>&1 ||
		bad "kdump.postinst $* ended with $?"
}
postinst 6 3 configure ''
same 'a machine that is not armed' "$(cat "$tmp/out")" \
	'kdump: installed, but this machine is not armed yet, as kdump status says:
fault    no memory'
postinst 6 0 configure ''
same 'an armed one' "$(cat "$tmp/out")" ''
for status in 0 4 6; do
	postinst $status 3 configure 0.0.1
	same "an upgrade, reload ends with $status" "$(cat "$tmp/out")" ''
done
postinst 1 3 configure 0.0.1
same 'an upgrade that fails' "$(cat "$tmp/out")" \
	'kdump: not reloaded after the upgrade; see kdump status'
postinst 75 3 configure 0.0.1
same 'an upgrade while another kdump is at work' "$(cat "$tmp/out")" \
	'kdump: another kdump is at work: reloaded by itself after that'
at=$tmp/nowhere
postinst 75 3 configure 0.0.1
same 'the same without systemd' "$(cat "$tmp/out")" \
	'kdump: not reloaded after the upgrade; see kdump status'
if command -v rpmspec > /dev/null; then
	check 'rpmspec' rpmspec -q "$spec" > "$tmp/out" 2>&1
fi
finish
