#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# These tests run on a host of any architecture: here on one that no kexec is for.
. "${srcdir:-.}/tests/cli/lib.sh"
need setarch util-linux
unset KX_FAKE_MACHINE
export srcdir builddir

setarch linux32 true 2> "$tmp/err" || skip "this host cannot be another one: $(cat "$tmp/err")"
# A test of these lets a user without rights look into its folder, which is in this one.
chmod 755 "$tmp" "$tmp/left"
foreign=$(setarch linux32 uname -m)
check "setarch changes nothing" [ "$foreign" != "$(uname -m)" ]
for test in arches changed dry-run modes uki; do
	ran="tests/cli/$test.sh on $foreign"
	status=0
	setarch linux32 sh "$srcdir/tests/cli/$test.sh" \
		> "$tmp/err" 2>&1 || status=$?
	expect_status 0
done
finish
