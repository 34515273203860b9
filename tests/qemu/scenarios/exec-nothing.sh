# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Starting when there is nothing to start fails, and the network is as it was.

# links KEY: state of all interfaces
links()
{
	ip link | lines "$1"
}

guest_exec_nothing()
{
	insmod /kx/dummy.ko
	ip link add dummy7 type dummy 2> /dev/null
	ip link set lo up
	for i in /sys/class/net/*; do
		ip link set "${i##*/}" up
	done
	links before
	run nothing kexec -e
	links after-e
	run no-force kexec -f /no/file
	links after-f
}

exec_nothing()
{
	local key

	vm guest_exec_nothing links
	cp "$cache/${suite_of[6.1]}/dummy.ko" "$payload/kx/"
	boot 6.1 bios
	get 1 before | grep 'dummy.*UP' > /dev/null ||
		bad "interfaces" "no dummy interface is up before: $(get 1 before | paste -sd' ')"
	check_command 1 nothing 1 0 'loaded' "-e with nothing loaded"
	check_command 1 no-force 1 0 '/no/file' "-f of a missing file"
	for key in after-e after-f; do
		part="interfaces $key"
		if cmp -s <(get 1 before) <(get 1 $key); then
			ok "$part"
		else
			bad "$part" "were '$(get 1 before | paste -sd' ')', are '$(get 1 $key | paste -sd' ')'"
		fi
	done
}

scenario exec-nothing exec_nothing -- 6.1 -- "-e with nothing loaded fails and touches no interface"
