# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Machines with a real Debian root file system: they come up, run what was installed, and remember.

# --- inside the machine --------------------------------------------------------------------------

guest_debian()
{
	run state systemctl is-active multi-user.target
	systemctl --failed --plain --no-legend | lines failed
	if [ "$hop" = 1 ]; then
		run install install_ours
		for p in kexec vmcore-dmesg kdump; do
			run "$p" "$p" --version
		done
		echo "of boot $hop" > /var/tmp/mark
		restart
	fi
	run mark cat /var/tmp/mark
	run kdump kdump --version
}

# --- on the host ---------------------------------------------------------------------------------

# debian_boot NAME
debian_boot()
{
	local program version

	debian guest_debian
	debian_install
	boot_debian "$1" -netdev user,id=net -device virtio-net-pci,netdev=net,romfile=
	check_running "$1"
	for program in kexec vmcore-dmesg kdump; do
		version=$("$build/$program/$program" --version)
		part=$program
		if [[ $(get 1 "$program.out") != "$version" ]]; then
			bad "$part" "says '$(get 1 "$program.out")' $(get 1 "$program.err")"
		else
			ok "$part"
		fi
	done
	part="boots again"
	if [[ $(get 2 mark.out) != "of boot 1" || $(get 2 kdump.out) != "$(get 1 kdump.out)" ]]; then
		bad "$part" "'$(get 2 mark.out)' $(why_debian 2)"
	elif [[ $(get 2 end) != 2 || $vm_ended != off ]]; then
		bad "$part" "it does not switch itself off ($vm_ended)"
	else
		ok "$part"
	fi
}

# why_debian N: what is known about boot N of a root file system that did not get to its steps
why_debian()
{
	sed -n 's/^KXT failed //p' "$serial" | joined '; '
	! grep -m 1 -o 'Kernel panic.*' "$serial" || return 0
	[[ $(get "$1" end) ]] || echo "boot $1 did not end its steps ($vm_ended after $SECONDS s)"
}

# check_running NAME: the first boot reached its steps with that kernel, and no unit failed
check_running()
{
	part=boot
	if ! reached 1; then
		bad "$part" "$(why_debian 1)"
	elif [[ $(get 1 release) != "$(release_of_debian "$1")" ]]; then
		bad "$part" "it runs $(get 1 release)"
	elif [[ $(get 1 failed) ]]; then
		bad "$part" "failed: $(get 1 failed | joined '; ')"
	else
		ok "$(get 1 release), multi-user $(get 1 state.out) $(get 1 uptime) s after its start"
	fi
}

scenario more-debian-boot debian_boot full -- root-bookworm -- \
	"Debian 12 by systemd, with its full kernel, and what was installed"
scenario more-debian-boot-cloud debian_boot cloud -- root-bookworm -- \
	"Debian 12 by systemd, with its cloud kernel, and what was installed"
