# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # from whoever reads this
# All that is known of an architecture's virtual machines stands in ARCH.conf beside this file: a new
# one is a new file. Whoever reads it has $here, this folder, and $cache, that of fetch-kernels.
#
# Names and tools:
#   arch, debian     our name of it, which the file has too, and Debian's
#   triplet          folder of its libraries
#   cross            prefix of the cross tools; empty: its machines run this host's own programs
#   cc               compiler
#   packages         what tools/install-packages installs for it on Debian 12
#
# The machine:
#   qemu             program that emulates it
#   qemu_package     Debian 12's package with that program; empty when it is fetch-kernels' own
#   machine, cpu     options of every machine, and its -cpu
#   console          the serial line as Linux calls it
#   kexec_serial     the same for kexec --serial; empty where kexec finds it
#   firmware_NAME    options for that firmware
#   text_NAME        what scenarios_* call it
#   plain_firmware   NAME of the one to take where firmware is not the subject
#   uefi_code        file without which there is no firmware_uefi*, and
#   uefi_package     Debian's package with it
#   disk_device      options for the disk whose drive is called dump
#   disk             that disk in the machine
#   disk_module      its driver, where Debian's kernels do not have it built in
#   file_modules     the same of ext4, in the order in which they are loaded
#   screen_device    options for a screen, where the firmware can have one
#
# What fetch-kernels gives:
#   kernels          NAME=PACKAGE: a kernel's name, and the package that depends on the newest one
#   fetched          all names but kernels that its machines need
#   guest_suite, guest_packages       Debian's programs for the machine: where they come from, and
#                                     what is wanted besides those that every machine has
#   sysroot_suite                     where the libraries come from that our programs are linked with
#   buildd_suite                      the release of which Debian packages for it are
#   depends_packages                  what those depend on, beyond what each system has
#   firmware_suite, firmware_packages (optional) firmware that is not this host's
#   root_suite       of which Debian suite the machine's real root file system is
#   root_packages    what it has besides what those of all machines have
#   root_linux       NAME=PACKAGE: its kernels, full and cloud, and the packages that depend on them
#   root_modules     modules that a kernel needs to see the disk and to mount it
#   root_machine     QEMU's options of a machine with that, besides $machine
#   elf_machine      the number of the machine's programs in ELF files
#   qemu_backport, qemu_program       package in bookworm-backports, and program, of its emulator
#
# How build-kernel builds one, where kernels/ARCH.config says what it is made of:
#   kernel_suite     of which Debian suite its source is
#   kernel_arch      the kernel's name of the architecture
#   kernel_image     what is to be made and started, in its boot folder
#   kernel_zboot     the same as EFI zboot
#   kernel_vmlinux   names of the ELF file that can start, the first that there is
#   test_loaded      which file of those left in test-ARCH kexec is given: vmlinuz or vmlinux
#
# What scenarios expect:
#   devtree          yes or no: do kernels get a device tree?
#   elfcorehdr_by    how a crash kernel is told: cmdline or tree
#   crash_words      what it needs on its command line besides the words that all get
#   crash_memory, crashkernel         of a machine that is to panic, and of its crash kernel
#   crash_memory_uefi                 (optional) the same of one that EFI starts
#   facts_FIRMWARE   files of the machine's facts that capture-machine must find there
#   pe_machine       number of the architecture in EFI programs
#   mkimage_arch     (optional) U-Boot's name of it
#   board            (optional) what the root of its device tree says it is compatible with
#   uki_stub         (optional) the stub in guest_packages that UKIs are made with, where
#                    binutils for it write such files
#
# Which of these scenarios there are, each of them optional; x86_64 has its own, in scenarios/*.sh:
#   scenarios_start, scenarios_crash, scenarios_chain, scenarios_capture, scenarios_tools,
#   scenarios_hostdump, scenarios_truth
#                    FIRMWARE-KERNEL
#   scenarios_service         NAME=SIZE: with that kernel of root_linux and so much reserved
#   scenarios_corrupt         FIRMWARE, of the newest kernel
#   scenarios_formats         files as wrap in scenarios/formats.sh makes them, the UKI last
#   scenarios_formats_text    what these are
#   scenarios_own_initrd      FILE=TEXT: wrap makes the file, which brings its initrd; it is TEXT
#   scenarios_file_load       WAY=FILE for each start of a test kernel
#   scenarios_file_load_text  what these are
#   scenarios_crash_test      WAY=TEXT: the test kernel panics, armed by WAY; it is TEXT
#
# For tests/bench/handover:
#   counter_hz       ticks of the machine's counter in a second; 0: a program can ask for it
#   first_instruction  python: offset of a kernel's first instruction in its file, where k is the
#                    file, le(OFFSET) the number in four bytes of it; None: not such a kernel

# What a kernel is for whose name has no @ARCH.
# shellcheck disable=SC2034 # for whoever reads this
host_arch=x86_64

# machines: all architectures, one a line
machines()
{
	local file

	for file in "$here"/*.conf; do
		file=${file##*/}
		echo "${file%.conf}"
	done
}

# root_of ARCH: what fetch-kernels calls the root file system of its machines
root_of()
{
	local name

	name=root-$(conf "$1" root_suite)
	[[ $1 == "$host_arch" ]] || name+=-$1
	echo "$name"
}

# conf ARCH NAME: the values of NAME in ARCH.conf, one a line
conf()
(
	local -n values=$2

	unset values
	# shellcheck source=/dev/null
	. "$here/$1.conf"
	[[ ! -v values ]] || printf '%s\n' "${values[@]}"
)
