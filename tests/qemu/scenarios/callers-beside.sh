# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from and for run, lib.sh, debian.sh and callers*.sh
# One machine panics again and again, armed by kdump arm and by Debian's kdump-tools with several
# initramfs in turns: the least reservation with which each leaves a dump, and how long that takes.
# It is booted with the largest reservation, and gives back what a try is not to have
# (Documentation/ABI/testing/sysfs-kernel-kexec-kdump: kexec_crash_size). tests/bench/service shows
# what this tells. No systemd runs before the panic, which would take most of the time, and what dpkg
# would install is put there; after the panic all is as Debian has it.
#
# Captures: arm, kdump arm; and kdump-tools with
#	dep      the initramfs that it makes (MODULES=dep)
#	most     that with which Debian's kernel is installed (MODULES=most)
#	dracut   one of dracut --hostonly, which mounts the root file system as the others do: Debian's
#	         dracut has nothing that saves a dump
#	generic  one of dracut --no-hostonly
# A task is CAPTURE:MIB, the least reservation is looked for from there on, or CAPTURE=MIB, one panic.

# --- inside the machine --------------------------------------------------------------------------

# put_theirs: kdump-tools, kexec-tools, dracut, and the configuration that the package begins with
put_theirs()
{
	cp -a /kx/theirs/. / && ldconfig && mkdir -p /var/crash /var/lib/kdump || return
	# An initramfs that is there stays while this is the configuration that it was made for.
	cp /etc/kdump/sysctl.conf "/var/lib/kdump/latest_sysctls-$(uname -r)"
	cp /usr/share/kdump-tools/kdump-tools.conf /etc/default/kdump-tools
}

# What only the machine can make: it has the devices. It takes some minutes.
guest_beside_make()
{
	release=$(uname -r)
	mkdir -p /made
	# Both ask udev what the disk is.
	/lib/systemd/systemd-udevd --daemon && udevadm trigger && udevadm settle
	run install put_theirs
	if [ ! -e /kx/initrds/dep ]; then
		run dep kdump-config load
		mv "/var/lib/kdump/initrd.img-$release" /made/dep
	fi
	[ -e /kx/initrds/dracut ] || run dracut dracut --quiet --hostonly --force /made/dracut "$release"
	ended
}

# ended: nobody else switches this machine off
ended()
{
	say end "$hop"
	sync
	echo o > /proc/sysrq-trigger
	sleep 60
}

# The state of the tasks is in variables and in a file.
remember()
{
	for v in number what kind size stride good bad again; do
		eval "echo $v=\$$v"
	done > /var/lib/kx-beside
}

# first_try: of task $number, if there is one
first_try()
{
	task=$(echo "$tasks" | cut -d ' ' -f "$number")
	[ "$task" ] && [ "$number" -le "$(echo "$tasks" | wc -w)" ] || return
	what=${task%%[:=]*}
	size=${task##*[:=]}
	kind=once
	[ "$what=$size" = "$task" ] || kind=least
	stride=$step good='' bad='' again=0
}

# next_try: after one that was saved or lost, as $1 says; false when there is nothing more to do
next_try()
{
	if [ "$1" = saved ]; then
		good=$size
	else
		bad=$size
	fi
	if [ "$kind" = once ]; then
		size=
	elif [ "$good" ] && [ "$bad" ]; then
		size=$(((good + bad) / 2 / step * step))
		[ $((good - bad)) -gt "$step" ] || size=
	elif [ "$good" ]; then
		size=$((good - stride))
		[ $size -gt 0 ] || size=$step
		[ "$good" -gt "$step" ] || size=
	else
		size=$((bad + stride))
		[ $size -le "$largest" ] || size=$largest
		[ "$bad" -lt "$largest" ] || size=
	fi
	stride=$((stride * 2))
	[ "$size" ] || {
		number=$((number + 1))
		first_try
	}
}

# what_was_left: by the last crash; "saved TIME SIZE" where that is a whole dump of it
what_was_left()
{
	dump=$(find /var/crash \( -name vmcore -o -name "dump.*" \) -print -quit)
	if [ "$dump" ] && "$ours/vmcore-dmesg" "$dump" 2> /dev/null | grep "KXT-MARK before crash $((hop - 1))\$" > /tmp/mark; then
		echo "saved $(find /var/crash -type f -printf '%T@\n' | sort -n | tail -n 1) $(stat -c %s "$dump")"
	else
		echo "lost $(find /var/crash -mindepth 1 -printf '%P,%s ')"
	fi
}

# armed_by CAPTURE
armed_by()
{
	if [ "$1" = arm ]; then
		# It takes the kexec that is beside it.
		run load "$ours/kdump" arm || return
		stat -c %s /run/kdump/armed/initrd | lines size
		return
	fi
	case $1 in
	most) initrd=/boot/initrd.img-$(uname -r) ;;
	*) initrd=/kx/initrds/$1 ;;
	esac
	# Where there is none it would make its own.
	run copy cp "$initrd" "/var/lib/kdump/initrd.img-$(uname -r)" || return
	run load kdump-config load
	stat -c %s "/var/lib/kdump/initrd.img-$(uname -r)" | lines size
}

# put_ours: where nobody finds them who asks for kexec by its name
put_ours()
{
	cp -a /kx/install/. / || return
	mkdir -p "$ours"
	mv /usr/local/sbin/kexec /usr/local/sbin/vmcore-dmesg /usr/local/sbin/kdump "$ours"
}

# all_tries: from where the last boot left off; returns when there are no more
all_tries()
{
	if [ "$hop" = 1 ]; then
		run install put_theirs || return
		run install2 put_ours || return
		number=1
		first_try || return
	else
		# shellcheck disable=SC1091 # the machine's
		. /var/lib/kx-beside
	fi
	# Where the kernel happens to be there may be no room for so much.
	if [ "$hop" != 1 ] && [ "$again" = 0 ]; then
		left=$(what_was_left)
		rm -rf /var/crash/*
		say result "$what $kind $size $left"
		next_try "${left%% *}" || return
	fi
	echo $((size << 20)) > /sys/kernel/kexec_crash_size
	if [ "$(cat /sys/kernel/kexec_crash_size)" != $((size << 20)) ]; then
		again=$((again + 1))
		remember
		[ $again -lt 5 ] && reset_now
		say failed "${size}M cannot be reserved"
		return
	fi
	again=0
	remember
	say try "$what $kind $size"
	armed_by "$what"
	[ "$(cat /sys/kernel/kexec_crash_loaded)" = 1 ] || {
		say unloaded
		reset_now
	}
	panic_now
}

reset_now()
{
	sync
	echo b > /proc/sysrq-trigger
	sleep 60
}

guest_beside()
{
	ours=/usr/local/ours
	hostname "$(cat /etc/hostname)"
	all_tries
	ended
}

# --- on the host ---------------------------------------------------------------------------------

# A machine of which nothing runs but the steps.
bare=kx.init=/usr/local/sbin/kx-run

# initrd_folder NAME: of the cache, for one that a machine of these packages got
initrd_folder()
{
	echo "$cache/packages/kdump-initrd-$1.$(cat "$cache"/{callers,dracut}-bookworm/packages "$root_folder/key" |
		sha256sum | cut -c1-8)"
}

# keep_made FILE NAME
keep_made()
{
	rm -rf "$dir/keep"
	mkdir "$dir/keep"
	mv "$1" "$dir/keep/initrd"
	publish "$dir/keep" "$(initrd_folder "$2")" "kdump-initrd-$2"
}

# generic_initrd: it asks for no devices, so that it need not be made in the machine
generic_initrd()
{
	local tree=$dir/tree

	! is_whole "$(initrd_folder generic)" || return 0
	[[ $(id -u) == 0 ]] || skip "chroot is root's: dracut --no-hostonly makes its initramfs in one"
	rm -rf "$tree"
	mkdir -p "$tree"
	debugfs -R "rdump / $tree" "$root_folder/root.img" > "$dir/debugfs.log" 2>&1
	mkdir "$tree/debs"
	cp "$cache"/dracut-bookworm/*.deb "$tree/debs"
	# shellcheck disable=SC2016 # of the inner shell
	unshare -m sh -ec 'mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"
		chroot "$1" sh -ec "dpkg -i /debs/*.deb && dracut --quiet --no-hostonly --force /generic $2"' \
		sh "$tree" "$(release_of_debian full)" > "$dir/generic.log" 2>&1
	keep_made "$tree/generic" generic
	rm -rf --one-file-system "$tree"
}

# unpack_theirs: what Debian's packages have; folders that Debian 12 has below /usr are there
unpack_theirs()
{
	local deb tree=$payload/kx/theirs folder

	for deb in "$cache"/{callers,dracut}-bookworm/*.deb; do
		dpkg-deb -x "$deb" "$tree"
	done
	rm -rf "$tree"/usr/share/{doc,man}
	for folder in bin sbin lib; do
		[[ ! -d $tree/$folder ]] || cp -a "$tree/$folder" "$tree/usr"
		rm -rf "${tree:?}/$folder"
	done
}

# beside_machine FUNCTION...: with all that was made before
beside_machine()
{
	local name

	debian "$@" put_theirs ended
	unpack_theirs
	for name in dep dracut generic; do
		! is_whole "$(initrd_folder $name)" ||
			debian_put "$(initrd_folder $name)/initrd" "initrds/$name"
	done
}

# wanted CAPTURE TASK...: is it in one of them?
wanted()
{
	local name=$1

	shift
	[[ " $*" == *" $name"[:=]* ]]
}

# own_initrds TASK...: those that the machine makes
own_initrds()
{
	local name missing=no

	for name in dep dracut; do
		! wanted $name "$@" || is_whole "$(initrd_folder $name)" || missing=yes
	done
	[[ $missing == yes ]] || return 0
	vm_timeout=3600
	vm_cmdline="$bare crashkernel=256M"
	beside_machine guest_beside_make
	boot_debian full
	cp "$serial" "$dir/make.log"
	debian_get /made "$dir" || true
	for name in dep dracut; do
		if [[ -s $dir/made/$name ]]; then
			keep_made "$dir/made/$name" $name
		elif wanted $name "$@" && ! is_whole "$(initrd_folder $name)"; then
			bad "the initramfs of $name" "not made: $(get 1 $name.err | tail -n 2 | joined '; ')"
		fi
	done
	rm -rf "$dir/made" "$dir/root.raw"
}

# why_lost N: what is known about the panic of boot N, which left no dump
why_lost()
{
	local text

	if [[ ! $(get "$1" panic) ]]; then
		text="not loaded: $({ get "$1" copy.err; get "$1" load.err; } | tail -n 2 | joined '; ')"
	elif [[ $(of_clock hung "$1") ]]; then
		text="no end within $(of_clock hung "$1") s"
	elif [[ $(of_clock died "$1") ]]; then
		text="panic: $(of_clock died "$1")"
	else
		text="restarted after $(seconds_to "$1" "$(of_clock restart "$1")") s: ${2:-nothing left}"
	fi
	echo "${text:0:200}"
}

# tried: a line for each panic into $dir/tries, as "CAPTURE KIND MIB saved|lost SAVED RESTARTED MORE…"
tried()
{
	local n what kind size state time more

	for ((n = 1; ; n++)); do
		reached $((n + 1)) || break
		read -r what kind size state time more <<< "$(get $((n + 1)) result)"
		[[ $what ]] || continue
		if [[ $state == saved ]]; then
			echo "$what $kind $size saved $(seconds_to $n "$time") $(seconds_to $n "$(of_clock restart $n)") $more"
		else
			echo "$what $kind $size lost $(why_lost $n "$time $more")"
		fi
	done > "$dir/tries"
}

# size_of CAPTURE: of its initramfs, as the machine had it
size_of()
{
	awk -v want="$1" '/KXT try / { w = $3 } /KXT size / && w == want { print $3; exit }' "$serial"
}

# told_least CAPTURE: what the tries with it came to
told_least()
{
	local name=$1 good bad

	part="$name (initramfs of $(size_of "$name") bytes)"
	good=$(awk -v n="$name" '$1 == n && $2 == "least" && $4 == "saved" { print $3 }' "$dir/tries" | sort -n | sed -n 1p)
	bad=$(awk -v n="$name" '$1 == n && $2 == "least" && $4 == "lost" { print $3 }' "$dir/tries" | sort -n | tail -n 1)
	if ((${bad:-0} == largest)); then
		ok "$part: nothing saved up to ${largest}M ($(lost_with "$name" "$largest"))"
	elif [[ ! $good || ! $bad ]] || ((good - bad > step)); then
		bad "$part" "no end of its tries (machine: $vm_ended): $(grep "^$name least" "$dir/tries" | joined '; ')"
	elif [[ $name == arm ]] && ((good > 96)); then
		bad "$part" "it saves nothing with 96M: $(lost_with arm 96)"
	else
		ok "$part: saved with ${good}M, not with ${bad}M ($(lost_with "$name" "$bad"))"
	fi
}

# lost_with CAPTURE MIB: why
lost_with()
{
	sed -n "s/^$1 least $2 lost //p" "$dir/tries" | sed -n 1p
}

# told_once CAPTURE: the times of its panics with one size
told_once()
{
	part="$1 by turns"
	if ! grep "^$1 once" "$dir/tries" > "$dir/once"; then
		bad "$part" "no panic of it (machine: $vm_ended)"
		return
	fi
	ok "$part: $(awk '$4 == "saved" {
		printf "%s%sM saved after %s s, restarted after %s s, %s bytes", s, $3, $5, $6, $7; s = ", " }
		$4 == "lost" { printf "%s%sM lost", s, $3; s = ", " }' "$dir/once")"
}

# beside STEP LARGEST TASK...: sizes in MiB
beside()
{
	local step=$1 largest=$2 name

	shift 2
	need python3 python3
	hung_after=${KX_HUNG_AFTER:-600}
	own_initrds "$@"
	if wanted dracut "$@"; then
		generic_initrd
		ok "dracut --no-hostonly makes $(stat -c %s "$(initrd_folder generic)/initrd") bytes"
	fi
	vm_timeout=${KX_TIMEOUT:-14400}
	vm_cmdline="$bare crashkernel=${largest}M"
	vm_driver=clock_panics
	beside_machine guest_beside put_ours all_tries panic_now reset_now remember first_try next_try what_was_left armed_by
	debian_install
	vm_set step "$step"
	vm_set largest "$largest"
	vm_set tasks "$*"
	boot_debian full -qmp "unix:$dir/qmp,server=on,wait=off"
	tried
	for name in $(printf '%s\n' "$@" | sed -n 's/:.*//p' | sort -u); do
		told_least "$name"
	done
	for name in $(printf '%s\n' "$@" | sed -n 's/=.*//p' | sort -u); do
		told_once "$name"
	done
}

# A measurement, which is there for whoever says what is to be measured.
[[ ! ${KX_TASKS:-} ]] || scenario more-callers-kdump-beside beside "${KX_STEP:-16}" "${KX_LARGEST:-448}" \
	"$KX_TASKS" -- root-bookworm callers-bookworm dracut-bookworm -- \
	"the least reservations of kdump arm, and of kdump-tools with Debian's and dracut's initramfs"
