#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Options that choose records and times, how the program ends, and how it fails.
. "${srcdir:-.}/tests/vmcore-dmesg/lib.sh"

core log --crashtime=1795372204 <<'END'
5,0,T1,n;boot
6,10,T1,n;ten
clear
3,20,T1,n;twenty
14,30,T1,n;user
4,100,T1,n;end
END
core records --kind=records --crashtime=1795372204 <<'END'
5,0,T1,n;boot
clear
3,20,T1,n;twenty
END
core bytes --kind=text --crashtime=1795372204 <<'END'
5,0,T1,n;boot
clear
3,20,T1,n;twenty
END
core timeless <<'END'
5,0,T1,n;boot
6,100,T1,n;end
END

# expect_texts TEXT...: the messages, without what is before them
expect_texts()
{
	same texts "$(sed 's/^\[[^]]*\] //' "$tmp/out" | xargs)" "$*"
}

# --- which records --------------------------------------------------------------------------------
while IFS='|' read -r options texts; do
	# shellcheck disable=SC2086 # lists of words
	run $options "$tmp/log"
	expect_status 0
	expect_stderr ''
	# shellcheck disable=SC2086
	expect_texts $texts
done <<'END'
|boot ten twenty user end
-l err|twenty
-l err+|twenty
-l warn+|twenty end
-l +notice|boot ten user
-l err -l warn|twenty end
--level=err,warn|twenty end
--level err,+info|ten twenty user
-f user|user
-f kern -l +notice|boot ten
--facility=user,kern|boot ten twenty user end
-k|boot ten twenty end
--kernel --userspace|boot ten twenty user end
-u|user
--userspace|user
--since-clear|twenty user end
--since-clear -k|twenty end
--since=-80|twenty user end
--since=-80s|twenty user end
--since=-1min|end
--since=-1m30s|ten twenty user end
--since=now|end
--since=+1s|
--until=now|boot ten twenty user end
--until=-70.0s|boot ten twenty user
--since=-90s --until=-80s|ten twenty
--since=@1795372204|end
--since=@1795372124.5|user end
--since=2026-11-22T18:28:44,000000+00:00|twenty user end
--since=2026-11-22T19:28:44+01:00|twenty user end
--since=2026-11-22T18:28:44Z|twenty user end
--since=18:28:44|twenty user end
--since=18:30|end
--since=today|boot ten twenty user end
--since=2026-11-23|
--until=2026-11-22|
--since=yesterday --until=tomorrow|boot ten twenty user end
--until=yesterday|
END
run --since '80 sec ago' --until '1 minute ago' "$tmp/log"
expect_texts twenty user
run --since '2026-11-22 18:28:44' "$tmp/log"
expect_texts twenty user end
run --since '2026-11-22 18:29' "$tmp/log"
expect_texts end
for dump in records bytes; do
	run --since-clear "$tmp/$dump"
	expect_texts twenty
	expect_status 0
done
# Local time, east of Greenwich; a zone that needs no file.
TZ=XXX-5:30
run -T -l warn "$tmp/log"
expect_stdout '[Mon Nov 23 00:00:04 2026] end'
run --since='2026-11-23 00:00' "$tmp/log"
expect_texts end
run --time-format iso -l warn "$tmp/log"
expect_stdout '2026-11-23T00:00:04,000000+05:30 end'
TZ=UTC

# --- a dump that does not tell when it was --------------------------------------------------------
run -T "$tmp/timeless"
expect_status 1
expect_stdout '[    0.000000] boot
[  100.000000] end'
expect_error 'no CRASHTIME in VMCOREINFO'
run --since=-1min "$tmp/timeless"
expect_status 0
expect_texts end
run --since=today "$tmp/timeless"
expect_status 2
expect_error 'no CRASHTIME.*"-5min" works'
run --info "$tmp/timeless"
expect_out '^Crash time: +unknown$'

# --- panics ---------------------------------------------------------------------------------------
core crash --crashtime=1795372204 <<'END'
6,1,T1,n;all is well
4,5,T9,n;------------[ cut here ]------------
4,5,T9,n;WARNING: CPU: 3 PID: 9 at kernel/a.c:1 fa+0x1/0x2
4,5.1,T9,n;---[ end trace 0000000000000000 ]---
6,5.2,T1,n;eth0: link up
6,60,T1,n;a day later
1,61,T44,n;BUG: kernel NULL pointer dereference, address: 0000000000000008
1,61,T44,n;Oops: 0000 [#1] PREEMPT SMP
4,61,T44,n;CPU: 2 PID: 44 Comm: kworker Not tainted 6.1.0 #1
4,61,T44,n;RIP: 0010:broken_driver+0x12/0x40 [broken]
12,61,T50,-;BUG: a program says this
4,61,T44,n;---[ end trace 0000000000000000 ]---
6,61.1,T1,n;eth0: still here
0,61.5,T44,n;Kernel panic - not syncing: Fatal exception
0,61.5,T44,n;Kernel Offset: 0x1000000
END
run --panic "$tmp/crash"
expect_status 0
expect_out '^-- BUG: kernel NULL pointer dereference, address: 0000000000000008; panic: Fatal exception; at broken_driver\+0x12/0x40; CPU 2, PID 44, kworker; Linux 6\.1\.0-test --$'
expect_lines 10
expect_no_out 'well|cut here|link up|later'
expect_out 'Kernel Offset'
run --panic=all -t "$tmp/crash"
expect_out '^-- WARNING: CPU: 3 PID: 9 at kernel/a.c:1 fa\+0x1/0x2'
expect_no_out 'well|link up|later'
expect_out 'cut here'
expect_lines 14
run --panic -k -l emerg -t "$tmp/crash"
expect_lines 3
# No panic: the last story that there is.
core oopses <<'END'
1,1,T4,n;BUG: unable to handle page fault for address: 0000000000000001
4,1,T4,n;---[ end trace 0000000000000000 ]---
6,30,T1,n;between them
1,61,T5,n;BUG: unable to handle page fault for address: 0000000000000002
4,61,T5,n;---[ end trace 0000000000000000 ]---
END
run --panic "$tmp/oopses"
expect_status 0
expect_out '^-- BUG: unable to handle page fault for address: 0000000000000002'
expect_lines 3
run --panic "$tmp/log"
expect_status 1
expect_stdout ''
expect_error 'tells of no panic or oops'

# --- damaged and unfinished records ---------------------------------------------------------------
text='6,1,T1,n;first
6,2,T1,n;second
6,3,T1,R;third
6,4,T1,n;fourth'
echo "$text" | core whole
echo "$text" | core foreign --poke=id_word:2=77
echo "$text" | core long --poke=text_len:2=65535
echo "$text" | core ends --poke=head_id=5 --poke=tail_id=9
echo "$text" | core taken --poke=state_var:2=0
run "$tmp/whole"
expect_status 0
expect_texts first second fourth
run --recover "$tmp/whole"
expect_status 0
expect_texts first second '[uncommitted]' third fourth
run "$tmp/foreign"
expect_status 1
expect_texts first fourth
expect_error 'log record 1: its text block belongs to another record; the rest of the log was printed'
run --recover "$tmp/foreign"
expect_status 1
expect_texts first '[damaged]' second '[uncommitted]' third fourth
run --seq "$tmp/foreign"
expect_out '^-- 2 records lost --$'
run "$tmp/long"
expect_status 1
expect_out '\[damaged\] second'
expect_error 'longer than its block'
# Without head and tail the descriptors still tell.
run "$tmp/ends"
expect_status 1
expect_texts first second fourth
expect_error 'head \(0x5\) and tail \(0x9\) are damaged'
# A descriptor that is not what it should be costs its own record, no other.
run "$tmp/taken"
expect_status 1
expect_texts first fourth
expect_error 'its descriptor holds id 0x0; the rest of the log was printed'
# Records: what is behind the damage is found again.
echo "$text" | sed 's/R;/n;/' | core broken --kind=records --poke=u16:8=7
run "$tmp/broken"
expect_status 2
expect_error 'log record at 0x0 .* has lengths that contradict each other'
run --recover "$tmp/broken"
expect_status 1
expect_out '\[damaged\] second'
expect_out 'fourth'
# Records of one moment, too: 24 bytes each, the length in front of which are 8.
echo "$text" | sed 's/R;/n;/; s/6,[0-9]/6,1/' | core moment --kind=records --poke=u16:32=7
run --recover "$tmp/moment"
expect_status 1
expect_texts first '[damaged]' third fourth
# Bytes: what looks like a time and is beyond 64 bits of nanoseconds is a part of the text.
echo '6,18446744073.709,T1,n;late' | core beyond --kind=text --poke=u16:16=0x3939
run --raw "$tmp/beyond"
expect_status 0
expect_stdout '<6>[18446744073.999000] late'

# --- how it ends ----------------------------------------------------------------------------------
run "$tmp/none"
expect_status 2
expect_error 'none: '
run "$program"
expect_status 2
head -c 100 /dev/zero > "$tmp/zero"
run "$tmp/zero"
expect_status 2
while IFS='|' read -r options error; do
	# shellcheck disable=SC2086
	run $options "$tmp/log"
	expect_status 64
	expect_stdout ''
	expect_error "$error"
done <<'END'
-l bad|"bad" is not a level
-l err,|"" is not a level
-f bad|"bad" is not a facility
--since=x|--since: "x" is not a time
--until=25:00|--until: "25:00" is not a time
--until=2026-13-01|is not a time
--time-format=x|must be one of raw, notime, ctime, reltime, delta, iso
-L=x|must be one of auto, always, never
--color=x|must be one of auto
--panic=x|must be one of all
--kmsg=x|must be one of nul
--json=1|option --json=1: --json takes no argument
--unknown|--unknown is unknown
-Z|-Z is unknown
-r -x|--raw has one form
-r -T|--raw has one form
--raw --show-delta|--raw has one form
END
run
expect_status 64
expect_error 'no dump given'
for option in -h --help; do
	run $option
	expect_status 0
	expect_out '^  -l, --level=LIST'
	expect_out '^Levels: emerg alert crit err warn notice info debug$'
done
for option in -V --version; do
	run $option
	expect_status 0
	expect_out '^vmcore-dmesg \(kexec-suite\) [0-9]'
done

# Nothing is lost silently.
ran='vmcore-dmesg > /dev/full'
status=0
"$program" "$tmp/log" > /dev/full 2> "$tmp/err" || status=$?
expect_status 1
expect_error 'cannot write the log: No space left on device'
ran='vmcore-dmesg --info > /dev/full'
status=0
"$program" --info "$tmp/log" > /dev/full 2> "$tmp/err" || status=$?
expect_status 1
expect_error 'cannot write the log: No space left on device'
ran='vmcore-dmesg --help > /dev/full'
status=0
"$program" --help > /dev/full 2> "$tmp/err" || status=$?
expect_status 1
expect_error 'standard output: not all of it could be written$'
echo 'repeat 2000' | core many --count-bits=11 --size-bits=18
ran='vmcore-dmesg | true'
{ "$program" "$tmp/many" 2> "$tmp/err"; echo $? > "$tmp/status"; } | true
status=$(cat "$tmp/status")
expect_status 1
expect_error 'cannot write the log: Broken pipe'

# On a terminal text is escaped and has colours, whatever else is said.
need script bsdutils
core harm --crashtime=1795372204 <<'END'
6,1,T1,n;a: \x1b]0;title\x07
END
ran='script vmcore-dmesg --noescape'
TERM=xterm script -qec "'$program' --noescape '$tmp/harm'" /dev/null < /dev/null > "$tmp/out" 2>&1
expect_out '\\x1b\]0;title\\x07'
expect_out '33ma: '
NO_COLOR=1 TERM=xterm script -qec "'$program' '$tmp/harm'" /dev/null < /dev/null > "$tmp/out" 2>&1
expect_no_out '33m'
finish
