#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Signatures: what requires them, --require-signature, and no way around a refused one where they are.
. "${srcdir:-.}/tests/cli/lib.sh"

# config LINE...: the running kernel was built so
config()
{
	put boot/config-6.12.1-test CONFIG_KEXEC=y CONFIG_KEXEC_FILE=y "$@"
}

fresh()
{
	machine
	put proc/sys/kernel/osrelease 6.12.1-test
}

lockdown()
{
	put sys/kernel/security/lockdown "$1"
}

# required WHAT: --require-signature goes by kexec_file_load alone, whatever else was said
required()
{
	for way in '' -a -s; do
		# shellcheck disable=SC2086 # one word or none
		run -l $way --require-signature "$tmp/k"
		expect_status 0
		expect_stderr ''
		expect_calls kexec_file_load
	done
	for name in ENODATA EKEYREJECTED ENOKEY EBADMSG EPERM EACCES ENOEXEC EINVAL ENOSYS EADDRNOTAVAIL; do
		KX_FAKE_ERRNO_FILE=$name run -l --require-signature "$tmp/k"
		expect_status 1
		expect_error "\\($name\\)"
		expect_no_log '^kexec_load'
	done
	# By -a: a refused signature ends it, and other reasons to go on are as they were.
	for name in ENODATA EKEYREJECTED ENOKEY EBADMSG ENOPKG ELIBBAD EMSGSIZE; do
		KX_FAKE_ERRNO_FILE=$name run -l "$tmp/k"
		expect_status 1
		expect_error "\\($name\\)"
		expect_no_log '^kexec_load'
	done
}

# refused PATTERN: with --require-signature, before anybody is asked
refused()
{
	for words in '-l' '-l -s' '-l --dry-run' '-l --check'; do
		# shellcheck disable=SC2086 # a list of words
		run $words --require-signature "$tmp/k"
		expect_status 1
		expect_error "--require-signature: $1"
		expect_calls
	done
}

kernel "$tmp/k"

# Nobody checks, or nobody says: a refusal is told, and the other call is tried.
fresh
refused 'whether the running kernel checks any is unknown: its configuration is not in'
rm "$root/sys/kernel/security/lockdown"
refused 'whether the .*; mount securityfs to see whether it is locked down'
fresh
config '# CONFIG_KEXEC_SIG is not set'
refused 'the running kernel checks none: it lacks CONFIG_KEXEC_SIG'
config CONFIG_KEXEC_SIG=y
refused 'the running kernel checks signatures, but loads kernels without one as well: boot with lockdown'
KX_FAKE_ERRNO_FILE=ENODATA run -l "$tmp/k"
expect_status 0
expect_calls kexec_file_load kexec_load
same 'what was told' "$(grep -c 'not signed, and the kernel demands\|trying kexec_load' "$tmp/err")" 2

# Whoever requires them.
config CONFIG_KEXEC_SIG=y CONFIG_KEXEC_SIG_FORCE=y
required
run --show
check '--show says so' grep -q "^signatures  *required by the kernel's configuration\$" "$tmp/out"
config CONFIG_KEXEC_SIG=y
lockdown 'none [integrity] confidentiality'
required
lockdown 'none integrity [confidentiality]'
required
# Locked down, and built without what checks: nothing is looked at.
config
refused 'the running kernel checks none'
rm "$root/boot/config-6.12.1-test"
refused 'whether the running kernel checks any is unknown'
fresh
config
put sys/kernel/security/ima/policy 'dont_measure fsmagic=0x9fa0' \
	'appraise func=KEXEC_KERNEL_CHECK appraise_type=imasig|modsig'
required
run --show
check '--show says so' grep -q "^signatures  *required by IMA's policy\$" "$tmp/out"
put proc/cmdline 'root=/dev/vda1 ima_appraise=log'
refused 'the running kernel checks none'
put proc/cmdline 'root=/dev/vda1'
put sys/kernel/security/ima/policy 'appraise func=KEXEC_KERNEL_CHECK' \
	'measure func=KEXEC_KERNEL_CHECK appraise_type=imasig' 'appraise func=MODULE_CHECK appraise_type=imasig'
refused 'the running kernel checks none'

# What does not go with it.
config CONFIG_KEXEC_SIG=y CONFIG_KEXEC_SIG_FORCE=y
run -l -c --require-signature "$tmp/k"
expect_status 2
expect_error '--require-signature: kexec_load looks at no signature'
run -l --require-signature --noefi "$tmp/k"
expect_status 1
expect_error '--noefi: kexec_file_load cannot do that; leave it out'
expect_calls
run -l --require-signature --no-checks "$tmp/k"
expect_status 0
expect_calls kexec_file_load
finish
