#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What each mode does to the machine, in which order, and what it undoes.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"
KX_FAKE_LINKS='lo=up eth0=up wlan0=down eth0:1=up br0=up'
export KX_FAKE_LINKS

# is_loaded 0|1
is_loaded()
{
	same 'kexec_loaded' "$(cat "$root/sys/kernel/kexec_loaded")" "$1"
}

run -l "$tmp/k"
expect_status 0
expect_stderr ''
expect_calls kexec_file_load
is_loaded 1
run -e
expect_status 0
expect_calls sync eth0-down br0-down start
run -x -e
expect_calls sync start
run -e -y
expect_calls eth0-down br0-down start
run -e -y -x
expect_calls start
run -u
expect_status 0
expect_calls kexec_file_load-unload
expect_log 'flags=0x1$'
is_loaded 0

# Nothing is loaded: nothing is touched.
run -e
expect_status 1
expect_error 'no kernel is loaded; load one with -l first'
expect_calls
rm "$root/sys/kernel/kexec_loaded"
run -e
expect_status 1
expect_error 'cannot be read: this kernel is built without kexec'
expect_calls
put sys/kernel/kexec_loaded maybe
run -e
expect_status 1
expect_error 'neither 0 nor 1'
expect_calls

# Without /sys nobody knows, and what cannot be found out is not a no.
machine
rm -r "$root/sys"
run -e
expect_status 0
expect_calls sync eth0-down br0-down start
KX_FAKE_ERRNO_START=EINVAL run -e
expect_status 1
expect_error 'cannot be started: Invalid argument; if none is loaded, load one with -l first'
expect_calls sync eth0-down br0-down start eth0-up br0-up
run -f "$tmp/k"
expect_status 0
expect_calls kexec_file_load sync eth0-down br0-down start
run "$tmp/k"
expect_status 0
expect_calls kexec_file_load shutdown
run -S
expect_status 255
expect_error '/sys is not mounted'

machine
run -f "$tmp/k"
expect_status 0
expect_calls kexec_file_load sync eth0-down br0-down start
machine
run -f -x -y -c "$tmp/k"
expect_calls kexec_load start
machine
run "$tmp/k"
expect_status 0
expect_calls kexec_file_load shutdown
machine
KX_FAKE_ERRNO_SHUTDOWN=ENOENT run "$tmp/k"
expect_status 1
expect_error 'shutdown cannot be run: .*; the kernel stays loaded, kexec -e starts it'
is_loaded 1

# The last mode counts.
machine
run -f -l "$tmp/k"
expect_calls kexec_file_load
machine
run -e -l "$tmp/k"
expect_calls kexec_file_load
run -l -e
expect_calls sync eth0-down br0-down start
run -fe
expect_calls sync eth0-down br0-down start

# Unload and load in one go: in this order, and no load when unloading failed.
machine
run -l -u "$tmp/k"
expect_status 0
expect_calls kexec_file_load-unload kexec_file_load
machine
run -u -f "$tmp/k"
expect_calls kexec_file_load-unload kexec_file_load sync eth0-down br0-down start
KX_FAKE_ERRNO_UNLOAD=EBUSY run -u -l "$tmp/k"
expect_status 1
expect_error 'EBUSY'
expect_calls kexec_file_load-unload
KX_FAKE_ERRNO_UNLOAD=ENOSYS,0 run -u
expect_status 0
expect_calls kexec_file_load-unload kexec_load-unload
KX_FAKE_ERRNO_UNLOAD=EPERM run -u
expect_status 1
expect_error 'EPERM.*CAP_SYS_BOOT'
put proc/sys/kernel/kexec_load_disabled 1
KX_FAKE_ERRNO_UNLOAD=EPERM run -u
expect_status 1
expect_error '^kexec: the sysctl kernel.kexec_load_disabled is 1, must be 0; only a reboot clears it$'
put proc/sys/kernel/kexec_load_disabled 0
for words in '-u -p' '-p -u'; do
	# shellcheck disable=SC2086 # a list of words
	run $words
	expect_status 0
	expect_calls kexec_file_load-unload
	expect_log 'flags=0x3$'
	# shellcheck disable=SC2086 # a list of words
	KX_FAKE_ERRNO_UNLOAD=ENOSYS,0 run $words
	expect_log 'kexec_load unload flags=0x1$'
done

# A start that the kernel refuses leaves the network as it was.
machine
put sys/kernel/kexec_loaded 1
KX_FAKE_ERRNO_START=EBUSY run -e
expect_status 1
expect_error 'the loaded kernel cannot be started: Device or resource busy'
expect_calls sync eth0-down br0-down start eth0-up br0-up
is_loaded 1
same 'order' "$(sed -n 's/^\(link\|keep\|start\|restore\)/\1/p' "$tmp/log" | xargs)" \
	'keep eth0 keep br0 link eth0 down link br0 down start link eth0 up link br0 up restore'
KX_FAKE_ERRNO_START=EBUSY KX_FAKE_ERRNO_RESTORE=ENETUNREACH run -e
expect_status 1
same 'first line' "$(head -n 1 "$tmp/err")" \
	'kexec: not all addresses and routes are as they were: Network is unreachable'
KX_FAKE_ERRNO_START=EINVAL run -e -x
expect_status 1
expect_calls sync start
expect_no_log 'keep|restore'
# A VLAN goes down and up with its device: one that had been down is brought down again, and one that
# comes before its device is brought up after it.
KX_FAKE_LINKS='eth0.5=follows eth0=up wlan0=down' KX_FAKE_ERRNO_START=EBUSY run -e
expect_status 1
expect_calls sync eth0-down start eth0-up eth0.5-down
KX_FAKE_ERRNO_LINK=0,0,ENETDOWN,0 KX_FAKE_ERRNO_START=EBUSY run -e
expect_status 1
expect_error 'cannot be started'
expect_calls sync eth0-down br0-down start eth0-up br0-up eth0-up
# An interface that did not go down is not brought up, and does not stop the start.
KX_FAKE_ERRNO_LINK=EPERM,0 KX_FAKE_ERRNO_START=EBUSY run -e
expect_status 1
expect_calls sync eth0-down br0-down start br0-up
same 'first line' "$(head -n 1 "$tmp/err")" \
	'kexec: eth0: cannot be brought down: Operation not permitted'

# A load that fails starts nothing, and what was loaded before stays.
for mode in -l -f ''; do
	# shellcheck disable=SC2086 # empty for no option
	KX_FAKE_ERRNO_FILE=EACCES run $mode "$tmp/k"
	expect_status 1
	expect_error EACCES
	expect_calls kexec_file_load
	is_loaded 1
	# shellcheck disable=SC2086 # empty for no option
	run $mode "$tmp/missing"
	expect_status 1
	expect_calls
	is_loaded 1
done
finish
