"""PostgreSQL and Valkey together, in one state folder that one process at a time may use."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path

from sop.local.postgres import APP, OWNER, Postgres
from sop.local.valkey import Valkey

LONGEST_SOCKET_PATH = 95  # bytes; the kernel allows 104 on macOS, 108 on Linux
DATABASE = "sop"


class Servers:
    """The private servers of one state folder; nothing listens on a port, nobody else can open the sockets."""

    def __init__(self, state: Path, *, durable: bool) -> None:
        self.state = state.resolve()
        self.logs = self.state / "log"
        self.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sockets = socket_folder(self.state)
        self.postgres = Postgres(home=self.state, sockets=self.sockets, log=self.logs / "postgres.log", durable=durable)
        self.valkey = Valkey(
            home=self.state / "valkey", sockets=self.sockets, log=self.logs / "valkey.log", durable=durable
        )

    def start(self) -> None:
        """Start both servers and make the roles and the database."""
        self.postgres.start()
        self.postgres.create_roles()
        self.postgres.create_database(DATABASE)
        self.valkey.start()

    def stop(self) -> None:
        """Stop both servers; the data stays."""
        self.valkey.stop()
        self.postgres.stop()

    def environment(self, *, owner: bool = False) -> dict[str, str]:
        """Return the addresses for a child: the application's role, or the owner's for migrations."""
        return {
            "DATABASE_URL": self.postgres.url(DATABASE, OWNER if owner else APP),
            "REDIS_URL": self.valkey.url,
        }

    def remove(self, *, keep: Collection[str] = ()) -> None:
        """Throw the data, the logs and the sockets away, but not the files of the state folder named in `keep`."""
        if self.postgres.moved:
            shutil.rmtree(self.postgres.account.home, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)
        for path in self.state.iterdir():
            if path.name not in keep:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def socket_folder(state: Path) -> Path:
    """Return a folder only this user can open, with a path short enough for a socket."""
    folder = state / "s"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) > LONGEST_SOCKET_PATH:
        name = sha256(os.fsencode(state)).hexdigest()[:10]
        folder = Path(tempfile.gettempdir(), f"sop-{os.getuid()}-{name}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise SystemExit(f"{folder} must be a folder of yours that nobody else can open (mode 0700).")
    return folder


class StateLock:
    """The right to use a state folder; the kernel takes it back when its holder dies, however it dies."""

    def __init__(self, state: Path) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self.file = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o600)

    def take(self) -> bool:
        """Take the lock; False when another process holds it."""
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
