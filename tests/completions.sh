#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What bash offers for our programs: their options, and what these take.
. "${srcdir:-.}/tests/lib.sh"
# shellcheck source=completions/kexec
. "$srcdir/completions/kexec"
# shellcheck source=tests/completions-lib.sh
. "$srcdir/tests/completions-lib.sh"
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

# What boot entries and files are called is offered as it is, and never run.
# shellcheck disable=SC2016 # it is a name
name='$(touch hacked)'
with_entries debian-6.1 debian-7.2 'two words' 'now (default: x' "$name"
: > "$name"
: > 'a b'
offers 'kexec --entry-id = de' 'default debian-7.2.conf debian-6.1.conf'
offers 'kexec --entry-id debian-6' 'debian-6.1.conf'
offers 'kexec --entry-id = ' "default two\\ words.conf \\\$\\(touch\\ hacked\\).conf now\\ \\(default:\\ x.conf debian-7.2.conf debian-6.1.conf"
offers 'kexec --entry-id = \$' "\\\$\\(touch\\ hacked\\).conf"
offers 'kexec --initrd = $' "\$(touch hacked)"
offers 'kexec --initrd = a' 'a b'
check 'what a name says is run' [ ! -e hacked ]
finish
