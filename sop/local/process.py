"""Child processes that cannot outlive the process that started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

PARENT_DEATH_SIGNAL = 1  # prctl(PR_SET_PDEATHSIG)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Child = subprocess.Popen[bytes]


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | str | None = None,
    end_with: signal.Signals = signal.SIGTERM,
    become: Callable[[], None] | None = None,
) -> Child:
    """Start a command whose output goes to `log`; it receives `end_with` when this process dies."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            preexec_fn=bound_to_parent(end_with, become),
        )


def bound_to_parent(end_with: signal.Signals, become: Callable[[], None] | None = None) -> Callable[[], None]:
    """Return what a child does before it becomes its command."""
    parent = os.getpid()

    def prepare() -> None:
        os.setsid()  # Ctrl-C in the terminal reaches the parent only, which then stops the children in order
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)  # a script's `command &` hands down an ignored SIGINT
        if become:
            become()  # first, because a change of user clears the parent-death signal
        if sys.platform.startswith("linux"):
            ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, end_with, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def stop(child: Child | None, *, signal_number: signal.Signals = signal.SIGTERM, seconds: float = 5) -> None:
    """Ask a child to end, wait for at most `seconds`, and kill what is left of it and of what it started."""
    if child is None:
        return
    child.send_signal(signal_number)  # does nothing when it has ended
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
    kill(child)


def stop_all(children: Iterable[Child | None], *, seconds: float = 5) -> None:
    """Stop several children side by side, so that together they take no longer than the slowest."""
    threads = [threading.Thread(target=stop, args=(child,), kwargs={"seconds": seconds}) for child in children]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def kill(child: Child | None) -> None:
    """Kill a child and its whole process group at once."""
    if child is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
