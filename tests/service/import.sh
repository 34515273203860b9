#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump import: the keys that distributions ship, and invented files, become what was expected; nothing
# is run, no password is printed, and what came of it is read without a warning.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
files=$srcdir/tests/service/import

# As golden texts: what is printed, what is said, the status. Those who change it look at each.
for file in "$files"/*.in; do
	name=${file##*/}
	cp "$file" "$tmp/$name"
	status=0
	(cd "$tmp" && "$program" import --from="${name%%.*}" "$name" > out 2> err < /dev/null) || status=$?
	ran="kdump import $name"
	{
		cat "$tmp/out"
		sed 's/^/stderr: /' "$tmp/err"
		echo "status: $status"
	} > "$tmp/found"
	if [ "${KX_UPDATE:-}" ]; then
		cp "$tmp/found" "${file%.in}.expected"
	fi
	same_file "${name%.in}" "$tmp/found" "${file%.in}.expected"
	[ "$status" != 1 ] || continue
	mkdir -p "$tmp/root/etc/kdump"
	cp "$tmp/out" "$tmp/root/etc/kdump/kdump.conf"
	run config --root="$tmp/root"
	expect_status 0
	expect_stderr ''
done

# Whose it is, is seen.
for name in debian.shipped debian.words suse.shipped suse.smb rhel.own.sysconfig; do
	cp "$files/$name.in" "$tmp/kdump"
	run import "$tmp/kdump"
	sed '/^status: /d; /^stderr: /d' "$files/$name.expected" > "$tmp/expected"
	same_file "$name by its keys" "$tmp/out" "$tmp/expected"
done
cp "$files/rhel.nfs.in" "$tmp/kdump.conf"
run import "$tmp/kdump.conf" "$tmp/rhel.sysconfig.in"
expect_status 4
expect_out '^where = \[fe80::1\]:/export/crash$'
expect_out '^append = irqpoll nr_cpus=1 reset_devices'
echo 'A=1' > "$tmp/kdump"
run import "$tmp/kdump"
expect_status 1
expect_error 'whose configuration it is cannot be seen'

# A path is the user's, also upwards.
mkdir "$tmp/below"
ran='kdump import ../kdump.conf'
status=0
(cd "$tmp/below" && "$program" import ../kdump.conf > ../out 2> ../err) || status=$?
expect_status 4
expect_out '^type = nfs$'

# Nothing is run: a file with a command is refused whole, with the line.
refused()
{
	printf '%b\n' "$1" > "$tmp/kdump"
	run import --from=debian "$tmp/kdump"
	expect_status 1
	expect_stdout ''
	expect_error "kdump: line $2: "
	check 'something was run' [ ! -e "$tmp/ran" ]
}
refused "USE_KDUMP=1\ntouch $tmp/ran" 2
refused "KDUMP_COREDIR=\`touch $tmp/ran\`" 1
refused "KDUMP_COREDIR=\"\$(touch $tmp/ran)\"" 1
refused "KDUMP_COREDIR=\"\`touch $tmp/ran\`\"" 1
refused 'A=1\nKDUMP_COREDIR=/x;A=2' 2
refused "\n\nKDUMP_COREDIR=/x; touch $tmp/ran" 3
refused "KDUMP_COREDIR=/x touch $tmp/ran" 1
refused 'KDUMP_COREDIR=$OTHER/x' 1
refused "KDUMP_COREDIR='/x" 2
refused '. /etc/os-release' 1
refused 'if true; then\nUSE_KDUMP=1\nfi' 1

# --write: into conf.d, with the password in a file that only its owner reads; never over another.
run import --from=suse --write --root="$tmp/w" "$files/suse.smb.in"
expect_status 1
mkdir -p "$tmp/w/etc"
run import --from=suse --write --root="$tmp/w" "$files/suse.smb.in"
expect_status 4
expect_stdout ''
check 'the password is printed' [ "$(grep -c 'se@cret' "$tmp/err")" = 0 ]
same 'the password' "$(cat "$tmp/w/etc/kdump/smb.secret")" 'se@cret'
same 'its mode' "$(stat -c %a "$tmp/w/etc/kdump/smb.secret")" 600
run config --root="$tmp/w"
expect_status 0
expect_out '^where = //server/share ; /etc/kdump/conf.d/50-imported.conf:[0-9]+$'
run import --from=suse --write --root="$tmp/w" "$files/suse.smb.in"
expect_status 1
check 'it is not told' grep -q 'smb.secret is there; remove it first' "$tmp/err"
run import --from=suse --write --root="$tmp/w" "$files/suse.shipped.in"
expect_status 1
expect_error '50-imported.conf is there; remove it first'
same 'what is left' "$(cd "$tmp/w" && find . -type f | sort | xargs)" \
	'./etc/kdump/conf.d/50-imported.conf ./etc/kdump/smb.secret'
# What is in the way of one of them is seen before another is written.
rm "$tmp/w/etc/kdump/smb.secret"
run import --from=suse --write --root="$tmp/w" "$files/suse.smb.in"
expect_status 1
same 'what is left' "$(cd "$tmp/w" && find . -type f | sort | xargs)" './etc/kdump/conf.d/50-imported.conf'
run import --from=arch x
expect_status 2
run import
expect_status 2
finish
