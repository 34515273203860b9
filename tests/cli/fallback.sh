#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What follows from each errno of the two system calls: fall back, try again or explain.
. "${srcdir:-.}/tests/cli/lib.sh"

kernel "$tmp/k"

# By default: errno of kexec_file_load, whether kexec_load is tried then (and the refusal told, which
# it is when a signature was refused), what the advice holds.
while read -r name falls_back advice; do
	case $name in
	ENOTSUP) name_shown=EOPNOTSUPP ;;	# the same number
	524) name_shown='no name' ;;		# ENOTSUPP, which is only for inside the kernel
	*) name_shown=$name ;;
	esac
	KX_FAKE_ERRNO_FILE=$name run -l "$tmp/k"
	if [ "$falls_back" = yes ]; then
		expect_status 0
		expect_stderr ''
		expect_calls kexec_file_load kexec_load
	elif [ "$falls_back" = told ]; then
		expect_status 0
		same 'lines of stderr' "$(wc -l < "$tmp/err")" 2
		same 'first line' "$(grep -cE "^kexec: [^ ]*: kexec_file_load: .* \\($name\\); .*$advice" "$tmp/err")" 1
		same 'last line' "$(tail -n 1 "$tmp/err")" 'kexec: trying kexec_load'
		expect_calls kexec_file_load kexec_load
	else
		expect_status 1
		expect_error "^kexec: [^ ]*: kexec_file_load: .* \\($name_shown\\); .*$advice"
		expect_no_log '^kexec_load'
	fi
	# Asked for by name, it stays with the one.
	KX_FAKE_ERRNO_FILE=$name run -l -s "$tmp/k"
	expect_status 1
	expect_error "^kexec: [^ ]*: kexec_file_load: .* \\($name_shown\\); .*$advice"
	expect_no_log '^kexec_load'
done <<-END
	ENOSYS yes CONFIG_KEXEC_FILE
	EINVAL yes --kexec-syscall
	ENOEXEC yes format
	ENOTSUP yes --kexec-syscall
	EADDRNOTAVAIL yes initrd
	EKEYREJECTED told signature
	ENOKEY told keyring
	EBADMSG told signature
	ENOPKG told hash
	ELIBBAD told signature
	EMSGSIZE told signature
	ENODATA told signed
	EPERM no CAP_SYS_BOOT
	EACCES no IMA
	EBUSY no try.again
	ENOMEM no memory
	EFBIG no larger
	ETXTBSY no writing
	EBADF no descriptor
	EFAULT no command.line
	EIO no disk
	EINTR no signal
	EOVERFLOW no dmesg
	524 no dmesg
END

# Where signatures are enforced, none of them is passed by.
for mode in integrity confidentiality; do
	put sys/kernel/security/lockdown "none [$mode]"
	for name in EKEYREJECTED ENOKEY EBADMSG ENOPKG ELIBBAD EMSGSIZE ENODATA EPERM; do
		KX_FAKE_ERRNO_FILE=$name run -l "$tmp/k"
		expect_status 1
		expect_error "\\($name\\)"
		expect_calls kexec_file_load
	done
	# Not refused for its signature, but kexec_load is closed: the reason is lockdown.
	KX_FAKE_ERRNO_FILE=ENOEXEC run -l "$tmp/k"
	expect_status 1
	expect_error "lockdown is \"$mode\""
	expect_calls kexec_file_load
done
# Where securityfs shows other files there is no lockdown; where it shows none nobody knows.
rm "$root/sys/kernel/security/lockdown"
put sys/kernel/security/lsm lockdown,capability
KX_FAKE_ERRNO_FILE=EKEYREJECTED run -l "$tmp/k"
expect_status 0
expect_calls kexec_file_load kexec_load
rm "$root/sys/kernel/security/lsm"
KX_FAKE_ERRNO_FILE=EKEYREJECTED run -l "$tmp/k"
expect_status 1
expect_error '\(EKEYREJECTED\).*whether the kernel is locked down cannot be seen: mount securityfs'
expect_calls kexec_file_load
KX_FAKE_ERRNO_FILE=EPERM run -l "$tmp/k"
expect_error 'mount securityfs'
machine

# Errnos of kexec_load, asked for by name and as the second way.
while read -r name advice; do
	KX_FAKE_ERRNO_LOAD=$name run -l -c "$tmp/k"
	expect_status 1
	expect_error "^kexec: [^ ]*: kexec_load: .* \\($name\\); .*$advice"
	expect_no_log '^kexec_file_load'
	KX_FAKE_ERRNO_FILE=ENOSYS KX_FAKE_ERRNO_LOAD=$name run -l "$tmp/k"
	expect_status 1
	expect_error "^kexec: [^ ]*: kexec_load: .* \\($name\\); .*$advice"
	same 'kexec_loaded' "$(cat "$root/sys/kernel/kexec_loaded")" 0
done <<-END
	EPERM CAP_SYS_BOOT
	EACCES IMA
	EINVAL --dry-run
	EADDRNOTAVAIL --mem-max
	EADDRINUSE --mem-min
	EBUSY try.again
	ENOMEM memory
	ENOSYS CONFIG_KEXEC;
	EFAULT shorter
	EOVERFLOW dmesg
END

# Busy is tried again, and not for ever.
KX_FAKE_ERRNO_FILE=EBUSY,EBUSY,0 run -l "$tmp/k"
expect_status 0
expect_stderr ''
expect_calls kexec_file_load kexec_file_load kexec_file_load
KX_FAKE_ERRNO_LOAD=EBUSY,0 run -l -c "$tmp/k"
expect_status 0
expect_calls kexec_load kexec_load
KX_FAKE_ERRNO_FILE=EBUSY run -l "$tmp/k"
expect_status 1
expect_calls kexec_file_load kexec_file_load kexec_file_load kexec_file_load kexec_file_load

# -d asks the kernel to talk, which kernels before v6.8 do not know.
run -l -d -s "$tmp/k"
expect_log '^kexec_file_load flags=0xc '
KX_FAKE_ERRNO_FILE=EINVAL,0 run -l -d -s "$tmp/k"
expect_status 0
expect_calls kexec_file_load kexec_file_load
expect_log '^kexec_file_load flags=0xc '
expect_log '^kexec_file_load flags=0x4 '
run -l -d -c "$tmp/k"
expect_log '^kexec_load .* flags=0x3e0010$'
KX_FAKE_ERRNO_LOAD=EINVAL,0 run -l -d -c "$tmp/k"
expect_status 0
expect_calls kexec_load kexec_load
expect_log '^kexec_load .* flags=0x3e0010$'
expect_log '^kexec_load .* flags=0x3e0000$'
# A second try costs a load where they are counted: there the first one must do.
put proc/sys/kernel/kexec_load_limit_reboot 3
run -l -d -s "$tmp/k"
expect_log '^kexec_file_load flags=0x4 '
expect_calls kexec_file_load
KX_FAKE_ERRNO_FILE=EBUSY,0 run -l "$tmp/k"
expect_status 1
expect_calls kexec_file_load
KX_FAKE_ERRNO_FILE=EINVAL run -l "$tmp/k"
expect_status 1
expect_error 'EINVAL'
expect_calls kexec_file_load
# A call that the kernel does not have counts nothing.
KX_FAKE_ERRNO_FILE=ENOSYS run -l "$tmp/k"
expect_status 0
expect_calls kexec_file_load kexec_load
machine
# Other flags go to the kernel as asked for.
run -l -s --no-cma --force-dtb "$tmp/k"
expect_log '^kexec_file_load flags=0x34 '

# What only kexec_load can do chooses it, and is an error where only the other one was asked for.
machine
while read -r option; do
	run -l "$option" "$tmp/k"
	expect_status 0
	expect_stderr ''
	expect_calls kexec_load
	KX_FAKE_ERRNO_LOAD=EPERM run -l "$option" "$tmp/k"
	expect_status 1
	expect_calls kexec_load
	run -l -s "$option" "$tmp/k"
	expect_status 1
	expect_error "^kexec: ${option%%=*}: kexec_file_load cannot do that; use --kexec-syscall"
	expect_calls
	put sys/kernel/security/lockdown 'none [integrity] confidentiality'
	run -l "$option" "$tmp/k"
	expect_status 1
	expect_error 'lockdown'
	expect_calls
	machine
done <<-END
	--noefi
	--entry=0x2000000
	--entry-32bit
	--real-mode
	--mem-min=0x200000
	--mem-max=0x3effffff
	--reuse-video-type
	--pass-memmap-cmdline
END
run -l --dry-run --noefi "$tmp/k"
expect_out '^syscall   kexec_load$'
expect_out '^note      kexec_load because of --noefi$'

# Only kexec_load can start a kernel without a 64-bit entry: nobody has to say so.
kernel "$tmp/32bit" xloadflags=0x2
run -l -d "$tmp/32bit"
expect_status 0
expect_calls kexec_load
check 'the entry should be told' grep -q \
	'^note      the kernel is entered by its 32-bit entry: its xloadflags name no 64-bit entry' "$tmp/err"
run -l -s "$tmp/32bit"
expect_status 1
expect_error '32bit .bzImage32.: kexec_file_load does not take this format; use --kexec-syscall'
expect_calls

# What concerns purgatory alone prefers it, and is not worth failing for.
while read -r option shown; do
	run -l "$option" "$tmp/k"
	expect_status 0
	expect_stderr ''
	expect_calls kexec_load
	run -l -s "$option" "$tmp/k"
	expect_status 0
	expect_error "^kexec: warning: ${shown:-$option} has no effect with kexec_file_load"
	expect_calls kexec_file_load
	put sys/kernel/security/lockdown 'none [integrity] confidentiality'
	# Where loads are counted, too: the first call was never made.
	put proc/sys/kernel/kexec_load_limit_reboot 5
	run -l "$option" "$tmp/k"
	expect_status 0
	expect_error "^kexec: warning: ${shown:-$option} has no effect with kexec_file_load"
	expect_calls kexec_file_load
	machine
	KX_FAKE_ERRNO_LOAD=ENOSYS run -l "$option" "$tmp/k"
	expect_status 0
	expect_calls kexec_load kexec_file_load
done <<-END
	-i --no-checks
	--no-checks
	--on-mismatch=halt
	--console-serial
	--console-vga
	--reset-vga
END
run -l -c --no-cma "$tmp/k"
expect_status 0
expect_error '^kexec: warning: --no-cma has no effect with kexec_load$'
run -l -s --no-cma "$tmp/k"
expect_stderr ''
finish
