"""The product's own processes: web, worker and beat, started the same way by the demo and by the tests."""

import os
import secrets
import socket
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from sop.local import process
from sop.local.venv import ROOT

WEB_WORKERS, WEB_THREADS = 2, 8
JOB_PROCESSES = 2
PORTS_TRIED = 20
LOG_LINES, LOG_WIDTH = 12, 300  # of a log, shown when something went wrong


JOB_SETTINGS = {
    "STATEMENT_TIMEOUT_MS": "300000",  # a page gives up after 15 seconds; a job writes whole tables
    "MALLOC_MMAP_THRESHOLD_": "131072",  # bytes: what a job is done with goes back to the machine, not to a reserve
}


def environment(servers: Mapping[str, str], secret_key: str, **more: str) -> dict[str, str]:
    """Return the environment of the product's processes on the given servers."""
    inherited = {k: v for k, v in os.environ.items() if k not in {"SECRET_KEY_FILE", "ALLOWED_HOSTS", "HTTPS", "DEBUG"}}
    return (
        inherited
        | dict(servers)
        | {
            "DJANGO_SETTINGS_MODULE": "sop.settings",
            "SOP_DEMO": "1",
            "SECRET_KEY": secret_key,
            "PYTHONUNBUFFERED": "1",
        }
        | more
    )


def process_settings(name: str) -> dict[str, str]:
    """Return what one process needs beside the common environment."""
    return {} if name == "web" else JOB_SETTINGS


def secret_key(file: Path) -> str:
    """Return the key kept in `file`, made at the first start, so that sessions survive a restart."""
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(48))
    return file.read_text()


def manage_command(*words: str) -> list[str]:
    """Return the command line of a Django command."""
    return [sys.executable, str(ROOT / "manage.py"), *words]


def web_command(port: int) -> list[str]:
    """Return the web server's command line."""
    return [
        *(sys.executable, "-m", "gunicorn", "sop.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS)),
        *("--graceful-timeout", "3", "--access-logfile", "-"),
    ]


def worker_command(name: str = "worker") -> list[str]:
    """Return the command line of a background worker."""
    return [
        *(sys.executable, "-m", "celery", "-A", "sop.celery", "worker", "-n", f"{name}@%h", "-l", "INFO"),
        *("-c", str(JOB_PROCESSES), "--without-gossip", "--without-mingle"),
    ]


def beat_command(schedule: Path) -> list[str]:
    """Return the command line of the clock that wakes the sweeper."""
    return [
        *(sys.executable, "-m", "celery", "-A", "sop.celery", "beat", "-l", "INFO"),
        *("-s", str(schedule), "--pidfile="),
    ]


def free_port(wanted: int) -> int:
    """Return `wanted`, else the next free port after it, else any free port."""
    for port in (*range(wanted, wanted + PORTS_TRIED), 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise SystemExit("No free port was found.")


class ChildEnded(Exception):
    """A process of the product ended by itself; the message names it and its log."""


def check_alive(children: Mapping[str, process.Child | None], logs: Path) -> None:
    """Raise ChildEnded for the first child that is no longer running."""
    for name, child in children.items():
        if child is not None and child.poll() is not None:
            raise ChildEnded(f"{name} ended with code {child.returncode}.\n{log_end(logs / f'{name}.log')}")


def log_end(log: Path) -> str:
    """Return where a log is and its last lines."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join([f"The end of {log}:", *(f"  {line[:LOG_WIDTH]}" for line in lines[-LOG_LINES:])])


def answers(url: str, *, seconds: float = 5) -> bool:
    """Tell whether a page answers 200."""
    return problem_of(url, seconds=seconds) == ""


def problem_of(url: str, *, seconds: float = 5) -> str:
    """Return why a page does not answer 200, or nothing when it does."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            return "" if answer.status == 200 else f"{url} answered {answer.status}"
    except OSError as error:  # refused, timed out, or an answer of 400 and above
        return f"{url}: {error}"


def wait_until_ready(url: str, children: Mapping[str, process.Child | None], logs: Path, *, seconds: float) -> None:
    """Wait until the pages answer, the database is migrated and a worker answers through the broker."""
    end = time.monotonic() + seconds
    while problem := problem_of(f"{url}healthz?worker=1"):
        check_alive(children, logs)
        if time.monotonic() > end:
            ends = [log_end(logs / f"{name}.log") for name in children]
            raise ChildEnded("\n".join([f"Not ready after {seconds:.0f} seconds: {problem}.", *ends]))
        time.sleep(0.15)
