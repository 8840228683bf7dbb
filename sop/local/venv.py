"""The virtual environment `.venv` beside manage.py, made from a hash-locked list. Standard library only."""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / ".unfinished"
# dev.lock is compiled so that it holds everything of demo.lock in the same versions.
SERVES = {"dev": ("dev", "demo"), "demo": ("demo",)}


def enter(lock: str) -> None:
    """Make sure `.venv` holds the packages of requirements/<lock>.lock, and go on inside it."""
    ensure(lock)
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONHOME", "PYTHONDONTWRITEBYTECODE"}}
    os.execve(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *sys.argv[1:]], environment)


def ensure(lock: str) -> None:
    """Install requirements/<lock>.lock unless the stamp says that exactly these packages are there."""
    with lock_file(lock).open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # the demo and the tests may be started at the same moment
        if not is_current(lock):
            install(lock)


def lock_file(lock: str) -> Path:
    """Return the path of a locked list."""
    return ROOT / "requirements" / f"{lock}.lock"


def stamp(lock: str) -> Path:
    """Return the file that holds the fingerprint of the list last installed."""
    return VENV / f".{lock}-lock"


def fingerprint(lock: str) -> str:
    """Return what the stamp must hold: another list, place or machine makes another environment."""
    place = f"{VENV.resolve()} {sys.platform} {platform.machine()}"
    return hashlib.sha256(lock_file(lock).read_bytes() + place.encode()).hexdigest()


def is_current(lock: str) -> bool:
    """Tell whether `.venv` was completely installed from this list."""
    installed = stamp(lock)
    return (
        PYTHON.exists()
        and not UNFINISHED.exists()
        and installed.exists()
        and installed.read_text() == fingerprint(lock)
    )


def install(lock: str) -> None:
    """Create `.venv` where it is missing or half made, and install the list into it."""
    say(
        f"installing the packages of {lock_file(lock).relative_to(ROOT)} into .venv (the first time takes a minute) ..."
    )
    if UNFINISHED.exists() or not PYTHON.exists():
        shutil.rmtree(VENV, ignore_errors=True)
        # The base interpreter, because the one running may be the .venv just removed.
        base = getattr(sys, "_base_executable", sys.executable)
        subprocess.run([base, "-m", "venv", "--without-pip", str(VENV)], check=True)
    UNFINISHED.touch()
    for known in SERVES:
        stamp(known).unlink(missing_ok=True)
    if not (install_with_uv(lock) or install_with_pip(lock)):
        sys.exit("The packages could not be installed; the messages above say why.")
    for served in SERVES[lock]:
        stamp(served).write_text(fingerprint(served))
    UNFINISHED.unlink()


def install_with_uv(lock: str) -> bool:
    """Install with uv where there is one: the same list, a few times faster."""
    uv = shutil.which("uv")
    if not uv:
        return False
    command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    return subprocess.run([*command, *restrictions(lock)], check=False).returncode == 0


def install_with_pip(lock: str) -> bool:
    """Install with the environment's own pip, or with the system's where Python comes without ensurepip."""
    command = [*find_pip(), "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    return subprocess.run([*command, *restrictions(lock)], check=False).returncode == 0


def restrictions(lock: str) -> list[str]:
    """Return the options that let in nothing but the locked files: no build step runs foreign code."""
    return ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(lock_file(lock))]


def find_pip() -> list[str]:
    """Return the start of a pip command that installs into `.venv`."""
    own = [str(PYTHON), "-m", "pip"]
    if succeeds([*own, "--version"]) or succeeds([str(PYTHON), "-m", "ensurepip"]):
        return own
    base = getattr(sys, "_base_executable", sys.executable)
    borrowed = [base, "-m", "pip", "--python", str(PYTHON)]
    if succeeds([*borrowed, "--version"]):
        return borrowed
    sys.exit("This Python has neither ensurepip nor pip. On Debian or Ubuntu: apt install python3-venv")


def succeeds(command: list[str]) -> bool:
    """Run a command silently and tell whether it worked."""
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def say(message: str) -> None:
    """Tell the person at the terminal what takes the time."""
    print(message, file=sys.stderr, flush=True)
