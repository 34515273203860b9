#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump initramfs: what is built for a machine, what is told of it, and what is left when it fails.
. "${srcdir:-.}/tests/service/lib.sh"
need jq jq
need zstd zstd
need cpio cpio
disk_machine

# initramfs ARGUMENT...
initramfs()
{
	run initramfs --root="$root" --init=/init "$@"
}

# The disk's driver is a module, with one that it needs.
modules=lib/modules/6.1.0-test
put $modules/modules.dep 'k/virtio_blk.ko: k/virtio.ko' 'k/virtio.ko:'
put $modules/modules.builtin kernel/drivers/virtio/virtio_pci.ko kernel/fs/ext4/ext4.ko
put sys/module/virtio_blk/initstate live
ln -s ../../../../module/virtio_blk "$root/sys/bus/virtio/drivers/virtio_blk/module"
mkdir "$root/$modules/k"
for name in virtio virtio_blk; do
	cp "$tools/mkbzimage" "$root/$modules/k/$name.ko"
done
bytes=$(stat -c %s "$tools/mkbzimage")
# What of it is loaded ends where the last segment does.
init=$(readelf -lW "$tools/mkbzimage" |
	sed -n 's/^ *[A-Z_]* *\(0x[0-9a-f]*\) 0x[0-9a-f]* 0x[0-9a-f]* \(0x[0-9a-f]*\) .*/\1 \2/p' |
	while read -r offset filesz; do echo $((offset + filesz)); done | sort -n | tail -n 1)
check 'nothing of it is left out' test "$init" -lt "$bytes"
put etc/modprobe.d/x.conf 'options virtio_blk queue_depth=8'

initramfs
expect_status 0
expect_stderr ''
expect_out "^For kernel 6\.1\.0-test: [0-9]+ bytes, compressed by zstd; [0-9]+ unpacked, of which /init has $init; built in "
same 'the modules' "$(sed -n '/^Modules/,/^In/s/^  //p' "$tmp/out" | paste -sd,)" \
	"$(printf '%10d  virtio.ko,%10d  virtio_blk.ko queue_depth=8' "$bytes" "$bytes")"
expect_out '^  virtio-pci$'

initramfs --json -o "$tmp/image"
expect_status 0
check "no JSON: $(cat "$tmp/out")" jq -e . "$tmp/out" > /dev/null
same 'the modules' "$(jq -r '.modules | map(.name) | join(",")' "$tmp/out")" \
	'virtio.ko,virtio_blk.ko queue_depth=8'
same 'bytes' "$(jq .bytes "$tmp/out")" "$(stat -c %s "$tmp/image")"
same 'unpacked' "$(jq .unpacked "$tmp/out")" "$(zstd -dc < "$tmp/image" | wc -c)"
same 'who may read it' "$(stat -c %a "$tmp/image")" 600
same 'modules in it' "$(zstd -dc < "$tmp/image" | cpio -it --quiet | grep '\.ko' | sed 's/\.zst$//' |
	paste -sd,)" 'lib/modules/virtio.ko,lib/modules/virtio_blk.ko'

# Words that the crash kernel alone gets are options of modules, too, as when it is armed.
put etc/kdump/kdump.conf '[kdump]' 'append = virtio_blk.num_request_queues=1'
initramfs --json
expect_status 0
same 'the options' "$(jq -r '.modules[1].name' "$tmp/out")" \
	'virtio_blk.ko queue_depth=8 num_request_queues=1'
rm "$root/etc/kdump/kdump.conf"

# What is there already is replaced, with its permissions; what fails leaves nothing.
echo old > "$tmp/old"
chmod 644 "$tmp/old"
initramfs -o "$tmp/old"
expect_status 0
check 'it is another image' cmp -s "$tmp/image" "$tmp/old"
same 'who may read it' "$(stat -c %a "$tmp/old")" 600
initramfs -o "$tmp/none/image"
expect_status 1
expect_error "none/image: No such file or directory"
mkdir "$tmp/empty"
initramfs -o "$tmp/empty"
expect_status 1
same 'what is left' "$(ls "$tmp" | grep -c '^empty')" 1

# Another kernel, and a driver that is nowhere.
initramfs --kernel=6.2
expect_status 1
expect_error '/lib/modules/6\.2/modules\.dep is not there'
put $modules/modules.dep ''
initramfs
expect_status 1
expect_error 'virtio1: kernel 6\.1\.0-test has no driver for it: virtio_blk is neither built in nor a module'

run initramfs --what
expect_status 2
run initramfs more
expect_status 2
expect_error '"more" is too much'
finish
