# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from the .conf files
# A machine whose pages say what they are panics; saved at each level, its dump has exactly the pages
# that it should. guest/fill.c fills them, tools/kinds.py counts, and has the table of what is expected.

truth_levels=(1 2 4 8 16 31)

# Everything that only makes the first kernel's pages.
fill_memory()
{
	driver
	for m in /kx/ext4-*.ko; do
		[ ! -e "$m" ] || insmod "$m"
	done
	mkdir -p /files /shared
	mount -t tmpfs none /shared
	file=
	if mount -t ext4 "$disk" /files 2> /tmp/err; then
		file=/files/file
	else
		lines mount.err < /tmp/err
	fi
	# Huge pages where they are asked for, and nothing that moves pages about.
	for f in /sys/kernel/mm/transparent_hugepage/enabled=madvise \
		/proc/sys/vm/compaction_proactiveness=0 /proc/sys/vm/nr_hugepages=4; do
		[ ! -e "${f%=*}" ] || echo "${f#*=}" > "${f%=*}"
	done
	fill "$disk" "$file" /shared/file > /tmp/filled 2> /tmp/err &
	n=0
	while [ ! -s /tmp/filled ] && [ ! -s /tmp/err ] && [ $n -lt 600 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	lines filled < /tmp/filled
	lines fill.err < /tmp/err
	echo 0 > /sys/devices/system/cpu/cpu1/online
	# What the other processor has for itself, and gets at a time.
	awk '$1 == "count:" || $1 == "batch:" { n += $2 } END { print n }' /proc/zoneinfo | lines listed
}

guest_truth()
{
	if [ -e /proc/vmcore ]; then
		save_dump
	else
		arm
		fill_memory
		fall
	fi
}

# save_levels: the dump at each level, in $dir/level-N
save_levels()
{
	local level codec

	for level in 0 "${truth_levels[@]}"; do
		codec=none
		((level != 31)) || codec=zlib
		"$kdump" save --progress=none -d "$level" --compress=$codec "$dump" "$dir/level-$level" \
			2> "$dir/tool.err" || {
			bad "kdump save -d $level" "$(tail -n 1 "$dir/tool.err")"
			return 1
		}
		# Free pages are as many as the zones count: nothing is to be doubted.
		! grep 'do not trust' "$dir/tool.err" > "$dir/tool.out" || {
			bad "kdump save -d $level" "$(cat "$dir/tool.out")"
			return 1
		}
	done
}

# check_kinds KINDS: those of KINDS, which there must be, and all others are where they should be
check_kinds()
{
	local level words=()

	part="pages of all kinds"
	for level in 0 "${truth_levels[@]}"; do
		words+=("$level=$dir/level-$level")
	done
	if python3 "$here/../tools/kinds.py" "$dir/level-0" "$1" "$(get 1 listed)" "${words[@]}" \
		> "$dir/kinds.txt" 2> "$dir/kinds.err"; then
		ok "$part ($(get 1 filled | sed 's/filled //'))"
	else
		bad "$part" "$(head -n 3 "$dir/kinds.err" | joined '; ')"
	fi
}

# check_same: Debian's makedumpfile leaves out the same pages. Version 1.7.2 does not understand 6.10
# and later: there it keeps user pages, and drops pages of slab whose lists have bit 0 where others
# have their mapping, and since 7.1 tails that it takes for pages by themselves. Of kernels that it
# understands there is no page that one of the two keeps and the other does not.
check_same()
{
	local level

	for level in 0 1 16 31; do
		part="makedumpfile -d $level"
		if ! makedumpfile -d "$level" --message-level 0 "$dump" "$dir/other" > "$dir/tool.err" 2>&1; then
			bad "$part" "$(tail -n 1 "$dir/tool.err")"
		elif ! python3 "$here/../tools/samepages.py" "$dir/level-$level" "$dir/other" \
			> "$dir/tool.out" 2> "$dir/tool.err"; then
			bad "$part" "$(joined '; ' < "$dir/tool.err")"
		else
			ok "$part: $(cat "$dir/tool.out")"
		fi
		rm -f "$dir/other"
	done
}

# truth KERNEL FIRMWARE WAY KINDS
truth()
{
	local kdump=$build/kdump/kdump size

	[[ -x $kdump ]] || skip "no kdump program at $kdump"
	need python3 python3
	need mke2fs e2fsprogs
	need makedumpfile makedumpfile
	need "$cc" "${packages[0]}"
	dump=$dir/vmcore
	truncate -s 9G "$dump"
	# Until the dump is written over it.
	mke2fs -q -t ext4 -b 4096 "$dump" 64M
	vm guest_truth save_dump read_here fill_memory fall crash_cmdline arm
	vm_set KERNEL "$1"
	vm_set WAY "$3"
	vm_kernel "$1"
	vm_file_system "$1"
	mkdir -p "$payload/sbin"
	"$cc" -static -O2 -o "$payload/sbin/fill" "$here/guest/fill.c"
	vm_memory=$crash_memory
	# What the kernel takes again of freed memory no longer says what it was.
	vm_cmdline="crashkernel=$crashkernel init_on_alloc=1"
	boot "$1" "$2" "${disk_device[@]}" \
		-drive "if=none,id=dump,format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap,file=$dump"
	part="crash kernel"
	size=$(get 2 vmcore.size)
	if [[ $(get 2 save.status) != 0 || -z $size ]]; then
		bad "$part" "$(why_no_dump)"
		return 0
	fi
	truncate -s "$size" "$dump"
	if save_levels; then
		check_kinds "$4"
		[[ $1 != 5.10 && $1 != 6.1 ]] || check_same
	fi
	[[ ${KX_KEEP_VMCORE:-} ]] || rm -f "$dump" "$dir"/level-*
}

all_kinds=anon,thp,hugetlb,hugetlb-shared,tmpfs,file-read,file-written,disk-read,disk-written,pipe,freed,zero
for k in 5.10 6.1 6.12 newest; do
	more=more-
	[[ $k != 6.1 && $k != newest ]] || more=
	scenario "${more}truth-$k" truth "$k" bios -s "$all_kinds" -- "$k" -- \
		"pages of $k that say what they are: saved as each level wants it"
done
for v in $(variants truth); do
	k=${v#*-}
	scenario "more-truth-$k" truth "$k" "${v%%-*}" -c "$all_kinds" -- "$k" -- \
		"pages of $k that say what they are: saved as each level wants it"
done

# One of the kernels that we build has flat memory, and neither huge pages nor ext4.
scenario more-truth-test@riscv64 truth test@riscv64 dt -c \
	anon,tmpfs,disk-read,disk-written,pipe,freed,zero -- test@riscv64 -- \
	"pages of a kernel with flat memory that say what they are"
