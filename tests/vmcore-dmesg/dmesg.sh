#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Our output beside dmesg(1)'s, with the same options: dmesg -F reads what --raw writes, and newer
# ones (-K, util-linux 2.40) what --kmsg=nul writes.
. "${srcdir:-.}/tests/vmcore-dmesg/lib.sh"
need dmesg util-linux
need zstd zstd
need xz xz-utils
# Its own UTF-8 handling depends on the locale.
LC_ALL=C.UTF-8
export LC_ALL

# What dmesg shows in another way: an empty record has no prefix there; local0 to local7 get no
# names with -x.
grep -v -e ';$' -e '^190,' -e ',[LR];' -e ',c;' -e ',cn;' "$fixtures/formats.txt" > "$tmp/text"
core text < "$tmp/text"
unpack wrap61
unpack big612
for dump in text wrap61.vmcore big612.vmcore; do
	run --raw "$tmp/$dump"
	expect_status 0
	cp "$tmp/out" "$tmp/raw"
	while read -r options; do
		# shellcheck disable=SC2086 # a list of words
		run $options "$tmp/$dump"
		expect_status 0
		# shellcheck disable=SC2086
		dmesg -F "$tmp/raw" $options > "$tmp/dmesg" 2> "$tmp/dmesg.err" ||
			bad "dmesg: $(cat "$tmp/dmesg.err")"
		same_file "from dmesg $options" "$tmp/out" "$tmp/dmesg"
	done <<-'END'

		-x
		-r
		-d
		-d -x
		-t
		-t -x
		-t -d
		-k
		-u
		-k -u
		-x -u
		-l err
		-l warn,crit -x
		-l emerg,alert,crit,err,warn,notice,info,debug
		-l err -d
		-f kern
		-f user,daemon
		-f user -l warn
		-L=always
		-L=never
		-L=always -x -d
		-L=always -t
		--time-format=delta
		--time-format=notime
		--color=always
	END
	# The bytes as they are have to get there first.
	run --raw --noescape "$tmp/$dump"
	cp "$tmp/out" "$tmp/raw"
	run --noescape -x "$tmp/$dump"
	dmesg -F "$tmp/raw" --noescape -x > "$tmp/dmesg"
	same_file 'from dmesg --noescape -x' "$tmp/out" "$tmp/dmesg"
done

# dmesg -J puts all that follows of a file into each text; the rest can be compared.
need jq jq
for options in '-J -l err,warn,info' '-J -x -l alert,err,notice' '-J -l err'; do
	# Without the record that is not UTF-8: dmesg's JSON is not JSON then.
	run --raw --noescape -l emerg,alert,err,warn,notice,info,debug -k "$tmp/text"
	cp "$tmp/out" "$tmp/raw"
	filter='.dmesg[] | [.fac, .pri, .time, (.msg | split("\n")[0])]'
	# shellcheck disable=SC2086
	dmesg -F "$tmp/raw" $options | jq -c "$filter" > "$tmp/dmesg"
	# shellcheck disable=SC2086
	run $options -k "$tmp/text"
	jq -c "$filter" < "$tmp/out" > "$tmp/ours"
	same_file "from dmesg $options" "$tmp/ours" "$tmp/dmesg"
	# shellcheck disable=SC2086
	dmesg -F "$tmp/raw" $options | grep -v '"msg":' > "$tmp/dmesg"
	grep -v '"msg":' "$tmp/out" > "$tmp/ours"
	same_file "from the form of dmesg $options" "$tmp/ours" "$tmp/dmesg"
done

if dmesg --help | grep -q -e --kmsg-file; then
	run --kmsg=nul "$tmp/text"
	cp "$tmp/out" "$tmp/kmsg"
	for options in '' -x -d -J '-J -x' '-l err'; do
		# shellcheck disable=SC2086
		dmesg -K "$tmp/kmsg" $options > "$tmp/dmesg"
		# shellcheck disable=SC2086
		run $options "$tmp/text"
		same_file "from dmesg -K $options" "$tmp/out" "$tmp/dmesg"
	done
fi

# What dmesg refuses is refused.
for options in '-r -x' '-r -d' '-r -t' '-r -T' '-r -e' '--time-format=x' '-l x' '-f x' \
	'--since x' '-L=x'; do
	# shellcheck disable=SC2086
	dmesg -F "$tmp/raw" $options > /dev/null 2>&1
	check "dmesg takes $options" [ $? != 0 ]
	# shellcheck disable=SC2086
	run $options "$tmp/text"
	expect_status 64
done
finish
