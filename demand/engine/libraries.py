"""Loading a forecasting library when it is first needed, and saying so where a machine does not have it."""

from importlib import import_module
from types import ModuleType


class LibraryMissing(Exception):
    """A library that a method stands on cannot be loaded on this machine; the message says which."""


def library(name: str) -> ModuleType:
    """Return the module of this name. Importing one takes a second and 100 MB: once, in workers that need it.

    Raises LibraryMissing whatever the reason: not installed, or what it needs of the system is not there.
    """
    try:
        return import_module(name)
    except (ImportError, OSError) as missing:
        raise LibraryMissing(f"{name.split('.', maxsplit=1)[0]} cannot be loaded on this machine") from missing
