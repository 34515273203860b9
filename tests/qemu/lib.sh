# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from the .conf files
# Host side of the scenarios: builds a machine's initrd, boots it, and judges its serial log.
#
# A scenario is a bash function. It runs in its own process and folder ($dir), calls vm and boot,
# then ok/bad through the checks below. Its "parts" are what its one line of result is made of.
# shellcheck source=tests/qemu/conf.sh
. "$here/conf.sh"

# scenario NAME FUNCTION [ARGUMENT...] -- KERNEL... -- DESCRIPTION
# KERNEL are kernels that must be fetched before: 6.1 (x86_64), 6.1@arm64. The first one says which
# architecture's machine it is, that is whose .conf file is read before FUNCTION is called.
declare -A scenario_call=() scenario_kernels=() scenario_text=()
scenario_names=()
scenario()
{
	local name=$1 call=() kernels=()

	shift
	while [[ $1 != -- ]]; do
		call+=("$1")
		shift
	done
	shift
	while [[ $1 != -- ]]; do
		kernels+=("$1")
		shift
	done
	scenario_names+=("$name")
	scenario_call[$name]=${call[*]}
	scenario_kernels[$name]=${kernels[*]}
	scenario_text[$name]=$2
}

# takes_long NAME...: such scenarios start first, so that the others fill what time is left beside
# them, and not one of them alone the end of the run.
declare -A scenario_long=()
takes_long()
{
	local name

	for name; do
		scenario_long[$name]=yes
	done
}

# Names of kernels in scenarios, and the Debian suites they come from; "test" is one that we build.
declare -A suite_of=([5.10]=bullseye [6.1]=bookworm [6.12]=trixie [newest]=sid [test]=test)

# package_of KERNEL: what fetch-kernels calls it; other names of its own stay as they are
package_of()
{
	local suite=${suite_of[${1%@*}]:-${1%@*}}

	[[ $1 == *@* ]] && suite+=-${1#*@}
	echo "$suite"
}

# arch_of KERNEL: newest@arm64-16k is one for arm64
arch_of()
{
	local arch=$host_arch

	[[ $1 != *@* ]] || arch=${1#*@}
	echo "${arch%%-*}"
}

# variants NAME: FIRMWARE-KERNEL@ARCH of what scenarios_NAME of every architecture has, one a line
variants()
{
	local arch

	for arch in $(machines); do
		conf "$arch" "scenarios_$1" | sed "/@/!s/\$/@$arch/"
	done
}

# by_firmware: of such lines those of one firmware together
by_firmware()
{
	awk -F- '
		!($1 in lines) { firmware[++n] = $1 }
		{ lines[$1] = lines[$1] $0 "\n" }
		END { for (i = 1; i <= n; i++) printf "%s", lines[firmware[i]] }'
}

# text_of FIRMWARE-KERNEL: what descriptions call that firmware
text_of()
{
	conf "$(arch_of "$1")" "text_${1%%-*}"
}

# --- servers on this machine ----------------------------------------------------------------------

# free_port: one that nobody listens at; two scenarios may run at a time
free_port()
{
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# listens PORT: once somebody does
listens()
{
	local tries

	for ((tries = 0; tries < 300; tries++)); do
		! (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null || return 0
		sleep 0.1
	done
	return 1
}

# start_silent: a server that accepts and says nothing, with its port in $dir/silent.port and its
# process in $silent
start_silent()
{
	python3 -c 'import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
time.sleep(600)' > "$dir/silent.port" &
	silent=$!
	until [[ -s $dir/silent.port ]]; do sleep 0.1; done
}

# --- results -------------------------------------------------------------------------------------

# Parts in order, one line each: "ok PART" or "bad PART: reason".
part=
ok()
{
	echo "ok $1" >> "$dir/parts"
}
bad()
{
	echo "bad $1: $2" >> "$dir/parts"
}

# skip REASON: this machine lacks something; in CI that is a failure
skip()
{
	echo "$*" > "$dir/skipped"
	exit 77
}

# need PROGRAM PACKAGE
need()
{
	command -v "$1" > /dev/null || skip "$1 is missing (package $2)"
}

# --- building the machine ------------------------------------------------------------------------

# build_folder ARCH: where the suite was built for its machines
build_folder()
{
	echo "${build_of[$1]:-$here/../../build/tests/cross-$1}"
}

# kexec_of ARCH: the program that is tested on its machines
kexec_of()
{
	local override=KEXEC_$1

	[[ $1 != "$host_arch" ]] || override=KEXEC
	echo "${!override:-$(build_folder "$1")/kexec/kexec}"
}

# kernel_file NAME, kernel_release NAME: of a kernel called as in scenarios
kernel_file()
{
	echo "$cache/$(package_of "$1")/vmlinuz"
}
# loaded_file NAME: what kexec is given
loaded_file()
{
	local file

	file=$(kernel_file "$1")
	[[ $1 != test@* ]] || file=${file%/*}/$test_loaded
	echo "$file"
}
kernel_release()
{
	cat "$cache/$(package_of "$1")/release"
}

# vmlinux_of BZIMAGE: the kernel that is packed in it, as the linker made it but for its symbols
vmlinux_of()
{
	local packed=$dir/packed unwrap=$build/tests/tools/unwrap

	[[ -x $unwrap ]] || make -s -C "$build" tests/tools/unwrap > /dev/null || return
	python3 - "$1" > "$packed" <<-'END' || return
		import struct, sys
		data = open(sys.argv[1], "rb").read()
		code = (data[0x1f1] + 1) * 512
		offset, length = struct.unpack_from("<II", data, 0x248)
		sys.stdout.buffer.write(data[code + offset:code + offset + length])
	END
	"$unwrap" "$packed" kernel
	rm -f "$packed"
}

# cpio_of DIR: newc archive of DIR's content, everything owned by root
cpio_of()
{
	(cd "$1" && find . -mindepth 1 | sort | busybox cpio -o -H newc -R 0:0 2> /dev/null)
}

# foreign: can the machine not run this host's programs, and they not read its dumps?
foreign()
{
	[[ $cross ]]
}

# own_program NAME: file of a program of the machine's architecture that is not ours
own_program()
{
	if foreign; then
		find -L "$cache/guest-$arch" -path "*bin/$1" -type f | grep .
	else
		command -v "$1"
	fi
}

# loaded_later FILE: the libraries that its notes name, see kx/library.h; libcurl with its thirty others
# is 18 MB, too much for a crash kernel, and sends what was saved from machines that are well
loaded_later()
{
	{ readelf -p .note.dlopen "$1" 2> /dev/null || true; } |
		sed -n 's/.*"soname":\["\([^"]*\)".*/\1/p' | sed '/^libcurl\./d'
}

# libraries_of FILE: what it needs, one a line as "FILE PATH-IN-THE-MACHINE"
libraries_of()
{
	local queue=("$1") lib file interpreter
	local -A seen=()

	if ! foreign; then
		for lib in "$1" $(loaded_later "$1"); do
			if [[ $lib != "$1" ]]; then
				lib=$(/sbin/ldconfig -p | awk -v so="$lib" '$1 == so && !found++ { print $NF }')
				echo "$lib $lib"
			fi
			ldd "$lib" 2> /dev/null | sed -n 's/^[^/]*\(\/[^ ]*\) (0x.*/\1 \1/p'
		done | sort -u
		return
	fi
	interpreter=$(readelf -lW "$1" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
	while ((${#queue[@]})); do
		while read -r lib; do
			[[ ! ${seen[$lib]:-} ]] || continue
			seen[$lib]=yes
			file=$(find -L "$cache/guest-$arch" -name "$lib" | sed -n 1p)
			[[ $file ]] || {
				echo "$1 needs $lib, which guest-$arch lacks" >&2
				return 1
			}
			queue+=("$file")
			if [[ $lib == "${interpreter##*/}" ]]; then
				echo "$file $interpreter"
			else
				echo "$file /lib/$lib"
			fi
		done < <(readelf -d "${queue[0]}" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
			[[ ${queue[0]} != "$1" || -z $interpreter ]] || echo "${interpreter##*/}")
		queue=("${queue[@]:1}")
	done
}

# put_program ROOT FILE DESTINATION: copy a program and the libraries it needs
put_program()
{
	local file path

	mkdir -p "$1${3%/*}"
	cp "$2" "$1$3"
	libraries_of "$2" | while read -r file path; do
		mkdir -p "$1${path%/*}"
		cp -L "$file" "$1$path"
	done
}

# base_archive FILE: what is the same in all machines of $arch; built once per run
base_archive()
{
	local root=$1.d

	mkdir -p "$root"/{bin,kx,etc,boot}
	cp "$(own_program busybox)" "$root/bin/busybox"
	put_program "$root" "$(kexec_of "$arch")" /sbin/kexec
	cp "$here/guest/init" "$root/init"
	cp "$here/guest/lib.sh" "$root/kx/lib.sh"
	cp "$here/../tools/capture-machine" "$root/bin/capture-machine"
	chmod 755 "$root/init" "$root/bin/"*
	printf "%s='%s'\n" console "$console" disk "$disk" crash_words "$crash_words" \
		> "$root/kx/machine.sh"
	echo 'nobody:x:65534:65534:nobody:/:/bin/sh' > "$root/etc/passwd"
	cpio_of "$root" > "$1"
	rm -rf "$root"
}

# vm FUNCTION...: a new machine; the first FUNCTION is what each kernel runs, the rest it may call.
# Functions go into the guest as text, so they must be plain sh.
vm()
{
	payload=$dir/payload
	rm -rf "$payload"
	mkdir -p "$payload"/{kx,boot}
	{
		declare -f "$@"
		echo "guest_steps() { $1; }"
	} > "$payload/kx/scenario.sh"
	echo first-boot > "$payload/kx/marker"
}

# vm_set NAME VALUE: a variable for the guest's functions
vm_set()
{
	printf '%s=%q\n' "$1" "$2" >> "$payload/kx/scenario.sh"
}

# vm_kernel NAME...: kernels that the guest finds as /boot/vmlinuz-NAME, and their disk drivers
vm_kernel()
{
	local name driver

	for name; do
		cp "$(loaded_file "$name")" "$payload/boot/vmlinuz-$name"
		driver=$cache/$(package_of "$name")/$disk_module.ko
		[[ ! -s $driver ]] || cp "$driver" "$payload/kx/disk-$(kernel_release "$name").ko"
	done
}

# vm_file_system NAME: the guest finds modules of that kernel's ext4, if any, as /kx/ext4-NUMBER.ko
vm_file_system()
{
	local module number=1

	for module in "${file_modules[@]}"; do
		module=$cache/$(package_of "$1")/$module.ko
		[[ ! -s $module ]] || cp "$module" "$payload/kx/ext4-$number.ko"
		number=$((number + 1))
	done
}

# Before boot or compose: vm_memory, vm_timeout (seconds), vm_cmdline (more words), vm_until (a
# pattern: once it is in the log, a machine that then still runs for 5 s is taken to stand still),
# vm_driver (a function called with QEMU's process id while the machine runs).
vm_memory=1G
vm_timeout=600
vm_cmdline=
vm_until=
vm_driver=

# How boot gets its command: compose, or compose_debian of debian.sh.
vm_compose=compose

# compose SERIAL KERNEL FIRMWARE [QEMU OPTION...]: the command that runs the machine, in $vm_command
compose()
{
	local serial=$1 kernel=$2 firmware="firmware_$3[@]"

	shift 3
	[[ $firmware != firmware_uefi* || -r $uefi_code ]] ||
		skip "$uefi_code is missing (package $uefi_package)"
	{
		cat "$logs/base-$arch.cpio"
		cpio_of "$payload"
	} > "$dir/initrd"
	rm -rf "$payload"
	vm_command=(timeout --foreground --kill-after=5 "$vm_timeout" "$qemu" "${machine[@]}" -cpu "$cpu"
		-m "$vm_memory" "${!firmware}" -serial "$serial"
		-kernel "$(kernel_file "$kernel")" -initrd "$dir/initrd"
		-append "console=$console quiet panic=5 kx.hop=1${vm_cmdline:+ $vm_cmdline}" "$@")
}

# boot KERNEL FIRMWARE [QEMU OPTION...]: run the machine until it is off; the log is $serial.
# $vm_ended is then off (switched off or reset), timeout, stopped or failed.
boot()
{
	local status=0

	serial=$dir/serial.log
	"$vm_compose" "file:$serial.raw" "$@"
	set -- "${vm_command[@]}"
	printf '%q ' "$@" > "$dir/command"
	echo >> "$dir/command"
	: > "$serial.raw"
	vm_ended=off
	"$@" < /dev/null > "$dir/qemu.log" 2>&1 &
	if [[ $vm_until ]]; then
		watch $!
	elif [[ $vm_driver ]]; then
		"$vm_driver" $!
	fi
	wait $! || status=$?
	tr -d '\r' < "$serial.raw" > "$serial"
	rm -f "$serial.raw" "$dir/initrd"
	[[ $vm_ended == off ]] || return 0
	case $status in
	0) ;;
	124 | 137) vm_ended=timeout ;;
	*)
		vm_ended=failed
		bad "$part" "QEMU failed with status $status: $(head -n 1 "$dir/qemu.log")"
		;;
	esac
}

# watch PID: end the machine when it has said $vm_until and goes on running
watch()
{
	while kill -0 "$1" 2> /dev/null; do
		sleep 1
		if grep -q "$vm_until" "$serial.raw"; then
			sleep 5
			if kill "$1" 2> /dev/null; then
				vm_ended=stopped
			fi
			return
		fi
	done
}

# --- looking at the log --------------------------------------------------------------------------

# hop N: the lines that kernel N of the machine said, without their prefix
hop()
{
	awk -v want="$1" '
		/KXT boot / { n = $0; sub(/.*KXT boot /, "", n) }
		n == want && sub(/^.*KXT /, "")' "$serial"
}

# get N KEY: values of KEY in hop N, one a line
get()
{
	hop "$1" | awk -v key="$2" '$1 == key { sub(/^[^ ]* ?/, ""); print }'
}

# reached N: did kernel N reach user space, and finish what it was told?
reached()
{
	[[ -n $(get "$1" boot) ]]
}

# why_not N: what is known about a kernel N that did not come up
why_not()
{
	local prev=$(($1 - 1)) text

	text=$(get "$prev" load.err; get "$prev" start.err)
	if grep -m 1 -o 'Kernel panic.*' "$serial"; then
		return
	elif ! reached "$prev"; then
		echo "not reached"
	elif [[ $(get "$prev" load.status) != 0 ]]; then
		echo "load failed with status $(get "$prev" load.status): ${text//$'\n'/; }"
	elif [[ -n $(get "$prev" start.status) ]]; then
		echo "start failed with status $(get "$prev" start.status): ${text//$'\n'/; }"
	elif [[ $vm_ended == timeout ]]; then
		echo "nothing heard of the next kernel in $vm_timeout s"
	else
		echo "the machine was reset before the next kernel spoke"
	fi
}

# check_hop N PART [RELEASE]: kernel N is up, has the command line and the initrd given to it
check_hop()
{
	local n=$1 prev=$(($1 - 1)) given got

	part=$2
	if ! reached "$n"; then
		bad "$part" "$(why_not "$n")"
		return 1
	fi
	given=$(get "$prev" cmdline.given)
	got=$(get "$n" cmdline)
	if [[ -z $given || $given != "$got" ]]; then
		bad "$part" "command line is '$got', given was '$given'"
		return 1
	fi
	given=$(get "$prev" marker.given)
	got=$(get "$n" marker)
	if [[ -z $given || $given != "$got" ]]; then
		bad "$part" "the initrd's marker is '$got', given was '$given'"
		return 1
	fi
	got=$(get "$n" release)
	if [[ ${3:-} && $got != "$3" ]]; then
		bad "$part" "running kernel is $got, expected $3"
		return 1
	fi
	ok "$part"
}

# check_command N KEY STATUS LOADED PATTERN [NAME]: how a command of `run KEY` in hop N ended.
# PATTERN (grep -E, any case) must be in its first error line; empty: it must not say anything.
# LOADED is what /sys/kernel/kexec_loaded must be afterwards.
check_command()
{
	local err status loaded

	part=${6:-$2}
	err=$(get "$1" "$2.err")
	status=$(get "$1" "$2.status")
	loaded=$(get "$1" "$2.loaded")
	if [[ $status != "$3" ]]; then
		bad "$part" "exit status ${status:-none}, expected $3 (${err//$'\n'/; })"
	elif [[ $loaded != "$4" ]]; then
		bad "$part" "kexec_loaded is $loaded, expected $4"
	elif [[ -z $5 && $err ]]; then
		bad "$part" "says '${err//$'\n'/; }'"
	elif [[ $5 ]] && ! head -n 1 <<< "$err" | grep -iE -e "^kexec: .*($5)" > /dev/null; then
		bad "$part" "says '${err//$'\n'/; }', expected 'kexec: …$5…'"
	elif (($(wc -l <<< "$err") > 2)); then
		bad "$part" "says more than the error and an advice: '${err//$'\n'/; }'"
	else
		ok "$part"
	fi
}
