# SPDX-License-Identifier: GPL-2.0-or-later
"""Where tests/mutate/run runs programs that nobody can foresee: nothing they do reaches the machine."""
import ctypes
import os
import resource
import signal
import struct
import subprocess
import sys
import time

# What files in memory may grow by, as those of memfd_create(): no other limit counts them.
FILES_MAX = 4 << 30


def enter(work):
    """Runs this program again where only @work and /tmp can be written, and ends; there: nothing."""
    if 'KX_MUTATE_CONTAINED' in os.environ:
        return
    script = ('mount --make-rprivate / && mount --bind /tmp /tmp && mount --bind "$0" "$0" && '
              'mount -o remount,bind,ro / && mount -t proc proc /proc && '
              'mount -t tmpfs -o size=4g tmpfs "$TMPDIR" && exec "$@"')
    command = ['unshare', '--mount', '--net', '--ipc', '--uts', '--pid', '--fork', '--kill-child']
    if os.geteuid() != 0:
        command.append('--map-root-user')
    scratch = os.path.join(work, 'tmp')
    os.makedirs(scratch, exist_ok=True)
    environment = dict(os.environ, KX_MUTATE_CONTAINED='1', TMPDIR=scratch)
    child = subprocess.Popen(command + ['sh', '-c', script, work, sys.executable] + sys.argv,
                             env=environment)
    # unshare takes no TERM; what runs inside ends with it.
    signal.signal(signal.SIGTERM, lambda *_: child.kill())
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:
            child.kill()


def forbid_system_calls():
    """kexec_load, kexec_file_load and reboot fail with EPERM here and in all that is started."""
    audit, numbers = {'x86_64': (0xc000003e, (246, 320, 169)),
                      'aarch64': (0xc00000b7, (104, 294, 142)),
                      'riscv64': (0xc00000f3, (104, 294, 142))}[os.uname().machine]
    deny, allow = 0x00050000 | 1, 0x7fff0000
    code = [(0x20, 0, 0, 4), (0x15, 1, 0, audit), (0x06, 0, 0, deny), (0x20, 0, 0, 0),
            # The same calls of the x32 ABI have bit 30 set.
            (0x54, 0, 0, 0xbfffffff)]
    for i, number in enumerate(numbers):
        code.append((0x15, len(numbers) - i, 0, number))
    code += [(0x06, 0, 0, allow), (0x06, 0, 0, deny)]
    program = b''.join(struct.pack('=HBBI', *c) for c in code)
    memory = ctypes.create_string_buffer(program)
    libc = ctypes.CDLL(None, use_errno=True)
    head = struct.pack('@HP', len(code), ctypes.addressof(memory))
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, head) != 0:
        sys.exit('mutate: no seccomp filter: nothing is run')
    if libc.syscall(numbers[2], 0, 0, 0, 0) != -1 or ctypes.get_errno() != 1:
        sys.exit('mutate: reboot() is not refused: nothing is run')


def limits(memory):
    def apply():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    return apply


def files_in_memory():
    with open('/proc/meminfo', encoding='ascii') as f:
        return next(int(line.split()[1]) << 10 for line in f if line.startswith('Shmem:'))


def await_end(process, timeout):
    """The exit status, 'timeout' or 'memory'."""
    end, before = time.monotonic() + timeout, files_in_memory()
    while True:
        try:
            return process.wait(0.1)
        except subprocess.TimeoutExpired:
            if time.monotonic() > end:
                return 'timeout'
            if files_in_memory() - before > FILES_MAX:
                return 'memory'


def run(command, cwd, timeout, env=None, memory=0, log=None):
    """As await_end(); the whole process group has ended by then."""
    out = open(log, 'wb') if log else subprocess.DEVNULL
    p = subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out,
                         stderr=subprocess.STDOUT, start_new_session=True,
                         preexec_fn=limits(memory))
    status = await_end(p, timeout)
    try:
        os.killpg(p.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    p.wait()
    if log:
        out.close()
    return status
