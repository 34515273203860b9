# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from run, lib.sh and debian.sh
# Our own scripts of System V init among Debian's: insserv says when each of them runs. No machine is
# started for that.

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
