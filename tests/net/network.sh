#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The network is recorded, taken down, and made again from what was recorded: in network namespaces
# of its own. VLANs and bonds are there only if this kernel has them.
. "${srcdir:-.}/tests/lib.sh"

if [ -z "${KX_NET_NAMESPACE:-}" ]; then
	need ip iproute2
	need unshare util-linux
	need busybox busybox-static
	export KX_NET_NAMESPACE=yes srcdir builddir
	# /sys shows the interfaces of who mounted it.
	for how in -nm -rnm; do
		unshare $how mount -t sysfs sysfs /sys 2> /dev/null || continue
		unshare $how sh -c 'mount -t sysfs sysfs /sys && exec sh "$0"' "$0"
		exit
	done
	skip 'no network namespace can be made here'
fi

evidence='out err'
network=$builddir/tests/net/network

# The server's side is another name space, that of a process which sleeps.
unshare -n sleep 600 &
far=$!
trap 'kill $far $daemon 2> /dev/null; rm -rf "$tmp"' EXIT
daemon=
until [ "$(readlink /proc/$far/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do
	sleep 0.1
done
there()
{
	nsenter -t $far -n "$@"
}

ip link set lo up
there ip link set lo up
ip link add near type veth peer name far netns $far
there ip addr add 192.0.2.1/24 dev far
there ip addr add 2001:db8::1/64 dev far nodad
there ip addr add 198.51.100.7/32 dev lo
there ip addr add 2001:db8:1::7/128 dev lo nodad
there ip link set far up
# Not by a function, whose process would be ended instead.
nsenter -t $far -n busybox httpd -f -p '[::]:7777' -h "$tmp/left" &
daemon=$!

# as_it_was: what the running system has
as_it_was()
{
	ip addr add 192.0.2.2/24 dev "$1"
	ip addr add 2001:db8::2/64 dev "$1" nodad
	ip link set near up
	ip link set "$1" up
	ip route add default via 192.0.2.1
	ip -6 route add default via 2001:db8::1
	# The kernel lets a link that was down and up again wait for up to a second.
	for _ in $(seq 20); do
		! busybox ping -c 1 -W 1 192.0.2.1 > /dev/null || return 0
	done
	echo 'no answer to a ping'
}

# forget: nothing of it is left but the interface, under another name
forget()
{
	ip addr flush dev near
	ip link set near down
	ip link set near name "$1"
}

# record SERVER [dhcp]: into $tmp/plan
record()
{
	ran="network record $*"
	"$network" record "$@" > "$tmp/out" 2> "$tmp/err"
	status=$?
	cp "$tmp/out" "$tmp/plan"
}
up()
{
	ran="network up $*"
	"$network" up "$@" < "$tmp/plan" > "$tmp/out" 2> "$tmp/err"
	status=$?
}

# reaches SERVER PORT: a connection is there, and answers come back
reaches()
{
	ran="network connect $*"
	"$network" connect "$@" > "$tmp/out" 2> "$tmp/err"
	status=$?
	expect_status 0
}


# field KEY: of the plan, its values
field()
{
	sed -n "s/^$1 //p" "$tmp/plan"
}

# IPv4 by a gateway, then IPv6.
as_it_was near
mac=$(cat /sys/class/net/near/address)
gateway=$(there ip -o link show far | sed 's/.*link.ether \([^ ]*\).*/\1/')
record 198.51.100.7
expect_status 0
same 'the interface' "$(field name) $(field kind) $(field mac)" "near physical $mac"
same 'the address' "$(field address)" 192.0.2.2/24
same 'the route' "$(field route)" '198.51.100.7/32 via 192.0.2.1 src 192.0.2.2'
same 'the gateway' "$(field neighbour)" "192.0.2.1 $gateway"
forget other
up
expect_status 0
same 'the name' "$(ip -o link show near | wc -l)" 1
same 'routes' "$(ip -4 route | sed 's/ *$//' | sort | paste -sd,)" \
	"192.0.2.0/24 dev near proto kernel scope link src 192.0.2.2,198.51.100.7 via 192.0.2.1 dev near proto static src 192.0.2.2 onlink"
reaches 198.51.100.7 7777
up
expect_status 0
reaches 198.51.100.7 7777

ip addr flush dev near
as_it_was near 2> /dev/null
record 2001:db8:1::7
expect_status 0
same 'the address' "$(field address)" 2001:db8::2/64
same 'the route' "$(field route)" '2001:db8:1::7/128 via 2001:db8::1 src 2001:db8::2'
forget near1
up
expect_status 0
reaches 2001:db8:1::7 7777

# An MTU and a hardware address that it did not come with are its own again.
ip link set near mtu 1400
as_it_was near 2> /dev/null
record 192.0.2.1
expect_status 0
same 'the MTU' "$(field mtu)" 1400
same 'the route' "$(field route)" '192.0.2.1/32 src 192.0.2.2'
forget near2
ip link set near2 mtu 1500
up
expect_status 0
same 'the MTU' "$(cat /sys/class/net/near/mtu)" 1400
reaches 192.0.2.1 7777

# The port of a bridge has the bridge's address.
ip addr flush dev near
ip link add bridge type bridge
ip link set near master bridge
ip link add guest type veth peer name guest1
ip link set guest master bridge
as_it_was bridge
record 198.51.100.7
expect_status 0
same 'the interface' "$(field name) $(field kind)" 'near physical'
same 'the address' "$(field address)" 192.0.2.2/24
ip link del bridge
ip link del guest
forget near3
up
expect_status 0
reaches 198.51.100.7 7777

# A server tells the address.
if busybox --list | grep -qx udhcpd; then
	cat > "$tmp/udhcpd.conf" <<-END
		start 192.0.2.50
		end 192.0.2.50
		interface far
		lease_file $tmp/leases
		pidfile $tmp/pid
		option subnet 255.255.255.0
		option router 192.0.2.1
	END
	: > "$tmp/leases"
	nsenter -t $far -n busybox udhcpd -f "$tmp/udhcpd.conf" 2> "$tmp/udhcpd" &
	daemon="$daemon $!"
	as_it_was near 2> /dev/null
	record 198.51.100.7 dhcp
	expect_status 0
	same 'by DHCP' "$(field dhcp)$(field address)$(field route)" yes
	forget near4
	up
	expect_status 0
	same 'the address' "$(ip -4 -o addr show near | sed 's/.*inet \([^ ]*\).*/\1/')" 192.0.2.50/24
	reaches 198.51.100.7 7777
	# Routes that it tells take the router's place (RFC 3442); one of them needs no gateway.
	kill "${daemon##* }"
	sed -i 's/^option router.*/option router 192.0.2.99/' "$tmp/udhcpd.conf"
	echo 'option staticroutes 198.51.100.0/24 192.0.2.1, 203.0.113.0/24 0.0.0.0' >> "$tmp/udhcpd.conf"
	nsenter -t $far -n busybox udhcpd -f "$tmp/udhcpd.conf" 2> "$tmp/udhcpd" &
	daemon="${daemon% *} $!"
	as_it_was near 2> /dev/null
	record 198.51.100.7 dhcp
	forget near8
	up
	expect_status 0
	same 'routes' "$(ip -4 route show proto static | sed 's/ *$//' | sort | paste -sd,)" \
		'198.51.100.0/24 via 192.0.2.1 dev near onlink,203.0.113.0/24 dev near scope link'
	reaches 198.51.100.7 7777
	# It speaks of IPv4 alone.
	as_it_was near 2> /dev/null
	record 2001:db8:1::7 dhcp
	expect_status 0
	same 'IPv6 beside DHCP' "$(field dhcp)$(field address)" 2001:db8::2/64
	forget near5
	up
	expect_status 0
	reaches 2001:db8:1::7 7777
else
	echo 'not tried: busybox has no udhcpd'
fi

# before TEXT: of the plan, in front of its first interface
before()
{
	awk -v text="$1" '/^\[link\]/ && !n++ { print text } { print }' "$tmp/plan" > "$tmp/plan.new"
	mv "$tmp/plan.new" "$tmp/plan"
}

# What another target would need and does not get goes with nothing of this one's: a bond of nothing,
# a DHCP server that is not there, a route that no kernel takes.
ip link add silent type veth peer name mute
ip link set mute up
as_it_was near 2> /dev/null
record 198.51.100.7
expect_status 0
before "[link]
name bond9
kind bond
lower nowhere
address 203.0.113.9/24
[link]
name silent
kind physical
mac $(cat /sys/class/net/silent/address)
dhcp yes"
sed -i 's,^route 198.51.100.7/32 .*,route 203.0.113.5/32 via 192.0.2.1 src 203.0.113.77\n&,' "$tmp/plan"
forget near6
up
expect_status 0
for what in 'interface bond9: ' \
	'interface silent: no DHCP server answered in [0-9]* s' \
	'interface near, 203.0.113.5/32 via 192.0.2.1 src 203.0.113.77: '; do
	check "not said: $what" grep -q "^$what" "$tmp/err"
done
same 'the route' "$(ip route | sed -n 's/^198.51.100.7 \(via [^ ]*\).*/\1/p')" 'via 192.0.2.1'
reaches 198.51.100.7 7777
ip link del silent

# Where the interface is another one, or has no link, that is said, and soon.
as_it_was near 2> /dev/null
record 198.51.100.7
sed -i 's/^mac .*/mac 02:00:00:00:00:99/' "$tmp/plan"
up
expect_status 1
same 'said' "$(sed -n 1p "$tmp/err")" \
	'interface near (02:00:00:00:00:99, no device) is not there'
# A card whose firmware takes its time is waited for where there is no other.
record 198.51.100.7
mac=$(cat /sys/class/net/near/address)
forget near7
ip link set near7 address 02:00:00:00:00:99
{
	sleep 4
	ip link set near7 address "$mac"
} &
up
expect_status 0
reaches 198.51.100.7 7777
as_it_was near 2> /dev/null
record 198.51.100.7
there ip link set far down
# The kernel tells a link that went a second later.
tries=0
until ip -o link show near | grep -q NO-CARRIER || [ $tries -ge 50 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
up
expect_status 1
same 'said' "$(cat "$tmp/err")" 'no interface has a link: is the cable there?'
there ip link set far up

# What is here, what is none, what cannot be reached, what no crash kernel has.
record 192.0.2.2
expect_status 1
same 'said' "$(cat "$tmp/err")" '192.0.2.2 is this machine itself'
record server.example
expect_status 1
same 'said' "$(cat "$tmp/err")" 'server.example is no address'
ip route flush root 0/0
record 203.0.113.1
expect_status 1
same 'said' "$(cat "$tmp/err")" '203.0.113.1 cannot be reached: there is no route'
ip link add cannot type bridge
ip addr add 203.0.113.2/24 dev cannot
ip link set cannot up
record 203.0.113.1
expect_status 1
same 'said' "$(cat "$tmp/err")" \
	'203.0.113.1: interface cannot joins no port that leads out of this machine'
finish
