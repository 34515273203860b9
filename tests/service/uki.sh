#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kdump arm where the only kernel is in a unified kernel image: found by release, and loaded alone.
. "${srcdir:-.}/tests/service/lib.sh"
need zstd zstd
if [ "$(uname -m)" != x86_64 ]; then
	skip 'what the crash kernel needs, and its words, are those of x86_64'
fi

arm()
{
	verb arm --init=/init "$@"
}

# uki FILE WORD...: one that holds $tmp/k
uki()
{
	uki_file=$1
	shift
	mkdir -p "${uki_file%/*}"
	"$tools/mkwrap" "$@" < "$tmp/k" > "$uki_file" || exit 99
}

# sections: what a UKI has beside its kernel; its initrd and words must have no part
sections='.osrel=ID=made .cmdline=of.the.uki .initrd=THEIRS'

# lone_machine: one whose kernel is not a file
lone_machine()
{
	disk_machine
	rm "$root/boot/vmlinuz-6.1.0-test"
	put proc/cmdline 'root=/dev/vda1 ro quiet crashkernel=256M console=ttyS0'
}

# armed_by PATH [STATUS]: the kernel in $tmp/k alone was loaded, and PATH is what people are told
armed_by()
{
	expect_status "${2:-0}"
	expect_err "^kdump: armed: $1, initramfs .*, about 96 MiB needed\$"
	expect_calls kexec_file_load
	expect_log "^kernel bytes=$(stat -c %s "$tmp/k") sha256=$(digest "$tmp/k")\$"
	expect_log "^initrd .* sha256=$(digest "$root/run/kdump/armed/initrd")\$"
	expect_log '^kexec_file_load .*console=ttyS0 '
	expect_no_log 'of\.the\.uki'
	same 'the copy' "$(digest "$root/run/kdump/armed/kernel")" "$(digest "$tmp/k")"
	same 'its mode' "$(stat -c %a "$root/run/kdump/armed/kernel")" 600
}

# cannot PATTERN: nothing is loaded, nothing is left
cannot()
{
	arm
	expect_status 1
	expect_err "$1"
	expect_calls
	same 'what is left' "$(find "$root/run/kdump" -name 'image-*' -o -name making)" ''
}

# wanted VALUE: kdump.conf says so
wanted()
{
	put etc/kdump/kdump.conf '[kdump]' "kernel = $1"
}

# --- where they are --------------------------------------------------------------------------------

lone_machine
modules=$root/usr/lib/modules/6.1.0-test
# shellcheck disable=SC2086 # a list of words
uki "$modules/vmlinuz-virt.efi" $sections .uname=6.1.0-test uki=0x8664
echo MZ > "$modules/addon.efi"
mkfifo "$modules/a.efi"
# shellcheck disable=SC2086 # a list of words
uki "$modules/another.efi" $sections .uname=6.1.0-other uki=0x8664
arm
armed_by /usr/lib/modules/6.1.0-test/vmlinuz-virt.efi
verb status
expect_status 0
expect_out '^Kernel: +/usr/lib/modules/6\.1\.0-test/vmlinuz-virt\.efi'
verb status --json
expect_out '"kernel": "/usr/lib/modules/6\.1\.0-test/vmlinuz-virt\.efi"'
arm
expect_status 0
expect_err 'armed already: /usr/lib/modules'
expect_calls
# What is around the kernel makes no other image of it.
# shellcheck disable=SC2086 # a list of words
uki "$modules/vmlinuz-virt.efi" $sections .uname=6.1.0-test .splash=new uki=0x8664
arm
expect_err 'armed already: '
expect_calls
kernel "$tmp/k" code=8192
# shellcheck disable=SC2086 # a list of words
uki "$modules/vmlinuz-virt.efi" $sections .uname=6.1.0-test uki=0x8664
arm
armed_by /usr/lib/modules/6.1.0-test/vmlinuz-virt.efi
# A plain kernel goes first.
cp "$tmp/k" "$root/boot/vmlinuz-6.1.0-test"
arm --force
armed_by /boot/vmlinuz-6.1.0-test

# On the boot loader's partitions: by .uname, whatever they are called, else by name.
for folder in efi boot boot/efi; do
	lone_machine
	place=$root/$folder/EFI/Linux
	# shellcheck disable=SC2086 # a list of words
	uki "$place/z.efi" $sections .uname=6.1.0-other uki=0x8664
	# shellcheck disable=SC2086 # a list of words
	uki "$place/other-6.1.0-test.efi" $sections .uname=6.1.0-other uki=0x8664
	cannot 'the image of the running kernel, 6\.1\.0-test, is neither .* no UKI is of it; name it by kernel = PATH$'
	# shellcheck disable=SC2086 # a list of words
	uki "$place/linux.efi" $sections ".uname=6.1.0-test
" uki=0x8664
	arm
	armed_by "/$folder/EFI/Linux/linux\\.efi"
	rm "$place/linux.efi"
	# shellcheck disable=SC2086 # a list of words
	uki "$place/0123-6.1.0-test+2-1.efi" $sections uki=0x8664
	arm --force
	armed_by "/$folder/EFI/Linux/0123-6\\.1\\.0-test\\+2-1\\.efi"
done
# By a text that names one; what else it may name is none.
lone_machine
put efi/loader/entries/a.conf 'version 6.1.0-test' 'efi /shell.efi'
put efi/loader/entries/b.conf 'version 6.1.0-test' 'uki /u.efi'
put efi/shell.efi MZ
# shellcheck disable=SC2086 # a list of words
uki "$root/efi/u.efi" $sections uki=0x8664
arm
armed_by '/efi/u\.efi'

# --- named -----------------------------------------------------------------------------------------

lone_machine
kernel "$tmp/k" kernel_version=0
# shellcheck disable=SC2086 # a list of words
uki "$root/srv/any" $sections .uname=6.1.0-test uki=0x8664
wanted /srv/any
arm
armed_by /srv/any
# Without .uname: the kernel's own version, else the file's name.
kernel "$tmp/k"
# shellcheck disable=SC2086 # a list of words
uki "$root/srv/any" $sections uki=0x8664
arm
armed_by /srv/any
kernel "$tmp/k" kernel_version=0
for name in my-own-6.1.0-test.efi my-own-6.1.0-test+3.efi; do
	# shellcheck disable=SC2086 # a list of words
	uki "$root/srv/$name" $sections uki=0x8664
	wanted "/srv/$name"
	arm --force
	armed_by "/srv/$(echo "$name" | sed 's/[.+]/\\&/g')"
done
# The release alone.
# shellcheck disable=SC2086 # a list of words
uki "$root/efi/EFI/Linux/l.efi" $sections .uname=6.1.0-test uki=0x8664
wanted 6.1.0-test
arm --force
armed_by '/efi/EFI/Linux/l\.efi'
# A text that is no release becomes no path.
# shellcheck disable=SC2086 # a list of words
uki "$root/srv/any" $sections .uname=x/../6.1.0-test uki=0x8664
wanted /srv/any
arm --force
expect_err '^kdump: kernel = /srv/any: which release is it\?'
armed_by '/efi/EFI/Linux/l\.efi' 4

# --- what the inner kernel asks for ----------------------------------------------------------------

lone_machine
put proc/cmdline "root=/dev/vda1 ro long=$(printf %0400d 0) crashkernel=256M console=ttyS0"
kernel "$tmp/k" cmdline_size=600 init_size=0x8000000
# shellcheck disable=SC2086 # a list of words
uki "$root/efi/EFI/Linux/l.efi" $sections .uname=6.1.0-test uki=0x8664
arm --dry-run
expect_err 'the crash kernel takes a command line of 536 bytes: without long'
expect_err 'would be armed: .*, about 192 MiB needed$'
kernel "$tmp/k"

# --- refusals --------------------------------------------------------------------------------------

# Signatures: the UKI's is for firmware.
lone_machine
put sys/kernel/security/lockdown 'none [integrity] confidentiality'
put boot/config-6.1.0-test CONFIG_KEXEC_SIG=y CONFIG_RD_ZSTD=y
# shellcheck disable=SC2086 # a list of words
uki "$root/efi/EFI/Linux/l.efi" $sections .uname=6.1.0-test uki=0x8664
for code in EKEYREJECTED ENOKEY ENODATA EPERM; do
	KX_FAKE_ERRNO_FILE=$code arm
	expect_status 1
	expect_err "NOT ARMED: the kernel in .*/root/efi/EFI/Linux/l\\.efi: .*\\($code\\).*; the UKI's kernel has no signature of its own: name a signed kernel by kernel = PATH\$"
	expect_no_log '^kexec_load'
	same 'what is left' "$(find "$root/run/kdump" -name 'image-*' -o -name making)" ''
done
KX_FAKE_ERRNO_FILE=ENOMEM arm
expect_err 'NOT ARMED: the kernel in .*/root/efi/EFI/Linux/l\.efi: .*\(ENOMEM\)'
check 'signatures are not to blame' [ "$(grep -c 'of its own' "$tmp/err")" = 0 ]

# What is armed stays, whatever becomes of the file.
lone_machine
file=$root/usr/lib/modules/6.1.0-test/vmlinuz.efi
# shellcheck disable=SC2086 # a list of words
uki "$file" $sections .uname=6.1.0-test uki=0x8664
arm
good=$(readlink "$root/run/kdump/armed")
head -c 2000 "$file" > "$tmp/cut"
cp "$tmp/cut" "$file"
arm
expect_status 4
expect_err 'what was armed before still is, but cannot be renewed: the image of the running kernel'
expect_calls
same 'what is armed' "$(readlink "$root/run/kdump/armed")" "$good"
# One that was loaded before is loaded again from its copy.
# shellcheck disable=SC2086 # a list of words
uki "$file" $sections .uname=6.1.0-test uki=0x8664
put etc/kdump/kdump.conf '[kdump]' 'append = second'
cat > "$tmp/once" << END
#!/bin/sh
case "\$*" in
*--check*) ;;
*second*) KX_FAKE_ERRNO_FILE=ENOMEM KX_FAKE_ERRNO_LOAD=ENOMEM; export KX_FAKE_ERRNO_FILE KX_FAKE_ERRNO_LOAD ;;
esac
exec "$kexec" "\$@"
END
chmod +x "$tmp/once"
run arm --root="$root" --kexec="$tmp/once" --init=/init
expect_status 4
expect_err 'what was armed before still is'
expect_calls kexec_file_load kexec_file_load
expect_log "^kernel .* sha256=$(digest "$tmp/k")\$"
same 'what is armed' "$(readlink "$root/run/kdump/armed")" "$good"

# --- hostile ones ----------------------------------------------------------------------------------

kernel "$tmp/k"

# named WORD...: such a UKI is named by kdump.conf
named()
{
	disk_machine
	uki "$root/srv/u-6.1.0-test.efi" "$@"
	wanted /srv/u-6.1.0-test.efi
	arm
}

# cannot_load PATTERN: nothing is loaded, nothing is left
cannot_load()
{
	expect_status 1
	expect_err "NOT ARMED: $1"
	expect_calls
	same 'what is left' "$(find "$root/run/kdump" -name 'image-*' -o -name making)" ''
}
named .osrel=ID=made .uname=6.1.0-test addon=0x8664
cannot_load .
named .linux=one .uname=6.1.0-test uki=0x8664
cannot_load '.*section \.linux is there twice'
named .uname=6.1.0-test uki=0x8664 cut=4096
cannot_load '.*section \.linux: .* do not lie in '
named .uname=6.1.0-test uki=0x8664 .uname=6.1.0-test uki=0x8664
expect_status 1
expect_err '^kdump: /srv/u-6\.1\.0-test\.efi: .*inside a UKI$'
expect_calls
named .uname=6.1.0-test uki-first=0x8664
truncate -s 513M "$root/srv/u-6.1.0-test.efi"
arm --force
expect_status 4
expect_err '^kdump: kernel: .*srv/u-6\.1\.0-test\.efi: .*; the running one instead$'
armed_by /boot/vmlinuz-6.1.0-test 4
# A folder full of them is not read whole.
lone_machine
for i in $(seq 1 20); do
	echo MZ > "$root/lib/modules/6.1.0-test/a$i.efi"
done
uki "$root/lib/modules/6.1.0-test/b.efi" .uname=6.1.0-test uki=0x8664
cannot 'no UKI is of it'
finish
