"""The running product, for the tests that need a real web server, real workers and real breakdowns."""

import itertools
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from sop.local import process, product
from sop.local.postgres import APP, OWNER
from sop.local.servers import DATABASE, Servers
from sop.local.venv import ROOT

EMPTY, SEEDED = "sop_empty", "sop_seeded"  # databases each test starts from a copy of
READY_SECONDS = 120
# A lost hint is found again within a second and a dead worker's part within a few, so that no test waits long.
QUICK = {"SWEEP_SECONDS": "1", "JOB_LEASE_SECONDS": "4"}


class Live:
    """Web, worker and beat as processes of their own, under the application role's rights.

    `start()` once, `reset()` before every test; what a test killed is running again after `reset()`.
    """

    def __init__(self, servers: Servers, blocker: DjangoDbBlocker) -> None:
        self.servers = servers
        self.blocker = blocker
        self.key = secrets.token_urlsafe(40)
        self.port = product.free_port(0)  # any: two runs at once would both find the same one free
        self.url = f"http://127.0.0.1:{self.port}/"
        self.children: dict[str, process.Child | None] = {}
        self._names = (f"worker{number}" for number in itertools.count(2))

    # -- the product

    def start(self) -> None:
        """Migrate the database every test is a copy of."""
        postgres = self.servers.postgres
        postgres.create_database(EMPTY)
        self.manage("migrate", "--verbosity", "0", database=EMPTY)
        self.manage("grant_app_role", database=EMPTY)

    def reset(self, template: str = EMPTY) -> None:
        """Give the product a fresh copy of `template` and an empty broker, and start what is not running."""
        if not self.servers.postgres.is_running():
            self.servers.postgres.start()
        if template == SEEDED:
            self._seed()
        self.servers.postgres.drop_database(DATABASE)
        self.servers.postgres.create_database(DATABASE, template=template)
        if not self.servers.valkey.answers():
            self.servers.valkey.start()
        self.servers.valkey.client().flushall()
        for name in [name for name in self.children if name not in {"web", "worker", "beat"}]:
            self.worker_kill(name)
        commands = {
            "web": product.web_command(self.port),
            "worker": worker_command("worker"),
            "beat": product.beat_command(self.servers.state / "beat"),
        }
        for name, command in commands.items():
            if not self.is_running(name):
                self._launch(name, command)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until pages answer and a worker answers through the broker."""
        product.wait_until_ready(self.url, self.children, self.servers.logs, seconds=READY_SECONDS)

    def stop(self) -> None:
        """Stop every process of the product."""
        process.stop_all(self.children.values(), seconds=3)

    def is_running(self, name: str) -> bool:
        """Tell whether the process of that name runs."""
        child = self.children.get(name)
        return child is not None and child.poll() is None

    # -- breakdowns

    def worker_start(self, name: str | None = None) -> str:
        """Start one more worker, or the killed one of that name again; return its name without waiting for it."""
        name = name or next(self._names)
        self._launch(name, worker_command(name))
        return name

    def worker_kill(self, name: str = "worker") -> None:
        """Kill a worker with its task processes, as an out-of-memory killer would."""
        process.kill(self.children.pop(name, None))

    def web_kill(self) -> None:
        """Kill the web server with its processes."""
        process.kill(self.children.pop("web", None))

    def web_start(self) -> None:
        """Start the web server again, without waiting for it."""
        self._launch("web", product.web_command(self.port))

    def valkey_kill(self) -> None:
        """Kill the broker; everything queued in it is lost."""
        self.servers.valkey.kill()

    def valkey_start(self) -> None:
        """Start the broker again, empty."""
        self.servers.valkey.start()

    def postgres_crash(self) -> None:
        """End the database as a power cut would; committed work survives."""
        connections.close_all()
        self.servers.postgres.crash()

    def postgres_start(self) -> None:
        """Start the database again; it recovers from its log."""
        self.servers.postgres.start()

    # -- looking inside

    @contextmanager
    def orm(self) -> Iterator[None]:
        """Let this process's Django read and write the product's own database (not together with `db`)."""
        connection = connections["default"]
        usual = dict(connection.settings_dict)
        connection.close()
        connection.settings_dict |= {"NAME": DATABASE, "USER": OWNER, "PORT": ""}
        connection.settings_dict["HOST"] = str(self.servers.postgres.sockets)
        try:
            with self.blocker.unblock():
                yield
        finally:
            connection.close()
            connection.settings_dict |= usual

    def manage(self, *words: str, database: str = DATABASE, role: str = OWNER) -> str:
        """Run a Django command on one of the databases and return what it printed."""
        done = subprocess.run(
            product.manage_command(*words),
            cwd=ROOT,
            env=self._environment(database, role) | product.JOB_SETTINGS,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"manage.py {' '.join(words)} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def log(self, name: str) -> str:
        """Return what a process wrote so far."""
        return Path(self.servers.logs / f"{name}.log").read_text(errors="replace")

    def _seed(self) -> None:
        if not self.servers.postgres.has_database(SEEDED):
            self.servers.postgres.create_database(SEEDED, template=EMPTY)
            self.manage("seed_demo", "--if-empty", database=SEEDED)

    def _launch(self, name: str, command: list[str]) -> None:
        log = self.servers.logs / f"{name}.log"
        environment = self._environment(DATABASE, APP) | product.process_settings(name)
        self.children[name] = process.start(command, log=log, env=environment, cwd=ROOT)

    def _environment(self, database: str, role: str) -> dict[str, str]:
        servers = {"DATABASE_URL": self.servers.postgres.url(database, role), "REDIS_URL": self.servers.valkey.url}
        return product.environment(servers, self.key, **QUICK)


def worker_command(name: str) -> list[str]:
    """Return the product's worker, which also knows the tests' own kind of background work."""
    return [*product.worker_command(name), "-I", "tests.support.tally"]
