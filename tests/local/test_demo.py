"""`manage.py demo`, started as a person starts it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sop.local import product
from sop.local.venv import ROOT

READY_SECONDS = 300
STOP_SECONDS = 15


class Terminal:
    """One demo after another in the same state folder."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.runs = 0
        self.child: subprocess.Popen[bytes] | None = None

    def start(self, *words: str) -> str:
        """Start the demo and return what it printed until READY or its end."""
        self.runs += 1
        self.output = self.state.with_name(f"output{self.runs}")
        with self.output.open("wb") as output:
            self.child = subprocess.Popen(self.command("demo", *words), stdout=output, stderr=output, env=self.env())
        end = time.monotonic() + READY_SECONDS
        while "Ctrl-C stops everything" not in self.text() and self.child.poll() is None:
            assert time.monotonic() < end, self.text()
            time.sleep(0.05)
        return self.text()

    def say(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a second command in the same folder to its end."""
        return subprocess.run(self.command(command), capture_output=True, text=True, env=self.env(), check=False)

    def end(self, signal_number: signal.Signals) -> int:
        """Send a signal to the demo itself, not to what it started, and return its exit code."""
        assert self.child
        self.child.send_signal(signal_number)
        return self.child.wait(STOP_SECONDS)

    def text(self) -> str:
        return self.output.read_text()

    def command(self, name: str, *words: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), name, "--state", str(self.state), *words]

    def env(self) -> dict[str, str]:
        return {
            k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SOP_PRIVATE"}
        }

    def processes(self) -> list[psutil.Process]:
        """Return every process that belongs to the state folder."""
        found = []
        for process in psutil.process_iter():
            try:
                known_by = " ".join(process.cmdline()) + " ".join(process.environ().values())
            except psutil.Error:
                continue
            if str(self.state) in known_by:
                found.append(process)
        return found

    def left_after(self, seconds: float) -> list[psutil.Process]:
        """Return the processes still there after at most `seconds`."""
        end = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < end:
            time.sleep(0.1)
        return left


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """One state folder for the whole story, so that only the first start is a cold one."""
    terminal = Terminal(tmp_path_factory.mktemp("demo") / "state")
    yield terminal
    for process in terminal.processes():
        process.kill()


def test_first_start_serves_the_demo_company_on_the_next_free_port(terminal: Terminal) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", product.free_port(18_700)))
        taken.listen()
        port = taken.getsockname()[1]
        printed = terminal.start("--port", str(port))
    url = re.search(r"^READY (http://127\.0\.0\.1:(\d+)/)$", printed, re.MULTILINE)
    assert url, printed
    assert int(url[2]) > port
    with urllib.request.urlopen(url[1] + "healthz?worker=1", timeout=10) as answer:
        assert answer.status == 200
    for user in ("ana", "ben", "olga", "sam", "finn", "eve", "cora"):
        assert f"demo-{user}" in printed


def test_second_start_and_reset_say_that_it_runs(terminal: Terminal) -> None:
    for command in ("demo", "reset_demo"):
        answer = terminal.say(command)
        assert answer.returncode == 1
        assert re.search(r"running: http://127\.0\.0\.1:\d+/ ", answer.stdout), answer.stdout


def test_killed_demo_leaves_no_process(terminal: Terminal) -> None:
    assert len(terminal.processes()) > 6
    assert terminal.end(signal.SIGKILL) == -signal.SIGKILL
    assert terminal.left_after(STOP_SECONDS) == []


def test_demo_ends_and_names_a_process_that_died(terminal: Terminal) -> None:
    assert "READY" in terminal.start()
    web = next(process for process in terminal.processes() if "gunicorn" in " ".join(process.cmdline()))
    (web if "gunicorn" not in " ".join(web.parent().cmdline()) else web.parent()).kill()
    assert terminal.child
    assert terminal.child.wait(STOP_SECONDS) == 1
    assert "web ended with code -9" in terminal.text()
    assert terminal.left_after(0) == []


def test_ctrl_c_stops_everything_and_keeps_the_data(terminal: Terminal) -> None:
    assert "READY" in terminal.start()
    began = time.monotonic()
    assert terminal.end(signal.SIGINT) == 0
    assert time.monotonic() - began < STOP_SECONDS
    assert terminal.left_after(0) == []
    assert list(terminal.state.glob("postgres*/PG_VERSION"))


def test_stopping_while_it_starts_leaves_no_process(terminal: Terminal) -> None:
    with subprocess.Popen(terminal.command("demo"), stdout=subprocess.PIPE, text=True, env=terminal.env()) as starting:
        try:
            assert starting.stdout
            while "preparing" not in starting.stdout.readline():
                assert starting.poll() is None
            starting.send_signal(signal.SIGTERM)
            assert starting.wait(STOP_SECONDS) == 0
        finally:
            starting.kill()  # or leaving the block would wait for it
    assert terminal.left_after(0) == []


def test_a_stop_that_comes_while_an_object_ends_is_not_lost() -> None:
    """What a signal raises while Python forks or ends an object goes nowhere; the next step must notice it."""
    code = """
import signal, sys
from sop.local.demo import Stopped, StopSignals
signals = StopSignals()
class Ends:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)
Ends()
try:
    signals.check()
except Stopped:
    signal.raise_signal(signal.SIGINT)  # a second one changes nothing
    sys.exit(7)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    assert "Exception ignored" in done.stderr, "the exception got through by itself: nothing was tested"


def test_reset_throws_the_data_away(terminal: Terminal) -> None:
    assert terminal.say("reset_demo").returncode == 0
    assert [path.name for path in terminal.state.iterdir()] == ["lock"]
