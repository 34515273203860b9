# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # from and for run, lib.sh, debian.sh and callers*.sh
# One machine panics, armed by Debian's kdump-tools as it is, and again, by that with our programs
# in place of kexec, makedumpfile and vmcore-dmesg. With KX_CAPTURES="arm tools ours" it panics armed
# by kdump arm, too, before that: tests/bench/service shows what this tells. kdump-tools makes its
# initramfs there once, which takes some minutes, and it is kept; KX_KDUMP_INITRD=FILE is one that
# was made elsewhere.

# --- inside the machine --------------------------------------------------------------------------

# panic_now: nothing comes back
panic_now()
{
	[ "$(cat /sys/kernel/kexec_crash_loaded)" = 1 ] || {
		say unloaded
		restart
	}
	echo "KXT-MARK before crash $hop" > /dev/kmsg
	sync
	say panic "$hop"
	# What a terminal has yet to print is lost with the kernel.
	sleep 1
	echo c > /proc/sysrq-trigger
	sleep 60
}

# saved: what the last crash left, kept for the host
saved()
{
	find /var/crash -type f -printf '%T@ %s %P\n' | sort | lines crash
	mkdir -p "/saved/$((hop - 1))"
	find /var/crash -mindepth 1 -maxdepth 1 -exec mv {} "/saved/$((hop - 1))/" \;
}

guest_captures()
{
	say reserved "$(cat /sys/kernel/kexec_crash_size)"
	[ "$hop" = 1 ] || saved
	[ "$hop" != 1 ] || run ours install_ours
	case $(echo "$captures" | cut -d ' ' -f "$hop") in
	arm)
		say start "$(cut -d ' ' -f 1 /proc/uptime)"
		run load kdump arm
		say armed "$(cut -d ' ' -f 1 /proc/uptime)"
		stat -c %s /run/kdump/armed/initrd | lines size
		panic_now
		;;
	tools)
		# Whoever asks for kexec by its name alone gets theirs.
		mkdir -p /usr/local/ours
		mv /usr/local/sbin/kexec /usr/local/sbin/vmcore-dmesg /usr/local/ours
		run install install_callers
		# One that was there before kdump-tools stays, else it makes one when it loads.
		[ -e /kx/kdump-initrd ] || rm -f /var/lib/kdump/initrd.img-*
		run load kdump-config load
		stat -c %s "/var/lib/kdump/initrd.img-$(uname -r)" | lines size
		panic_now
		;;
	ours)
		for program in kexec vmcore-dmesg; do
			ln -sf "/usr/local/ours/$program" "/sbin/$program"
		done
		ln -sf /usr/local/sbin/kdump /usr/bin/makedumpfile
		run load kdump-config load
		panic_now
		;;
	esac
}

# All of kdump-config, and then a panic.
guest_kdump_tools()
{
	say reserved "$(cat /sys/kernel/kexec_crash_size)"
	guest_kdump_config
	panic_now
}

# --- on the host ---------------------------------------------------------------------------------

# After so many seconds without an end a panic is taken for one that has none, where the machine can be
# reset then, which is by $dir/qmp.
hung_after=inf

# clock_panics PID: while that machine runs, $dir/clock gets what became of its panics, by this
# machine's clock: "panic N TIME", "restart N TIME", "died N WHY" and "hung N SECONDS", after which it is
# reset
clock_panics()
{
	python3 - "$1" "$serial.raw" "$dir/qmp" "$hung_after" > "$dir/clock" <<-'PYTHON'
		import os, re, socket, sys, time
		pid, path, qmp, limit = int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])
		words = re.compile(rb"KXT panic (?P<number>\d+)|(?P<trigger>sysrq: Trigger a crash)"
		    rb"|(?P<restart>reboot: Restarting system)|(?P<boot>KXT boot )"
		    rb"|Kernel panic - not syncing: (?P<why>[^\r\n]+)[\r\n]")
		def reset():
		    with socket.socket(socket.AF_UNIX) as s:
		        s.connect(qmp)
		        for line in b'{"execute":"qmp_capabilities"}', b'{"execute":"system_reset"}':
		            s.sendall(line)
		            s.recv(4096)
		            time.sleep(1)
		def tell(*words):
		    print(*words, flush=True)
		at, text, number, since = 0, b"", 0, 0
		while os.path.exists("/proc/%d" % pid):
		    with open(path, "rb") as f:
		        f.seek(at)
		        new = f.read()
		    at += len(new)
		    text += new
		    end = 0
		    for m in words.finditer(text):
		        end = m.end()
		        if m["number"]:
		            number = int(m["number"])
		        elif m["trigger"]:
		            since = time.time()
		            tell("panic", number, "%.1f" % since)
		        elif not since:
		            pass
		        elif m["why"]:
		            if not m["why"].startswith(b"sysrq"):
		                tell("died", number, m["why"].decode("ascii", "replace"))
		        else:
		            if m["restart"]:
		                tell("restart", number, "%.1f" % time.time())
		            since = 0
		    text = text[end:][-500:]
		    if since and time.time() - since > limit:
		        tell("hung", number, "%.0f" % limit)
		        since = 0
		        reset()
		    time.sleep(0.1)
	PYTHON
}

# of_clock WORD N
of_clock()
{
	sed -n "s/^$1 $2 //p" "$dir/clock" | sed -n 1p
}

# seconds_to N TIME: from panic N
seconds_to()
{
	awk -v p="$(of_clock panic "$1")" -v t="$2" 'BEGIN { print t ? int(t - p + 0.5) : "?" }'
}

# told_times N: seconds from panic N to when the last file was written, by that machine's clock, so to
# a second, and to its restart
told_times()
{
	local last

	last=$(find "$dir/saved/saved/$1" -type f -printf '%T@\n' | sort -n | tail -n 1)
	echo "saved $(seconds_to "$1" "$last") s after the panic, restarted $(seconds_to "$1" "$(of_clock restart "$1")") s after it"
}

# crashed NUMBER WHAT PATTERN: the one dump of that name holds that crash, as makedumpfile reads it
crashed()
{
	local dump log=$dir/dmesg.$1 size

	size=$(get "$1" size)
	part="$2 with $(get "$1" reserved) bytes${size:+, initramfs of $size}"
	dump=$(find "$dir/saved/saved/$1" -name "$3" -print -quit 2> /dev/null)
	if [[ $(get "$1" panic) != "$1" ]]; then
		bad "$part" "not loaded: $(get "$1" install.err | tail -n 2 | joined '; ') $(get "$1" load.err | joined '; ')"
		return 0
	elif [[ ! $dump ]]; then
		bad "$part" "no $3: $(get $(($1 + 1)) crash | joined '; ') $(why_debian $(($1 + 1)))"
		return 0
	fi
	if ! makedumpfile --dump-dmesg "$dump" "$log" > "$dir/tool.out" 2>&1; then
		# Debian's has no zstd.
		"$build/kdump/kdump" convert --progress=none --compress=zlib "$dump" "$dir/zlib" \
			> "$dir/tool.out" 2>&1 || true
		makedumpfile --dump-dmesg "$dir/zlib" "$log" >> "$dir/tool.out" 2>&1 || true
		rm -f "$dir/zlib"
	fi
	if grep "KXT-MARK before crash $1" "$log" > "$dir/tool.out" &&
		grep 'sysrq: Trigger a crash' "$log" >> "$dir/tool.out"; then
		ok "$part: $(told_times "$1"), $(stat -c %s "$dump") bytes"
	else
		bad "$part" "its log lacks the mark: $(tail -n 2 "$dir/tool.out" | joined '; ')"
	fi
}

# log_beside NUMBER: kdump-tools' log is there, and is what vmcore-dmesg or makedumpfile made of it
log_beside()
{
	local log

	part="log of crash $1"
	log=$(find "$dir/saved/saved/$1" -name 'dmesg.*' -print -quit 2> /dev/null)
	if [[ $log ]] && grep "KXT-MARK before crash $1" "$log" > "$dir/tool.out"; then
		ok "$part"
	else
		bad "$part" "${log:-none}: $(get $(($1 + 1)) crash | joined '; ')"
	fi
}

# keep_initrd: what the machine made is what the next ones get
keep_initrd()
{
	local made

	made=$dir/made/kdump/initrd.img-$(release_of_debian full)
	! is_whole "$kdump_initrds" && [[ ! ${KX_KDUMP_INITRD:-} ]] || return 0
	debian_get /var/lib/kdump "$dir/made" && [[ -s $made ]] || return 0
	mkdir -p "$dir/initrds"
	mv "$made" "$dir/initrds/dep"
	publish "$dir/initrds" "$kdump_initrds" kdump-initrds
}

# captures SIZE: of crashkernel=
captures()
{
	local number=0 what captures=${KX_CAPTURES:-tools ours}

	need makedumpfile makedumpfile
	kdump_initrds=$cache/packages/kdump-initrds.$(cat "$cache/callers-bookworm/packages" "$root_folder/key" |
		sha256sum | cut -c1-8)
	vm_timeout=3600
	vm_cmdline="$light crashkernel=$1"
	vm_driver=clock_panics
	with_callers ours guest_captures panic_now saved
	vm_set captures "$captures"
	# What it is installed with is theirs.
	vm_cmdline="${vm_cmdline% ours} theirs"
	if [[ ${KX_KDUMP_INITRD:-} ]]; then
		debian_put "$KX_KDUMP_INITRD" kdump-initrd
	elif is_whole "$kdump_initrds"; then
		debian_put "$kdump_initrds/dep" kdump-initrd
	fi
	[[ ! -e $payload/kx/kdump-initrd ]] || cp "$payload/kx/kdump-initrd" "$payload/kx/crash-initrd"
	boot_debian full
	debian_get /saved "$dir/saved" || true
	keep_initrd
	for what in $captures; do
		number=$((number + 1))
		case $what in
		arm) crashed $number "kdump arm" vmcore ;;
		tools) crashed $number kdump-tools 'dump.*' ;;
		ours) crashed $number "kdump-tools with our programs" 'dump.*' ;;
		esac
		[[ $what == arm ]] || log_beside $number
	done
	[[ ${KX_KEEP_VMCORE:-} ]] || rm -rf "$dir/saved" "$dir/root.raw" "$dir/made"
}

scenario more-callers-kdump-capture captures "${KX_CRASH_SIZE:-256M}" -- root-bookworm callers-bookworm -- \
	"a panic saved by Debian's kdump-tools, and by that with our kexec, makedumpfile and vmcore-dmesg"

# kdump_tools KERNEL: with our programs alone. What the crash kernel boots with is small, and was made
# here: kdump-tools would take minutes to make its own.
kdump_tools()
{
	need makedumpfile makedumpfile
	callers_kernel=$1 callers_unpacked=kdump-tools
	vm_timeout=1200
	vm_cmdline="$light crashkernel=${KX_CRASH_SIZE:-256M}"
	vm_driver=clock_panics
	with_callers ours guest_kdump_tools guest_kdump_config panic_now
	# The first reset is that of the crash kernel.
	boot_debian "$1" -no-reboot
	told_callers load loaded status show test unload gone status2 reload loaded2 > "$dir/ours"
	as_recorded ours kdump-config
	debian_get /var/crash "$dir/saved/saved" && mv "$dir/saved/saved/crash" "$dir/saved/saved/1"
	crashed 1 kdump-tools 'dump.*'
	log_beside 1
	[[ ${KX_KEEP_VMCORE:-} ]] || rm -rf "$dir/saved" "$dir/root.raw"
}

scenario callers-kdump-tools kdump_tools full -- root-bookworm callers-bookworm -- \
	"kdump-config with our programs: load, status, test, unload, reload; a panic, and its dump (6.1)"
scenario more-callers-kdump-tools-newest kdump_tools newest -- newest root-bookworm callers-bookworm -- \
	"kdump-config with our programs: load, status, test, unload, reload; a panic, and its dump (newest)"
