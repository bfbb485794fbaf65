"""Lets a process run under ptrace(2) until it is about to do something for the nth time, and kills it there."""
import ctypes
import os
import signal
import struct

PTRACE_TRACEME, PTRACE_SYSCALL, PTRACE_SETOPTIONS = 0, 24, 0x4200  # <sys/ptrace.h>
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_GET_SYSCALL_INFO = 0x4206, 0x4207, 0x420E
OPTIONS = 1 | 1 << 3 | 1 << 20  # TRACESYSGOOD: signal 80 is a system call's; TRACECLONE: new threads too; EXITKILL
ENTRY = 1  # of a ptrace_syscall_info's op
WALL = 0x40000000  # waitpid(2): threads too

# What others can see, by the numbers of amd64: write, writev, pwrite64, pwritev, sendto, sendmsg, connect, shutdown, fsync,
# fdatasync, ftruncate, rename, mkdir, unlink, unlinkat, renameat, renameat2. Between two of these nothing changes for anybody.
EFFECTS = {1, 20, 18, 296, 44, 46, 42, 48, 74, 75, 77, 82, 83, 87, 263, 264, 316}
# Those by which a file that is replaced as a whole gets there: fsync, rename, renameat, renameat2.
KEEPING = {74, 82, 264, 316}

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, task, address=None, data=None):
    return libc.ptrace(request, task, address, data)


def let_trace():
    """Runs in a child before it executes its program."""
    ptrace(PTRACE_TRACEME, 0)


class Traced:
    """A process whose tasks stop at their system calls."""

    def __init__(self, process):
        self.process = process
        self.ended = {}  # process -> status as waitpid(2) gives it

    @classmethod
    def from_its_start(cls, child):
        """child called let_trace()."""
        os.waitpid(child, 0)  # at exec
        ptrace(PTRACE_SETOPTIONS, child, None, OPTIONS)
        ptrace(PTRACE_SYSCALL, child)
        return cls(child)

    @classmethod
    def running(cls, process):
        for task in map(int, os.listdir(f"/proc/{process}/task")):
            ptrace(PTRACE_SEIZE, task, None, OPTIONS)
            ptrace(PTRACE_INTERRUPT, task)
        return cls(process)

    def until(self, nth, counted=EFFECTS, beside=None):
        """Until it begins the nth of the system calls that count (None: all), and is killed, or has ended; at the latest it is
        killed when `beside`, another child, has ended. Gives how many it began; both are waited for."""
        begun, waited_for = 0, {self.process, beside} - {None}
        while waited_for:
            task, status = os.waitpid(-1, WALL)
            if not os.WIFSTOPPED(status):
                waited_for.discard(task)
                self.ended[task] = status
                if task == beside and begun < nth:
                    os.kill(self.process, signal.SIGKILL)
                continue
            if begun < nth and self.counts(task, status, counted):
                begun += 1
                if begun == nth:
                    os.kill(self.process, signal.SIGKILL)
            self.go_on(task, status)
        return begun

    @staticmethod
    def counts(task, status, counted):
        if os.WSTOPSIG(status) != signal.SIGTRAP | 0x80:
            return False
        info = ctypes.create_string_buffer(88)
        ptrace(PTRACE_GET_SYSCALL_INFO, task, len(info), ctypes.addressof(info))
        op, number = struct.unpack_from("B23xQ", info)
        return op == ENTRY and (counted is None or number in counted)

    @staticmethod
    def go_on(task, status):
        # A signal is handed on; what ptrace itself stops for, a new thread's SIGSTOP among it, is none.
        signalled = status >> 16 == 0 and os.WSTOPSIG(status) not in (signal.SIGTRAP, signal.SIGTRAP | 0x80, signal.SIGSTOP)
        ptrace(PTRACE_SYSCALL, task, None, os.WSTOPSIG(status) if signalled else 0)
