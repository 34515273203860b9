#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever stands behind a key, and whatever the machine says of itself, does not keep it from being
# armed where one target can be used.
. "${srcdir:-.}/tests/service/lib.sh"
disk_machine
mkdir -p "$root/etc/kdump"
long=/$(head -c 20000 /dev/zero | tr '\0' x)

# value KIND: what is not what anybody means
value()
{
	case $1 in
	control) printf '/a\001b\033[2Jc' ;;
	tab) printf '/a\tb' ;;
	bytes) printf '/a\377\303"b' ;;
	long) printf '%s' "$long" ;;
	empty) ;;
	large) printf 99999999999999999999 ;;
	negative) printf -- -1 ;;
	esac
}

# armed WHAT: it is, by the kernel's own count, and says whether anything is wrong
armed()
{
	run arm --root="$root" --kexec="$kexec" --init=/init
	ran="kdump arm with $1"
	case $status in
	0 | 4) checks=$((checks + 1)) ;;
	*) bad "exit status $status" ;;
	esac
	same 'what is loaded' "$(cat "$root/sys/kernel/kexec_crash_loaded")" 1
	check 'what could harm a terminal is printed' [ "$(tr -d '\t' < "$tmp/err" | grep -c '[[:cntrl:]]')" = 0 ]
	run disarm --root="$root" --kexec="$kexec"
}

# All keys, by sections, as kdump itself tells them; a [target] beside one that can be used.
run config --sample
sed -n 's/^#*\(\[[a-z]*\).*/\1/p; s/^#\([a-z_]* =\).*/\1/p' "$tmp/out" > "$tmp/keys"
check 'there are no keys' [ "$(grep -c = "$tmp/keys")" -gt 50 ]
for kind in control tab bytes long empty large negative; do
	awk -v value="$(value $kind)" '
		/^\[/ { print ($0 == "[target" ? "[target a]" : $0 "]"); next }
		{ print $0, value }' "$tmp/keys" > "$root/etc/kdump/kdump.conf"
	printf '[target b]\npath = /var/crash\n' >> "$root/etc/kdump/kdump.conf"
	armed "every value is $kind"
	# One by one: what the first key of a target has would hide what the others do.
	for key in $(sed -n '/^\[target/,/^\[keep/s/ =$//p' "$tmp/keys"); do
		printf '[target a]\n%s = %s\n[target b]\npath = /var/crash\n' "$key" "$(value $kind)" \
			> "$root/etc/kdump/kdump.conf"
		armed "$kind, $key"
	done
done
rm "$root/etc/kdump/kdump.conf"

# The machine's own words.
for kind in control tab bytes empty; do
	for file in proc/sys/kernel/hostname etc/machine-id sys/class/block/vda/serial; do
		cp "$root/$file" "$tmp/kept"
		value $kind > "$root/$file"
		armed "$kind, $file"
		cp "$tmp/kept" "$root/$file"
	done
done

# A command line that is longer than the kernel takes: the longest words go, and it is told.
words="root=/dev/vda1 console=ttyS0 nice=1 long=$(head -c 1700 /dev/zero | tr '\0' y)"
put proc/cmdline "$words crashkernel=256M last=1"
run arm --root="$root" --kexec="$kexec" --init=/init
expect_status 4
expect_err '^kdump: the crash kernel takes a command line of 1983 bytes: without long=y+\.\.\.$'
run arm --root="$root" --kexec="$kexec" --init=/init --dry-run
expect_out '^console=ttyS0 nice=1 last=1 nr_cpus=1 '
put proc/cmdline 'root=/dev/vda1 console=ttyS0'
printf '[kdump]\nappend = x=%s\n' "$long" > "$root/etc/kdump/kdump.conf"
run arm --root="$root" --kexec="$kexec" --init=/init
expect_status 4
expect_err 'takes a command line of 1983 bytes: without append of kdump.conf$'
finish
