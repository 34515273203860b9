#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where segments go, and what purgatory is told.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"
head -c 50000 /dev/urandom > "$tmp/i"

# plan ARGUMENT...: a plan whose segments lie in RAM
plan()
{
	run -l --dry-run -c "$@" "$tmp/k"
	expect_status 0
	expect_stderr ''
	expect_plan_in_ram
}

# inside START END: all segments of the plan
inside()
{
	checks=$((checks + 1))
	while read -r what at size; do
		if [ $((at)) -lt $(($1)) ] || [ $((at + size)) -gt $(($2)) ]; then
			bad "segment $what at $at, $size bytes, should be in [$1, $2)"
		fi
	done < "$tmp/segments"
}
plan --initrd="$tmp/i"
same 'segments' "$(cut -d ' ' -f 1 "$tmp/segments" | sort | xargs)" \
	'boot_params initrd kernel purgatory'
plan --mem-max=0x2fffffff --initrd="$tmp/i"
inside 0x100000 0x30000000
plan --mem-min=0x20000000 --mem-max=0x2fffffff --initrd="$tmp/i"
inside 0x20000000 0x30000000
# The last byte counts, as the option's documentation says.
plan --mem-min=536870912 --mem-max=805306367
inside 0x20000000 0x30000000
highest=0
while read -r what at size; do
	[ $((at + size)) -le "$highest" ] || highest=$((at + size))
done < "$tmp/segments"
same 'end of the highest segment' "$highest" $((0x30000000))
# What is in use for another purpose is kept clear of.
put proc/iomem '00100000-3ffdffff : System RAM' '  20000000-3ffdffff : Crash kernel'
plan --initrd="$tmp/i"
inside 0x100000 0x20000000
machine
# A kernel that cannot be moved goes to its place, or nowhere.
kernel "$tmp/k" relocatable_kernel=0
plan
same 'kernel at' "$(sed -n 's/^kernel \([^ ]*\) .*/\1/p' "$tmp/segments")" 0x000001000000
run -l -c --mem-min=0x2000000 "$tmp/k"
expect_status 1
expect_error 'no room for the kernel: 0x[0-9a-f]+ bytes wanted at a fixed address'
kernel "$tmp/k"

# The entry: the image's, or the one that is asked for.
plan
same 'entry' "$(sed -n 's/^kernel@   //p' "$tmp/out")" \
	"$(printf '0x%x' $(($(sed -n 's/^kernel \([^ ]*\) .*/\1/p' "$tmp/segments") + 0x200)))"
plan --entry=0x1234560
expect_out '^kernel@   0x1234560$'

# purgatory ARGUMENT...: a digest of the purgatory segment, which must change with what it is told
purgatory()
{
	run -l -c "$@" "$tmp/k"
	segment purgatory sha256
}
# Without checks purgatory holds no digests, and nothing else of it is random.
plain=$(purgatory -i)
same 'length of the digest' ${#plain} 32
same 'plain' "$(purgatory -i)" "$plain"
for option in --console-serial --console-vga --reset-vga --on-mismatch=halt --entry=0x1000; do
	same "$option changes purgatory" "$([ "$(purgatory -i $option)" = "$plain" ] || echo yes)" yes
done
same 'a serial line that nobody prints on' "$(purgatory -i --on-mismatch=reset)" "$plain"
serial=$(purgatory -i --console-serial)
for line in ttyS1 0x3e8 mmio,0xfe030000 mmio32,0xfe030000; do
	other=$(purgatory -i --console-serial --serial=$line)
	same "$line changes purgatory" "$([ "$other" = "$serial" ] || echo yes)" yes
done
same 'ttyS0 is the default' "$(purgatory -i --console-serial --serial=ttyS0)" "$serial"
same '0x3f8 is ttyS0' "$(purgatory -i --console-serial --serial=0x3f8)" "$serial"
same '1016 is 0x3f8' "$(purgatory -i --console-serial --serial=1016)" "$serial"
same 'rate 0 is the default' "$(purgatory -i --console-serial --serial-baud=0)" "$serial"
other=$(purgatory -i --console-serial --serial-baud=115200)
same '115200 is set' "$([ "$other" = "$serial" ] || echo yes)" yes
# With checks, each load has other digests: boot_params holds a new random seed.
same 'seed' "$([ "$(purgatory)" = "$(purgatory)" ] || echo yes)" yes
finish
