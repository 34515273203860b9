# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# For tests that send dumps to servers, instead of tests/lib.sh: servers that end with the test, a
# network of its own where that can be had, and a dump's folder to send.

# Ports are free in a network of our own; elsewhere they are hoped to be.
if [ -z "${STORAGE_OWN:-}" ] && unshare -rn true 2> /dev/null; then
	STORAGE_OWN=1 exec unshare -rn sh -c 'ip link set lo up && exec sh "$@"' sh "$0"
fi
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
servers=
# It replaces the one of tests/lib.sh.
trap 'kill $servers 2> /dev/null; rm -rf "$tmp"' EXIT

# start LOG COMMAND...: a server
start()
{
	start_log=$1
	shift
	"$@" > "$tmp/$start_log" 2>&1 &
	servers="$servers $!"
}

# answers URL: wait until a server does
answers()
{
	for _ in $(seq 300); do
		curl -sk -o "$tmp/answer" -m 5 "$1" && return
		sleep 0.2
	done
	cat "$tmp"/*.log
	skip "no server comes up at $1"
}

# make_crash [NAME]: a saved dump of $more bytes besides in $crash, named by its time or NAME
more=0
make_crash()
{
	rm -rf "$tmp/new"
	mkdir -p "$tmp/new" "$tmp/crash"
	[ -e "$tmp/real" ] || zstd -q -d "$srcdir/tests/fixtures/vmcore/file61.vmcore.zst" -o "$tmp/real" ||
		exit 99
	"$program" save --progress=none -d 31 "$tmp/real" "$tmp/new" 2> "$tmp/err" || exit 99
	head -c "$more" /dev/urandom > "$tmp/more"
	cat "$tmp/more" >> "$(echo "$tmp"/new/*/vmcore)"
	crash=$tmp/crash/${1:-$(ls "$tmp/new")}
	rm -rf "$crash"
	mv "$tmp"/new/* "$crash"
}
# Where it goes: the crash's day.
place=this/2026/11/22

# upload ARGUMENT...: with little patience, by a name of ours
upload()
{
	run upload --host=this --spread=0 --stall=3s --tries=3 "$@"
}
