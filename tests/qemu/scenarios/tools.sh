# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What debuggers make of our dumps: gdb, crash and drgn with the crashed kernel's debug vmlinux.
# What all crash scenarios check (program headers, notes, makedumpfile, logs) is in crash.sh.

# no_complaint FILE...: print what a tool complained of there; status 1 when there is something
no_complaint()
{
	! grep -hiE 'WARNING|cannot|invalid|error' "$@"
}

# check_readers: nothing in the headers and notes that binutils and elfutils wonder about
check_readers()
{
	part="readelf, eu-readelf"
	if ! readelf -lW "$dump" > "$dir/readelf.txt" 2>&1 ||
		! eu-readelf -n "$dump" > "$dir/eu-readelf.txt" 2>&1; then
		bad "$part" "a status that is not 0"
	elif ! no_complaint "$dir/readelf.txt" "$dir/eu-readelf.txt" > "$dir/tool.err"; then
		bad "$part" "$(head -n 1 "$dir/tool.err")"
	else
		ok "$part"
	fi
}

# check_gdb: image and direct mapping are where the headers say, and each processor is a thread.
# The command line lies in the direct mapping, and no vmlinux has it. Stacks end at once: they are
# in vmalloc's range, which only a reader that walks page tables can follow.
check_gdb()
{
	local offset threads

	part=gdb
	offset=$(sed -n 's/^ *KERNELOFFSET=//p' "$dir/eu-readelf.txt")
	timeout 120 gdb -nx -nh -batch -ex "symbol-file -o 0x$offset $vmlinux" -ex "core-file $dump" \
		-ex 'printf "%s", linux_banner' -ex 'printf "KX %s\n", init_uts_ns.name.release' \
		-ex 'printf "KX %s\n", saved_command_line' -ex 'info threads' \
		> "$dir/gdb.txt" 2> "$dir/gdb.err" || true
	threads=$(grep -cE '^[ *]*[0-9]+ +(process|LWP)' "$dir/gdb.txt" || true)
	if ! no_complaint "$dir/gdb.txt" "$dir/gdb.err" > "$dir/tool.err"; then
		bad "$part" "$(head -n 1 "$dir/tool.err")"
	elif ! grep -qF "$(sed -n '1s/^\[[^]]*] //p' "$dir/ours.txt")" "$dir/gdb.txt"; then
		bad "$part" "no banner"
	elif ! grep -qxF "KX $(get 1 release)" "$dir/gdb.txt"; then
		bad "$part" "no release"
	elif ! grep -qxF "KX $(get 1 cmdline)" "$dir/gdb.txt"; then
		bad "$part" "no command line of the dead kernel"
	elif ((threads != 2)) || ! grep -qE 'crash_setup_regs|__crash_kexec' "$dir/gdb.txt"; then
		bad "$part" "$threads threads, or none of them panics"
	else
		ok "$part"
	fi
}

# What drgn is to do: compare every record with our JSON, and say some facts.
drgn_script()
{
	cat <<-'END'
	import json, sys
	from drgn.helpers.linux.pid import for_each_task
	from drgn.helpers.linux.printk import get_printk_records

	LEVELS = "emerg alert crit err warn notice info debug".split()
	FACILITIES = "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp".split()
	with open(sys.argv[1]) as file:
	    ours = [json.loads(line) for line in file]
	theirs = get_printk_records(prog)
	print("records", len(theirs))
	for one, other in zip(ours, theirs):
	    caller = f"T{other.caller_tid}" if other.caller_cpu is None else f"C{other.caller_cpu}"
	    same = {
	        "seq": other.seq,
	        "time": other.timestamp / 1e9,
	        "facility": FACILITIES[other.facility],
	        "level": LEVELS[other.level],
	        "caller": caller,
	        "subsystem": other.context.get(b"SUBSYSTEM", b"").decode() or None,
	        "device": other.context.get(b"DEVICE", b"").decode() or None,
	        "msg": other.text.decode(),
	    }
	    for key, value in same.items():
	        if one.get(key) != value:
	            sys.exit(f"record {other.seq}: our {key} is {one.get(key)!r}, drgn's {value!r}")
	if len(ours) != len(theirs):
	    sys.exit(f"{len(ours)} records in our log, {len(theirs)} in drgn's")
	print("last", theirs[-1].seq, theirs[-1].text.decode())
	print("release", prog["init_uts_ns"].name.release.string_().decode())
	print("tasks", sum(1 for task in for_each_task(prog)))
	thread = prog.crashed_thread()
	print("crashed", thread.object.comm.string_().decode(), thread.tid)
	print(thread.stack_trace())
	END
}

# check_drgn FILE: the log record for record, release, tasks, the stack of the one that panicked
check_drgn()
{
	part="drgn ${1##*/}"
	drgn_script > "$dir/drgn.py"
	"$ours" --jsonl "$1" > "$dir/ours.jsonl"
	if ! timeout 120 drgn -q -c "$1" -s "$vmlinux" "$dir/drgn.py" "$dir/ours.jsonl" \
		> "$dir/drgn.txt" 2> "$dir/drgn.err" || [[ -s $dir/drgn.err ]]; then
		bad "$part" "$(tail -n 1 "$dir/drgn.err")"
	elif ! grep -qxF "release $(get 1 release)" "$dir/drgn.txt"; then
		bad "$part" "$(grep '^release' "$dir/drgn.txt")"
	elif ! grep -qx 'crashed init 1' "$dir/drgn.txt" ||
		! grep -q '^#.* panic ' "$dir/drgn.txt" ||
		! grep -q '^#.* sysrq_handle_crash ' "$dir/drgn.txt" ||
		! grep -qE '^#.* (entry_SYSCALL_64|el0t?_64_sync)' "$dir/drgn.txt"; then
		bad "$part" "the stack of the panicking task is wrong, see $dir/drgn.txt"
	else
		ok "$part ($(sed -n 's/^tasks //p' "$dir/drgn.txt") tasks)"
	fi
}

# crash_complaints: what crash says besides its answers. Version 8.0.2 finds only the running tasks
# of Linux 6.1.176, whoever wrote the dump (kexec-tools' look the same); 8.0.6 finds all of them.
crash_complaints()
{
	local known='^WARNING: active task [0-9a-f]* on cpu [0-9]* not found in PID hash$'

	grep -q '^crash 8\.0\.2' "$dir/crash.version" || known='^$'
	no_complaint <(grep -v "$known" "$dir/crash.out") "$dir"/crash.{sys,bt,ps}
}

# check_crash FILE...: of a dump, or of all its parts: its answers are right, and it does not complain. The log may well hold such
# words, so it is compared with ours instead. After check_drgn, which has counted the tasks.
check_crash()
{
	local tasks status=0

	part="crash ${1##*/}"
	rm -f "$dir"/crash.*
	touch "$dir"/crash.{sys,bt,ps,log}
	"$crash" --version > "$dir/crash.version" 2>&1
	(cd "$dir" && { printf '%s > crash.%s\n' sys sys bt bt ps ps log log && echo quit; } |
		timeout 300 "$crash" -s "$vmlinux" "$@" > crash.out 2>&1) || status=$?
	tasks=$(sed -n 's/^ *TASKS: //p' "$dir/crash.sys")
	if ((status != 0)); then
		bad "$part" "status $status: $(tail -n 1 "$dir/crash.out")"
	elif ! crash_complaints > "$dir/tool.err"; then
		bad "$part" "$(head -n 1 "$dir/tool.err")"
	elif ! grep -qE "^ *RELEASE: $(get 1 release)\$" "$dir/crash.sys" ||
		! grep -qE '^ *CPUS: 2$' "$dir/crash.sys" ||
		! grep -q 'PANIC: "Kernel panic - not syncing: sysrq triggered crash"' "$dir/crash.sys"; then
		bad "$part" "sys says: $(tr -s ' \n' ' ' < "$dir/crash.sys")"
	elif ! grep -q '^PID: 1 .*COMMAND: "init"' "$dir/crash.bt" ||
		! grep -q '\] panic at ' "$dir/crash.bt" ||
		! grep -q '\] sysrq_handle_crash at ' "$dir/crash.bt" ||
		! grep -q '\] entry_SYSCALL_64_after_hwframe at ' "$dir/crash.bt"; then
		bad "$part" "bt says: $(tr -s ' \n' ' ' < "$dir/crash.bt")"
	elif (($(grep -c '^>' "$dir/crash.ps") != 2)) || ! grep -q '^> .*init$' "$dir/crash.ps"; then
		bad "$part" "ps shows: $(grep '^>' "$dir/crash.ps" | tr -s ' \n' ' ')"
	elif ! grep -q '^crash 8\.0\.2' "$dir/crash.version" &&
		((tasks != $(sed -n 's/^tasks //p' "$dir/drgn.txt") + 2)); then
		bad "$part" "$tasks tasks; drgn's and two idle ones were expected"
	elif ! diff -a "$dir/ours.txt" "$dir/crash.log" > "$dir/crash.diff"; then
		bad "$part" "another log than ours (<): $(sed -n 2,5p "$dir/crash.diff" | tr '\n' ' ')"
	else
		ok "$part ($tasks tasks)"
	fi
}

# check_elf SOURCE OPTION...: kdump makes an ELF file of it, which all readers open
check_elf()
{
	local dump=$dir/${1##*/}.elf

	part="kdump convert --format=elf ${1##*/}"
	rm -f "$dump"
	if ! "$kdump" convert --format=elf "${@:2}" "$1" "$dump" 2> "$dir/tool.err"; then
		bad "$part" "$(tail -n 1 "$dir/tool.err")"
		return
	fi
	check_readers
	check_gdb
	check_drgn "$dump"
	check_crash "$dump"
	part="makedumpfile ${dump##*/}"
	rm -f "$dump.small"
	if ! makedumpfile -c -d 31 "$dump" "$dump.small" > "$dir/tool.out" 2>&1; then
		bad "$part" "$(tail -n 1 "$dir/tool.out")"
	elif ! "$build/tests/tools/dumpcmp" 0x40000000 "$dump" "$dump.small" > "$dir/tool.out" 2>&1 ||
		! grep -q ' 0 differ, 0 left out$' "$dir/tool.out"; then
		bad "$part" "$(tail -n 1 "$dir/tool.out")"
	else
		ok "$part ($(cat "$dir/tool.out"))"
	fi
	rm -f "$dump" "$dump.small"
}

tools()
{
	local way=$1 vmlinux=$cache/debug-bookworm/vmlinux file
	local ours=${VMCORE_DMESG:-$build/vmcore-dmesg/vmcore-dmesg} crash
	local kdump=$build/kdump/kdump

	[[ -x $kdump ]] || skip "no kdump program at $kdump"
	[[ -x $ours ]] || skip "no vmcore-dmesg program at $ours"
	need readelf binutils
	need gdb gdb
	# A function here has the same name.
	crash=$(type -P crash) || skip "crash is missing (package crash)"
	need drgn python3-drgn
	vm_memory=640M
	KX_KEEP_VMCORE=yes
	crash_vm 6.1 bios "$way" crashkernel=192M guest_crash -smp 2
	check_dump 2 "$(what_of "$way")" || return 0
	check_readers
	check_gdb
	part="kdump save -d 31"
	rm -f "$dir/saved"
	"$kdump" save -d 31 --compress=zlib "$dump" "$dir/saved" 2> "$dir/tool.err" ||
		bad "$part" "$(tail -n 1 "$dir/tool.err")"
	for file in "$dump" "$dir/small" "$dir/saved"; do
		check_drgn "$file"
		check_crash "$file"
	done
	rm -f "$dir/small"
	part="kdump split"
	"$kdump" split -d 31 --compress=zlib "$dump" "$dir/part".{1,2,3} 2> "$dir/tool.err" ||
		bad "$part" "$(tail -n 1 "$dir/tool.err")"
	check_crash "$dir/part".{1,2,3}
	rm -f "$dir/part".{1,2,3}
	check_elf "$dump" --dump-level=31
	# Where its direct map is only page tables say.
	check_elf "$dir/saved"
	rm -f "$dump" "$dir/saved"
}

# Of the three only drgn reads other machines' dumps here: Debian's crash is built for one target.
# tools_foreign KERNEL FIRMWARE
tools_foreign()
{
	local kernel=$1 ours=${VMCORE_DMESG:-$build/vmcore-dmesg/vmcore-dmesg} vmlinux

	vmlinux=$cache/debug-$(package_of "$kernel")/vmlinux
	[[ -x $ours ]] || skip "no vmcore-dmesg program at $ours"
	need readelf binutils
	need drgn python3-drgn
	vm_memory=$crash_memory
	KX_KEEP_VMCORE=yes
	crash_vm "$kernel" "$2" -c "crashkernel=$crashkernel" guest_crash -smp 2
	check_dump 2 low || return 0
	check_readers
	check_drgn "$dump"
	rm -f "$dump"
}
for v in $(variants tools); do
	k=${v#*-}
	scenario "more-tools-$k" tools_foreign "$k" "${v%%-*}" -- "$k" "debug-$(package_of "$k")" -- \
		"$k panics, armed by -c: drgn reads the dump"
done

for way in -c -s; do
	scenario "more-tools-6.1$way" tools "$way" -- 6.1 debug-bookworm -- \
		"6.1 panics, armed by $way: gdb, crash and drgn read the dump"
done
