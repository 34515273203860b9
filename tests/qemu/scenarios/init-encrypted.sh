# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what init.sh has
# kdump-init encrypts; for all that is around it see init.sh.

# What a crash kernel encrypts is nobody's but the recipient's, who finds a dump as any other.
capture_encrypted()
{
	local folder file

	need age age
	rm -f "$dir/key"
	age-keygen -o "$dir/key" 2> "$dir/age.err"
	ci_new data 300 mke2fs -q -t ext4 -U "$uuid1" "$dir/data"
	ci_disk data ext4:ro
	{
		printf 'id boot-1\nhost crashed\nencrypt all\nrecipient %s\n' "$(age-keygen -y "$dir/key")"
		ci_target disk file "device uuid=$uuid1" "fs ext4" "path /var/crash"
	} > "$dir/plan"
	ci_vm full 96M ext4
	ci_boot full
	check_end
	folder=$(echo "$dir"/left/vda/var/crash/*)
	part="encrypted"
	if [[ $(cd "$folder" && echo *) != \
		'kexec-dmesg.log manifest.json vmcore-dmesg.txt.age vmcore.age' ]]; then
		bad "$part" "there is $(cd "$folder" && echo *)"
	elif grep -qE "kx-last-words|sysrq triggered crash" -r "$folder"; then
		bad "$part" "the log's last words can be read in $(
			grep -lE "kx-last-words|sysrq triggered crash" -r "$folder")"
	else
		ok "$part"
	fi
	for file in vmcore vmcore-dmesg.txt; do
		age -d -i "$dir/key" -o "$folder/$file" "$folder/$file.age" 2> "$dir/age.err" ||
			bad "$part" "$file.age: $(cat "$dir/age.err")"
		rm -f "$folder/$file.age"
	done
	check_left vda/var/crash "opened by its recipient"
}

scenario init-encrypted capture_encrypted -- 6.1 root-bookworm -- \
	"kdump-init encrypts dump and log to a public key: Debian's full kernel, crashkernel=96M"
