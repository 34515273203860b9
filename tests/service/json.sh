#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --json of every verb that has it: one object on standard output, whatever names and texts are made
# of, and nothing else; its status is the exit status.
. "${srcdir:-.}/tests/service/lib.sh"
need jq jq
need zstd zstd
need python3 python3
zstd -q -d "$srcdir/tests/fixtures/vmcore/load61.vmcore.zst" -o "$tmp/load61" || exit 99
seen=

# object VERB WHAT: what was printed is one such object
object()
{
	seen="$seen $1"
	ran="kdump $1 --json, $2"
	same 'objects that it printed' "$(jq -s -c 'map(type)' "$tmp/out" 2> /dev/null)" '["object"]'
	check 'it is not UTF-8' python3 -c 'import sys; open(sys.argv[1], "rb").read().decode()' "$tmp/out"
	check 'what could harm a terminal is in it' python3 -c '
import sys
sys.exit(any(b < 32 and b != 10 or b == 127 for b in open(sys.argv[1], "rb").read()))' "$tmp/out"
}

# said VERB WHAT: the same, and its status is that with which the verb ended
said()
{
	object "$1" "$2"
	same 'the status in it' "$(jq .status "$tmp/out")" "$status"
}

member()
{
	jq -r "$1" "$tmp/out"
}

# What ends strings, lines and terminals, and what is no UTF-8.
nasty=$(printf 'a"b\\c\033]0;x\007\377\302\233\177')
folder_name=$(printf 'd "q"\\\n\033[2J\377')

# --- the machine, and its configuration ----------------------------------------------------------

disk_machine
printf '%s\n' '[target disk]' "host = $nasty" '[target there]' 'type = ssh' "where = u@$nasty" \
	'[target nas]' 'type = nfs' "where = $nasty:/x" "[target $nasty]" 'type = http' \
	"[$nasty]" "$nasty = 1" '[kdump]' "host_tag = $nasty" "append = x=$nasty" 'level = 99' \
	> "$root/etc/kdump.conf.made"
mkdir -p "$root/etc/kdump"
mv "$root/etc/kdump.conf.made" "$root/etc/kdump/kdump.conf"
put proc/cmdline "root=/dev/vda1 crashkernel=$nasty console=ttyS0 $nasty"
put proc/sys/kernel/hostname "$nasty"
run config --root="$root" --json
object config 'hostile values'
expect_status 4
# result DESCRIPTION STATUS RESULT [OPTION...]: what arming comes to
result()
{
	described=$1 expected=$2 came=$3
	shift 3
	run arm --root="$root" --kexec="$kexec" --init=/init --json "$@"
	expect_status "$expected"
	said arm "$described"
	same 'what came of it' "$(member .result)" "$came"
}
result 'hostile values' 4 'would be armed' --dry-run
same 'the words in it' "$(member '.words | test("nr_cpus=1 ")')" true
check 'no finding is told' [ "$(member '.findings | length')" -gt 0 ]
result 'hostile values' 4 armed
result 'hostile values' 4 'armed already'
for verb in status check; do
	run $verb --root="$root" --kexec="$kexec" --json
	object $verb 'hostile values'
done
for argument in '' auto; do
	# shellcheck disable=SC2086 # none, or one
	run reserve --root="$root" --init=/init --json $argument
	said reserve "'$argument'"
done
run initramfs --root="$root" --init=/init --json -o "$tmp/image"
object initramfs 'hostile values'

# Of a test by a virtual machine that cannot be.
run test --vm --root="$root" --kexec="$kexec" --init=/init --json --qemu="$tmp/nowhere$nasty"
check 'a test that was not' [ "$status" != 0 ]
expect_stdout ''
seen="$seen test"

put sys/kernel/kexec_crash_size 0
result 'no memory' 5 'not armed'
check 'why is not told' [ "$(member '.error | length')" -gt 20 ]
put sys/kernel/kexec_crash_size 268435456

# No server is called so: what failed is in it.
printf '%s\n' '[target there]' 'type = ssh' 'where = u@no"such\host' > "$root/etc/kdump/kdump.conf"
run propagate --root="$root" --yes --json
expect_status 1
said propagate 'a server that is none'
same 'which failed' "$(member '[.targets[] | [.name, (.error | length > 0)]] | tojson')" '[["there",true]]'
rm "$root/etc/kdump/kdump.conf"
run propagate --root="$root" --json
expect_status 6
said propagate 'no server'
# Its programs speak to people, not to the reader of the object.
mkdir "$tmp/bin"
for name in ssh ssh-keygen ssh-keyscan; do
	printf '#!/bin/sh\necho "%s speaks"\n' $name > "$tmp/bin/$name"
	chmod +x "$tmp/bin/$name"
done
printf '%s\n' '[target there]' 'type = ssh' "where = u@host" > "$root/etc/kdump/kdump.conf"
touch "$root/etc/kdump/id_ed25519"
echo 'ssh-ed25519 AAAA' > "$root/etc/kdump/id_ed25519.pub"
run_with="env PATH=$tmp/bin:$PATH"
run propagate --root="$root" --yes --json
run_with=
expect_status 0
said propagate 'its programs'
check 'what they say is lost' grep -q 'ssh speaks' "$tmp/err"

# --- another service's configuration --------------------------------------------------------------

printf 'nfs host:/%s\npath %s\n%s 1\nkdump_pre %s\n' "$nasty" "$nasty" "$nasty" "$nasty" > "$tmp/$folder_name"
run import --from=rhel --json "$tmp/$folder_name"
said import 'hostile keys'
same 'keys that are lost' "$(member '[.keys[] | select(.became == "lost") | .line] | unique | tojson')" \
	'[1,2,3,4]'
printf 'KDUMP_SAVEDIR="smb://user:se@cret@server/share"\nKDUMP_VERBOSE=3\n' > "$tmp/suse"
run import --from=suse --json "$tmp/suse"
expect_status 0
said import 'a password'
check 'the password is in it' [ "$(grep -c 'se@cret' "$tmp/out")" = 0 ]
same 'where it belongs' "$(member '.passwords | tojson')" '["/etc/kdump/smb.secret"]'
same 'what became of the keys' "$(member '[.keys[] | select(.key == "KDUMP_SAVEDIR") | .as] | .[0,1]' | xargs)" \
	'[target smb] type = smb [target smb] where = //server/share'
same 'what is not needed' "$(member '.keys[] | select(.became == "not needed") | .key')" KDUMP_VERBOSE
member .configuration > "$tmp/configuration"
run import --from=suse "$tmp/suse"
cp "$tmp/out" "$tmp/plain"
same 'the configuration in it' "$(cat "$tmp/configuration")" "$(cat "$tmp/plain")"
mkdir -p "$tmp/w/etc"
run import --from=suse --json --write --root="$tmp/w" "$tmp/suse"
said import written
same 'the file' "$(member .written)" /etc/kdump/conf.d/50-imported.conf
same_file 'what is written' "$tmp/w/etc/kdump/conf.d/50-imported.conf" "$tmp/plain"

# --- dumps ----------------------------------------------------------------------------------------

disk_machine
mkdir "$tmp/made"
run save --progress=none -d 31 "$tmp/load61" "$tmp/made"
expect_status 0
dump=$root/var/crash/$folder_name
cp -r "$tmp"/made/* "$dump"
python3 - "$dump/manifest.json" << 'END'
import json, sys
path = sys.argv[1]
manifest = json.load(open(path))
manifest["panic"] = 'Kernel panic - not syncing: "\\\x1b]0;x\x07\x9b\n\x7f'
manifest["incomplete"] = manifest["panic"]
json.dump(manifest, open(path, "w"))
END
printf '[    1.000000] Kernel panic - not syncing: %s\n[    1.1] Modules linked in: %s\n' "$nasty" "$nasty" \
	> "$dump/vmcore-dmesg.txt"
for verb in list prune; do
	run $verb --root="$root" --json
	object $verb 'hostile names'
done
run list --root="$root" --json
same 'the name' "$(member '.dumps[0].name | test("d \"q\"")')" true
run show --root="$root" --json latest
object show 'hostile names'
run report --json "$dump"
object report 'hostile names'
for verb in info verify; do
	run $verb --json "$dump"
	object $verb 'hostile names'
done
same 'as verify ended' "$(jq .status "$tmp/out")" "$status"
run upload --json --spread=0 --tries=1 --to=http://localhost:1/ "$dump"
object upload 'hostile names'

# What verify finds.
good=$(echo "$tmp"/made/*)
run verify --json "$good"
expect_status 0
said verify 'a good one'
same 'what is said of it' "$(member '[.result, .verified_by, .damaged_chunks, .damaged_chunks_ranges] | tojson')" \
	'["good","checksums",0,[]]'
run verify --json --pages "$good"
expect_status 0
same 'by what' "$(member .verified_by)" pages
cp -r "$good" "$tmp/damaged"
size=$(stat -c %s "$tmp/damaged/vmcore")
printf 'damage' | dd of="$tmp/damaged/vmcore" bs=1 seek=$((size - 100)) conv=notrunc status=none
run verify --json "$tmp/damaged"
expect_status 1
said verify 'a damaged one'
chunk=$((($size - 100) / $(jq .sums.chunk "$tmp/damaged/manifest.json")))
same 'which chunk' "$(member '[.result, .damaged_chunks, .damaged_chunks_ranges] | tojson')" \
	"[\"damaged\",1,[[$chunk,$chunk]]]"
truncate -s $((size - 4096)) "$tmp/damaged/vmcore"
run verify --json "$tmp/damaged"
expect_status 1
same 'that it is too short' "$(member '.wrong_size | length > 0')" true

# What a device had.
truncate -s 64M "$tmp/device$folder_name"
mkdir "$tmp/to$folder_name"
run recover --json "$tmp/device$folder_name" "$tmp/to$folder_name"
expect_status 6
expect_stdout ''
run recover --json "$tmp/nothing" "$tmp/to$folder_name"
expect_status 1
run save --progress=none -d 31 "$tmp/load61" "$tmp/device$folder_name"
if [ "$status" != 0 ]; then
	# A file is no device, unless it is told so in another way.
	rm "$tmp/device$folder_name"
fi

# --- after a boot ---------------------------------------------------------------------------------

put etc/kdump/kdump.conf '[notify]' 'command = echo "the command speaks"'
put var/lib/kdump/armed-boot x
run recover --boot --root="$root" --json
expect_status 0
said recover 'after a boot'
same 'what is new' "$(member '[.left_no_dump, (.dumps | length), .dumps[0].complete] | tojson')" '[false,1,false]'
check 'what the command says is lost' grep -q 'the command speaks' "$tmp/err"
run recover --boot --root="$root" --json
expect_status 6
said recover 'after another boot'
same 'what is new then' "$(member '.dumps | length')" 0

run estimate --json "$tmp/load61"
object estimate 'a dump'

# --- all of them ----------------------------------------------------------------------------------

run --help
for verb in $(awk '/^  [a-z]/ { print $1 }' "$tmp/out"); do
	run "$verb" --help
	ran="kdump $verb"
	case " $seen " in
	*" $verb "*) check 'it says nothing of --json' grep -q -e '--json' "$tmp/out" ;;
	*) check 'its --json is not tried here' [ "$(grep -c -e '--json' "$tmp/out")" = 0 ] ;;
	esac
done
finish
