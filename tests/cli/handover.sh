#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Kexec handover (KHO): a load that would drop what the running kernel preserves says so.
. "${srcdir:-.}/tests/cli/lib.sh"

# config LINE...: the running kernel was built so
config()
{
	put boot/config-7.0.1-test CONFIG_KEXEC=y "$@"
}

fresh()
{
	machine
	put proc/sys/kernel/osrelease 7.0.1-test
	config CONFIG_KEXEC_HANDOVER=y
	put proc/cmdline 'root=/dev/vda1 kho=on'
}

# told PATTERN OPTION...: the load goes on, with a warning or, for '', without one
told()
{
	pattern=$1
	shift
	run "$@" "$tmp/k"
	expect_status 0
	if [ "$pattern" ]; then
		expect_error "warning: $pattern"
	else
		expect_stderr ''
	fi
}

# shows ANSWER: what --show says of it
shows()
{
	run --show
	check "--show: KHO is $1" grep -q "^kexec handover (KHO)  *$1\$" "$tmp/out"
}

kernel "$tmp/k"
dropped='the running kernel hands memory on .KHO., which kexec_load drops: what is preserved is lost; use --kexec-file-syscall'
unasked='the running kernel hands memory on .KHO., which the next one drops unless its command line says kho=on'
unfinished='nothing is handed on yet .KHO.: write 1 to /sys/kernel/debug/kho/out/finalize, and load again'

fresh
shows yes
told "$dropped" -l -c --append=kho=on
told '' -l --append='quiet kho=on'
told "$unasked" -l --append=quiet
told "$unasked" -l --append='kho=on kho=off'
told '' -l --reuse-cmdline
told "$dropped" -l --no-checks --append=kho=on
KX_FAKE_ERRNO_FILE=ENOSYS told "$dropped" -l --append=kho=on
# Told before anything is started, too.
run -l --dry-run -c --append=kho=on "$tmp/k"
check 'the plan says so' grep -q "warning: .*which kexec_load drops" "$tmp/out"

# Who has something to lose.
mkdir -p "$root/sys/kernel/debug/kho/out/sub_fdts"
put sys/kernel/debug/kho/out/sub_fdts/memblock x
put dev/liveupdate ''
told 'the running kernel hands memory on .KHO. for memblock, which kexec_load drops: what is preserved, live update.s sessions included, is lost' -l -c --append=kho=on

# v6.16 to v6.18 have to be told that all is in it.
put sys/kernel/debug/kho/out/finalize 0
told "$unfinished" -l --append=kho=on
put sys/kernel/debug/kho/out/finalize 1
told '' -l --append=kho=on

# On by default, and how to say that it is not.
fresh
config CONFIG_KEXEC_HANDOVER=y CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y
put proc/cmdline root=/dev/vda1
shows yes
told "$dropped" -l -c
told '' -l
told "$unasked" -l --append=kho=off
put proc/cmdline 'root=/dev/vda1 kho=on kho=n'
shows no
told '' -l -c
for word in kho=1 kho=Y kho=true kho=ON; do
	put proc/cmdline "root=/dev/vda1 $word"
	shows yes
done

# Not built, not on, not known, not there yet: nothing to lose, or nothing to say.
fresh
config
shows no
told '' -l -c
config CONFIG_KEXEC_HANDOVER=y
put proc/cmdline root=/dev/vda1
shows no
told '' -l -c
rm "$root/boot/config-7.0.1-test"
shows unknown
told '' -l -c
put proc/cmdline 'root=/dev/vda1 kho=on'
shows unknown
told "$dropped" -l -c
put proc/sys/kernel/osrelease 6.15.0
told '' -l -c
put proc/cmdline root=/dev/vda1
shows no
finish
