#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# After a start that the kernel refuses, the network is as it was: routes, addresses, neighbours and
# nexthops included. In a network namespace of its own, on interfaces that it makes.
. "${srcdir:-.}/tests/lib.sh"

if [ -z "${KX_NET_NAMESPACE:-}" ]; then
	need ip iproute2
	need unshare util-linux
	export KX_NET_NAMESPACE=yes srcdir builddir
	for how in -n -rn; do
		unshare $how true 2> /dev/null || continue
		unshare $how sh "$0"
		exit
	done
	skip 'no network namespace can be made here'
fi

# The program, and the network at the moment at which it would have started a kernel.
evidence='err links'
: > "$tmp/links"
mkdir -p "$tmp/root/sys/kernel"
echo 1 > "$tmp/root/sys/kernel/kexec_loaded"

# state: all that there is, sorted; what counts down is left out
state()
{
	{
		ip -o link | sed 's/^[0-9]*: \([^:]*\): <\([^>]*\)>.* master \([^ ]*\).*/link \1 \2 \3/
			s/^[0-9]*: \([^:]*\): <\([^>]*\)>.*/link \1 \2/'
		ip -o addr
		ip -4 -o route show table all
		ip -6 -o route show table all
		ip neigh show nud permanent
		ip neigh show proxy
		ip -6 neigh show proxy
		ip nexthop
		ip rule
	} | sed 's/\(expires\|_lft\) [0-9]*sec/\1 N seconds/g' | sort
}

# settled: wait until no IPv6 address is tentative
settled()
{
	for _ in $(seq 50); do
		ip -6 addr | grep -q tentative || return 0
		sleep 0.1
	done
	echo 'addresses stay tentative:'
	ip -6 -o addr | grep tentative
	exit 99
}

# The shortest start, in milliseconds.
shortest=100000

# refused WHAT: a start that is refused, and all is as before
refused()
{
	ran="refused start: $1"
	settled
	state > "$tmp/before"
	began=$(($(date +%s%N) / 1000000))
	"$builddir/tests/net/refused" "$tmp/root" "ip -o link > '$tmp/links'; ip -o route >> '$tmp/links'" \
		2> "$tmp/err"
	status=$?
	took=$(($(date +%s%N) / 1000000 - began))
	[ "$took" -ge "$shortest" ] || shortest=$took
	settled
	state > "$tmp/after"
	expect_status 0
	same 'number of lines on stderr' "$(wc -l < "$tmp/err")" 1
	same 'number of interfaces that are up' "$(grep -c ' kx[^ ]*: <.*[<,]UP' "$tmp/links")" 0
	same 'number of default routes' "$(grep -c ^default "$tmp/links")" 0
	same_file 'the network' "$tmp/after" "$tmp/before"
}

# try COMMAND: what an older kernel or ip may not have
try()
{
	"$@" 2> "$tmp/err" || echo "not checked: $* ($(head -n 1 "$tmp/err"))"
}

link()
{
	ip link add "$1" type veth peer name "$2" && ip link set "$1" up && ip link set "$2" up
}

ip link set lo up || exit 99
ip link add kxprobe0 type veth peer name kxprobe1 2> "$tmp/err" ||
	skip "no veth interfaces: $(cat "$tmp/err")"
ip link del kxprobe0

set -e
link kx0 kx1
link kx2 kx3
link kx6 kx7
# No carrier, for the other end is down and has to stay so.
ip link add kx4 type veth peer name kx5
ip link set kx4 up
ip link add kxbr type bridge
ip link set kx2 master kxbr
ip link set kxbr up
set +e

refused 'no routes'

set -e
ip addr add 10.1.0.1/24 dev kx0
ip addr add 10.2.0.1/24 dev kxbr
ip -6 addr add fd00::1/64 dev kx0
ip -6 addr add fd00::2/64 dev kx0 valid_lft 3000 preferred_lft 2000
ip -6 addr add fd00::3/64 dev kx0 preferred_lft 0
ip -6 addr add fd07::1 peer fd07::2/128 dev kx0
ip -6 addr add fd02::1/64 dev kxbr
ip route add default via 10.1.0.9
ip route add default via 10.2.0.9 metric 50
ip route add 10.3.0.0/16 via 10.1.0.7 src 10.1.0.1 mtu 1400
# Its gateway is behind another route that comes later in every list.
ip route add 10.200.0.1 dev kx0
ip route add 10.3.1.0/24 via 10.200.0.1
ip route add 10.7.0.0/16 nexthop via 10.1.0.3 dev kx0 weight 2 nexthop via 10.2.0.4 dev kxbr
ip route add 10.8.0.0/16 via 192.0.2.1 dev kx0 onlink table 1000
ip route add local 10.99.0.0/16 dev kx0 table 100
ip rule add from 10.1.0.1 table 1000
settled
ip -6 route add default via fd00::9 src fd00::1
ip -6 route add fd03::/64 via fd00::9 expires 500
ip -6 route add fd04::/64 nexthop via fd00::7 dev kx0 nexthop via fd02::7 dev kxbr
ip -6 route add fd05::/64 via fe80::1 dev kx0 table 1000 metric 77
ip -6 route add unreachable fd06::/64
ip neigh add 10.1.0.77 lladdr 02:02:02:02:02:02 nud permanent dev kx0
ip -6 neigh add fd00::77 lladdr 02:02:02:02:02:02 nud permanent dev kx0
ip neigh add proxy 10.1.0.78 dev kx0
set +e
refused 'routes, addresses, neighbours'

# What routers say, where a program listens to them in the kernel's place.
echo 0 > /proc/sys/net/ipv6/conf/kx0/accept_ra
ip -6 route add default via fe80::2 dev kx0 proto ra metric 10 || exit 99
# As network managers do it: the address has no route, and they make one in the kernel's name.
ip addr add 10.4.0.1/24 dev kx0 noprefixroute || exit 99
ip route add 10.4.0.0/24 dev kx0 proto kernel scope link src 10.4.0.1 metric 100 || exit 99
refused "network managers' routes"

# What had been taken away stays away.
ip addr add 10.5.0.1/24 dev kx6 || exit 99
ip route del 10.5.0.0/24 dev kx6 || exit 99
ip -6 addr add fd08::1/64 dev kx6 || exit 99
settled
ip -6 route del fd08::/64 dev kx6 || exit 99
ip -6 addr flush dev kx3 || exit 99
refused 'what had been removed'

# One interface more: lists of an odd and of an even number of names have been needed then.
ip link add kxodd type bridge || exit 99
try ip nexthop add id 5 via 10.1.0.5 dev kx0
try ip nexthop add id 6 via 10.2.0.5 dev kxbr
try ip nexthop add id 7 via fd00::5 dev kx0
try ip nexthop add id 2 group 5,3/6
try ip nexthop add id 9 group 7
try ip route add 10.9.0.0/16 nhid 2
try ip route add 10.10.0.0/16 nhid 5
try ip -6 route add fd09::/64 nhid 9
refused nexthops

# It waits for interfaces, and no longer than until they are there: at most for 4 s.
check "the shortest start took $shortest ms" [ "$shortest" -lt 4000 ]
finish
