#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --show: what is loaded and what the kernel allows, as text and as JSON; it changes nothing.
. "${srcdir:-.}/tests/cli/lib.sh"

# tells LABEL VALUE: the text says so
tells()
{
	check "--show should tell \"$1\": $2" awk -v label="$1" -v value="$2" '
		substr($0, 1, 25) == sprintf("%-25s", label) && substr($0, 26) == value { found = 1 }
		END { exit !found }' "$tmp/out"
}

# json_says FILTER: jq says true
json_says()
{
	check "--show --json: $1" jq -e "$1" "$tmp/out"
}

rich()
{
	machine
	put proc/sys/kernel/osrelease 6.12.1-test
	put proc/cmdline 'root=/dev/vda1 kho=on crashkernel=256M'
	put boot/config-6.12.1-test '# CONFIG_KEXEC_SIG_FORCE is not set' CONFIG_KEXEC=y \
		CONFIG_KEXEC_FILE=y CONFIG_KEXEC_SIG=y CONFIG_KEXEC_HANDOVER=y
	put proc/iomem '00100000-3ffdffff : System RAM' '  02000000-02ffffff : Crash kernel' \
		'  2a000000-39ffffff : Crash kernel'
	put sys/kernel/kexec_crash_loaded 1
	put sys/devices/system/cpu/crash_hotplug 1
	put sys/devices/system/memory/crash_hotplug 0
	put proc/sys/kernel/kexec_load_limit_reboot 3
	put proc/sys/kernel/kexec_load_limit_panic -1
	put dev/liveupdate ''
}

rich
run --show
expect_status 0
expect_calls
tells 'running kernel' 6.12.1-test
tells 'kernel loaded' no
tells 'crash kernel loaded' yes
tells 'crash kernel memory' '0x2000000-0x2ffffff (16 MiB)'
tells '' '0x2a000000-0x39ffffff (256 MiB)'
tells 'crash hotplug, CPUs' yes
tells 'crash hotplug, memory' no
tells 'loading disabled' no
tells 'loads left' 3
tells 'crash kernel loads left' 'no limit'
tells lockdown none
tells kexec_load yes
tells kexec_file_load yes
tells signatures 'checked, and not required'
tells 'kexec handover (KHO)' yes
tells 'live update' yes

run --show --json
expect_status 0
json_says '.release == "6.12.1-test" and .loaded == false and .crash_loaded == true'
json_says '.crash_memory == [{"address": "0x2000000", "memory_size": 16777216},
	{"address": "0x2a000000", "memory_size": 268435456}]'
json_says '.crash_hotplug_cpu == true and .crash_hotplug_memory == false'
json_says '.load_limit_reboot == 3 and .load_limit_panic == null and .load_disabled == false'
json_says '.lockdown == "none" and .kexec_load and .kexec_file_load and .kexec_handover'
json_says '.signatures == "checked, and not required" and .live_update'
expect_calls

# Another machine than this one.
mv "$root" "$tmp/other"
machine
run --show --root="$tmp/other"
tells 'running kernel' 6.12.1-test

# What asks for signatures.
rich
put sys/kernel/security/lockdown 'none [integrity] confidentiality'
run --show
tells lockdown integrity
tells signatures 'required by lockdown'
put boot/config-6.12.1-test CONFIG_KEXEC_SIG=y CONFIG_KEXEC_SIG_FORCE=y
run --show
tells signatures "required by the kernel's configuration"
put sys/kernel/security/lockdown '[none] integrity confidentiality'
put boot/config-6.12.1-test CONFIG_KEXEC=y
run --show
tells signatures 'not checked'
tells kexec_file_load no
# Asked for, and not there.
tells 'kexec handover (KHO)' no
rm "$root/boot/config-6.12.1-test"
run --show
tells signatures unknown
tells kexec_load unknown
tells 'kexec handover (KHO)' unknown
put lib/modules/6.12.1-test/config CONFIG_KEXEC=y
run --show
tells kexec_load yes
# No word of the release leads out of the folders.
put proc/sys/kernel/osrelease ../../boot/config
put boot/config CONFIG_KEXEC=y
run --show
tells kexec_load unknown

# What is not known is not a failure, and not a "no".
rich
rm "$root/sys/kernel/kexec_loaded" "$root/sys/devices/system/cpu/crash_hotplug"
put proc/iomem '00000000-00000000 : System RAM' '  00000000-00000000 : Crash kernel'
put proc/sys/kernel/kexec_load_disabled 1
run --show
expect_status 0
tells 'kernel loaded' unknown
tells 'crash hotplug, CPUs' unknown
tells 'crash kernel memory' 'unknown: /proc/iomem shows no addresses; run as root'
tells 'loading disabled' 'until the next boot'
run --show --json
json_says '.loaded == null and .crash_memory == null and .crash_hotplug_cpu == null'
json_says '.load_disabled == true'
put proc/iomem '00100000-3ffdffff : System RAM'
run --show
tells 'crash kernel memory' 'none: boot with crashkernel='

# It is a question of its own.
for more in -l -u -S --dry-run --check; do
	kernel "$tmp/k"
	run --show $more "$tmp/k"
	expect_status 2
done
run --json "$tmp/k"
expect_status 2
expect_calls
finish
