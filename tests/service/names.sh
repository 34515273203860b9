#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdumpctl and kdump-config: words and statuses of others' programs, which scripts know.
. "${srcdir:-.}/tests/service/lib.sh"
ln -s "$program" "$tmp/kdumpctl"
ln -s "$program" "$tmp/kdump-config"

# ctl WORD ARGUMENT..., config WORD ARGUMENT...: on the machine below $root
ctl()
{
	program_name=kdumpctl program=$tmp/kdumpctl
	run "$@" --root="$root"
}
config()
{
	program_name=kdump-config program=$tmp/kdump-config
	run "$@" --root="$root"
}

# is_loaded 0|1
is_loaded()
{
	put sys/kernel/kexec_crash_loaded "$1"
}

crash_machine

is_loaded 1
ctl status
expect_status 0
expect_stdout 'kdump: Kdump is operational'
config status
expect_status 0
expect_stdout 'current state   : ready to kdump'
config show
expect_status 0
like 'what show says' "$(cat "$tmp/out")" '*reservation     : crashkernel=256M, 256 MB*current state   : ready to kdump'

is_loaded 0
ctl status
expect_status 3
expect_stdout 'kdump: Kdump is not operational'
config status
expect_status 0
expect_stdout 'current state   : not ready to kdump'
for word in try-reload condreload; do
	config "$word" --kexec="$tmp/nothing"
	expect_status 0
	expect_stdout ''
	expect_stderr ''
done

ctl showmem
expect_status 0
expect_stdout 'kdump: Reserved 256MB memory for crash kernel'
put sys/kernel/kexec_crash_size 0
ctl showmem
expect_status 1
expect_stdout 'kdump: Reserved 0MB memory for crash kernel'

# Verbs of kdump do the work, with the arguments that they get.
program_name=kdump
for word in stop:ctl unload:config; do
	is_loaded 0
	"${word#*:}" "${word%:*}" --kexec="$kexec"
	expect_status 0
	like "what ${word%:*} says" "$(cat "$tmp/err")" '*disarmed; nothing was loaded*'
	"${word#*:}" "${word%:*}" --no-such-option
	expect_status 2
	like "what ${word%:*} says of a wrong option" "$(cat "$tmp/err")" 'kdump: disarm: *no-such-option*'
done

# said_by_name WORD: its verb refused the option; or the verb is not there
said_by_name()
{
	case $(cat "$tmp/err") in
	*no-such-option* | *": $1: this kdump has no verb "*) checks=$((checks + 1)) ;;
	*) bad "$1 says neither of its option nor of its verb" ;;
	esac
}

# Each word has a verb behind it that there is, or says by name which there is not.
for word in start restart reload test propagate estimate reset-crashkernel; do
	ctl "$word" --no-such-option
	expect_status 2
	said_by_name "$word"
done
for word in load reload test propagate savecore; do
	config "$word" --no-such-option
	expect_status 2
	said_by_name "$word"
done
for word in rebuild:ctl symlinks:config; do
	"${word#*:}" "${word%:*}"
	expect_status 0
	like "what ${word%:*} says" "$(cat "$tmp/err")" 'kdump*: nothing to build*'
done

for called in ctl config; do
	"$called" bogus
	expect_status 2
	like 'what is said of another word' "$(cat "$tmp/err")" 'kdump*: there is no "bogus"; --help *'
	"$called" --help
	expect_status 0
	like 'help' "$(cat "$tmp/out")" 'Usage: kdump*WORD*status *'
	run_alone=$program
	run_status=0
	"$run_alone" > "$tmp/out" 2> "$tmp/err" || run_status=$?
	same 'the status without a word' "$run_status" 2
	like 'what is said without a word' "$(cat "$tmp/err")" 'Usage: kdump*'
done
finish
