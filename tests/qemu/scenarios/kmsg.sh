# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A running kernel's log, read from /proc/kcore by our vmcore-dmesg, is what /dev/kmsg gives.

# --- inside the machine --------------------------------------------------------------------------

# What a boot does not log: other facilities and levels, bytes that are escaped, the longest line,
# several lines in one record, and none. Each printf is one write, so one record.
odd_records()
{
	for i in 0 1 2 3 4 5 6 7 9 22 35 86 99 131 191; do
		printf '<%d>kx priority %d' "$i" "$i" > /dev/kmsg
	done
	printf '<14>kx UTF-8 gr\303\274\303\237e \342\234\223 \360\237\220\247' > /dev/kmsg
	printf '<14>kx not UTF-8 \377\376\200 \303 end' > /dev/kmsg
	printf '<14>kx backslashes \\ \\\\ \\x41 \\' > /dev/kmsg
	printf '<14>kx control \001\002\033[31m\177\t\r\b end' > /dev/kmsg
	printf '<14>kx separators ; , = and\n SUBSYSTEM=forged\n6,1,2,-;lines' > /dev/kmsg
	printf '<14>  kx spaces around  ' > /dev/kmsg
	printf '<14>' > /dev/kmsg
	printf '\n' > /dev/kmsg
	printf '<14>%s' "$(head -c 700 /dev/zero | tr '\0' x)" > /dev/kmsg
	# The longest that is taken, with the priority: 1024 bytes by 7.2, 992 by 5.10 and 6.1.
	for length in 1020 988; do
		printf '<14>%s' "$(head -c "$length" /dev/zero | tr '\0' y)" > /tmp/long
		! /kx/dd if=/tmp/long of=/dev/kmsg bs=8k 2> /dev/null || break
	done
	# What nobody ended could still be continued: no reader has it before the next.
	printf '<14>kx last\n' > /dev/kmsg
}

# More than the ring holds, of all lengths, so that blocks of text lie across its end. None is an
# emergency: those go to the console.
fill_ring()
{
	filler=$(head -c 97 /dev/zero | tr '\0' z)
	i=0
	while [ "$i" -lt 2500 ]; do
		priority=$((8 * (1 + i % 23) + 1 + i % 7))
		printf '<%d>%d %.*s' "$priority" "$i" "$((i % 97))" "$filler" > /dev/kmsg
		i=$((i + 1))
	done
}

# take NAME: both readings, one right after the other. /dev/kmsg gives one whole record for each
# read, EPIPE where some are missing before the next one, and EAGAIN when there are no more.
take()
{
	exec 3< /dev/kmsg
	for _ in 1 2 3 4 5 6 7 8; do
		/kx/dd iflag=nonblock bs=8k <&3 >> "/tmp/logs/$1.kmsg" 2> /tmp/err
		grep -q 'Broken pipe' /tmp/err || break
	done
	exec 3<&-
	lines "$1.dd" < /tmp/err
	# shellcheck disable=SC2086 # words
	vmcore-dmesg --kmsg $FIELDS /proc/kcore > "/tmp/logs/$1.ours" 2> /tmp/err
	say "$1.status" $?
	lines "$1.err" < /tmp/err
}

guest_kmsg()
{
	mkdir /tmp/logs
	odd_records
	take boot
	fill_ring
	take wrapped
	tar -C /tmp/logs -cf /dev/nvme0n1 .
	sync
}

# --- on the host ---------------------------------------------------------------------------------

# numbers FILE: the records' sequence numbers. Lines of context begin with a space.
numbers()
{
	awk -F, '!/^ / { print $2 }' "$1"
}

# between FIRST LAST FILE: the records with these sequence numbers
between()
{
	awk -F, -v first="$1" -v last="$2" '!/^ / { on = $2 >= first && $2 <= last } on' "$3"
}

# compare_records KMSG OURS: says how many were compared and, with status 1, how they differ.
# Ours was read last: what was logged in between it has more, and what had to go for that less.
compare_records()
{
	local kmsg=$1 ours=$2 first last

	first=$(numbers "$kmsg" | sed -n 1p)
	last=$(numbers "$kmsg" | sed -n '$p')
	if [[ -z $last ]]; then
		echo "/dev/kmsg gave nothing"
		return 1
	fi
	if [[ $(numbers "$ours" | sed -n '$p') != "$last" ]]; then
		first=$(numbers "$ours" | sed -n 1p)
	fi
	between "${first:-0}" "$last" "$kmsg" > "$kmsg.common"
	between "${first:-0}" "$last" "$ours" > "$ours.common"
	if [[ $(numbers "$ours" | sed -n 1p) != "$first" ]]; then
		echo "ours begins with record $(numbers "$ours" | sed -n 1p), expected $first"
		return 1
	fi
	if ! diff -a "$kmsg.common" "$ours.common" > "$ours.diff"; then
		echo "/dev/kmsg (<) and ours (>) differ: $(sed -n 2,5p "$ours.diff" | tr '\n' ' ')"
		return 1
	fi
	numbers "$ours.common" | wc -l
}

# check_taken NAME LEAST PATTERN TEXT: the readings are equal, of at least that many records, and
# have what they were made for
check_taken()
{
	local text

	part=$1
	if [[ $(get 1 "$1.status") != 0 || $(get 1 "$1.err") ]]; then
		bad "$part" "status '$(get 1 "$1.status")': $(get 1 "$1.err" | tr '\n' ' ')"
	elif ! get 1 "$1.dd" | grep 'Resource temporarily unavailable' > /dev/null; then
		bad "$part" "/dev/kmsg was not read to its end: $(get 1 "$1.dd" | tr '\n' ' ')"
	elif ! text=$(compare_records "$dir/$1.kmsg" "$dir/$1.ours"); then
		bad "$part" "$text"
	elif ((text < $2)); then
		bad "$part" "only $text records to compare"
	elif ! grep -qaE "$3" "$dir/$1.kmsg.common"; then
		bad "$part" "$4"
	else
		ok "$text records ($part)"
	fi
}

kmsg()
{
	local ours=${VMCORE_DMESG:-$build/vmcore-dmesg/vmcore-dmesg} fields=

	[[ -x $ours ]] || skip "no vmcore-dmesg program at $ours"
	! grep -qx CONFIG_PRINTK_CALLER=y "$cache/${suite_of[$1]}/config" || fields=--caller
	truncate -s 16M "$dir/logs"
	vm guest_kmsg odd_records fill_ring take
	vm_set FIELDS "$fields"
	put_program "$payload" "$ours" /sbin/vmcore-dmesg
	put_program "$payload" "$(type -P dd)" /kx/dd
	vm_memory=512M
	vm_cmdline=printk.devkmsg=on
	boot "$1" bios -device nvme,drive=logs,serial=kx \
		-drive "if=none,id=logs,format=raw,cache=unsafe,file=$dir/logs"
	part=boot
	if ! reached 1 || ! tar -C "$dir" -xf "$dir/logs"; then
		bad "$part" "the machine gave no logs ($vm_ended)"
		return
	fi
	check_taken boot 250 '^ DEVICE=' 'no record has a context'
	grep -qaE '^14,.*;y{900,}$' "$dir/boot.kmsg" || bad boot "no long record was accepted"
	# The ring has 4096 descriptors, and room for the text of about 2000 such records.
	check_taken wrapped 1000 '^191,' 'records of one facility only'
	! grep -qa 'kx priority' "$dir/wrapped.kmsg" || bad wrapped "the ring has not wrapped"
	rm -f "$dir/logs"
}

for kernel in 5.10 6.1 newest; do
	scenario "kmsg-$kernel" kmsg "$kernel" -- "$kernel" -- \
		"$kernel: vmcore-dmesg --kmsg on /proc/kcore equals /dev/kmsg, also when wrapped"
done
