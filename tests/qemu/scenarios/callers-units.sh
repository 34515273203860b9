# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from and for run, lib.sh, debian.sh and callers.sh
# Our own units on a Debian machine: a reboot, and kexec.target, start what GRUB would start.

# --- inside the machine --------------------------------------------------------------------------

# small_initrd: the next boot is one of the initrd that this machine was started with
small_initrd()
{
	cp /kx/crash-initrd "/boot/initrd.img-$(uname -r)"
}

# grub_menu WORD: what grub-mkconfig writes for this machine, in short
grub_menu()
{
	mkdir -p /boot/grub
	printf '%s\n' 'set default="0"' "menuentry 'Debian GNU/Linux' --class debian --class os {" \
		"	linux	/boot/vmlinuz-$(uname -r) root=UUID=6b657865-6300-4000-8000-6b78726f6f74 rw console=$console quiet systemd.unit=kx-run.service $1" \
		"	initrd	/boot/initrd.img-$(uname -r)" '}' > /boot/grub/grub.cfg
}

# Our own units, with what `make install` and an entry of GRUB's menu give them. What multi-user.target
# would start, which these boots do without, is started here.
guest_kexec_units()
{
	case $hop in
	1)
		run install install_ours
		small_initrd
		grub_menu kx.from=reboot
		say enabled.load "$(systemctl is-enabled kexec-load.service)"
		say enabled.reboot "$(systemctl is-enabled kexec-reboot.service)"
		run enable systemctl enable kexec-load.service kexec-reboot.service
		run start systemctl start kexec-load.service
		restart
		;;
	2)
		grub_menu kx.from=target
		run start systemctl start kexec-load.service
		run target systemctl --no-block start kexec.target
		exit 0
		;;
	3)
		# What is stopped for anything else than a reboot loads nothing.
		run start systemctl start kexec-load.service
		run stop systemctl stop kexec-load.service
		;;
	esac
}

# --- on the host ---------------------------------------------------------------------------------

# came N WANT: boot N came by the firmware, or from what a loaded kernel's command line says
came()
{
	local from

	part="boot $1"
	reached "$1" || {
		bad "$part" "$(why_debian "$1")"
		return 0
	}
	from=$(get "$1" cmdline | grep -o 'kx\.from=[a-z]*' | tail -n 1 || true)
	if [[ ${from:-by-the-firmware} == "$2" ]]; then
		ok "$part is $2"
	else
		bad "$part" "it is ${from:-by the firmware}, expected $2"
	fi
}

callers_kexec_units()
{
	vm_timeout=1800
	vm_cmdline=$light
	debian guest_kexec_units small_initrd grub_menu
	debian_install
	debian_initrd full "$payload/kx/crash-initrd"
	boot_debian full
	part="off by default"
	if [[ $(get 1 enabled.load) == disabled && $(get 1 enabled.reboot) == disabled ]]; then
		ok "$part"
	else
		bad "$part" "kexec-load '$(get 1 enabled.load)', kexec-reboot '$(get 1 enabled.reboot)': $(why_debian 1)"
	fi
	came 1 by-the-firmware
	came 2 kx.from=reboot
	came 3 kx.from=target
	part="nothing is loaded by a stop alone"
	if [[ $(get 3 stop.status) == 0 && $(get 3 stop.loaded) == 0 ]]; then
		ok "$part"
	else
		bad "$part" "status '$(get 3 stop.status)', loaded '$(get 3 stop.loaded)': $(why_debian 3)"
	fi
}

scenario more-callers-units callers_kexec_units -- root-bookworm -- \
	"our units: reboot and kexec.target start the boot loader's default, until they are stopped"
