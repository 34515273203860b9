#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every captured or invented machine: the same plan each time, and loads that fit to it.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"
head -c 100000 /dev/urandom > "$tmp/i"
json=
if grep -q '^#define HAVE_JANSSON 1' "$builddir/config.h"; then
	json=--json
fi

# enter NAME: be on this machine
enter()
{
	rm -rf "$root"
	"$tools/mkroot" unpack "$srcdir/tests/fixtures/x86_64/$1.machine" "$root" ||
		exit 99
}

for file in "$srcdir"/tests/fixtures/x86_64/*.machine; do
	name=${file##*/}
	name=${name%.machine}
	enter "$name"
	for way in -a -s -c; do
		real --dry-run --root="$root" --arch=x86_64 $json $way -l "$tmp/k" --initrd="$tmp/i"
		planned=$status
		cp "$tmp/out" "$tmp/first"
		cp "$tmp/err" "$tmp/first-err"
		real --dry-run --root="$root" --arch=x86_64 $json $way -l "$tmp/k" --initrd="$tmp/i"
		same "exit status on $name" "$status" "$planned"
		same_file "the plan on $name" "$tmp/out" "$tmp/first"
		same_file "the error on $name" "$tmp/err" "$tmp/first-err"
		if [ "$status" != 0 ]; then
			expect_status 1
			expect_stdout ''
			expect_error '^kexec: '
		fi
		# A load does what its plan says, unless both ways had to be planned.
		run -l $way "$tmp/k" --initrd="$tmp/i"
		if [ $way != -a ]; then
			same "loading on $name" "$status" "$planned"
		elif [ "$planned" = 0 ]; then
			expect_status 0
		fi
		[ "$status" = 0 ] || expect_no_log .
	done
done

# The running kernel's own loader would cut this machine's memory map: not the first choice.
enter 200-entries
run -l "$tmp/k"
expect_status 0
expect_calls kexec_load
run -l -s "$tmp/k"
expect_calls kexec_file_load
KX_FAKE_ERRNO_LOAD=EPERM run -l "$tmp/k"
expect_status 0
expect_calls kexec_load kexec_file_load
finish
