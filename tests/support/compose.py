"""What Dockerfile and docker-compose.yml say, run as ordinary processes: a check that needs no container engine.

The services' own commands and environments are used; only addresses, and the folder of the secrets, are replaced.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from sop.local import process, product, valkey
from sop.local.postgres import Postgres
from sop.local.servers import socket_folder
from sop.local.venv import ROOT

TOOLS = Path(sys.executable).parent
SETTINGS = {
    "POSTGRES_PASSWORD": "the superuser's p@ss$word",
    "OWNER_PASSWORD": "the owner's p@ss/word",
    "APP_PASSWORD": "the application's p@ss:word",
    "SECRET_KEY": "a secret of the parity test, long enough to pass the deployment check",
    "ALLOWED_HOSTS": "plan.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://plan.example.com",
}
COPY = re.compile(r"^COPY (?!--from)(\S+) (\S+)$", re.MULTILINE)


def resolved() -> dict[str, Any]:
    """Return the services as Compose itself understands them."""
    command = [TOOLS / "docker-compose", "--file", ROOT / "docker-compose.yml", "config", "--format", "json"]
    done = subprocess.run(
        command, env={"PATH": "/usr/bin:/bin", **SETTINGS}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def image_stage() -> str:
    """Return the Dockerfile's last stage, the one that becomes the image."""
    return (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]


class Installation:
    """The services of the compose file in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        model = resolved()
        self.services = model["services"]
        self.folder = folder
        self.app = folder / "app"
        self.secrets = folder / "secrets"
        self.secrets.mkdir()
        for name, secret in model["secrets"].items():
            (self.secrets / name).write_text(SETTINGS[secret["environment"]])
        self.ports = {name: product.free_port(start) for name, start in PORTS.items()}
        self.postgres = Postgres(
            home=folder,
            sockets=socket_folder(folder),
            log=folder / "postgres.log",
            durable=False,
            port=self.ports["postgres"],
        )
        self.children: dict[str, process.Child | None] = {}

    # -- the image

    def build(self) -> None:
        """Make the image's /app from the Dockerfile's COPY lines and run its RUN line."""
        self.app.mkdir()
        ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if "/" in line]
        for source, target in COPY.findall(image_stage()):
            destination = self.app / target / (source if target.endswith("/") else "")
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, destination, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, destination)
        for path in ignored:
            if not path.startswith(("*", "!")):
                shutil.rmtree(self.app / path)
        (build_step,) = re.findall(r"^RUN (mkdir(?:.*\\\n)*.*)$", image_stage(), re.MULTILINE)
        subprocess.run(build_step, shell=True, cwd=self.app, env={"PATH": self._path()}, check=True)

    def command(self, service: str) -> list[str]:
        """Return a service's command, from the compose file or from the image."""
        words = self.services[service].get("command") or json.loads(image_stage().rpartition("\nCMD ")[2])
        return [self._here(str(word)) for word in words]

    def environment(self, service: str) -> dict[str, str]:
        """Return a service's environment with this computer's addresses."""
        given = {name: self._here(str(value)) for name, value in self.services[service]["environment"].items()}
        return given | {"PATH": self._path(), "HOME": str(self.folder), "TMPDIR": str(self.folder)}

    # -- its services

    def start_servers(self) -> None:
        """Start PostgreSQL with passwords and the roles of docker/roles.sql, and the broker with its own options."""
        self.postgres.start()
        roles = self.folder / "roles.sql"
        roles.write_text(self._here((ROOT / "docker" / "roles.sql").read_text()))
        self._psql(roles)
        (self.postgres.data / "pg_hba.conf").write_text(
            "local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        )
        with self.postgres.connect() as connection:
            connection.execute("SELECT pg_reload_conf()")
        options = [*self.command("redis")[1:], "--port", str(self.ports["redis"]), "--bind", "127.0.0.1"]
        self.children["redis"] = process.start(
            [valkey.binary(), *options, "--dir", self.folder], log=self.folder / "redis.log"
        )

    def run(self, service: str, command: list[str] | None = None) -> str:
        """Run a service's command, or another in its place, to its end and return what it printed."""
        done = subprocess.run(
            command or self.command(service),
            cwd=self.app,
            env=self.environment(service),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{service} failed:\n{done.stdout}"
        return done.stdout

    def start(self, service: str, *options: str, name: str | None = None) -> None:
        """Start a service; `options` stand for what differs between two containers of one service."""
        name = name or service
        command = [*self.command(service), *options]
        self.children[name] = process.start(
            [shutil.which(command[0], path=self._path()) or command[0], *command[1:]],
            log=self.folder / f"{name}.log",
            env=self.environment(service) | {"SWEEP_SECONDS": "1"},
            cwd=self.app,
        )

    def wait_until_ready(self) -> None:
        """Wait until the health page says that a worker answers."""
        product.wait_until_ready(self.url, self.children, self.folder, seconds=120)

    @property
    def url(self) -> str:
        """Return the address of the web service."""
        return f"http://127.0.0.1:{self.ports['web']}/"

    def log(self, name: str) -> str:
        """Return what a service wrote so far."""
        return (self.folder / f"{name}.log").read_text()

    def stop(self) -> None:
        """Stop everything."""
        broker = self.children.pop("redis", None)
        process.stop_all(self.children.values())
        process.stop(broker)
        self.postgres.stop()

    def _here(self, text: str) -> str:
        text = re.sub("^/tmp/", f"{self.folder}/", text).replace("/run/secrets", str(self.secrets))
        text = text.replace("@postgres:5432", f"@127.0.0.1:{self.ports['postgres']}")
        text = text.replace("0.0.0.0:8000", f"127.0.0.1:{self.ports['web']}")
        return text.replace("redis:6379", f"127.0.0.1:{self.ports['redis']}")

    def _path(self) -> str:
        return f"{TOOLS}:/usr/bin:/bin"

    def _psql(self, file: Path) -> None:
        command = [self.postgres.account.install / "bin" / "psql", "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1"]
        address = ["-h", self.postgres.sockets, "-p", str(self.postgres.port), "-U", "postgres"]
        subprocess.run([*command, *address, "-f", file], check=True)


PORTS = {"postgres": 15_432, "redis": 16_379, "web": 18_500}
