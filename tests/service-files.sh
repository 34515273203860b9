#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is installed for systemd, udev, init and kernel packages: it is where it belongs, its readers take
# it, hooks never keep a kernel from being installed, and only a reboot loads another kernel.
. "${srcdir:-.}/tests/lib.sh"
# What a make above this one wants of those below is no matter of ours.
unset MAKEFLAGS MFLAGS MAKELEVEL
evidence=out
: > "$tmp/out"

# --- where it goes ---------------------------------------------------------------------------------

# of VARIABLE: its value in the Makefile
of()
{
	make -s -C "$builddir" --eval "print-it: ; @echo \$($1)" print-it
}

# installed VARIABLE TARGET FILE MODE: that target of make puts FILE into the folder $VARIABLE
installed()
{
	folder=$(of "$1")
	[ "$folder" != no ] || return 0
	check "make $2" make -s -C "$builddir" DESTDIR="$tmp/root" "$2" > "$tmp/out" 2>&1
	same "$3's mode" "$(stat -c %a "$tmp/root$folder/$3")" "$4"
	check "@…@ is left in $3" [ "$(grep -c '@[a-z]*@' "$tmp/root$folder/$3")" = 0 ]
}

units='kdump.service kdump-again.service kdump-again.path kdump-recover.service kdump-upload.service kdump-check.service kdump-check.timer'
units="$units kexec-load.service kexec-reboot.service"
for unit in $units; do
	installed systemdsystemunitdir install-systemdsystemunitDATA "$unit" 644
done
installed systemdsystemgeneratordir install-systemdsystemgeneratorSCRIPTS kdump-generator 755
installed udevrulesdir install-udevrulesDATA 98-kdump.rules 644
installed tmpfilesdir install-tmpfilesDATA kdump.conf 644
installed kernelinstalldir install-kernelinstallSCRIPTS 60-kdump.install 755
installed kernelpostinstdir install-kernelpostinstSCRIPTS zz-kdump 755
installed openrcinitdir install-openrcinitSCRIPTS kdump 755
installed sysvinitdir install-sysvinitSCRIPTS kexec-suite-load 755
installed sysvinitdir install-sysvinitSCRIPTS kexec-suite-reboot 755

# --- systemd ---------------------------------------------------------------------------------------

# What it starts has to exist, and here it does in the build folder.
mkdir "$tmp/units"
for unit in $units; do
	made=$builddir/service/systemd/$unit
	[ -e "$made" ] || made=$srcdir/service/systemd/$unit
	sed "s|=[^=]*/kdump |=$builddir/kdump/kdump |
		s|=[^=]*/kexec -l|=$builddir/kexec/kexec -l|" "$made" > "$tmp/units/$unit"
done
if command -v systemd-analyze > /dev/null; then
	for unit in $units; do
		checks=$((checks + 1))
		systemd-analyze verify --man=no "$tmp/units/$unit" > "$tmp/out" 2>&1
		status=$?
		# Units of this machine that are not ours may be wrong.
		if [ $status != 0 ] || grep -q "$unit" "$tmp/out"; then
			bad "systemd-analyze verify $unit: status $status"
		fi
	done
	# It sees what is wrong.
	sed 's/^RemainAfterExit=.*/RemainAfterExit=perhaps/' "$tmp/units/kdump.service" \
		> "$tmp/units/kdump-wrong.service"
	systemd-analyze verify --man=no "$tmp/units/kdump-wrong.service" > "$tmp/out" 2>&1
	check 'systemd-analyze says nothing of a wrong unit' \
		grep -q kdump-wrong.service "$tmp/out"
else
	echo "systemd-analyze is missing: units are not verified"
fi
for verb in $(sed -n 's|^Exec.*/kdump \([a-z]*\).*|\1|p' "$tmp/units"/*.service | sort -u); do
	# What the service is made of, and nothing else.
	case $verb in
	arm | disarm | reload | check | recover | upload) checks=$((checks + 1)) ;;
	*) bad "units call kdump $verb" ;;
	esac
done

# Programs that a machine may not have, and what they wait for, keep no machine from being armed.
sed -n 's/^ExecStartPre=//p' "$tmp/units/kdump.service" > "$tmp/before"
check 'nothing is done before arming' [ -s "$tmp/before" ]
while read -r line; do
	case $line in
	-udevadm\ settle\ --timeout=[0-9] | -udevadm\ settle\ --timeout=1[0-9]) checks=$((checks + 1)) ;;
	*) bad "units need \"$line\", or wait long for it" ;;
	esac
done < "$tmp/before"
if command -v systemd-analyze > /dev/null; then
	sed 's/udevadm/of-no-machine/' "$tmp/units/kdump.service" > "$tmp/units/kdump-bare.service"
	check 'the service needs udevadm' \
		systemd-analyze verify --man=no "$tmp/units/kdump-bare.service"
fi

check 'a disk for dumps is not waited for' grep -q '^After=var-crash\.mount$' "$tmp/units/kdump.service"
check 'it is needed' [ "$(grep -c '^Re.*var-crash' "$tmp/units/kdump.service")" = 0 ]

# The daily check arms what was given up, and nothing else.
printf '#!/bin/sh\necho "$*" >> "%s"\ncase "$*" in *is-failed*) exit $(cat "%s") ;; esac\nexit 1\n' \
	"$tmp/called" "$tmp/result" > "$tmp/systemctl"
chmod +x "$tmp/systemctl"
sed -n "s|^ExecStartPre=-/bin/sh -c '\(.*\)'\$|\1|p" "$tmp/units/kdump-check.service" |
	sed "s|systemctl|$tmp/systemctl|g" > "$tmp/before"
for failed in 0 1; do
	echo $failed > "$tmp/result"
	: > "$tmp/called"
	sh "$tmp/before" > "$tmp/out" 2>&1
	same 'asked before a check' "$(head -n 1 "$tmp/called")" '--quiet is-failed kdump.service'
	same "armed before a check, is-failed says $failed" "$(sed 1d "$tmp/called")" \
		"$([ $failed = 1 ] || echo start kdump.service)"
done

# generate TARGET: kdump-generator of a machine with such a target; its drop-in is all that it makes
generate()
{
	mkdir -p "$tmp/machine/etc/kdump"
	rm -rf "$tmp/generated"
	mkdir "$tmp/generated"
	printf '[target a]\n%s\n' "$1" > "$tmp/machine/etc/kdump/kdump.conf"
	printf '#!/bin/sh\necho "systemd %s (%s.1-1)"\n' "$systemd" "$systemd" > "$tmp/systemctl"
	chmod +x "$tmp/systemctl"
	sed "s|(systemctl|($tmp/systemctl|; s|[^ ]*/kdump config|$builddir/kdump/kdump config --root=$tmp/machine|
		s|-x [^ ]*/kdump |-x $builddir/kdump/kdump |" \
		"$builddir/service/systemd/kdump-generator" > "$tmp/generator"
	ran="kdump-generator with $1"
	check 'its status' sh "$tmp/generator" "$tmp/generated" "$tmp/generated" "$tmp/generated"
}
# What cannot be loaded with it has no Restart=.
systemd=239
generate 'type=file'
same 'what is made for an older systemd' "$(ls "$tmp/generated")" ''
systemd=252
generate 'type=file'
same 'what is made' "$(cd "$tmp/generated" && echo *.d/*)" 'kdump-check.service.d/again.conf kdump.service.d/again.conf'
for line in Restart=on-failure RestartPreventExitStatus=5; do
	check "kdump.service has no $line" grep -qx "$line" "$tmp/generated/kdump.service.d/again.conf"
done
check 'a check that found something is tried again' \
	grep -qx 'RestartPreventExitStatus=1 2 3 4 5' "$tmp/generated/kdump-check.service.d/again.conf"
if command -v systemd-analyze > /dev/null; then
	mkdir "$tmp/again"
	cp -r "$tmp/units/kdump.service" "$tmp/units/kdump-check.service" "$tmp/generated"/*.d "$tmp/again"
	for unit in kdump.service kdump-check.service; do
		check "systemd-analyze verify $unit, tried again" \
			systemd-analyze verify --man=no "$tmp/again/$unit" > "$tmp/out" 2>&1
		check "systemd-analyze says something of $unit, tried again" [ "$(grep -c "$unit" "$tmp/out")" = 0 ]
	done
	# It reads them.
	sed -i 's/on-failure/always/' "$tmp/again/kdump.service.d/again.conf"
	systemd-analyze verify --man=no "$tmp/again/kdump.service" > "$tmp/out" 2>&1
	check 'systemd-analyze does not read what is made' grep -q 'Restart=' "$tmp/out"
fi
# Without libinih kdump reads no configuration.
if grep -q '^#define HAVE_INIH 1' "$builddir/config.h"; then
	for target in 'type=ssh
where=user@host' 'type=nfs
where=host:/folder' 'type=http
where=https://host/'; do
		generate "$target"
		same 'what waits for the network' "$(cat "$tmp/generated/kdump.service.d/network.conf")" '[Unit]
Wants=network-online.target
After=network-online.target'
	done
	generate 'type=file
where=LABEL=ssh'
	check 'what is made waits for a network' [ ! -e "$tmp/generated/kdump.service.d/network.conf" ]
fi
ran=

# --- systemd-tmpfiles ------------------------------------------------------------------------------

if command -v systemd-tmpfiles > /dev/null && [ "$(id -u)" = 0 ]; then
	mkdir -p "$tmp/machine/var"
	check 'systemd-tmpfiles' systemd-tmpfiles --create --root="$tmp/machine" \
		"$srcdir/service/tmpfiles.d/kdump.conf" > "$tmp/out" 2>&1
	for folder in var/crash var/lib/kdump; do
		same "$folder" "$(stat -c '%a %u %g' "$tmp/machine/$folder")" '700 0 0'
	done
fi

# --- udev ------------------------------------------------------------------------------------------

rules=$builddir/service/udev/98-kdump.rules
# Before the events that load again.
same 'what is passed over' "$(grep -o -E 'zram|veth|SUBSYSTEM=="net", ACTION' "$rules" | xargs)" \
	'zram veth SUBSYSTEM==net, ACTION'
for label in $(sed -n 's/.*GOTO="\([a-z_]*\)".*/\1/p' "$rules" | sort -u); do
	same "labels $label" "$(grep -c "^LABEL=\"$label\"\$" "$rules")" 1
done

# --- hooks of kernels ------------------------------------------------------------------------------

# hook FILE ARGUMENT...: with a kdump of ours, and a folder in place of /run/kdump
hook()
{
	name=$1
	shift
	sed "s|/run/kdump|$tmp/run/kdump|g; s|[^ (]*/kdump reload|$tmp/kdump reload|
		s|-x [^ ]*/kdump |-x $tmp/kdump |; s|/run/systemd/|$tmp&|" "$builddir/service/kernel/$name" > "$tmp/hook"
	: > "$tmp/called"
	ran="$name $*"
	status=0
	sh "$tmp/hook" "$@" > "$tmp/out" 2>&1 || status=$?
}

printf '#!/bin/sh\necho "$@" >> "%s"\necho "kdump: why" >&2\nexit $(cat "%s")\n' "$tmp/called" "$tmp/result" > "$tmp/kdump"
chmod +x "$tmp/kdump"
for args in 60-kdump.install:'add 6.1.0-1' 60-kdump.install:'remove 6.1.0-1' zz-kdump:6.1.0-1; do
	rm -rf "$tmp/run"
	echo 0 > "$tmp/result"
	# shellcheck disable=SC2086 # words
	hook "${args%%:*}" ${args#*:}
	expect_status 0
	same 'what is called where nothing was armed' "$(cat "$tmp/called")" ''
	mkdir -p "$tmp/run/kdump"
	# shellcheck disable=SC2086 # words
	hook "${args%%:*}" ${args#*:}
	expect_status 0
	same 'what is called' "$(cat "$tmp/called")" reload
	same 'what is said' "$(cat "$tmp/out")" ''
	for result in 4 6; do
		echo $result > "$tmp/result"
		# shellcheck disable=SC2086 # words
		hook "${args%%:*}" ${args#*:}
		expect_status 0
		same "what is said of status $result" "$(cat "$tmp/out")" ''
	done
	# Another one is at work: what waits for that is systemd's.
	echo 75 > "$tmp/result"
	# shellcheck disable=SC2086 # words
	hook "${args%%:*}" ${args#*:}
	expect_status 0
	like 'what is said without systemd' "$(cat "$tmp/out")" '*: not reloaded after the change of kernel 6.1.0-1; kdump reload, later, does it'
	mkdir -p "$tmp/run/systemd/system"
	# shellcheck disable=SC2086 # words
	hook "${args%%:*}" ${args#*:}
	expect_status 0
	same 'what is said with it' "$(cat "$tmp/out")" 'kdump: another kdump is at work: reloaded by itself after that'
	echo 1 > "$tmp/result"
	# shellcheck disable=SC2086 # words
	hook "${args%%:*}" ${args#*:}
	expect_status 0
	like 'what is said when it fails' "$(cat "$tmp/out")" '*kdump: why*kdump: not reloaded*6.1.0-1*'
	rm "$tmp/kdump"
	# shellcheck disable=SC2086 # words
	hook "${args%%:*}" ${args#*:}
	expect_status 0
	same 'what is said when kdump was removed' "$(cat "$tmp/out")" ''
	printf '#!/bin/sh\necho "$@" >> "%s"\necho "kdump: why" >&2\nexit $(cat "%s")\n' "$tmp/called" "$tmp/result" \
		> "$tmp/kdump"
	chmod +x "$tmp/kdump"
done
hook 60-kdump.install nothing-known 6.1.0-1
same 'what is called for another command' "$(cat "$tmp/called")" ''

# --- another kernel in place of a reboot ------------------------------------------------------------

# stand_in FILE: with a kexec and a systemctl of ours, which tell that they are called, and what is
# loaded in a file
stand_in()
{
	sed "s|[^ ]*/kexec -|$tmp/kexec -|; s|/sys/kernel/kexec_loaded|$tmp/loaded|g
		s|/etc/default/|$tmp/default/|g; s|systemctl list-jobs|$tmp/systemctl list-jobs|" "$1"
}
printf '#!/bin/sh\necho "$@" >> "%s"\n' "$tmp/called" > "$tmp/kexec"
printf '#!/bin/sh\ncat "%s"\n' "$tmp/jobs" > "$tmp/systemctl"
chmod +x "$tmp/kexec" "$tmp/systemctl"

# calls LOADED WHAT COMMAND...: where that is loaded, this is all that kexec is called with
calls()
{
	echo "$1" > "$tmp/loaded"
	expected=$2
	shift 2
	ran="$*, loaded: $(cat "$tmp/loaded")"
	: > "$tmp/called"
	"$@" > "$tmp/out" 2>&1
	status=$?
	expect_status 0
	same 'what kexec is called with' "$(cat "$tmp/called")" "$expected"
}

# stop: as systemd runs the command of that line, which is one of a shell
stop()
{
	sh -c "$(stand_in "$builddir/service/systemd/kexec-load.service" | sed -n '
		/^ExecStop=/,/[^\\]$/ { s/^ExecStop=.bin.sh -c .//; s/. kexec-load \$KEXEC_OPTIONS$//; s/\\$//
			s/\$\$/$/g; s/\\\\/\\/g; p; }' | tr -d '\n')" kexec-load --entry-id=default
}
for target in reboot kexec; do
	printf '%s\n' ' 2 poweroff.target.wants/x start running' "312 $target.target start waiting" > "$tmp/jobs"
	calls 0 '-l --entry-id=default' stop
	calls 1 '' stop
done
for job in '312 poweroff.target start waiting' '312 reboot.target stop waiting' '1 kexec-load.service stop running'; do
	echo "$job" > "$tmp/jobs"
	calls 0 '' stop
done

for script in load reboot; do
	stand_in "$builddir/service/sysvinit/kexec-suite-$script" > "$tmp/$script"
done
mkdir "$tmp/default"
RUNLEVEL=6
export RUNLEVEL
for switch in '' AT_REBOOT=no; do
	calls 0 '' sh "$tmp/load" stop
	calls 1 '' sh "$tmp/reboot" stop
	echo "$switch" > "$tmp/default/kexec-suite"
done
echo AT_REBOOT=yes > "$tmp/default/kexec-suite"
calls 0 '-l --entry-id=default' sh "$tmp/load" stop
calls 1 '' sh "$tmp/load" stop
calls 1 '-e' sh "$tmp/reboot" stop
calls 0 '' sh "$tmp/reboot" stop
for RUNLEVEL in 0 2 ''; do
	calls 0 '' sh "$tmp/load" stop
	calls 1 '' sh "$tmp/reboot" stop
done
RUNLEVEL=6
calls 0 '' sh "$tmp/load" start
calls 1 '' sh "$tmp/reboot" start
printf '%s\n' AT_REBOOT=yes 'KEXEC_OPTIONS="--entry-id=old --append=more"' > "$tmp/default/kexec-suite"
calls 0 '-l --entry-id=old --append=more' sh "$tmp/load" stop
finish
