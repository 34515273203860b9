# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from run and the .conf files
# Debian's packages of the suite (run-tests package) in a machine with a real root file system: they
# are installed, seen by systemd and udev, and leave nothing behind when they are purged.

# --- inside the machine --------------------------------------------------------------------------

# what_is_there: all files that packages may leave; what dpkg, the journal and caches keep is theirs
what_is_there()
{
	find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /var/tmp -o -path /kx \
		-o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache -o -path /root \) -prune -o -print |
		grep -v -e '^/var/lib/systemd/\(random-seed\|timesync\|timers\)$' -e '^/etc/ld.so.cache$' \
			-e '^/var/lib/systemd/\(deb-systemd-helper-\(enabled\|masked\)\|coredump\)$' | sort
}

guest_package()
{
	what_is_there > /tmp/before
	run install dpkg -i /kx/packages/kexec-suite_*.deb /kx/packages/kdump_*.deb
	for p in kexec vmcore-dmesg kdump; do
		run "$p" "$p" --version
	done
	for u in kdump.service kdump-recover.service kdump-upload.service kdump-check.timer; do
		say "enabled.$u" "$(systemctl is-enabled "$u")"
		say "active.$u" "$(systemctl is-active "$u")"
	done
	stat -c '%n %a %U' /var/crash /var/lib/kdump | lines folder
	# The rule is read, and what it would start is seen.
	mkdir -p /run/kdump
	udevadm control --reload
	udevadm test --action=add /sys/class/net/lo 2>&1 | grep -a "reload --event" | lines udev.net
	udevadm test --action=change /sys/class/block/vda 2>&1 | grep -ac "reload --event" | lines udev.disk
	# What is below /usr/share/doc is not installed on this disk.
	dpkg-deb --fsys-tarfile /kx/packages/kdump_*.deb |
		tar -xO ./usr/share/doc/kdump/examples/kdump-sysctl.conf > /tmp/sysctl.conf
	run sysctl sysctl -p /tmp/sysctl.conf
	run remove dpkg --purge kdump kexec-suite
	what_is_there > /tmp/after
	diff /tmp/before /tmp/after | grep '^[<>]' | lines left
	systemctl list-unit-files 'kdump*' --no-legend | lines unit.left
}

# The service by its units alone: what is installed arms, and boots armed, and takes in what is there.
guest_package_crash()
{
	if [ "$hop" = 1 ]; then
		# What this release's makedumpfile can read.
		mkdir -p /etc/kdump
		printf '[kdump]\ncompress = zlib\n' > /etc/kdump/kdump.conf
		run install dpkg -i /kx/packages/*.deb
	fi
	say active "$(systemctl is-active kdump.service)"
	# It comes after the other one, and nobody but us is faster.
	tries=0
	until [ "$hop" = 1 ] || systemctl is-active --quiet kdump-recover.service || [ $tries = 60 ]; do
		tries=$((tries + 1))
		sleep 1
	done
	say recovered "$(systemctl is-active kdump-recover.service)"
	run status kdump status
	systemctl status kdump.service kdump-recover.service --no-pager --lines=20 2>&1 | lines units
	run list kdump list
	find /var/crash -mindepth 1 | sort | lines crash
	if [ "$hop" = 2 ] && [ "$FOREIGN" ]; then
		run dumped makedumpfile --dump-dmesg "$(find /var/crash -name vmcore)" /var/tmp/dmesg
		grep -o 'kx-last-words [a-z]*' /var/tmp/dmesg | lines words
	fi
	if [ "$hop" = 1 ]; then
		run reload systemctl reload kdump.service
		say loaded "$(cat /sys/kernel/kexec_crash_loaded)"
		sync
		mark=$(tr -dc '[:lower:]' < /dev/urandom | head -c 16)
		say mark "$mark"
		echo "kx-last-words $mark" > /dev/kmsg
		sleep 1
		echo c > /proc/sysrq-trigger
		sleep 60
	fi
}

# install_packages: instead of install_ours
install_packages()
{
	dpkg -i /kx/packages/kexec-suite_*.deb /kx/packages/kdump_*.deb
}

# Where there is no dpkg: what packages put there runs, and starts the next kernel, which has it, too.
guest_package_start()
{
	PATH=/usr/sbin:$PATH
	for p in kexec vmcore-dmesg kdump; do
		say "$p.path" "$(command -v "$p")"
		run "$p" "$p" --version
	done
	run init /usr/libexec/kexec-suite/kdump-init
	run status kdump status
	run config kdump config
	if [ "$hop" = 1 ]; then
		load -c "/boot/vmlinuz-$KERNEL" && start
	fi
}

# --- on the host ---------------------------------------------------------------------------------

# by_package PART KEY...: these commands ended with 0
by_package()
{
	local key

	part=$1
	shift
	for key; do
		[[ $(get 1 "$key.status") == 0 ]] || {
			bad "$part" "$key: status '$(get 1 "$key.status")', $(get 1 "$key.err" | tail -n 3 | joined '; ')"
			return 0
		}
	done
	ok "$part"
}

# is_so PART KEY PATTERN
is_so()
{
	part=$1
	# shellcheck disable=SC2053 # a pattern
	if [[ $(get 1 "$2") == $3 ]]; then
		ok "$part"
	else
		bad "$part" "$2 is '$(get 1 "$2" | joined '; ')', expected '$3'"
	fi
}

# find_packages: those of the machine's architecture are in $packages
find_packages()
{
	local layer="./run-tests package"

	packages=${KX_PACKAGES:-$here/../../build/tests/package}
	if foreign; then
		packages+=-$debian
		layer="./run-tests --all package"
	fi
	compgen -G "$packages/kdump_*_$debian.deb" > /dev/null ||
		skip "no packages in $packages: $layer, or KX_PACKAGES=${packages%-"$debian"}"
}

# package_put: the machine finds the packages below /kx/packages
package_put()
{
	local packages package

	find_packages
	for package in "$packages"/{kexec-suite,kdump}_*.deb; do
		debian_put "$package" "packages/${package##*/}"
	done
}

# package_machine FUNCTION...: a machine that finds them
package_machine()
{
	debian "$@"
	package_put
}

package_install()
{
	local unit

	package_machine guest_package what_is_there
	boot_debian full
	reached 1 || {
		bad boot "$(why_debian 1)"
		return 0
	}
	by_package installed install kexec vmcore-dmesg kdump
	for unit in kdump.service kdump-recover.service kdump-upload.service kdump-check.timer; do
		is_so "$unit is enabled" "enabled.$unit" enabled
	done
	# This machine has nothing reserved: that is seen as a failure.
	is_so "an unarmed machine is seen" active.kdump.service failed
	is_so "the daily check waits" active.kdump-check.timer active
	is_so folders folder $'/var/crash 700 root\n/var/lib/kdump 700 root'
	is_so "udev's rule" udev.net '*kdump reload --event=device*'
	is_so "a disk that is written to is left alone" udev.disk 0
	by_package "the sysctl example" sysctl
	is_so "all of it is taken" sysctl.err ''
	by_package purged remove
	[[ $(get 1 end) ]] || bad purged "$(why_debian 1)"
	is_so "nothing is left" left ''
	is_so "no unit is left" unit.left ''
}

# package_crash WORDS: with these words the machine is armed when it is installed, and panics
package_crash()
{
	local folder package

	foreign || need makedumpfile makedumpfile
	package_machine guest_package_crash
	vm_set FOREIGN "$(! foreign || echo yes)"
	vm_timeout=900
	if foreign; then
		vm_timeout=1500
		# What the root file system lacks of what they depend on.
		for package in "$cache/depends-$debian"/*.deb; do
			debian_put "$package" "packages/${package##*/}"
		done
	fi
	vm_cmdline=$1
	vm_memory=1G
	boot_debian full
	reached 1 || {
		bad boot "$(why_debian 1)"
		return 0
	}
	by_package installed install
	is_so "armed by its unit" active active
	by_package "reloaded by its unit" reload
	is_so "loaded after that" loaded 1
	part="up again"
	if ! reached 2; then
		bad "$part" "$(why_debian 2)"
		return 0
	elif [[ $(get 2 active) != active || $(get 2 recovered) != active ]]; then
		bad "$part" "kdump.service is $(get 2 active), kdump-recover.service $(get 2 recovered): $(get 2 units |
			joined '; ')"
	else
		ok "$part, and armed ($(get 2 status.out | sed -n 1p))"
	fi
	part=dump
	debian_get /var/crash "$dir/saved" || bad "$part" "no /var/crash: $(tail -n 1 "$dir/debugfs.log")"
	folder=$(find "$dir/saved" -name vmcore -printf '%h\n' -quit)
	if [[ ! $folder ]]; then
		bad "$part" "no vmcore below /var/crash: $(find "$dir/saved" | joined ' ')"
		return 0
	fi
	# Each reads dumps of its own architecture.
	if foreign; then
		get 2 words > "$dir/log"
		get 2 dumped.err > "$dir/makedumpfile.log"
	else
		makedumpfile --dump-dmesg "$folder/vmcore" "$dir/log" > "$dir/makedumpfile.log" 2>&1 || true
	fi
	if ! grep -q "kx-last-words $(get 1 mark)" "$dir/log"; then
		bad "$part" "makedumpfile finds no last words in it: $(tail -n 1 "$dir/makedumpfile.log")"
	elif ! grep -q "kx-last-words $(get 1 mark)" "$folder/vmcore-dmesg.txt"; then
		bad "$part" "the log lacks the last words"
	elif [[ ! -s $folder/manifest.json ]]; then
		bad "$part" "it has no manifest: $(find "$folder" | joined ' ')"
	else
		ok "$part ($(($(stat -c %s "$folder/vmcore") >> 20)) MiB, opened by makedumpfile)"
	fi
	[[ ${KX_KEEP_VMCORE:-} ]] || rm -rf "$dir/saved"
}

# package_http WORDS: service_net's machine, but what is installed there are the packages
package_http()
{
	debian_install()
	{
		package_put
		dpkg-deb -c "$payload"/kx/packages/kdump_*.deb | grep '/kexec-suite/kdump-http$' ||
			skip "no kdump-http in the packages: they were built without KX_STATIC_CURL"
		{
			declare -f install_packages
			echo 'install_ours() { install_packages; }'
		} >> "$payload/kx/scenario.sh"
	}
	service_net http full "$1" static
	by_package "the packages were installed" install
}

# package_libraries ROOT: what the programs there are linked with and what they load, of the release that
# the packages were built in
package_libraries()
{
	local all=$dir/libraries file library queue=() seen=" "

	mkdir -p "$all" "$1/usr/lib/$triplet"
	tar -x -C "$all" --wildcards -f "$cache/buildd-$debian/root.tar.zst" \
		"./usr/lib/$triplet/*.so*" './usr/lib/ld-linux*'
	mapfile -t queue < <(find "$1/usr" -type f -perm /1 -path '*bin/*')
	while ((${#queue[@]})); do
		while read -r library; do
			[[ $seen != *" $library "* ]] || continue
			seen+="$library "
			file=$all/usr/lib/$triplet/$library
			[[ -e $file ]] || { bad "$part" "no $library beside ${queue[0]##*/}"; return 1; }
			cp -L "$file" "$1/usr/lib/$triplet/$library"
			queue+=("$file")
		done < <(readelf -d "${queue[0]}" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
			[[ ${queue[0]} != "$1"/* ]] || loaded_later "${queue[0]}")
		queue=("${queue[@]:1}")
	done
	mkdir -p "$1/lib"
	cp -L "$all"/usr/lib/ld-linux* "$1/lib"
	rm -rf "$all"
}

# package_start KERNEL: the programs of unpacked packages, with that release's libraries
package_start()
{
	local packages package key

	vm guest_package_start
	vm_set KERNEL "$1"
	vm_kernel "$1"
	find_packages
	for package in "$packages"/{kexec-suite,kdump}_*.deb; do
		dpkg-deb -x "$package" "$payload"
	done
	part=libraries
	package_libraries "$payload"
	boot "$1" "$plain_firmware"
	reached 1 || {
		bad boot "$(why_not 1)"
		return 0
	}
	for key in kexec vmcore-dmesg kdump; do
		is_so "$key is the package's" "$key.path" "/usr/sbin/$key"
	done
	by_package "they run" kexec vmcore-dmesg kdump config
	is_so "an unarmed machine is seen" status.out '*no memory is reserved for a crash kernel*'
	is_so "kdump-init runs" init.err '*first program of a crash kernel*'
	check_hop 2 "started" "$(kernel_release "$1")" || true
}

scenario debian-package package_install -- root-bookworm -- \
	"the suite's Debian packages are installed and purged"
scenario debian-package-crash package_crash crashkernel=96M -- root-bookworm -- \
	"installed from Debian packages a machine with crashkernel=96M saves its dump by its units"
scenario more-debian-package-crash@arm64 package_crash crashkernel=96M -- \
	root-bookworm@arm64 depends-arm64 -- \
	"installed from cross-built packages an arm64 machine with crashkernel=96M saves its dump by its units"
scenario more-debian-package-crash@riscv64 package_crash crashkernel=128M -- \
	root-trixie@riscv64 depends-riscv64 -- \
	"installed from cross-built packages a riscv64 machine with crashkernel=128M saves its dump by its units"
scenario more-debian-package-http package_http crashkernel=112M -- root-bookworm -- \
	"installed from Debian packages a machine with crashkernel=112M sends its dump to an HTTPS server"
scenario more-debian-package-start@arm64 package_start 6.1@arm64 -- 6.1@arm64 buildd-arm64 -- \
	"programs of the cross-built packages run on arm64, and start a kernel"
scenario more-debian-package-start@riscv64 package_start 6.12@riscv64 -- 6.12@riscv64 buildd-riscv64 -- \
	"programs of the cross-built packages run on riscv64, and start a kernel"
