"""Which account PostgreSQL runs as: it refuses to run as root, and the demo must not create users."""

import ctypes
import os
import pwd
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

NEW_USER_NAMESPACE = 0x10000000  # unshare(CLONE_NEWUSER)
NOBODY = 65534


@dataclass(frozen=True)
class Account:
    """How PostgreSQL is started: what the child does first, and the folders it may use."""

    become: Callable[[], None] | None
    install: Path
    home: Path


def for_postgres(install: Path, home: Path) -> Account:
    """Choose an account: this user; as root a user namespace; where that is forbidden, `nobody`.

    `install` is the folder with bin/, lib/, share/; `home` the folder for data and sockets.
    """
    if os.geteuid() != 0:
        return Account(None, install, home)
    if namespaces_allowed():
        return Account(enter_namespace, install, home)
    return as_nobody(install, home)


def enter_namespace() -> None:
    """Look like `nobody` to this process while its files stay root's own: no chown, no new user."""
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_USER_NAMESPACE):
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
    for file, line in (("setgroups", "deny"), ("uid_map", f"{NOBODY} 0 1"), ("gid_map", f"{NOBODY} 0 1")):
        Path("/proc/self", file).write_text(line)


def namespaces_allowed() -> bool:
    """Try a user namespace in a child: containers and hardened kernels forbid it."""
    child = os.fork()
    if child == 0:
        try:
            enter_namespace()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def as_nobody(install: Path, home: Path) -> Account:
    """Copy PostgreSQL to where `nobody` can read it, since root's folders are closed to others."""
    user = pwd.getpwnam("nobody")
    open_home = Path("/var/tmp", "sop-" + sha256(str(home).encode()).hexdigest()[:10])
    open_home.mkdir(mode=0o700, exist_ok=True)
    if open_home.is_symlink() or open_home.stat().st_uid not in {0, user.pw_uid}:
        raise SystemExit(f"{open_home} belongs to somebody else; remove it.")
    os.chown(open_home, user.pw_uid, user.pw_gid)
    copy = open_home / "site" / install.parent.name / install.name
    if not (open_home / "copied").exists():
        shutil.rmtree(open_home / "site", ignore_errors=True)
        shutil.copytree(install, copy, symlinks=True)
        # The binaries look for their libraries beside the package, relative to themselves.
        libraries = install.parent.with_name(install.parent.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, open_home / "site" / libraries.name, symlinks=True)
        for folder, _, files in os.walk(open_home / "site"):
            for path in (Path(folder), *(Path(folder, file) for file in files)):
                path.chmod(0o755)
        (open_home / "copied").touch()

    def become() -> None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        os.umask(0o077)

    return Account(become, copy, open_home)
