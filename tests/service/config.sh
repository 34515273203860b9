#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump config: which file has the last word, what is told, and kdump.conf(5) says what the table says.
program_name=kdump
. "${srcdir:-.}/tests/lib.sh"
need jq jq
root=$tmp/root

# told REGEX: a line of stderr
told()
{
	check "nothing says $1" grep -Eq -- "$1" "$tmp/err"
}
etc=$root/etc/kdump
mkdir -p "$etc/conf.d" "$root/proc/self"

# Without any file: /var/crash, and the log to the EFI system partition that is mounted.
run config --root="$root"
expect_status 0
expect_stderr ''
expect_out '^\[target default\]$'
expect_out '^path = /var/crash ; default$'
check 'a partition that is not there' [ "$(grep -c '^\[target ' "$tmp/out")" = 1 ]
printf '%s\n' '25 1 8:1 / / rw - ext4 /dev/sda1 rw' \
	'36 25 8:2 / /boot/efi rw,noatime shared:1 - vfat /dev/sda2 rw' > "$root/proc/self/mountinfo"
run config --root="$root"
expect_status 0
expect_out '^\[target esp\]$'
expect_out '^path = /boot/efi/kdump ; default$'
expect_out '^what = dmesg ; default$'

# Files of conf.d come after kdump.conf, in the order of their names; others than .conf are not read.
printf '%s\n' '[kdump]' 'level = 1' 'compress = lzo' 'memory = 9M' '[target a]' 'where = UUID=1' \
	'[target b]' 'type = ssh' 'where = u@h' > "$etc/kdump.conf"
printf '[kdump]\nlevel = 2\n' > "$etc/conf.d/20.conf"
printf '[kdump]\nlevel = 3\ncompress = none\n[target a]\npath = /x\n' > "$etc/conf.d/10.conf"
printf '[kdump]\nlevel = 4\n' > "$etc/conf.d/30.conf.orig"
# As texts: 9 comes after 10.
printf '[kdump]\nmemory = 10M\n' > "$etc/conf.d/9.conf"
printf '[kdump]\nmemory = 11M\n' >> "$etc/conf.d/10.conf"
run config --root="$root"
expect_status 0
expect_out '^memory = 10M ; /etc/kdump/conf.d/9.conf:2$'
rm "$etc/conf.d/9.conf"
sed -i '$d' "$etc/conf.d/10.conf"
run config --root="$root"
expect_status 0
expect_out '^level = 2 ; /etc/kdump/conf.d/20.conf:2$'
expect_out '^compress = none ; /etc/kdump/conf.d/10.conf:3$'
expect_out '^memory = 9M ; /etc/kdump/kdump.conf:4$'
same 'the targets' "$(grep '^.target' "$tmp/out" | xargs)" '[target a] [target b]'
expect_out '^path = /x ; /etc/kdump/conf.d/10.conf:5$'
run config --root="$root" --json
expect_status 0
same 'JSON' "$(jq -c '[.usable, (.warnings|length), (.values[] | select(.section == "target" and .key == "where") | [.name, .value, .file, .line])]' "$tmp/out")" \
	'[true,0,["a","UUID=1","/etc/kdump/kdump.conf",6],["b","u@h","/etc/kdump/kdump.conf",9]]'

# What it tells can be read again, and says the same.
run config --root="$root"
mkdir -p "$tmp/again/etc/kdump"
cp "$tmp/out" "$tmp/again/etc/kdump/kdump.conf"
sed 's/ ; .*//' "$tmp/out" > "$tmp/once"
run config --root="$tmp/again"
expect_status 0
sed 's/ ; .*//' "$tmp/out" > "$tmp/twice"
same_file 'what it tells' "$tmp/once" "$tmp/twice"

# What is wrong is told with its line, and no reason to be without a crash kernel.
printf '[kdump]\nlevle = 1\nmemory = lots\n' > "$etc/conf.d/40.conf"
run config --root="$root"
expect_status 4
told '^kdump: /etc/kdump/conf.d/40.conf:2: \[kdump\] has no key "levle"; "level"\?$'
told '40.conf:3: memory = lots: must be a size, as 512M, at least 8M; the default 8M instead$'
expect_out '^memory = 8M ; default$'
mkdir "$etc/conf.d/50.conf"
run config --root="$root"
expect_status 4
told '/etc/kdump/conf.d/50.conf: not read: it is a directory$'
# A link of configuration management's that leads nowhere is no file that is not there.
rmdir "$etc/conf.d/50.conf"
ln -s /nowhere "$etc/conf.d/50.conf"
run config --root="$root"
expect_status 4
told '/etc/kdump/conf.d/50.conf: not read: No such file or directory$'
rm "$etc/conf.d/50.conf"
# What is no file has nothing to say, or does things when it is opened; /dev/null is how files are masked.
mkfifo "$etc/conf.d/50.conf"
run config --root="$root"
expect_status 4
told '^kdump: /etc/kdump/conf.d/50.conf: not read: it is a FIFO$'
rm "$etc/conf.d/50.conf"
if mknod "$etc/conf.d/50.conf" c 1 5 2> /dev/null; then
	run config --root="$root"
	expect_status 4
	told '^kdump: /etc/kdump/conf.d/50.conf: not read: it is a device$'
	rm "$etc/conf.d/40.conf" "$etc/conf.d/50.conf"
	mknod "$etc/conf.d/50.conf" c 1 3
	run config --root="$root"
	expect_status 0
	expect_stderr ''
fi
rm -r "$etc/conf.d"
: > "$etc/conf.d"
run config --root="$root"
expect_status 4
told '^kdump: /etc/kdump/conf.d: not read: it is no directory$'
expect_out '^level = 1 ; '
mv "$etc" "$tmp/etc-kdump"
: > "$etc"
run config --root="$root"
expect_status 4
told '^kdump: /etc/kdump: not read: it is no directory$'
same 'what is told of it' "$(wc -l < "$tmp/err")" 1
expect_out '^level = 31 ; default$'
rm "$etc"
mv "$tmp/etc-kdump" "$etc"
rm "$etc/conf.d"
# What would leave no dump is no value: saving that does not begin, or is ended as it begins.
printf '%s\n' '[kdump]' 'memory = 1K' 'cpus = 0' 'total_time = 0' '[target a]' 'path = var/crash' \
	'stall_time = 0' '[network]' 'fence_interval = 0' 'fence_port = 0' '[reserve]' 'size = 1' \
	'[kdump' 'level = 3' '[keep]' 'count = 0' > "$etc/kdump.conf"
run config --root="$root"
expect_status 4
told ':2: memory = 1K: must be a size, as 512M, at least 8M; the default 8M instead$'
told ':3: cpus = 0: must be a number from 1 to 256; the default 1 instead$'
told ':4: total_time = 0: must be a time, as 90s or 1h30m, at least 10s; the default 1h instead$'
told ':6: path = var/crash: must be a path that begins with /; the default /var/crash instead$'
told ':7: stall_time = 0: must be a time, as 90s or 1h30m, at least 1s; the default 1min instead$'
told ':9: fence_interval = 0: must be a time, as 90s or 1h30m, at least 1s; the default 10s instead$'
told ':10: fence_port = 0: must be a number from 1 to 65535; the default 7410 instead$'
told ':12: size = 1: must be a size, as 512M, at least 32M, or auto; the default auto instead$'
told ":13: a section's line must end with ], and its keys are left out; the line means nothing$"
expect_out '^level = 31 ; default$'
expect_out '^count = all ; '
# Capitals are no other words, and sections have them, too.
printf '%s\n' '[KDUMP]' 'level = 1' '[Target a]' 'path = /x' '[kdump]' 'LEVEL = 2' 'PATH = /x' '[Keeep x]' \
	> "$etc/kdump.conf"
run config --root="$root"
expect_status 4
told ':1: there is no section \[KDUMP\]; \[kdump\]\?; what is in it means nothing$'
told ':3: there is no section \[Target a\]; \[target a\]\?; what is in it means nothing$'
told ':6: \[kdump\] has no key "LEVEL"; "level"\?$'
told ':7: \[kdump\] has no key "PATH"; \[target\] has "path"$'
told ':8: there is no section \[Keeep x\]; \[keep\]\?; what'
# Another service's file, of which each line would be wrong.
for other in rhel.shipped RHEL rhel.nfs RHEL rhel.sysconfig RHEL debian.shipped Debian suse.shipped SUSE; do
	case $other in
	[A-Z]*) ;;
	*)
		cp "$srcdir/tests/service/import/$other.in" "$etc/kdump.conf"
		from=${other%%.*}
		continue
		;;
	esac
	run config --root="$root"
	expect_status 4
	same "what is told of a file of $other's" "$(cat "$tmp/err")" "kdump: /etc/kdump/kdump.conf: not read: it is a configuration of $other's service; kdump import --from=$from --write /etc/kdump/kdump.conf makes one of ours of it, and then it can go"
	run import --from="$from" "$etc/kdump.conf"
	check "it does not read $from's" [ $((status & ~4)) = 0 ]
done
# Ours that has lost its section is ours.
printf '%s\n' '# USE_KDUMP=1' 'path = /x' > "$etc/kdump.conf"
run config --root="$root"
expect_status 4
told ':2: "path" stands before the first \[section\] and means nothing$'
printf '[target a]\ntype = nfs\nwhere = x\n' > "$etc/kdump.conf"
run config --root="$root"
expect_status 2
told '^kdump: /etc/kdump/kdump.conf:1: \[target a\] is left out: type nfs needs where = HOST:/FOLDER$'
told '^kdump: no \[target\] is usable'
run config --root="$root" --json
expect_status 2
same 'usable' "$(jq .usable "$tmp/out")" false
printf '[kdump]\nappend = \033[2Jx\n' > "$etc/kdump.conf"
run config --root="$root"
told 'append = \\x1b\[2Jx: must be a text without control characters; nothing instead$'
expect_out '^append = ; default$'
run config more
expect_status 2

# The manual: the same sections and keys in the same order, with the same defaults.
run config --sample
expect_status 0
sed -n 's/^#\{0,1\}\(\[.*\]\)$/\1/p; s/^#\([a-z_]* =.*\)$/\1/p' "$tmp/out" > "$tmp/table"
sed -n 's/^\.SS "\{0,1\}\(\[[^"]*\]\)"\{0,1\}$/\1/p
	s/^\.BR\{0,1\} "\([a-z_]*\) = *" *\(.*\)$/\1 = \2/p' "$srcdir/man/kdump.conf.5" |
	sed 's/"//g; s/\\-/-/g; s/ *$//' > "$tmp/page"
check 'no keys' [ "$(wc -l < "$tmp/table")" -gt 40 ]
same_file 'the keys of kdump.conf(5)' "$tmp/page" "$tmp/table"
# A sample whose keys are all in force is no different from none.
mkdir -p "$tmp/sample/etc/kdump"
sed -n 's/^#\([a-z_]* =.*\)/\1/p; /^\[/p' "$tmp/out" | sed '/^type = /,/^cacert =/d' \
	> "$tmp/sample/etc/kdump/kdump.conf"
run config --root="$tmp/sample"
expect_status 0
sed 's/ ; .*//' "$tmp/out" > "$tmp/once"
run config --root="$tmp/none"
sed 's/ ; .*//' "$tmp/out" > "$tmp/twice"
same_file 'the sample' "$tmp/once" "$tmp/twice"
expect_clean_page "$srcdir/man/kdump.conf.5"
finish
