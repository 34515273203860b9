# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from and for run, lib.sh, debian.sh and callers.sh
# A reboot by kexec, as Debian's kexec-tools have it for System V init, and as systemd has it. Who calls
# kexec with what is seen by a program in its place, which calls it.

# --- inside the machine --------------------------------------------------------------------------

# seen: /sbin/kexec tells what it is called with, and how that ended
seen()
{
	[ -e /sbin/kexec.real ] || mv /sbin/kexec /sbin/kexec.real
	cat > /sbin/kexec <<-'END'
		#!/bin/sh
		printf 'KXT argv' > /dev/console
		printf ' [%s]' "$@" > /dev/console
		echo > /dev/console
		/sbin/kexec.real "$@"
		status=$?
		echo "KXT argv.status $status" > /dev/console
		exit $status
	END
	chmod 755 /sbin/kexec
}

# sysv SCRIPT WORD: as System V init runs it when it goes to runlevel 6; scripts ask for systemd by a
# folder, and leave all to it where that is
sysv()
{
	env RUNLEVEL=6 PREVLEVEL=2 unshare -m sh -c 'mount -t tmpfs none /run/systemd && exec "$@"' sh \
		"/etc/init.d/$1" "$2"
}

guest_kexec_reboot()
{
	case $hop in
	1)
		run install install_callers
		small_initrd
		seen
		grub_menu kx.from=grub
		echo LOAD_KEXEC=false > /etc/default/kexec
		run off sysv kexec-load stop
		run bare systemctl kexec
		printf '%s\n' LOAD_KEXEC=true USE_GRUB_CONFIG=true > /etc/default/kexec
		run start sysv kexec-load start
		run nothing sysv kexec stop
		run grub sysv kexec-load stop
		run again sysv kexec-load stop
		run unload /sbin/kexec -u
		printf '%s\n' LOAD_KEXEC=true USE_GRUB_CONFIG=false "KERNEL_IMAGE=/boot/vmlinuz-$(uname -r)" \
			"INITRD=/boot/initrd.img-$(uname -r)" \
			"APPEND=\"root=UUID=6b657865-6300-4000-8000-6b78726f6f74 rw console=$console quiet systemd.unit=kx-run.service kx.from=default\"" \
			> /etc/default/kexec
		run load sysv kexec-load stop
		run exec sysv kexec stop
		;;
	2)
		run load /sbin/kexec -l "/boot/vmlinuz-$(uname -r)" --initrd="/boot/initrd.img-$(uname -r)" \
			--reuse-cmdline --append="kx.from=systemctl kx.last=3"
		run kexec systemctl --no-block kexec
		exit 0
		;;
	esac
}

# --- on the host ---------------------------------------------------------------------------------

# told_boots: of each boot where it came from, and what kexec was called with
told_boots()
{
	local n from

	for ((n = 1; n <= 3; n++)); do
		reached "$n" || break
		from=$(get "$n" cmdline | grep -o 'kx\.from=[a-z]*' | tail -n 1 || true)
		echo "boot $n ${from:-by the firmware}"
		get "$n" argv | sed 's/^/kexec /'
		get "$n" argv.status | sed 's/^/kexec status /'
	done
}

# callers_kexec_reboot KERNEL WHOSE...
callers_kexec_reboot()
{
	local whose

	callers_kernel=$1
	shift
	vm_timeout=1800
	for whose; do
		vm_cmdline=$light
		with_callers "$whose" guest_kexec_reboot seen small_initrd grub_menu sysv
		boot_debian "$callers_kernel"
		cp "$serial" "$dir/$whose.log"
		callers_installed "$whose" || return 0
		told_callers off bare start nothing grub again unload load exec > "$dir/$whose"
		told_boots >> "$dir/$whose"
		as_recorded "$whose" reboot
	done
	part='starts by the scripts, and by systemctl'
	if printf '%s\n' 'boot 2 kx.from=default' 'boot 3 kx.from=systemctl' |
		cmp -s - <(grep '^boot [23] ' "$dir/ours"); then
		ok "$part"
	else
		bad "$part" "$(tail -n 12 "$dir/ours" | joined '; ')"
	fi
}

# Theirs beside ours, installed as a whole; and ours alone in less time.
scenario more-callers-kexec-reboot callers_kexec_reboot full theirs ours -- root-bookworm callers-bookworm -- \
	"Debian's kexec-load and kexec scripts with both settings, and systemctl kexec: theirs and ours"
callers_kexec_reboot_ours()
{
	callers_unpacked=kexec-tools
	callers_kexec_reboot "$1" ours
}
scenario callers-kexec-reboot callers_kexec_reboot_ours newest -- newest root-bookworm callers-bookworm -- \
	"Debian's kexec-load and kexec scripts with both settings, and systemctl kexec, with our kexec (newest)"
scenario more-callers-kexec-reboot-6.1 callers_kexec_reboot_ours cloud -- root-bookworm callers-bookworm -- \
	"Debian's kexec-load and kexec scripts with both settings, and systemctl kexec, with our kexec (6.1)"
