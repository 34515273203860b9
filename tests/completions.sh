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
offers 'kexec --type = ' 'Image bzImage64 elf multiboot multiboot2 pvh vmlinux'
offers 'kexec -t bz' 'bzImage64'
offers 'kexec --arch = r' 'riscv64'
offers 'kexec --on-mismatch = ' 'reset halt'
offers "kexec --initrd = $srcdir/REA" "$srcdir/README"
offers "kexec --root = $srcdir/comp" "$srcdir/completions"
offers "kexec -l $srcdir/REA" "$srcdir/README"
offers 'kexec --nothing = ' ''
offers 'vmcore-dmesg --level = e' 'emerg err'
offers 'vmcore-dmesg --facility = local7' 'local7'
offers 'vmcore-dmesg --color = a' 'auto always'
offers "vmcore-dmesg $srcdir/REA" "$srcdir/README"
offers 'kdump sa' 'save'
offers 'kdump save --compress = z' 'zstd zlib'
offers "kdump save $srcdir/REA" "$srcdir/README"
finish
