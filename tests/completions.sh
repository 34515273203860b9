#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What bash offers for our programs: their options, and what these take.
. "${srcdir:-.}/tests/lib.sh"
# shellcheck source=completions/kexec
. "$srcdir/completions/kexec"
PATH=$builddir/kexec:$builddir/vmcore-dmesg:$builddir/kdump:$PATH
evidence=

# Outside of a completion there are no options of it.
compopt()
{
	:
}

# offers WORDS EXPECTED: typed so far, the last one perhaps empty
offers()
{
	read -ra COMP_WORDS <<< "$1"
	[[ $1 != *' ' ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_kexec_suite "${COMP_WORDS[0]}"
	same "$1" "${COMPREPLY[*]}" "$2"
}

for words in kexec vmcore-dmesg 'kdump save'; do
	# shellcheck disable=SC2086 # a verb
	all=$($words --help | grep -o '^  \(-., \|    \)--[a-z0-9-]*=\{0,1\}' | sed 's/.*--/--/' | tr '\n' ' ')
	check "options of $words" [ "$(echo "$all" | wc -w)" -gt 5 ]
	offers "$words --" "${all% }"
done
offers 'kexec --reuse' '--reuse-cmdline --reuse-video-type'
offers 'kexec --mem-mi' '--mem-min='
offers 'kexec --type = ' 'Image bzImage32 bzImage64 elf multiboot multiboot2 pvh vmlinux'
offers 'kexec -t bz' 'bzImage32 bzImage64'
offers 'kexec --arch = r' 'riscv64'
offers 'kexec --on-mismatch = ' 'reset halt'
offers "kexec --initrd = $srcdir/REA" "$srcdir/README"
offers "kexec --root = $srcdir/comp" "$srcdir/completions"
offers "kexec -l $srcdir/REA" "$srcdir/README"
offers "kexec --initrd $srcdir/REA" "$srcdir/README"
offers "kexec --root $srcdir/REA" ''
offers 'kexec --type bz' 'bzImage32 bzImage64'
offers 'kexec --type = multi' 'multiboot multiboot2'
offers 'kexec --arch ' 'arm64 riscv64 x86_64'
offers 'kexec --on-mismatch h' 'halt'
offers 'kexec --nothing = ' ''
offers 'kexec --reuse-cmdline = ' ''
offers 'vmcore-dmesg --level = e' 'emerg err'
offers 'vmcore-dmesg --level e' 'emerg err'
offers 'vmcore-dmesg -l err,warn,no' 'err,warn,notice'
offers 'vmcore-dmesg --facility = local7' 'local7'
offers 'vmcore-dmesg -f kern,ma' 'kern,mail'
offers 'vmcore-dmesg --panic = ' 'all'
offers 'vmcore-dmesg --kmsg = ' 'nul'
offers "vmcore-dmesg --kmsg $srcdir/REA" "$srcdir/README"
offers 'vmcore-dmesg --color = a' 'auto always'
offers "vmcore-dmesg $srcdir/REA" "$srcdir/README"
offers 'kdump sa' 'save'
offers 'kdump save --compress = z' 'zstd zlib'
offers "kdump save $srcdir/REA" "$srcdir/README"

# Boot entries of a machine below $tmp/root, by their names. What these and files are called is offered
# as it is, and never run.
mkdir -p "$tmp/root/boot/loader/entries" "$tmp/bin" "$tmp/files"
: > "$tmp/root/boot/k"
for entry in debian-6.1 debian-7.2 'two words' 'now (default: x' '$(touch hacked)'; do
	printf 'title The kernel\nlinux /k\n' > "$tmp/root/boot/loader/entries/$entry.conf"
done
# shellcheck disable=SC2016 # for the program
printf '#!/bin/sh\n[ "$1" != --list-entries ] || set -- "$@" "--root=%s"\nexec "%s" "$@"\n' \
	"$tmp/root" "$builddir/kexec/kexec" > "$tmp/bin/kexec"
chmod 755 "$tmp/bin/kexec"
PATH=$tmp/bin:$PATH
: > "$tmp/files/"'$(touch hacked)'
: > "$tmp/files/a b"
cd "$tmp/files" || exit 99
check 'entries are listed' [ "$(kexec --list-entries | grep -c '^[^ ]')" = 5 ]
offers 'kexec --entry-id = de' 'default debian-7.2.conf debian-6.1.conf'
offers 'kexec --entry-id debian-6' 'debian-6.1.conf'
offers 'kexec --entry-id = ' "default two\\ words.conf \\\$\\(touch\\ hacked\\).conf now\\ \\(default:\\ x.conf debian-7.2.conf debian-6.1.conf"
offers 'kexec --entry-id = \$' "\\\$\\(touch\\ hacked\\).conf"
offers 'kexec --initrd = $' "\$(touch hacked)"
offers 'kexec --initrd = a' 'a b'
check 'what a name says is run' [ ! -e hacked ]
finish
