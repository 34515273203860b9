#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump arm and reload: what is loaded, when nothing is, and what protects after each failure.
. "${srcdir:-.}/tests/service/lib.sh"
need zstd zstd
need cpio cpio
disk_machine
words='nr_cpus=1 irqpoll reset_devices panic=10 cgroup_disable=memory novmcoredd audit=0 transparent_hugepage=never cma=0 hugetlb_cma=0 kfence.sample_interval=0 initcall_blacklist=tracer_init_tracefs,event_trace_init rdinit=/init numa=off mce=off acpi_no_memhotplug hest_disable nokaslr pcie_ports=compat'
if [ "$(uname -m)" != x86_64 ]; then
	skip 'the words are those of x86_64'
fi

# arm ARGUMENT...: with a program for /init
arm()
{
	verb arm --init=/init "$@"
}

# armed: the folder of what is loaded
armed()
{
	readlink "$root/run/kdump/armed"
}

# --- what is loaded -------------------------------------------------------------------------------

arm --dry-run
expect_status 0
expect_stdout "console=ttyS0 $words"
expect_error '^kdump: would be armed: /boot/vmlinuz-6\.1\.0-test, initramfs [0-9]+ KiB with 0 modules, 256 MiB reserved, about 96 MiB needed$'
expect_calls
check 'it is not armed' [ ! -e "$root/run/kdump/armed" ]
arm
expect_status 0
expect_stdout ''
expect_error '^kdump: armed: /boot/vmlinuz-6\.1\.0-test, initramfs '
expect_calls kexec_file_load
expect_log "^kexec_file_load flags=0x2 cmdline=console=ttyS0 $words$"
expect_log "^kernel bytes=5120 sha256=$(digest "$tmp/k")$"
expect_log "^initrd .* sha256=$(digest "$root/run/kdump/armed/initrd")$"
# Behind it is another archive, with what random numbers begin with.
zstd -q -d -c "$root/run/kdump/armed/initrd" > "$tmp/both"
same 'the seed' "$(tail -c 1024 "$tmp/both" | tr '\0' '\n' | grep -a -c 'kdump/seed$')" 1
same 'the mark of the boot' "$(cut -d' ' -f1 "$root/var/lib/kdump/armed-boot")" \
	11111111-2222-3333-4444-555555555555
same 'modes' "$(stat -L -c %a "$root/run/kdump" "$root/run/kdump/armed" "$root/run/kdump/armed/initrd" | xargs)" \
	'700 700 600'
zstd -q -d -c "$root/run/kdump/armed/initrd" | (cd "$tmp" && cpio -i --quiet --to-stdout kdump/plan) \
	> "$tmp/plan"
same 'the target of the plan' "$(sed -n '/^\[target\]/,$p' "$tmp/plan" | grep -E '^(name|type|device|fs|path)' | xargs)" \
	'name default type file device uuid=0000-1111 device partuuid=aa-01 device serial=S1 device size=1072693248 fs ext4 path /var/crash'
check 'the plan has the boot id' grep -q '^id 11111111-2222-3333-4444-555555555555$' "$tmp/plan"

# The same is not loaded again, but when that is asked for.
arm
expect_status 0
expect_error 'armed already: '
expect_calls
arm --force
expect_status 0
expect_calls kexec_file_load

# The same image of another boot has another seed.
cp -r "$root/run/kdump/armed/" "$tmp/before"
rm -r "$root/run/kdump"
arm
expect_calls kexec_file_load
cmp -s "$root/run/kdump/armed/initrd" "$tmp/before/initrd"
same 'the same seed' "$?" 1
head -c -512 "$tmp/both" > "$tmp/all"
zstd -q -d -c "$root/run/kdump/armed/initrd" | head -c -512 > "$tmp/all.new"
check 'nothing else is' cmp -s "$tmp/all" "$tmp/all.new"

# Another memory map is another load of the same image, unless the kernel tells of it by itself.
first=$(armed)
sed -i 's/3ffdffff/3ffcffff/' "$root/proc/iomem"
arm
expect_calls kexec_file_load
check 'it is another image' [ "$(armed)" != "$first" ]
check 'the first one is gone' [ ! -e "$root/run/kdump/$first" ]
put sys/devices/system/memory/crash_hotplug 1
arm
expect_calls kexec_file_load
sed -i 's/3ffcffff/3ffdffff/' "$root/proc/iomem"
arm
expect_calls

# --- reload ---------------------------------------------------------------------------------------

verb reload --init=/init
expect_status 0
expect_calls
put etc/kdump/kdump.conf '[kdump]' 'append = loglevel=7'
verb reload --init=/init
expect_status 0
expect_log 'pcie_ports=compat loglevel=7$'
verb reload --init=/init --event=memory
expect_status 6
expect_calls
verb reload --event=disk
expect_status 2
expect_error 'reload: --event=disk: cpu, memory or device'
rm "$root/etc/kdump/kdump.conf"
begun=$(date +%s)
for i in 1 2 3 4; do
	"$program" reload --root="$root" --kexec="$kexec" --init=/init --event > "$tmp/event.$i" 2>&1 &
done
wait
same 'loads after four events' "$(grep -c '^kexec_file_load' "$tmp/log")" 1
check 'it was waited for' [ $(($(date +%s) - begun)) -ge 2 ]
verb disarm
# One that comes while the machine is being armed, which may wait for names, is not for nothing.
cat > "$tmp/slow" << END
#!/bin/sh
case "\$*" in
*--check*) echo x > "$tmp/checks"; sleep 3 ;;
esac
exec "$kexec" "\$@"
END
chmod +x "$tmp/slow"
rm -f "$root/sys/devices/system/memory/crash_hotplug"
"$program" arm --root="$root" --kexec="$tmp/slow" --init=/init > "$tmp/first" 2>&1 &
appears "$tmp/checks"
cp "$root/proc/iomem" "$tmp/iomem"
sed -i 's/3ffdffff/3ffcffff/' "$root/proc/iomem"
verb reload --init=/init --event=memory
wait
expect_calls kexec_file_load kexec_file_load
arm
expect_error 'armed already: '
expect_calls
mv "$tmp/iomem" "$root/proc/iomem"
put sys/devices/system/memory/crash_hotplug 1
verb disarm
verb reload
expect_status 6
expect_error 'not armed, so there is nothing to reload'
expect_calls
verb reload --event
expect_status 6
expect_stderr ''

# --- what hinders ---------------------------------------------------------------------------------

# Nothing reserved: how much it takes is told all the same.
put sys/kernel/kexec_crash_size 0
put proc/cmdline 'root=/dev/vda1 ro'
arm
expect_status 5
expect_error "no memory is reserved for a crash kernel: add crashkernel=96M to the kernel's command line"
expect_calls
put proc/cmdline 'root=/dev/vda1 ro crashkernel=9G'
arm
expect_status 5
expect_error 'the kernel could not reserve what crashkernel=9G asks for; boot with crashkernel=96M'

disk_machine
put sys/kernel/kexec_crash_size 67108864
arm
expect_status 4
expect_err '64 MiB are reserved, but about 96 are needed: boot with crashkernel=96M'
expect_calls kexec_file_load

# Never unprotected: each refusal, and what is loaded afterwards.
disk_machine
arm
good=$(armed)
put etc/kdump/kdump.conf '[kdump]' 'append = other'
head -c 3000 "$tmp/k" > "$root/boot/vmlinuz-6.1.0-test"
arm
expect_status 4
expect_err 'truncated'
expect_err 'what was armed before still is: the new image was refused'
expect_calls
same 'what is armed' "$(armed)" "$good"
cp "$tmp/k" "$root/boot/vmlinuz-6.1.0-test"
KX_FAKE_ERRNO_FILE=ENOMEM,0 KX_FAKE_ERRNO_LOAD=ENOMEM arm
expect_status 1
expect_err 'NOT ARMED: .*ENOMEM'
verb status
expect_status 3
expect_out '^fault +something else has unloaded what kdump loaded'
expect_out '^warning +the last arming failed: .*ENOMEM'
arm
expect_status 0
check 'the trouble is over' [ ! -e "$root/run/kdump/trouble" ]

# What cannot be written down before the kernel is asked leaves it as it was.
good=$(armed)
put etc/kdump/kdump.conf '[kdump]' 'append = unwritten'
put run/kdump/making x
arm
expect_status 4
expect_err 'what was armed before still is: the new image was refused$'
expect_err '/run/kdump/making: File exists$'
expect_calls
same 'what is armed' "$(armed)" "$good"
verb status
expect_status 4
expect_out '^warning +the last arming failed: .*File exists$'
rm "$root/run/kdump/making"
# A dry run makes no trouble of what it finds.
arm
rm "$root/boot/vmlinuz-6.1.0-test"
arm --dry-run
expect_status 4
check 'a dry run left trouble' [ ! -e "$root/run/kdump/trouble" ]
cp "$tmp/k" "$root/boot/vmlinuz-6.1.0-test"

# Once an arming was cut nobody knows what is loaded, whatever is refused before the kernel is asked.
good=$(armed)
put run/kdump/loading x
put etc/kdump/kdump.conf '[kdump]' 'append = cut'
head -c 3000 "$tmp/k" > "$root/boot/vmlinuz-6.1.0-test"
arm
expect_status 4
expect_err 'truncated'
verb status
expect_out '^Armed: +perhaps'
cp "$tmp/k" "$root/boot/vmlinuz-6.1.0-test"
put etc/kdump/kdump.conf '[kdump]' 'append = unwritten'
arm
expect_status 0
expect_calls kexec_file_load
verb status
expect_out '^Armed: +yes'
put etc/kdump/kdump.conf '[kdump]' 'append = other'
arm

# The kernel drops what it has and refuses; then the last good one is loaded from its copy.
good=$(armed)
put etc/kdump/kdump.conf '[kdump]' 'append = third'
cat > "$tmp/once" << END
#!/bin/sh
case "\$*" in
*--check*) ;;
*/boot/vmlinuz*) KX_FAKE_ERRNO_FILE=ENOMEM KX_FAKE_ERRNO_LOAD=ENOMEM; export KX_FAKE_ERRNO_FILE KX_FAKE_ERRNO_LOAD ;;
esac
exec "$kexec" "\$@"
END
chmod +x "$tmp/once"
run arm --root="$root" --kexec="$tmp/once" --init=/init
expect_status 4
expect_err 'IS GONE'
expect_err 'what was armed before still is'
expect_calls kexec_file_load kexec_file_load
expect_log 'pcie_ports=compat other$'
same 'loaded' "$(cat "$root/sys/kernel/kexec_crash_loaded")" 1
same 'what is armed' "$(armed)" "$good"
verb status
expect_status 4
expect_out '^Armed: +yes'

# Targets: one that is not there, none at all; a device without a driver.
disk_machine
put etc/kdump/kdump.conf '[target far]' 'type = file' 'where = UUID=none' '[target near]' \
	'type = file' 'path = /var/crash'
arm
expect_status 4
expect_err '^kdump: far: .*UUID=none'
expect_calls kexec_file_load
put etc/kdump/kdump.conf '[target far]' 'type = file' 'where = UUID=none'
arm
expect_status 4
expect_err 'what was armed before still is, but cannot be renewed: no target can be used: target far: '
verb disarm
arm
expect_status 2
expect_err 'no target can be used: target far: '
expect_calls
# A dump would write over what is mounted, and over what might be.
put etc/kdump/kdump.conf '[target raw]' 'type = raw' 'where = /dev/vda1'
arm
expect_status 2
expect_err 'no target can be used: target raw: /dev/vda1 is mounted on /: a dump would destroy'
mv "$root/proc/self/mountinfo" "$tmp/mountinfo"
mkdir "$root/proc/self/mountinfo"
arm
expect_status 2
expect_err 'no target can be used: target raw: whether /dev/vda1 is in use cannot be told: '
rmdir "$root/proc/self/mountinfo"
mv "$tmp/mountinfo" "$root/proc/self/mountinfo"
# Nor over a disk of which a part is in use, in whatever way; over swap space it may.
put dev/vda x
put etc/kdump/kdump.conf '[target raw]' 'type = raw' 'where = /dev/vda'
arm
expect_status 2
expect_err 'no target can be used: target raw: /dev/vda: its vda1 is mounted on /: a dump would destroy'
used()
{
	put etc/kdump/kdump.conf '[target raw]' 'type = raw' 'where = /dev/vda1'
	arm
	expect_status 2
	expect_err "no target can be used: target raw: /dev/vda1 $1: a dump would destroy what it holds"
}
put proc/self/mountinfo '22 1 254:9 / / rw,relatime shared:1 - ext4 /dev/vdb rw' \
	'23 22 254:1 /exported /srv rw - ext4 /dev/vda1 rw'
used 'is mounted on /srv'
put proc/self/mountinfo '22 1 254:9 / / rw,relatime shared:1 - ext4 /dev/vdb rw'
mkdir -p "$root/sys/fs/xfs/vda1"
used 'is mounted where this process does not see it'
rm -r "$root/sys/fs/xfs"
mkdir -p "$root/sys/fs/btrfs/0000-1111/devices/vda1"
used 'is a part of a btrfs file system that is mounted'
rm -r "$root/sys/fs/btrfs"
mkdir -p "$root/$disk/virtio1/block/vda/vda1/holders/md127"
used 'is a part of md127'
rm -r "$root/$disk/virtio1/block/vda/vda1/holders"
put proc/swaps 'Filename Type Size Used Priority' '/dev/vda1 partition 1047548 0 -2'
arm --dry-run
expect_status 0
disk_machine
# Of btrfs a crash kernel mounts a subvolume, and no folder, wherever that is mounted here; what of the
# way is one says the file system (Linux 5.9, commit 3ef3959b29c4), and before that it is all of it.
put run/udev/data/b254:1 E:ID_FS_UUID=0000-1111 E:ID_FS_TYPE=btrfs E:ID_PART_ENTRY_UUID=aa-01
put lib/modules/6.1.0-test/modules.builtin kernel/drivers/block/virtio_blk.ko \
	kernel/drivers/virtio/virtio_pci.ko kernel/fs/btrfs/btrfs.ko
# btrfs ROOT SUPER OPTIONS PATH EXPECTED: with such a mount, or, without ROOT, by its UUID
btrfs()
{
	put proc/self/mountinfo '22 1 0:20 / / rw - ext4 /dev/vdb rw' \
		"23 22 0:40 $1 /var rw,relatime shared:1 - btrfs /dev/vda1 rw,space_cache=v2,$2"
	put etc/kdump/kdump.conf '[target t]' 'path = /var/crash' "options = $3"
	[ -n "$1" ] || echo 'where = UUID=0000-1111' >> "$root/etc/kdump/kdump.conf"
	arm --force
	expect_status 0
	zstd -q -d -c "$root/run/kdump/armed/initrd" |
		(cd "$tmp" && cpio -i --quiet --to-stdout kdump/plan) > "$tmp/plan"
	same "what of $1 is the subvolume" "$(grep -E '^(options|path)' "$tmp/plan" | xargs)" "options $5 path $4"
}
btrfs /@var subvolid=257,subvol=/@var noatime /crash noatime,subvol=/@var
btrfs /@/data/var subvolid=256,subvol=/@ '' /data/var/crash subvol=/@
btrfs /data/var subvolid=5,subvol=/ '' /data/var/crash subvol=/
btrfs / subvolid=5,subvol=/ '' /crash subvol=/
btrfs /@var '' '' /crash subvol=/@var
btrfs '/@,a/var' 'subvolid=9,subvol=/@,a' '' /crash 'subvol=/@,a/var'
mkdir -p "$root/dev/disk/by-uuid"
ln -s ../../vda1 "$root/dev/disk/by-uuid/0000-1111"
btrfs '' '' '' /var/crash subvol=/
btrfs '' '' noatime /var/crash noatime,subvol=/
btrfs '' '' subvol=@crash /var/crash subvol=@crash
btrfs '' '' subvolid=257 /var/crash subvolid=257
rm -r "$root/dev/disk"
disk_machine
# Servers are asked for in the running system alone; ssh has to log in without anybody.
put etc/kdump/kdump.conf '[target a]' 'type = nfs' 'where = server:/crash' '[target b]' \
	'type = ssh' 'where = server' 'path = /crash' '[target c]' 'type = file' 'path = /var/crash'
arm --dry-run
expect_status 4
expect_err "^kdump: a: server: the network of .* cannot be asked$"
expect_err '^kdump: b: /etc/kdump/id_ed25519 is not there: kdump propagate makes a key, '
rm "$root/etc/kdump/kdump.conf"
put lib/modules/6.1.0-test/modules.builtin kernel/fs/ext4/ext4.ko
ln -s ../../../../module/virtio_blk "$root/sys/bus/virtio/drivers/virtio_blk/module"
arm
expect_status 1
expect_err 'virtio_blk'
expect_calls
# What is wished for and not there costs no dump.
disk_machine
put etc/kdump/kdump.conf '[kdump]' 'extra_modules = nobody ext4' 'kernel = 5.10.0-gone'
arm
expect_status 4
expect_err '^kdump: extra_modules: kernel 6\.1\.0-test has no module nobody: it is left out$'
expect_err '^kdump: kernel = 5\.10\.0-gone: no such kernel .*; the running one instead$'
expect_err '^kdump: armed: /boot/vmlinuz-6\.1\.0-test, '
expect_calls kexec_file_load
put etc/kdump/kdump.conf '[kdump]' 'kernel = /boot/gone'
verb disarm
arm
expect_status 4
expect_err '^kdump: kernel: /boot/gone: No such file or directory; the running one instead$'
rm "$root/etc/kdump/kdump.conf"
# No place for it: what would be loaded is told, and that it would not be.
put sys/kernel/kexec_crash_size 0
arm --dry-run
expect_status 5
expect_err '^kdump: made, but would not be armed: '
check 'a test is not advised' [ "$(grep -c 'kdump test' "$tmp/err")" = 0 ]
expect_err '^kdump: the kernel could not reserve what crashkernel=256M asks for; boot with crashkernel=96M$'
disk_machine
rm "$root/boot/vmlinuz-6.1.0-test"
arm
expect_status 1
expect_error 'the image of the running kernel, 6\.1\.0-test, is neither .*name it by kernel = PATH'
disk_machine
put etc/kdump/kdump.conf '[kdump]' 'enabled = no'
arm
expect_status 6
expect_error 'kdump.conf says enabled = no: nothing is done'
expect_calls
put etc/kdump/kdump.conf '[kdump]' 'levl = 1'
arm
expect_status 4
expect_err 'kdump.conf:2: .*level'
expect_calls kexec_file_load

# A kernel that has no dump of the one before it is loaded, for want of another, and told.
disk_machine
put boot/config-6.1.0-test CONFIG_PROC_FS=y CONFIG_BLK_DEV_INITRD=y CONFIG_DEVTMPFS=y CONFIG_RD_ZSTD=y \
	'# CONFIG_CRASH_DUMP is not set'
arm
expect_status 4
expect_err '^kdump: kernel 6\.1\.0-test is built without CONFIG_PROC_VMCORE, so that a crash would leave no dump: name another one by kernel = $'
verb status
expect_status 4
expect_out '^fault +kernel 6\.1\.0-test is built without CONFIG_PROC_VMCORE'
echo CONFIG_PROC_VMCORE=y >> "$root/boot/config-6.1.0-test"
arm
expect_status 0
# On a machine that has nothing to write on but /run: what is remembered is lost, not the dump.
disk_machine
verb disarm
mkdir -p "$root/var/lib"
rm -rf "$root/etc/kdump" "$root/var/lib/kdump"
if unshare -m true 2> /dev/null; then
	# read_only VERB ARGUMENT...: where /var/lib cannot be written to
	read_only()
	{
		status=0
		: > "$tmp/log"
		ran="kdump $* with a read-only /var/lib"
		# shellcheck disable=SC2016 # for the inner shell
		unshare -m sh -c 'mount -t tmpfs -o ro none "$0/var/lib" && exec "$@"' "$root" "$program" \
			"$@" --root="$root" --kexec="$kexec" > "$tmp/out" 2> "$tmp/err" || status=$?
	}
	read_only arm --init=/init
	expect_status 0
	expect_err '^kdump: armed: '
	expect_err '^kdump: /var/lib/kdump: a crash that leaves no dump will not be told of: .*Read-only file system$'
	expect_calls kexec_file_load
	read_only status
	expect_status 0
	expect_out '^Armed: +yes'
	read_only check --init=/init
	expect_status 1
	expect_out '^good +what is loaded is what kdump arm would load now$'
	expect_err '^kdump: /var/lib/kdump: last-check.json: cannot be written: Read-only file system$'
	read_only disarm
	expect_status 0
	same 'loaded' "$(cat "$root/sys/kernel/kexec_crash_loaded")" 0
fi

# --- encryption ------------------------------------------------------------------------------------

disk_machine
: > "$tmp/log"
verb disarm
key=age109q7cjl9mgs0zf4p4aylfjwpsumznqzmtdclsl0qg2sp0afaypgs8g7tqx
if grep -q '^#define KX_INIT_SODIUM 1' "$builddir/config.h"; then
	put etc/kdump/kdump.conf '[kdump]' 'encrypt = dump'
	arm
	expect_status 1
	expect_err 'encrypt: it needs 1 to 64 lines "recipient = age1\.\.\."'
	put etc/kdump/kdump.conf '[kdump]' 'encrypt = all' "recipient = ${key%x}y"
	arm
	expect_status 1
	expect_err 'kdump.conf:3: .*recipient'
	expect_err 'encrypt: it needs'
	put etc/kdump/kdump.conf '[kdump]' 'encrypt = all' "recipient = $key"
	arm
	expect_status 0
	zstd -q -d -c "$root/run/kdump/armed/initrd" | (cd "$tmp" && cpio -i --quiet --to-stdout kdump/plan) \
		> "$tmp/plan"
	same 'who can read it' "$(grep -E '^(encrypt|recipient)' "$tmp/plan" | xargs)" \
		"encrypt all recipient $key"
else
	put etc/kdump/kdump.conf '[kdump]' 'encrypt = all' "recipient = $key"
	arm
	expect_status 1
	expect_err 'encrypt: kdump-init was built without a static libsodium'
fi
rm "$root/etc/kdump/kdump.conf"

# --- two at once, and power cuts ------------------------------------------------------------------

disk_machine
: > "$tmp/log"
"$program" arm --root="$root" --kexec="$kexec" --init=/init > "$tmp/one" 2>&1 &
"$program" arm --root="$root" --kexec="$kexec" --init=/init > "$tmp/two" 2>&1 &
wait
same 'loads by two' "$(grep -c '^kexec_file_load' "$tmp/log")" 1
same 'what they say' "$(sed 's/^\(kdump: [a-z ]*\):.*/\1/' "$tmp/one" "$tmp/two" | sort | xargs)" \
	'kdump: armed kdump: armed already'
(flock 9 && sleep 3) 9< "$root/run/kdump/lock" &
sleep 0.3
arm
expect_status 0
wait

# usable_after WHAT: status tells something that is true, and arming works
usable_after()
{
	verb status
	case $status in
	0 | 3 | 4) checks=$((checks + 1)) ;;
	*) bad "status after $1" ;;
	esac
	if [ "$status" = 3 ]; then
		same "loaded after $1" "$(cat "$root/sys/kernel/kexec_crash_loaded")" 0
	else
		same "loaded after $1" "$(cat "$root/sys/kernel/kexec_crash_loaded")" 1
	fi
	arm
	expect_status 0
	same "what is left after $1" "$(cd "$root/run/kdump" && find . -mindepth 1 -maxdepth 1 -name 'image-*' | wc -l)" 1
	verb status
	expect_status 0
}

# Killed by what it starts: before the kernel is asked, and before it hears what came of it.
killer()
{
	cat > "$tmp/killer" << END
#!/bin/sh
case "\$*" in
*--check*) [ "$1" = check ] && kill -9 \$PPID ;;
*) [ "$1" = before ] && kill -9 \$PPID && exit 1
	"$kexec" "\$@"
	[ "$1" = behind ] && kill -9 \$PPID ;;
esac
exit 0
END
	chmod +x "$tmp/killer"
}
number=0
for when in check before behind; do
	for old in yes no; do
		number=$((number + 1))
		killer $when
		put etc/kdump/kdump.conf '[kdump]' "append = cut$number"
		[ $old = yes ] || verb disarm
		run arm --root="$root" --kexec="$tmp/killer" --init=/init
		expect_status 137
		if [ $when = behind ]; then
			verb status
			expect_status 4
			expect_out '^warning +arming was cut'
		fi
		usable_after "a cut, $when, old: $old"
	done
done
# At any moment.
for delay in 0.005 0.01 0.02 0.03 0.04 0.06 0.08 0.1 0.15; do
	number=$((number + 1))
	put etc/kdump/kdump.conf '[kdump]' "append = cut$number"
	timeout -s KILL $delay "$program" arm --root="$root" --kexec="$kexec" --init=/init \
		> "$tmp/out" 2> "$tmp/err"
	usable_after "a cut after $delay s"
done
# A root that cannot be written to, as image-based systems have it: /run and /var are all it takes.
disk_machine
rm -rf "$root/run" "$root/var"
mkdir -p "$root/run" "$root/var" "$tmp/udev"
echo E:ID_FS_UUID=0000-1111 > "$tmp/udev/b254:1"
echo E:ID_FS_TYPE=ext4 >> "$tmp/udev/b254:1"
# shellcheck disable=SC2016 # for the shell within
if unshare -m true 2> "$tmp/err" && [ "$(id -u)" = 0 ]; then
	unshare -m sh -c '
		mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" &&
			mount -t tmpfs kx "$1/run" && mount -t tmpfs kx "$1/var" &&
			mount --bind "$1/sys/kernel" "$1/sys/kernel" &&
			mount -o remount,bind,rw "$1/sys/kernel" || exit 99
		mkdir -p "$1/run/udev/data" && cp "$2/udev"/* "$1/run/udev/data" || exit 99
		if touch "$1/boot/written" 2> /dev/null; then exit 98; fi
		shift 2
		"$@"
		echo "$?"' sh "$root" "$tmp" "$program" arm --root="$root" --kexec="$kexec" --init=/init \
		> "$tmp/out" 2> "$tmp/err"
	same 'the status on a root that is only read' "$(cat "$tmp/out")" 0
	check "$(cat "$tmp/err")" grep -q '^kdump: armed: ' "$tmp/err"
fi

# A machine without a name.
disk_machine
put proc/sys/kernel/hostname ''
arm
expect_status 0
expect_calls kexec_file_load

# Machines of a cluster that cannot be told are no reason not to be armed.
put etc/kdump/kdump.conf '[network]' 'fence = node1' 'fence = 10.0.0.2' 'fence_interval = 5s'
arm --force
expect_status 4
expect_err '^kdump: node1 is not told that a dump is saved: '
expect_err '^kdump: 10\.0\.0\.2 is not told that a dump is saved: '
expect_calls kexec_file_load
zstd -q -d -c "$root/run/kdump/armed/initrd" | (cd "$tmp" && cpio -i --quiet --to-stdout kdump/plan) \
	> "$tmp/plan"
check 'how often they are told' grep -qx 'fence-interval 5' "$tmp/plan"
finish
