#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What zsh offers for our programs: what its own functions are given, and what a user then sees.
. "${srcdir:-.}/tests/lib.sh"
need zsh zsh
evidence=out
# shellcheck source=tests/completions-lib.sh
. "$srcdir/tests/completions-lib.sh"

# given WORDS: what _arguments and _describe get for them, one a line; the last one is being typed
given()
{
	# shellcheck disable=SC2016 # for zsh
	zsh -f -c '
		_arguments() { print -rl -- "$@" }
		_describe() { print -rl -- "${(P@)2}" }
		words=("${(@)argv[2,-1]}") CURRENT=$(($# - 1))
		file=$1
		set --
		. $file' zsh "$srcdir/completions/_kexec_suite" "$@" > "$tmp/out" 2>&1
}

# gives LINE: it is among these
gives()
{
	checks=$((checks + 1))
	grep -qxF -e "$1" "$tmp/out" || bad "no line $1"
}

# All options of --help, and no other.
for words in kexec vmcore-dmesg 'kdump save'; do
	# shellcheck disable=SC2086 # a verb
	$words --help | sed -n 's/^  \(-., \|    \)\(--[a-z0-9-]*\).*/\2/p' | sort > "$tmp/expected"
	# shellcheck disable=SC2086 # words
	given $words --
	sed -n 's/^\*\(--[a-z0-9-]*\).*/\1/p' "$tmp/out" | sort > "$tmp/found"
	same_file "options of $words" "$tmp/found" "$tmp/expected"
	check "$words has options" [ "$(wc -l < "$tmp/expected")" -gt 5 ]
done
given kdump ''
for verb in $(kdump --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p'); do
	checks=$((checks + 1))
	grep -q "^$verb:." "$tmp/out" || bad "no verb $verb"
done
given kexec --
gives '*--type=[KERNEL must be of this type]:TYPE:(Image vmlinux bzImage32 bzImage64 elf multiboot multiboot2 pvh)'
gives '*-t+[KERNEL must be of this type]:TYPE:(Image vmlinux bzImage32 bzImage64 elf multiboot multiboot2 pvh)'
gives '*-l[load KERNEL; start nothing]'
check 'files are offered for --initrd' grep -q '^\*--initrd=\[.*\]:FILE.*:_files$' "$tmp/out"
check 'folders are offered for --root' grep -q '^\*--root=\[.*\]:DIR:_directories$' "$tmp/out"
gives '*:kernel:_files'
given kdump save --
check 'formats are offered' grep -q '^\*--format=\[.*\]:FORMAT:(kdump elf flat)$' "$tmp/out"
given vmcore-dmesg --
check 'levels are a list' grep -q '^\*--level=\[.*\]:LIST:_values -s , level emerg alert ' "$tmp/out"
check 'facilities are a list' grep -q '^\*-f+\[.*\]:LIST:_values -s , facility kern user ' "$tmp/out"
check 'an argument may be left out' grep -q '^\*--kmsg=\[.*\]::nul:' "$tmp/out"

# The real functions take these: what is typed, a tab, and what the line is then.
# shellcheck disable=SC2016 # it is a name
with_entries debian-6.1 'two words' 'a:b' '$(touch hacked)'
cat > "$tmp/ask.zsh" <<'END'
zmodload zsh/zpty || exit 77
zpty shell 'zsh -f -i'
send() { zpty -w shell "$1" }
send "PS1= PS2= RPS1=; stty -echo; fpath=($1 \$fpath); autoload -U compinit; compinit -D -u"
send 'finish() { print -r -- "<""<$BUFFER>>"; BUFFER=; zle -I }; zle -N finish; bindkey "^G" finish'
send 'print ready-''now'
zpty -r -m shell answer '*ready-now*'
zpty -w -n shell "$2"$'\t\a'
zpty -r -m shell answer '*<<*>>*'
print -r -- ${${answer##*<<}%%>>*}
zpty -d shell
END
# typed WORDS EXPECTED
typed()
{
	found=$(timeout 30 zsh -f "$tmp/ask.zsh" "$srcdir/completions" "$1" 2> "$tmp/out")
	same "$1" "$found" "$2"
}
typed 'kexec --mem-mi' 'kexec --mem-min='
typed 'kexec --type=bzImage6' 'kexec --type=bzImage64 '
typed 'kdump sav' 'kdump save '
typed 'kdump save --compress=zs' 'kdump save --compress=zstd '
typed 'vmcore-dmesg --level=em' 'vmcore-dmesg --level=emerg,'
typed 'vmcore-dmesg --level=emerg,no' 'vmcore-dmesg --level=emerg,notice,'
typed 'kexec --arch=ri' 'kexec --arch=riscv64 '
typed "kexec --initrd=$tmp/root/boot/k" "kexec --initrd=$tmp/root/boot/k "
# What a name says is offered as it is, and never run.
typed 'kexec --entry-id=deb' 'kexec --entry-id=debian-6.1.conf '
typed 'kexec --entry-id=two' 'kexec --entry-id=two\ words.conf '
typed 'kexec --entry-id=a' 'kexec --entry-id=a:b.conf '
typed 'kexec --entry-id=\$' 'kexec --entry-id=\$\(touch\ hacked\).conf '
check 'what a name says is run' [ ! -e hacked ]
finish
