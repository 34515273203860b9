#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Initrds: one, several, from a pipe, and how they are joined.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"
printf '070701-first, 21 bytes' > "$tmp/a"
head -c 9000 /dev/urandom > "$tmp/b"
printf 'last' > "$tmp/c"

# pad FILE MULTIPLE: zeros up to the next multiple
pad()
{
	cat "$1"
	bytes=$(wc -c < "$1")
	head -c "$((($2 - bytes % $2) % $2))" /dev/zero
}

# One goes to the kernel as it is.
run -l --initrd="$tmp/b" "$tmp/k"
expect_log "^kexec_file_load flags=0x0 "
expect_log "^initrd bytes=9000 sha256=$(digest "$tmp/b")\$"
run -l -c --initrd="$tmp/b" "$tmp/k"
same 'initrd' "$(segment initrd sha256)" "$(digest "$tmp/b")"
same 'bytes' "$(segment initrd bytes)" 9000
same 'memory' "$(segment initrd memsz)" 0x3000
# None is said to the kernel.
run -l "$tmp/k"
expect_log '^kexec_file_load flags=0x4 '
expect_log '^initrd none$'
run -l -c "$tmp/k"
same 'initrd' "$(segment initrd at)" ''

# Several, in the order given: at multiples of 4 bytes in a file, on pages in memory.
{ pad "$tmp/a" 4; pad "$tmp/b" 4; pad "$tmp/c" 4; } > "$tmp/joined"
run -l --initrd="$tmp/a" "$tmp/k" --ramdisk="$tmp/b" --initrd "$tmp/c"
expect_status 0
expect_log "^initrd bytes=$(wc -c < "$tmp/joined") sha256=$(digest "$tmp/joined")\$"
{ pad "$tmp/a" 4096; pad "$tmp/b" 4096; cat "$tmp/c"; } > "$tmp/joined"
run -l -c --initrd="$tmp/a" --initrd="$tmp/b" --initrd="$tmp/c" "$tmp/k"
expect_status 0
same 'joined' "$(segment initrd sha256)" "$(digest "$tmp/joined")"
same 'bytes' "$(segment initrd bytes)" "$(wc -c < "$tmp/joined")"
before=$(segment initrd sha256)
run -l -c --initrd="$tmp/c" --initrd="$tmp/b" --initrd="$tmp/a" "$tmp/k"
same 'order counts' "$([ "$(segment initrd sha256)" != "$before" ] && echo yes)" yes
# The same file twice is a way, too.
run -l -c --initrd="$tmp/c" --initrd="$tmp/c" "$tmp/k"
same 'bytes' "$(segment initrd bytes)" 4100

# From a pipe.
mkfifo "$tmp/fifo"
for way in -s -c; do
	cat "$tmp/b" > "$tmp/fifo" &
	run -l $way --initrd="$tmp/fifo" "$tmp/k"
	expect_status 0
	expect_log "^(segment )?initrd .*bytes=9000 sha256=$(digest "$tmp/b")\$"
	wait
done
{ pad "$tmp/a" 4; cat "$tmp/b"; } > "$tmp/joined"
cat "$tmp/b" > "$tmp/fifo" &
run -l -s --initrd="$tmp/a" --initrd="$tmp/fifo" "$tmp/k"
expect_log "^initrd .* sha256=$(digest "$tmp/joined")\$"
wait
# A pipe that delivers more than a load may have is not read to its end.
put proc/meminfo 'MemTotal: 2048 kB'
head -c 3000000 /dev/zero 2> /dev/null > "$tmp/fifo" &
run -l --initrd="$tmp/fifo" "$tmp/k"
expect_status 1
expect_error 'the pipe delivers more than 1 MiB'
expect_calls
wait
: > "$tmp/nothing"
cat "$tmp/nothing" > "$tmp/fifo" &
run -l --initrd="$tmp/fifo" "$tmp/k"
expect_status 1
expect_error "$tmp/fifo: the file is empty"
wait
finish
