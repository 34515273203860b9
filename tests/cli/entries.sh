#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --list-entries and --entry-id: the kernels of a boot loader, in its order, with what it gives them.
. "${srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/boards.sh"

# listed ID...: the ids, in this order; the preferred one with "*"
listed()
{
	run --list-entries --json
	expect_status 0
	same 'the entries' "$(jq -r '.[] | (if .default then "*" else "" end) + .id' "$tmp/out" |
		tr '\n' ' ' | sed 's/ $//')" "$*"
}

# entry_says ID FILTER: of the last list, jq says true of this entry
entry_says()
{
	check "entry $1: $2" jq -e ".[] | select(.id == \"$1\") | $2" "$tmp/out" > /dev/null
}

# loads ARGUMENT...: by kexec_file_load; what that got is in the log
loads()
{
	run -l -s "$@"
	expect_status 0
	expect_stderr ''
}

# files NAME...: kernels, and initrds by their names, below boot
files()
{
	for file; do
		mkdir -p "$root/boot"
		case $file in
		*vmlinuz*) kernel "$root/boot/$file" ;;
		*) printf '%s' "$file" > "$root/boot/$file" ;;
		esac
	done
}

# By their names alone, the newest first; the running kernel's command line.
machine
files vmlinuz-6.9.0 vmlinuz-6.10.0 vmlinuz-6.10.0~rc1 initrd.img-6.10.0 initramfs-6.9.0.img
listed '*6.10.0' 6.10.0~rc1 6.9.0
entry_says 6.10.0 '.kernel == "/boot/vmlinuz-6.10.0" and .initrds == ["/boot/initrd.img-6.10.0"]'
entry_says 6.9.0 '.initrds == ["/boot/initramfs-6.9.0.img"] and .options == null'
loads --entry-id=default
expect_log 'cmdline.*root=/dev/vda1 ro quiet'
loads --entry-id=6.9.0 --append=more
expect_log 'cmdline.*root=/dev/vda1 ro quiet more'

# GRUB as Debian writes it. What is no kernel counts as a line of the menu all the same.
put boot/grub/grub.cfg 'set default="2>1"' \
	'if [ "${next_entry}" ] ; then' '   set default="${next_entry}"' 'else' \
	'   set default="2>1"' 'fi' 'function mode {' '	set mode="${1}"' '}' \
	"menuentry 'Plain' --class debian \$menuentry_id_option 'plain' {" \
	'	if [ x$grub_platform = xxen ]; then insmod xzio; fi' \
	'	linux	/boot/vmlinuz-6.9.0 root=UUID=1 ro  quiet $extra "a=b c"' \
	'	initrd	/boot/initramfs-6.9.0.img' '}' \
	"menuentry 'Firmware' \$menuentry_id_option 'uefi' {" '	fwsetup' '}' \
	"submenu 'More' \$menuentry_id_option 'more' {" \
	"	menuentry 'Old' \$menuentry_id_option 'old' {" \
	'		linux	/vmlinuz-6.9.0 single' '	}' \
	"	menuentry 'New' --id new {" '		linux	(hd0,gpt2)/vmlinuz-6.10.0 root=UUID=2' \
	'		initrd	/initrd.img-6.10.0 /initramfs-6.9.0.img' '	}' '}'
listed plain old '*new'
entry_says plain '.options == "root=UUID=1 ro quiet \"a=b c\"" and .title == "Plain"'
entry_says plain '.kernel == "/boot/vmlinuz-6.9.0" and .initrds == ["/boot/initramfs-6.9.0.img"]'
entry_says new '.kernel == "/boot/vmlinuz-6.10.0" and (.initrds | length) == 2'
entry_says new '.from == "/boot/grub/grub.cfg" and .kind == "GRUB menu"'
put boot/grub/grubenv 'next_entry=more>old' 'extra=by_env'
listed plain '*old' new
entry_says plain '.options == "root=UUID=1 ro quiet by_env \"a=b c\""'
for way in plain Plain 0; do
	put boot/grub/grubenv "next_entry=$way"
	listed '*plain' old new
done
# What it means is gone: the configuration's own.
put boot/grub/grubenv next_entry=nobody
listed plain old '*new'
put boot/grub/grubenv saved_entry=plain
sed -i 's/set default="2>1"/set default="${saved_entry}"/' "$root/boot/grub/grub.cfg"
listed '*plain' old new

loads --entry-id=default
expect_log 'cmdline.*root=UUID=1 ro quiet "a=b c"'
loads --entry-id=new --append='more words' --cmdline-remove=root
expect_log 'cmdline[ =]*"?more words'
# A title, and one of the user's own behind the entry's.
printf mine > "$tmp/mine"
run --dry-run -l -s --entry-id=New --initrd="$tmp/mine"
expect_status 0
same 'the order of initrds' "$(grep -o 'initr[^ ]*\|mine' "$tmp/out" | grep -v '^initrd$' | tr '\n' ' ')" \
	'initrd.img-6.10.0 initramfs-6.9.0.img mine '

# Fedora: GRUB takes its menu from the loader's entries, and its variables are theirs.
machine
files vmlinuz-6.9.0 initrd-6.9.0 vmlinuz-6.10.0
put boot/grub2/grub.cfg 'set default="${saved_entry}"' 'insmod blscfg' blscfg
put boot/grub2/grubenv 'saved_entry=id-6.9.0' 'kernelopts=root=UUID=7 ro' 'early=/initrd-6.9.0'
put boot/loader/entries/id-6.9.0.conf 'title Old' 'version 6.9.0' 'linux /vmlinuz-6.9.0' \
	'initrd $early /initrd-6.9.0' 'options $kernelopts $tuned quiet'
put boot/loader/entries/id-6.10.0.conf 'title New' 'version 6.10.0' 'linux /vmlinuz-6.10.0'
listed id-6.10.0.conf '*id-6.9.0.conf'
entry_says id-6.9.0.conf '.options == "root=UUID=7 ro  quiet" and (.initrds | length) == 2'
put boot/grub2/grubenv saved_entry=0
listed '*id-6.10.0.conf' id-6.9.0.conf

# systemd-boot: order, counters and its variables (UAPI.1).
machine
files vmlinuz-a
mkdir -p "$root/efi"
cp "$root/boot/vmlinuz-a" "$root/efi/k"
rm -r "$root/boot"
entry()
{
	name=$1
	shift
	put "efi/loader/entries/$name" 'linux /k' "$@"
}
entry old.conf '# nothing' 'sort-key	debian' 'version 6.9.0' 'options a' 'options  b'
entry new+3.conf 'sort-key debian' 'version 6.10.0'
entry failed+0-3.conf 'sort-key debian' 'version 7.0'
entry other.conf 'version 9'
entry arch.conf 'sort-key arch' 'version 1'
entry 'no+counter.conf' 'sort-key zz'
put efi/loader/entries/other-os.conf 'title Something else' 'efi-shell /x'
put efi/loader/entries/readme.txt 'linux /k'
listed '*arch.conf' new.conf old.conf no+counter.conf other.conf failed.conf
entry_says old.conf '.options == "a b" and .kernel == "/efi/k" and .tries_left == null'
entry_says new.conf '.tries_left == 3'
entry_says failed.conf '.tries_left == 0'
put efi/loader/loader.conf 'timeout 3' 'default  o*'
listed arch.conf new.conf '*old.conf' no+counter.conf other.conf failed.conf

# variable NAME VALUE: as efivarfs shows it
variable()
{
	mkdir -p "$root/sys/firmware/efi/efivars"
	{
		printf '\006\000\000\000'
		printf '%s' "$2" | sed 's/./&\n/g' | while read -r c; do printf '%s\000' "$c"; done
		printf '\000\000'
	} > "$root/sys/firmware/efi/efivars/$1-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
}
variable LoaderEntryDefault other.conf
listed arch.conf new.conf old.conf no+counter.conf '*other.conf' failed.conf
variable LoaderEntryDefault ''
put efi/loader/loader.conf 'default @saved'
variable LoaderEntryLastBooted new.conf
listed arch.conf '*new.conf' old.conf no+counter.conf other.conf failed.conf
# GRUB's files are there from before, and it is not what booted this machine.
variable LoaderInfo 'systemd-boot 252'
put boot/grub/grub.cfg "menuentry 'G' --id g {" 'linux /k' '}'
listed arch.conf '*new.conf' old.conf no+counter.conf other.conf failed.conf g
rm -r "$root/boot"

loads --entry-id=old
expect_log 'cmdline.*"?a b'
# A default is given up by nobody, what is preferred only while it is good; the next boot is before all.
put efi/loader/loader.conf '#default new.conf' 'preferred	failed.conf' 'default new.conf' \
	'default	arch.conf'
listed '*arch.conf' new.conf old.conf no+counter.conf other.conf failed.conf
variable LoaderEntryDefault failed.conf
listed arch.conf new.conf old.conf no+counter.conf other.conf '*failed.conf'
put efi/loader/loader.conf 'preferred o*' 'default arch.conf'
listed arch.conf new.conf '*old.conf' no+counter.conf other.conf failed.conf
variable LoaderEntryPreferred NEW.conf
listed arch.conf '*new.conf' old.conf no+counter.conf other.conf failed.conf
variable LoaderEntryOneShot failed.conf
listed arch.conf new.conf old.conf no+counter.conf other.conf '*failed.conf'
for name in LoaderEntryDefault LoaderEntryPreferred LoaderEntryOneShot; do
	variable "$name" ''
done
put efi/loader/loader.conf 'default arch.conf'
variable LoaderEntryDefault @saved
variable LoaderEntryLastBooted other.conf
listed arch.conf new.conf old.conf no+counter.conf '*other.conf' failed.conf
variable LoaderEntryDefault ''
# Another machine's are not shown.
entry foreign.conf 'sort-key a' 'architecture AA64'
entry ours.conf 'sort-key a' 'architecture	X64'
listed ours.conf '*arch.conf' new.conf old.conf no+counter.conf other.conf failed.conf
rm "$root/efi/loader/entries/foreign.conf" "$root/efi/loader/entries/ours.conf"
# An entry without options is started with none.
run --dry-run -l -s --entry-id=arch.conf
expect_status 0
expect_no_out 'root=/dev/vda1'

# UKIs, and each of their profiles by a name of its own, as systemd-boot has them.
release='ID=deb
PRETTY_NAME="Debian 12"
VERSION_ID=12'
wrapped "$tmp/uki" ".osrel=$release" ".cmdline=base words
" ".profile=ID=main" ".profile=ID=rescue
TITLE=Rescue me" ".cmdline=rescue words" ".profile=TITLE=No id" ".profile=" \
	".osrel=ID=own
IMAGE_VERSION=3" ".profile=ID=last" uki-first=0x8664 < "$root/efi/k"
wrapped "$tmp/plain" ".osrel=ID=plain" .cmdline=plain uki=0x8664 < "$root/efi/k"
mkdir -p "$root/efi/EFI/Linux"
rm "$root"/efi/loader/entries/*
cp "$tmp/uki" "$root/efi/EFI/Linux/u+2-1.efi"
cp "$tmp/plain" "$root/efi/EFI/Linux/p.efi"
cp "$root/efi/k" "$root/efi/EFI/Linux/k.efi"
all='u.efi u.efi@rescue u.efi@2 u.efi@last u.efi@3 p.efi'
# shellcheck disable=SC2086 # a list of words
listed '*'$all
entry_says u.efi '.title == "Debian 12" and .version == "12" and .options == "base words"'
entry_says u.efi '.profile == 0 and .tries_left == 2 and .kernel == "/efi/EFI/Linux/u+2-1.efi"'
entry_says u.efi@rescue '.title == "Debian 12 (Rescue me)" and .options == "rescue words"'
entry_says u.efi@rescue '.profile == 1 and .tries_left == 2'
entry_says u.efi@2 '.title == "Debian 12 (No id)" and .options == "base words"'
entry_says u.efi@3 '.title == "own (Profile #4)" and .version == "3" and .profile == 3'
entry_says u.efi@last '.title == "Debian 12 (last)" and .profile == 4'
entry_says p.efi '.profile == 0 and .options == "plain"'
loads --entry-id=u
expect_log 'cmdline=base words$'
loads --entry-id=u.efi@rescue
expect_log 'cmdline=rescue words$'
loads --entry-id=u.efi@rescue --profile=0
expect_log 'cmdline=base words$'
loads --entry-id='Debian 12 (Rescue me)'
expect_log 'cmdline=rescue words$'
loads --entry-id=p.efi
expect_log 'cmdline=plain$'
put efi/loader/loader.conf 'default u.efi@r*'
listed u.efi '*u.efi@rescue' u.efi@2 u.efi@last u.efi@3 p.efi
loads --entry-id=default
expect_log 'cmdline=rescue words$'
# One that was given up leaves none of its profiles before the others.
mv "$root/efi/EFI/Linux/u+2-1.efi" "$root/efi/EFI/Linux/u+0-3.efi"
rm "$root/efi/loader/loader.conf"
listed '*p.efi' u.efi u.efi@rescue u.efi@2 u.efi@last u.efi@3
# A text that names a UKI: its own command line, unless there are options.
rm "$root"/efi/EFI/Linux/*
cp "$tmp/uki" "$root/efi/u.efi"
put efi/loader/entries/own.conf 'uki /u.efi' 'profile 1'
put efi/loader/entries/given.conf 'efi /u.efi' 'options given' 'profile x'
listed '*own.conf' given.conf
loads --entry-id=own
expect_log 'cmdline=rescue words$'
loads --entry-id=given
expect_log 'cmdline=given$'

# What cannot be.
run -l --entry-id=nobody
expect_status 1
expect_error 'there is no boot entry "nobody"; --list-entries shows all'
put efi/loader/entries/t1.conf 'title Twin' 'linux /k'
put efi/loader/entries/t2.conf 'title Twin' 'linux /k'
run -l --entry-id=Twin
expect_status 1
expect_error '"Twin": t2.conf and t1.conf are called so'
for more in "$root/efi/k" --reuse-cmdline --cmdline-file=x; do
	run -l --entry-id=old "$more"
	expect_status 2
done
run -u --entry-id=old
expect_status 2
run --list-entries -l "$root/efi/k"
expect_status 2
machine
listed
run -l --entry-id=default
expect_status 1
expect_error 'there is no boot entry'
# Bytes that a terminal would act upon.
put boot/loader/entries/x.conf "title $(printf '\033')[2J" 'linux /k'
run --list-entries
expect_out 'title      \\x1b\[2J'
finish
