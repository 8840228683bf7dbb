"""Typed reading of the environment; a secret may also come from the file named by NAME_FILE."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit


class EnvError(RuntimeError):
    """A setting is missing or unreadable; the message says which and what is expected."""


def text(name: str, default: str | None = None) -> str:
    """Return the variable `name`, else the contents of the file `NAME_FILE` names, else `default`."""
    value = os.environ.get(name)
    file = os.environ.get(f"{name}_FILE")
    if value:
        return value
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    if default is None:
        raise EnvError(f"Set {name} (or {name}_FILE to a file that holds it).")
    return default


def boolean(name: str, default: bool) -> bool:
    """Return a yes/no variable; anything but 1/0, true/false, yes/no, on/off is an error."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise EnvError(f"{name} must be yes or no; it is {value!r}.")


def number(name: str, default: int) -> int:
    """Return a whole number."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal():
        raise EnvError(f"{name} must be a whole number; it is {value!r}.")
    return int(value)


def words(name: str, default: str) -> list[str]:
    """Return a comma separated list without empty words."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database(name: str = "DATABASE_URL") -> dict[str, object]:
    """Translate a postgresql:// address (TCP or `?host=/socket/folder`) into Django's setting."""
    url = urlsplit(text(name))
    if url.scheme not in {"postgresql", "postgres"}:
        raise EnvError(f"{name} must start with postgresql://; other databases are not supported.")
    query = parse_qs(url.query)
    return {
        "ENGINE": "sop.database",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or "") or text("DATABASE_PASSWORD", ""),
        "HOST": query.get("host", [url.hostname or ""])[0],
        "PORT": str(url.port or ""),
    }
