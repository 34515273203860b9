# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Debian's own scripts on a Debian system, with our programs in place of those that they know: the
# same words and exit statuses, and the same effect.

# --- inside the machine --------------------------------------------------------------------------

# install_callers: kdump-tools and kexec-tools as Debian has them; without "theirs" on the command
# line, with our programs by the same names
install_callers()
{
	export DEBIAN_FRONTEND=noninteractive
	# To make the crash kernel's initrd would take minutes here: one is there already.
	mkdir -p /var/lib/kdump
	cp /kx/crash-initrd "/var/lib/kdump/initrd.img-$(uname -r)"
	printf '%s\n' LOAD_KEXEC=true > /etc/default/kexec
	# Steps start what they want started.
	printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
	chmod 755 /usr/sbin/policy-rc.d
	# Nor is one for the next boot made again because of what comes now.
	echo update_initramfs=no > /etc/initramfs-tools/update-initramfs.conf
	# A kernel that is not this root file system's.
	[ ! -e /kx/vmlinuz ] || cp /kx/vmlinuz "/boot/vmlinuz-$(uname -r)"
	if [ -e /kx/unpacked ]; then
		cp -a /kx/unpacked/. / || return
		# What its postinst would put there.
		[ ! -e /usr/sbin/kdump-config ] ||
			cp /usr/share/kdump-tools/kdump-tools.conf /etc/default/kdump-tools || return
	else
		dpkg --force-confold -i /kx/debs/*.deb || return
	fi
	# An initrd of other settings than these would be made again.
	[ ! -e /etc/kdump/sysctl.conf ] ||
		cp /etc/kdump/sysctl.conf "/var/lib/kdump/latest_sysctls-$(uname -r)"
	! grep -qw theirs /proc/cmdline || return 0
	if [ -e /kx/unpacked ]; then
		cp -a /kx/install/usr/local/sbin/. /usr/local/sbin
	else
		install_ours
	fi
	ln -sf /usr/local/sbin/kexec /sbin/kexec
	ln -sf /usr/local/sbin/vmcore-dmesg /sbin/vmcore-dmesg
	ln -sf /usr/local/sbin/kdump /usr/bin/makedumpfile
}

guest_kdump_config()
{
	run install install_callers
	run load kdump-config load
	run loaded cat /sys/kernel/kexec_crash_loaded
	run status kdump-config status
	run show kdump-config show
	run test kdump-config test
	run unload kdump-config unload
	run gone cat /sys/kernel/kexec_crash_loaded
	run status2 kdump-config status
	run reload kdump-config reload
	run loaded2 cat /sys/kernel/kexec_crash_loaded
}

# --- on the host ---------------------------------------------------------------------------------

# For machines that need no more than their steps: they boot in less time.
light=systemd.unit=kx-run.service

# Which kernel those machines run, see boot_debian.
callers_kernel=full

# unpack_caller PACKAGE: the machine finds what is in it as /kx/unpacked, but for programs that ours
# take the place of
unpack_caller()
{
	local root=$payload/kx/unpacked

	dpkg-deb -x "$cache/callers-bookworm/$1"_*.deb "$root"
	rm -rf "$root"/sbin "$root"/usr/share/{doc,man}
	# Where /lib is a link, a folder could not be put.
	[[ ! -d $root/lib ]] || cp -a "$root/lib" "$root/usr"
	rm -rf "$root/lib"
}

# with_callers theirs|ours FUNCTION...: a Debian machine that installs them; with callers_unpacked=PACKAGE
# it gets the files of that one alone, which takes a third of the time
callers_unpacked=
with_callers()
{
	local whose=$1 deb

	shift
	debian "$@" install_callers
	if [[ $callers_unpacked ]]; then
		unpack_caller "$callers_unpacked"
	else
		for deb in "$cache"/callers-bookworm/*.deb; do
			debian_put "$deb" "debs/${deb##*/}"
		done
	fi
	debian_initrd "$callers_kernel" "$payload/kx/crash-initrd"
	[[ $callers_kernel == full ]] || debian_put "$(debian_kernel "$callers_kernel")" vmlinuz
	[[ $whose == theirs ]] || debian_install
	# What is not called for is not copied.
	[[ ! $callers_unpacked ]] ||
		find "$payload/kx/install" -type f ! -name kexec ! -name vmcore-dmesg ! -name kdump -delete
	vm_cmdline="${vm_cmdline% theirs} $whose"
}

# told_callers KEY...: what these steps printed, and how they ended, but for what no two boots have in
# common: where memory is reserved, and whose machine it is
told_callers()
{
	local key

	for key; do
		get 1 "$key.run" | sed 's/^/$ /'
		get 1 "$key.out"
		get 1 "$key.err" | sed 's/^/! /'
		get 1 "$key.status" | sed 's/^/status /'
	done | sed 's/\(crashkernel addr[[:space:]:]*\)0x[0-9a-f]*/\1/; s/ theirs / /; s/ ours / /'
}

# callers_installed WHOSE: else there is nothing more to be seen
callers_installed()
{
	part="$1: installed"
	if [[ $(get 1 install.status) == 0 ]]; then
		ok "$part"
	else
		bad "$part" "$(why_debian 1) $(get 1 install.err | tail -n 3 | joined '; ')"
		return 1
	fi
}

# on_both FUNCTION KEY...: those steps on a machine of theirs and on one of ours, told in $dir/WHOSE
on_both()
{
	local function=$1 whose

	shift
	for whose in theirs ours; do
		with_callers "$whose" "$function"
		boot_debian "$callers_kernel"
		cp "$serial" "$dir/$whose.log"
		callers_installed "$whose" || return 0
		told_callers "$@" > "$dir/$whose"
	done
}

# same_words: both machines were told the same
same_words()
{
	part='same words and statuses'
	if [[ -s $dir/theirs ]] && diff -u "$dir/theirs" "$dir/ours" > "$dir/diff"; then
		ok "$part ($(wc -l < "$dir/ours") lines)"
	else
		bad "$part" "$(grep -m 12 '^[-+]' "$dir/diff" | joined '; ')"
	fi
}

# as_recorded WHOSE NAME: that machine was told what callers-NAME.expected has from a machine of theirs;
# which command line a kernel gets is the machine's matter
as_recorded()
{
	part="$1: words and statuses"
	sed "s/RELEASE/$(release_of_debian "$callers_kernel")/g" "$here/scenarios/callers-$2.expected" \
		> "$dir/expected"
	sed 's/--command-line="[^"]*"/--command-line="..."/' "$dir/$1" > "$dir/found"
	if diff -u "$dir/expected" "$dir/found" > "$dir/diff"; then
		ok "$part ($(wc -l < "$dir/found") lines)"
	else
		bad "$part" "$(grep -m 12 '^[-+]' "$dir/diff" | joined '; ')"
	fi
}

callers_kdump_config()
{
	vm_cmdline=crashkernel=256M
	on_both guest_kdump_config load loaded status show test unload gone status2 reload loaded2
	[[ -e $dir/ours ]] || return 0
	same_words
	as_recorded theirs kdump-config
	part='loads, unloads and loads again'
	if [[ $(get 1 loaded.out)$(get 1 gone.out)$(get 1 loaded2.out) == 101 ]]; then
		ok "$part"
	else
		bad "$part" "$(tail -n 30 "$dir/ours" | joined '; ')"
	fi
}

scenario more-callers-kdump-config callers_kdump_config -- root-bookworm callers-bookworm -- \
	"kdump-config of Debian's kdump-tools with our kexec: load, status, show, test, unload, reload"
