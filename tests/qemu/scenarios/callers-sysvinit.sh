# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from and for run, lib.sh, debian.sh and callers*.sh
# Our own scripts of System V init among Debian's: when each of them runs, as insserv says without a
# machine, and a machine that reboots by them.

# --- inside the machine --------------------------------------------------------------------------

# put_sysvinit: it takes systemd's place from the next boot on, with our scripts as a package has them
put_sysvinit()
{
	export DEBIAN_FRONTEND=noninteractive
	echo update_initramfs=no > /etc/initramfs-tools/update-initramfs.conf
	# Nothing is started before its init runs.
	printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
	chmod 755 /usr/sbin/policy-rc.d
	dpkg --force-depends --force-remove-protected --remove systemd-sysv || return
	dpkg -i /kx/debs/*.deb || return
	install -m 755 /kx/scripts/* /etc/init.d || return
	update-rc.d kexec-suite-load defaults && update-rc.d kexec-suite-reboot defaults || return
	# What nobody waits for in a machine that lives for a minute.
	rm -f /etc/rc[S2345].d/S*rpcbind /etc/rc[S2345].d/S*nfs-common
	# Once all that starts in this runlevel has.
	echo 'kx:2345:once:/usr/local/sbin/kx-run' >> /etc/inittab
}

# init_reboots: this boot is over
init_reboots()
{
	say end "$hop"
	shutdown -r now
	exit 0
}

guest_sysvinit()
{
	say init "$(cat /proc/1/comm)"
	case $hop in
	1)
		run ours install_ours
		small_initrd
		grub_menu "kx.from=reboot kx.last=4"
		run install put_sysvinit
		restart
		;;
	2)
		find /etc/rc6.d -name 'K*' -printf '%f\n' | sort | lines order
		# Off until it is told otherwise.
		init_reboots
		;;
	3)
		echo AT_REBOOT=yes > /etc/default/kexec-suite
		run stop /etc/init.d/kexec-suite-load stop
		run none /etc/init.d/kexec-suite-load status
		run reload /etc/init.d/kexec-suite-load reload
		run status /etc/init.d/kexec-suite-load status
		run unload kexec -u
		init_reboots
		;;
	esac
}

# --- on the host ---------------------------------------------------------------------------------

# steps_end KEY STATUS LOADED...: in boot 3
steps_end()
{
	while (($#)); do
		part="kexec-suite-load: $1"
		if [[ $(get 3 "$1.status") == "$2" && $(get 3 "$1.loaded") == "$3" ]]; then
			ok "$part"
		else
			bad "$part" "status '$(get 3 "$1.status")', expected $2; loaded '$(get 3 "$1.loaded")', expected $3: $(get 3 "$1.err" | joined '; ')"
		fi
		shift 3
	done
}

callers_sysvinit()
{
	local deb script

	vm_timeout=1800
	vm_cmdline=$light
	debian guest_sysvinit put_sysvinit init_reboots small_initrd grub_menu
	debian_install
	debian_initrd full "$payload/kx/crash-initrd"
	for deb in "$cache"/sysvinit-bookworm/*.deb; do
		debian_put "$deb" "debs/${deb##*/}"
	done
	for script in kexec-suite-load kexec-suite-reboot; do
		debian_put "$build/service/sysvinit/$script" "scripts/$script"
	done
	boot_debian full
	part='System V init'
	if [[ $(get 1 install.status) == 0 && $(get 2 init) == init ]]; then
		ok "$part"
	else
		bad "$part" "'$(get 2 init)': $(get 1 install.err | tail -n 3 | joined '; ') $(why_debian 2)"
		return 0
	fi
	came 2 by-the-firmware
	came 3 by-the-firmware
	steps_end stop 0 0 none 3 0 reload 0 1 status 0 1 unload 0 0
	came 4 kx.from=reboot
}

# --- the order, on the host ----------------------------------------------------------------------

# stops_of LEVEL: what is stopped there, with its number
stops_of()
{
	find "$dir/root/etc/rc$1.d" -name 'K*' -printf '%f\n' | sort | tr '\n' ' '
}

# stop_number STOPS NAME: its number there
stop_number()
{
	grep -o "K[0-9]*$2 " <<< "$1" | sed 's/^K0*\([0-9]*\).*/\1/'
}

# is_before STOPS NAME NAME: the first one's number is lower than the other's
is_before()
{
	local first second

	first=$(stop_number "$1" "$2")
	second=$(stop_number "$1" "$3")
	part="$2 before $3"
	if [[ $first && $second ]] && ((first < second)); then
		ok "$part"
	else
		bad "$part" "$1"
	fi
}

callers_sysvinit_order()
{
	local root=$dir/root deb script stops name names=()

	mkdir -p "$root" "$dir/installed"
	for deb in "$cache"/sysvinit-bookworm/*.deb; do
		dpkg-deb -x "$deb" "$root"
	done
	# What the root file system has of itself.
	debugfs -R "rdump /etc/init.d $dir/installed" "$root_folder/root.img" > "$dir/debugfs.log" 2>&1
	cp "$dir"/installed/init.d/* "$root/etc/init.d"
	for script in kexec-suite-load kexec-suite-reboot; do
		install -m 755 "$build/service/sysvinit/$script" "$root/etc/init.d"
	done
	rm -f "$root"/etc/init.d/{README,rc,rcS}
	mkdir -p "$root"/etc/rc{0,1,2,3,4,5,6,S}.d
	mapfile -t names < <(ls "$root/etc/init.d")
	"$root/sbin/insserv" --force --path "$root/etc/init.d" --override "$root/none" \
		--config "$root/etc/insserv.conf" --insserv-dir "$root" --upstart-job "$root/none" \
		"${names[@]}" > "$dir/insserv.log" 2>&1
	stops=$(stops_of 6)
	# It is loaded while there are file systems and processes of others, and started when there are none.
	for name in sendsigs umountnfs.sh umountfs umountroot; do
		is_before "$stops" kexec-suite-load "$name"
	done
	for name in umountroot mdadm-waitidle; do
		is_before "$stops" "$name" kexec-suite-reboot
	done
	is_before "$stops" kexec-suite-reboot reboot
	part='only a reboot'
	stops="$(stops_of 0) $(stops_of 1)"
	if [[ $stops == *halt* && $stops != *kexec-suite* ]]; then
		ok "$part"
	else
		bad "$part" "$stops"
	fi
}

scenario more-callers-sysvinit-order callers_sysvinit_order -- root-bookworm sysvinit-bookworm -- \
	"when our scripts of System V init run among Debian's, as insserv says; no machine"
scenario more-callers-sysvinit callers_sysvinit -- root-bookworm sysvinit-bookworm -- \
	"our scripts of System V init: a reboot starts the boot loader's default once it is asked for"
