#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Dumps that lie: each ends in a second, with a status and one line that says why.
. "${srcdir:-.}/tests/vmcore-dmesg/lib.sh"

# end_soon: partial or unusable, and said so
end_soon()
{
	checks=$((checks + 1))
	case $status in 1 | 2) ;; *) bad "exit status $status" ;; esac
	expect_error .
}

big=18446744073709551615
for machine in '--word=8' '--word=4' '--word=8 --big' '--word=4 --big'; do
	while read -r kind options; do
		# shellcheck disable=SC2086 # lists of words
		echo 'repeat 300' | core hostile --crashtime=1 $machine --kind=$kind $options
		for how in '' --recover; do
			# shellcheck disable=SC2086
			run $how "$tmp/hostile"
			ran="$ran ($machine $kind $options)"
			end_soon
		done
	done <<-END
		ring --say=OFFSET(prb_desc.state_var)=99999999999999
		ring --say=OFFSET(prb_desc.state_var)=4095
		ring --say=OFFSET(prb_data_blk_lpos.next)=$big
		ring --say=OFFSET(printk_info.text_len)=88
		ring --say=OFFSET(printk_info.caller_id)=1
		ring --say=OFFSET(printk_info.dev_info)=87
		ring --say=SIZE(printk_info)=0
		ring --say=SIZE(printk_info)=65535
		ring --say=SIZE(prb_desc)=4096
		ring --say=LENGTH(printk_info_device)=4096
		ring --say=SYMBOL(prb)=0
		ring --say=SYMBOL(prb)=ffffffffffffffff
		ring --say=SYMBOL(prb)=zzz
		ring --poke=count_bits=0
		ring --poke=count_bits=20
		ring --poke=count_bits=26
		ring --poke=count_bits=31
		ring --poke=count_bits=4294967295
		ring --poke=size_bits=0
		ring --poke=size_bits=1
		ring --poke=size_bits=63
		ring --poke=size_bits=4294967295
		ring --poke=descs=0
		ring --poke=descs=$big
		ring --poke=infos=$big
		ring --poke=data=$big
		ring --poke=tail_id=0x4fffffff
		ring --poke=tail_id=0x3ffff000
		ring --poke=head_id=0x1000000
		ring --poke=begin:3=0x3ff0
		ring --poke=next:3=0x3ff8
		ring --poke=next:3=1
		ring --poke=begin:3=$big
		ring --poke=next:3=$big
		ring --poke=next:3=0x4000
		ring --poke=text_len:3=65535
		ring --poke=id_word:3=1
		ring --poke=state_var:3=$big
		ring --cut=32000
		ring --cut=60000
		records --say=SIZE(printk_log)=8
		records --say=SIZE(printk_log)=65535
		records --say=OFFSET(printk_log.len)=65535
		records --say=OFFSET(printk_log.dict_len)=15
		records --say=OFFSET(printk_log.caller_id)=4000
		records --say=SYMBOL(log_buf)=1
		records --poke=log_buf_len=0
		records --poke=log_buf_len=4294967295
		records --poke=log_first_idx=4294967295
		records --poke=log_first_idx=2
		records --poke=log_next_idx=4294967295
		records --poke=log_next_idx=3
		records --poke=log_buf_len=2147483648 --poke=log_next_idx=2147483644
		text --say=SYMBOL(log_buf)=1
		text --poke=log_buf_len=0
		text --poke=log_buf_len=3
		text --poke=log_buf_len=4294967295
		text --poke=log_buf_len=2147483648 --poke=log_end=4294967295
	END
done

# No VMCOREINFO that names a log.
echo 'repeat 1' | core nolog --say='SYMBOL(prb)=' --say='SYMBOL(log_buf)='
run "$tmp/nolog"
expect_status 2
expect_error 'VMCOREINFO names no log'

# A ring of a size that none has is not looked at.
for size in 0 2147483649; do
	for kind in records text; do
		echo 'repeat 1' | core size --kind=$kind --poke=log_buf_len=$size
		run "$tmp/size"
		expect_status 2
		expect_error "log_buf_len is $size, must be "
	done
done

# The largest ring there can be, of zeros that are in the dump, and of memory that is not.
for before in 20000000000 1000; do
	for ends in '--poke=tail_id=0 --poke=head_id=0x3fffff0' '--poke=tail_id=1 --poke=head_id=0'; do
		# shellcheck disable=SC2086
		echo 'repeat 300' | core hostile --before=$before --poke=count_bits=26 $ends \
			--poke=descs=0xffff888100000000 --poke=infos=0xffff888200000000
		run "$tmp/hostile"
		ran="$ran ($before $ends)"
		end_soon
	done
done

# Memory stays small, too.
echo 'repeat 300' | core huge --poke=count_bits=26 --poke=size_bits=31
ran='vmcore-dmesg below 64 MiB (count_bits 26)'
if grep -q -a __asan_init "$program"; then
	echo 'not checked: memory, of which the address sanitizer takes more by itself'
else
	status=0
	# shellcheck disable=SC3045 # dash has it, as all of Debian's shells
	(ulimit -v 65536 && exec "$program" "$tmp/huge" > "$tmp/out" 2> "$tmp/err") || status=$?
	end_soon
fi
# The name of a file is nobody's order to the terminal, and no line of its own.
name=$(printf 'no\033]0;owned\007\nvmcore-dmesg: all is well')
run "$tmp/$name"
expect_status 2
check 'an escape reaches the terminal' [ "$(tr -d '\033\007' < "$tmp/err" | wc -c)" = "$(wc -c < "$tmp/err")" ]
same 'lines of the message' "$(wc -l < "$tmp/err")" 1
expect_error 'no\\x1b]0;owned\\x07\\x0avmcore-dmesg: all is well'

finish
