# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from and for run, lib.sh and debian.sh
# A Debian machine that cannot be armed as it should, for now: no name server answers, or another kdump is
# at work. It comes up all the same, says so, and is armed by itself when that has passed.

# --- inside the machine --------------------------------------------------------------------------

# trouble_config [LINE...]: a server whose name has to be asked for, and these lines
trouble_config()
{
	printf '%s\n' '[target far]' 'type = nfs' 'where = collector.test:/dump' 'path = /crash' \
		"$@" > /etc/kdump/kdump.conf
}

# trouble_unit: how kdump.service is, and how long its last start took
trouble_unit()
{
	say active "$(systemctl is-active kdump.service)"
	systemctl show kdump.service -p ExecMainStartTimestampMonotonic -p ExecMainExitTimestampMonotonic \
		-p ExecMainStatus -p NRestarts | tr '=' ' ' | lines unit
	# What multi-user.target waits for, kx-run.service with it.
	systemctl show multi-user.target -p ActiveEnterTimestampMonotonic | tr '=' ' ' | lines unit
}

# until_so KEY SECONDS COMMAND...: wait for it to succeed, so long at most, and say after how long it did
until_so()
{
	key=$1 begun=$(cut -d . -f 1 /proc/uptime) most=$2
	shift 2
	until "$@"; do
		sleep 0.5
		[ $(($(cut -d . -f 1 /proc/uptime) - begun)) -lt "$most" ] || {
			say "$key" "not within $most"
			return 0
		}
	done
	say "$key" $(($(cut -d . -f 1 /proc/uptime) - begun))
}

nothing_left()
{
	[ ! -e /run/kdump/again ]
}

# What is loaded would save to that server.
knows_server()
{
	zstd -d -c /run/kdump/armed/initrd | grep -a -c '^server 10.0.2.2$'
}

guest_trouble()
{
	case $hop in
	1)
		run install install_ours
		cp /kx/names /usr/local/sbin
		# One is asked for longer than the 30 s that a name gets.
		printf 'nameserver 127.0.0.2\noptions timeout:20 attempts:3\n' > /etc/resolv.conf
		printf '%s\n' '[Unit]' Before=kdump.service '[Service]' ExecStart=/usr/local/sbin/names \
			'[Install]' WantedBy=multi-user.target > /etc/systemd/system/names.service
		mkdir -p /etc/kdump
		trouble_config '[target near]' 'type = file' 'path = /var/crash'
		run enable systemctl enable names.service kdump.service
		restart
		;;
	2)
		trouble_unit
		run status kdump status
		say server "$(knows_server)"
		say watching "$(systemctl is-active kdump-again.path kdump-again.service | xargs)"
		touch /run/names
		until_so passed 420 nothing_left
		journalctl -u kdump-again.service -o cat | lines again
		run later kdump status
		say later.server "$(knows_server)"
		trouble_busy
		trouble_config
		restart
		;;
	3)
		trouble_unit
		run status kdump status
		touch /run/names
		until_so armed 240 systemctl --quiet is-active kdump.service
		trouble_unit | sed 's/KXT /KXT later./'
		run later kdump status
		say later.server "$(knows_server)"
		run stop systemctl stop kdump.service
		say watching "$(systemctl is-active kdump-again.path)"
		trouble_given_up
		;;
	esac
}

# busy SECONDS: another kdump is at work
busy()
{
	flock -o /run/kdump/lock sleep "$1" &
	until ! flock -n /run/kdump/lock true; do
		sleep 0.1
	done
}

# Another kdump is at work for longer than a kernel's hook waits for it, and while an event comes. The five
# minutes of the unit were waited for before.
trouble_busy()
{
	mkdir -p /run/systemd/system/kdump-again.service.d
	printf '%s\n' '[Service]' ExecStart= "ExecStart=$(command -v kdump) reload --again=20" \
		> /run/systemd/system/kdump-again.service.d/soon.conf
	systemctl daemon-reload
	printf '[kdump]\nappend = kx.later\n' >> /etc/kdump/kdump.conf
	busy 90
	run hook kdump reload
	run busy kdump status
	say busy.words "$(grep -c kx.later /run/kdump/armed/words)"
	until_so busy.passed 240 nothing_left
	run busy.later kdump status
	say busy.later.words "$(grep -c kx.later /run/kdump/armed/words)"
	sed -i s/kx.later/kx.event/ /etc/kdump/kdump.conf
	busy 70
	udevadm trigger --action=add /sys/class/block/vda
	until_so event 240 grep -q kx.event /run/kdump/armed/words
	say event.left "$(nothing_left || cat /run/kdump/again)"
}

is_checking()
{
	[ "$(systemctl show -P SubState kdump-check.service)" = start ]
}

# Nobody tries again any more, until the daily check.
trouble_given_up()
{
	mkdir -p /run/systemd/system/kdump.service.d
	printf '%s\n' '[Service]' Restart=no > /run/systemd/system/kdump.service.d/zz.conf
	systemctl daemon-reload
	rm /run/names
	run failing systemctl start kdump.service
	say failed "$(systemctl is-failed kdump.service)"
	touch /run/names
	# What it finds of the server, which is none, takes a minute and a half.
	systemctl --no-block start kdump-check.service
	until_so checked 180 systemctl --quiet is-active kdump.service
	run final kdump status
	systemctl stop kdump-check.service kdump.service
	systemctl --no-block start kdump-check.service
	until_so checks 60 is_checking
	say stopped "$(systemctl is-active kdump.service)"
}

# --- on the host ---------------------------------------------------------------------------------

# within PART N KEY SECONDS: a machine said that it took no longer
within()
{
	part=$1
	if [[ $(get "$2" "$3") =~ ^[0-9]+$ ]] && (($(get "$2" "$3") <= $4)); then
		ok "$part after $(get "$2" "$3") s"
	else
		bad "$part" "$3 is '$(get "$2" "$3")', at most $4 s were expected"
	fi
}

# says PART N KEY PATTERN...: each of them stands in it
says()
{
	local pattern text

	part=$1
	text=$(get "$2" "$3")
	for pattern in "${@:4}"; do
		[[ $text =~ $pattern ]] || {
			bad "$part" "'$pattern' is not in: $text $(get "$2" "${3%.*}.err")"
			return 0
		}
	done
	ok "$part"
}

# unit_took N: seconds that kdump.service ran at that boot
unit_took()
{
	get "$1" unit | awk '/^ExecMainStart/ { from = $2 } /^ExecMainExit/ { to = $2 }
		END { printf "%d\n", (to - from) / 1000000 }'
}

# not_held N: multi-user.target was there, after no more than the service's first try
not_held()
{
	local ready

	ready=$(get "$1" unit | awk '/^ActiveEnter/ { printf "%d\n", $2 / 1000000 }')
	part="boot $1 goes on"
	# What the name gets, and as much as an emulated machine needs for all else.
	if ((ready > 0 && $(unit_took "$1") < 60)); then
		ok "$part: multi-user after $ready s, $(unit_took "$1") s of them for arming"
	else
		bad "$part" "multi-user after $ready s, arming took $(unit_took "$1") s"
	fi
}

trouble_names()
{
	vm_cmdline=crashkernel=128M
	vm_memory=1G
	vm_timeout=2400
	debian guest_trouble trouble_config trouble_unit until_so nothing_left knows_server busy trouble_busy \
		trouble_given_up is_checking
	debian_install
	debian_put "$here/guest/names" names
	boot_debian cloud -netdev user,id=net,restrict=on -device virtio-net-pci,netdev=net,romfile=
	part=boot
	if ! reached 3; then
		bad "$part" "$(why_debian 2) $(why_debian 3)"
		return 0
	fi
	not_held 2
	says "armed with what is known" 2 active '^active$'
	says "for the disk alone" 2 server '^0$'
	says "status says why" 2 status.out 'Armed: +yes' \
		'fault +far: collector.test: no name server answers within 30 s' \
		'warning +it is tried again each 5 minutes'
	says "it is degraded" 2 status.status '^4$'
	says "somebody is there to try again" 2 watching '^active active$'
	# The pause, and what arming takes a machine that is emulated beside others.
	within "armed anew" 2 passed 400
	says "with the server" 2 later.server '^1$'
	says "nothing is wrong then" 2 later.status '^0$'
	says "a hook and a busy kdump" 2 hook.status '^75$'
	says "what is left to do is told" 2 busy.out 'tried again .*another kdump was at work when it was asked for'$'\n'
	says "and is not done yet" 2 busy.words '^0$'
	within "done" 2 busy.passed 120
	says "it is" 2 busy.later.words '^1$'
	says "nothing is wrong then" 2 busy.later.status '^0$'
	within "an event and a busy kdump" 2 event 150
	says "nothing is left to do" 2 event.left '^$'
	not_held 3
	says "not armed: seen" 3 active '^activating$'
	says "not armed: told" 3 status.status '^3$'
	# A minute of rest, and what the try before may still have taken.
	within "tried again by its unit, and armed" 3 armed 130
	says "with the server" 3 later.server '^1$'
	says "nothing is wrong then" 3 later.status '^0$'
	says "what is stopped is not tried again" 3 watching '^inactive$'
	says "given up" 3 failed '^failed$'
	within "the daily check arms it" 3 checked 180
	says "it does" 3 final.out 'Armed: +yes'
	within "it checks" 3 checks 60
	says "but arms nothing that somebody stopped" 3 stopped '^inactive$'
}

scenario more-service-names trouble_names -- root-bookworm -- \
	"no name server answers, another kdump is at work: Debian 12 comes up, says so, and is armed when that has passed"
