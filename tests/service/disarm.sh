#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump disarm: unloads, forgets, and is content where there is nothing.
. "${srcdir:-.}/tests/service/lib.sh"
crash_machine

verb disarm
expect_status 0
expect_error '^kdump: disarmed; nothing was loaded$'
expect_calls
same 'mode of /run/kdump' "$(stat -c %a "$root/run/kdump")" 700
same 'mode of /var/lib/kdump' "$(stat -c %a "$root/var/lib/kdump")" 700

# What was armed is forgotten: the link, the images and the mark of this boot; the rest stays.
armed()
{
	put sys/kernel/kexec_crash_loaded 1
	put run/kdump/image-00000000000000000000000000000000/kernel x
	put run/kdump/making/kernel x
	ln -sfn image-00000000000000000000000000000000 "$root/run/kdump/armed"
	put run/kdump/trouble x
	put run/kdump/again x
	put var/lib/kdump/armed-boot x
	put var/lib/kdump/last-test.json '{}'
}
armed
verb disarm
expect_status 0
expect_error '^kdump: disarmed: a crash leaves no dump now$'
expect_calls kexec_file_load-unload
same 'what is left' "$(cd "$root" && find run/kdump var/lib/kdump -type f -o -type l | sort | xargs)" \
	'run/kdump/lock var/lib/kdump/last-test.json'

# A kernel that refuses: everything is as it was.
armed
KX_FAKE_ERRNO_UNLOAD=EBUSY verb disarm
expect_status 1
expect_error 'EBUSY'
check 'the link is gone' [ -L "$root/run/kdump/armed" ]
check 'the mark is gone' [ -e "$root/var/lib/kdump/armed-boot" ]

# Whoever else may write there could have us load what he likes.
chmod 777 "$root/run/kdump"
verb disarm
expect_status 1
expect_error '/run/kdump: others than its owner may write there, or it is not ours'
expect_calls
chmod 700 "$root/run/kdump"

# One at a time: the second waits, and gets its turn.
(flock 9; sleep 1) 9< "$root/run/kdump/lock" &
sleep 0.2
verb disarm
expect_status 0
wait

verb disarm more
expect_status 2
expect_error 'disarm: "more" is one word too many'
run disarm --root="$root" --kexec=/no/kexec
expect_status 0
put sys/kernel/kexec_crash_loaded 1
run disarm --root="$root" --kexec=/no/kexec
expect_status 1
expect_error '/no/kexec: cannot be run: No such file'
finish
