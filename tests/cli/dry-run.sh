#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Plans are printed the same each time, for anybody, on any machine.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k" text=6.1.0-9-test
printf 'some bytes' > "$tmp/i"
printf 'more' > "$tmp/j"

# twice ARGUMENT...: through the program as it is installed; the second output is $tmp/out
twice()
{
	real --dry-run --root="$root" --arch=x86_64 "$@"
	expect_status 0
	expect_stderr ''
	cp "$tmp/out" "$tmp/first"
	sleep 0.01
	real --dry-run --root="$root" --arch=x86_64 "$@"
	same_file 'the second output' "$tmp/out" "$tmp/first"
}
for way in -a -s -c; do
	twice $way -l "$tmp/k" --initrd="$tmp/i" --initrd="$tmp/j" --append='ro quiet'
	expect_out '^cmdline   ro quiet$'
done
# Purgatory's size is the compiler's business, and it moves the others.
sed -e '/^segment *purgatory/s/memory.*/memory SIZE bytes SIZE/' \
	-e 's/^\(entry  \|kernel@\)\( *\)0x[0-9a-f]*$/\1\2ADDRESS/' \
	-e '/^segment/s/0x[0-9a-f]\{12\}/ADDRESS/' -e "s|$tmp|@tmp@|" "$tmp/out" > "$tmp/masked"
same_file 'the plan' "$tmp/masked" "$srcdir/tests/cli/dry-run.expected"
twice -a -l "$tmp/k"
expect_out '^syscall   kexec_file_load$'
expect_out '^if the kernel refuses that:$'
expect_out '^syscall   kexec_load$'
twice -s -l "$tmp/k"
expect_no_out '^segment'
# What the mode would do later is not done and does not matter.
for mode in -l -f ''; do
	# shellcheck disable=SC2086 # empty for no option
	run --dry-run $mode -c "$tmp/k"
	expect_status 0
	expect_calls
	same "plan of '$mode'" "$(cksum < "$tmp/out")" "$(run --dry-run -l -c "$tmp/k"; cksum < "$tmp/out")"
done

# Not stopped by what forbids to load here, but told.
put proc/sys/kernel/kexec_load_disabled 1
run --dry-run -l "$tmp/k"
expect_status 1
expect_error 'kexec_load_disabled'
machine

# JSON, where it is built in.
have_json=
if grep -q '^#define HAVE_JANSSON 1' "$builddir/config.h"; then
	need jq jq
	need iconv libc-bin
	have_json=yes
	for way in -a -s -c; do
		twice --json $way -l "$tmp/k" --initrd="$tmp/i" --append="a \"b\" \\ $(printf 'c\tä\377')"
		expect_out '^  "syscall": "kexec_'
		expect_out '^  "arch": "x86_64",'
		jq . "$tmp/out" > "$tmp/parsed" 2>&1
		same 'status of jq' $? 0
		iconv -f UTF-8 -t UTF-8 "$tmp/out" > "$tmp/parsed" 2>&1
		same 'status of iconv' $? 0
	done
	expect_out '^      "what": "initrd"'
	twice --json -a -l "$tmp/k"
	expect_out '^  "fallback": \{'
	real --json --dry-run --root="$root" --arch=x86_64 -l "$tmp/missing"
	expect_status 1
	expect_stdout ''
	expect_error 'No such file'
else
	real --json --dry-run --root="$root" --arch=x86_64 -l "$tmp/k"
	expect_status 1
	expect_error 'built without jansson'
fi

# As a user without any rights.
if [ "$(id -u)" = 0 ]; then
	need setpriv util-linux
	chmod 755 "$tmp"
	cp "$builddir/kexec/kexec" "$tmp/kexec"
	for json in '' "${have_json:+--json}"; do
		# shellcheck disable=SC2086 # empty for no option
		real --dry-run --root="$root" --arch=x86_64 $json -c -l "$tmp/k"
		expect_status 0
		cp "$tmp/out" "$tmp/first"
		ran='setpriv kexec --dry-run'
		status=0
		# shellcheck disable=SC2086 # empty for no option
		setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
			--bounding-set=-all "$tmp/kexec" --dry-run --root="$root" --arch=x86_64 \
			$json -c -l "$tmp/k" > "$tmp/out" 2> "$tmp/err" || status=$?
		expect_status 0
		expect_stderr ''
		same_file "the plan that root sees" "$tmp/first" "$tmp/out"
	done
fi
finish
