"""`manage.py demo`: the whole product with its demo company, in one terminal, until Ctrl-C."""

import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from sop.local import process, product
from sop.local.servers import Servers, StateLock
from sop.local.venv import ROOT

READY_SECONDS = 120
PEOPLE = {
    "ana": "sales rep, north",
    "ben": "sales rep, south",
    "olga": "demand planner",
    "sam": "supply planner",
    "finn": "finance",
    "nora": "executive: sales",
    "otto": "executive: operations",
    "eve": "executive: managing director",
    "cora": "coordinator",
}


class Stopped(BaseException):
    """Ctrl-C, or a signal that asks for the same."""


def run(state: Path, *, port: int, reset_first: bool) -> int:
    """Start everything, say READY, wait, stop everything; return the exit code."""
    lock = StateLock(state)
    if not lock.take():
        print(f"already running: {running_url(state)} (stop it with Ctrl-C in its terminal)")
        return 1
    if reset_first:
        throw_away(state)
    demo = Demo(state, StopSignals())
    try:
        demo.start(port)
        demo.watch()
    except Stopped:
        print("\nstopping ...", flush=True)
        return 0
    except (SystemExit, product.ChildEnded) as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    finally:
        demo.stop()


def reset(state: Path) -> int:
    """Throw the demo's data away; refused while it runs."""
    lock = StateLock(state)
    if not lock.take():
        print(f"running: {running_url(state)} (stop it first, with Ctrl-C in its terminal)")
        return 1
    throw_away(state)
    print("The demo's data is gone; the next demo starts afresh.")
    return 0


def throw_away(state: Path) -> None:
    """Remove everything in the state folder but the lock this process holds."""
    Servers(state, durable=True).remove(keep={"lock"})


def running_url(state: Path) -> str:
    """Return the address the running demo wrote down."""
    file = state / "url"
    return file.read_text() if file.exists() else "it is just starting"


class StopSignals:
    """Ctrl-C, TERM and HUP as one orderly stop; a second one changes nothing.

    The exception alone could be lost: Python drops what is raised while it forks or ends an object. So it is kept in
    mind as well, and every step asks.
    """

    def __init__(self) -> None:
        self.asked = False
        for number in process.STOP_SIGNALS:
            signal.signal(number, self._on_signal)

    def check(self) -> None:
        """Raise Stopped if a signal has come."""
        if self.asked:
            raise Stopped

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            raise Stopped


class Demo:
    """The servers and the product's processes of one run."""

    def __init__(self, state: Path, signals: StopSignals) -> None:
        self.state = state
        self.signals = signals
        self.began = time.monotonic()
        self.servers = Servers(state, durable=True)
        self.children: dict[str, process.Child | None] = {}
        self.key = product.secret_key(state / "secret_key")

    def start(self, port: int) -> None:
        """Bring everything up and print the address once it can be used."""
        self.say("starting PostgreSQL and Valkey ...")
        self.servers.start()
        self.say("preparing the database ...")
        self.manage("migrate", "--verbosity", "0")
        self.manage("grant_app_role")
        self.say("loading the demo company ...")
        self.manage("seed_demo", "--if-empty")
        self.say("starting web, worker and beat ...")
        port = product.free_port(port)
        url = f"http://127.0.0.1:{port}/"
        self.launch("web", product.web_command(port))
        self.launch("worker", product.worker_command())
        self.launch("beat", product.beat_command(self.state / "beat"))
        product.wait_until_ready(url, self.children, self.servers.logs, seconds=READY_SECONDS)
        (self.state / "url").write_text(url)
        self.say("ready")
        print(f"\nREADY {url}\n")
        for name, role in PEOPLE.items():
            print(f"  {name:<5} demo-{name:<6} {role}")
        print(f"\nLogs: {self.servers.logs}\nCtrl-C stops everything; the data stays for the next time.\n", flush=True)

    def manage(self, *words: str) -> None:
        """Run a Django command as the owner of the database; its failure ends the demo."""
        environment = product.environment(
            self.servers.environment(owner=True), self.key, LOG_LEVEL="WARNING", **product.JOB_SETTINGS
        )
        log = self.servers.logs / "prepare.log"
        command = process.start(product.manage_command(*words), log=log, env=environment, cwd=ROOT)
        self.children["prepare"] = command
        failed = command.wait()
        self.signals.check()
        if failed:
            raise SystemExit(f"`manage.py {' '.join(words)}` failed.\n{product.log_end(log)}")
        del self.children["prepare"]

    def launch(self, name: str, command: list[str]) -> None:
        """Start one process of the product under the rights of the application's role."""
        self.children[name] = process.start(
            command,
            log=self.servers.logs / f"{name}.log",
            env=product.environment(self.servers.environment(), self.key, **product.process_settings(name)),
            cwd=ROOT,
        )

    def watch(self) -> NoReturn:
        """Wait; when one process ends by itself, name it and end the demo."""
        everything = self.children | {
            "postgres": self.servers.postgres.child,
            "valkey": self.servers.valkey.child,
        }
        while True:
            self.signals.check()
            product.check_alive(everything, self.servers.logs)
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop the product's processes, then the servers they use."""
        began = time.monotonic()
        (self.state / "url").unlink(missing_ok=True)
        process.stop_all(self.children.values())
        self.servers.stop()
        print(f"stopped in {time.monotonic() - began:.1f} s", flush=True)

    def say(self, message: str) -> None:
        """Print what is being done and how long it took to get here; stop here if that was asked for."""
        self.signals.check()
        print(f"[{time.monotonic() - self.began:5.1f} s] {message}", flush=True)
