#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What another kdump kept from being armed anew is left for later, and is done then, once.
. "${srcdir:-.}/tests/service/lib.sh"
need flock util-linux
disk_machine
again=$root$(sed -n 's/^PathExists=//p' "$srcdir/service/systemd/kdump-again.path")
same 'what is watched' "$again" "$root/run/kdump/again"
check 'kdump.service does not have it watched' grep -qx Wants=kdump-again.path "$builddir/service/systemd/kdump.service"
# What kdump status says.
same 'the pause' "$(sed -n 's/^ExecStart=.*--again=//p' "$builddir/service/systemd/kdump-again.service")" $((5 * 60))

verb reload --init=/init --again
expect_status 6
expect_stderr ''
expect_calls
verb reload --again --event
expect_status 2
expect_error 'reload: --again and --event are not for the same'
verb reload --again=0
expect_status 2
expect_error 'reload: --again=0: it is 1 to 86400 seconds'

# held SECONDS COMMAND...: the command, while another one is at work for so long
held()
{
	flock -o "$root/run/kdump/lock" sleep "$1" &
	shift
	until ! flock -n "$root/run/kdump/lock" true; do
		sleep 0.1
	done
	"$@"
}

# One that arms is waited for, although nothing is armed when a kernel's hook, or an event, asks for it: it
# may have looked at the machine before.
verb arm --init=/init
cp -r "$root/run/kdump" "$tmp/kept"
cat > "$tmp/arming" << END
#!/bin/sh
sleep 5
cp -a "$tmp/kept/." "$root/run/kdump"
echo 1 > "$root/sys/kernel/kexec_crash_loaded"
END
for option in '' --event; do
	verb disarm
	flock -o "$root/run/kdump/lock" sh "$tmp/arming" &
	until ! flock -n "$root/run/kdump/lock" true; do
		sleep 0.1
	done
	put etc/kdump/kdump.conf '[kdump]' "append = since.then$option"
	verb reload --init=/init $option
	wait
	expect_status 0
	expect_calls kexec_file_load
	expect_log "since.then$option\$"
done

# Another one is at work for longer than that is waited for.
put etc/kdump/kdump.conf '[kdump]' 'append = later'
held 75 verb reload --init=/init
expect_status 75
expect_error 'another kdump has been at work for 60 seconds'
expect_calls
check 'it is not asked for again' [ -s "$again" ]
verb status
expect_status 4
expect_out '^warning +it is tried again each 5 minutes \(kdump-again\.service\), since another kdump was at work when it was asked for$'
wait
# What only looks is no try.
verb arm --init=/init --dry-run
check 'it is forgotten' [ -s "$again" ]
begun=$(date +%s)
verb reload --init=/init --again=2
expect_status 0
expect_calls kexec_file_load
expect_log 'later$'
check 'it was not waited for' [ $(($(date +%s) - begun)) -ge 2 ]
check 'it is asked for still' [ ! -e "$again" ]
verb status
expect_no_out 'kdump-again'
verb reload --init=/init --again
expect_status 6
expect_calls

# Whoever arms does it, too; disarming ends it.
echo '1.1 why' > "$again"
verb arm --init=/init
expect_status 0
check 'it is asked for still' [ ! -e "$again" ]
echo '1.1 why' > "$again"
verb disarm
check 'it is asked for although nothing is armed' [ ! -e "$again" ]
echo '1.1 why' > "$again"
verb reload --init=/init --again
expect_status 6
expect_calls
check 'it is asked for although nothing is armed' [ ! -e "$again" ]
finish
