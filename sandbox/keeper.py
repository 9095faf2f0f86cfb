"""The keeper: starts one child and ends it when whoever started the keeper is gone.

`kill -9` leaves its victim no time to end its children, and PR_SET_PDEATHSIG is Linux only and bound to the *thread*
that started the child. A pipe works everywhere: however the supervisor dies, the kernel closes its end, and the keeper
reads EOF.

Run as a script by `sandbox.processes`, isolated and without site-packages (it has to start in milliseconds):
`python -I -S keeper.py UID GID -- ARGV...`, UID and GID empty for "as myself"; ARGV[0] is a path.
stdin: the pipe to the supervisor; stdout: one line, `pid N` or `failed REASON`; stderr: the child's log.
Exit code: the child's, or 128 + the signal that ended it.
"""

import os
import select
import signal
import sys


def _become(uid: str, gid: str) -> None:
    if uid:
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))


def _child(argv: list[str], uid: str, gid: str, failure: int) -> None:
    """Replaces this process by the child, in a session (so a process group) of its own; reports what prevents it."""
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        _become(uid, gid)
        os.execv(argv[0], argv)  # not execvp: it imports lazily, and this Python may be out of the account's reach
    except OSError as error:
        os.write(failure, (error.strerror or str(error)).encode())
    finally:
        os._exit(127)


def _end_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:
        return  # nobody is left in it


def _report(line: bytes) -> None:
    try:
        os.write(1, line + b"\n")
    except OSError:
        return  # the supervisor is gone already, as `keep` is about to see
    finally:
        os.close(1)


def keep(argv: list[str], uid: str, gid: str) -> int:
    """Starts the child, waits for its end or for the supervisor's; returns the exit code."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    failed, failure = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _child(argv, uid, gid, failure)
    os.close(failure)
    reason = os.read(failed, 500)  # EOF as soon as exec has succeeded: the pipe is close-on-exec
    _report(b"failed " + reason if reason else b"pid %d" % pid)
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if 0 in ready and not os.read(0, 1):
            _end_group(pid)
            os.waitpid(pid, 0)
            return 128 + signal.SIGKILL
        if woken in ready:
            os.read(woken, 64)
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                _end_group(pid)
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code


if __name__ == "__main__":
    # A signal meant for the supervisor's terminal must not end the keeper before its child.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: None)
    sys.exit(keep(sys.argv[4:], sys.argv[1], sys.argv[2]))
