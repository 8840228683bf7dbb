#!/usr/bin/env python3
"""The one entry point: `python3 manage.py demo`, `python3 manage.py test`, and every Django command.

This file must be readable by old Pythons (no newer syntax than 3.6), so that they can say what is needed.
"""

import importlib.util
import os
import shutil
import subprocess
import sys

USAGE = """python3 manage.py demo        the product with a demo company, until Ctrl-C
python3 manage.py reset_demo  throw the demo's data away
python3 manage.py test        the tests; what follows goes to pytest
python3 manage.py check_all   every check a change must pass, then the tests
Every other word is a Django command and needs the settings of docs/operations.md."""
MINIMUM = (3, 11)
NEWEST_MINOR = 14
SHELL_COMMANDS = ("demo", "reset_demo", "test", "check_all")
NEEDED_BY_DJANGO = ("django", "rest_framework", "psycopg", "celery", "simple_history")


def main() -> None:
    """Run one command: ours in `.venv`, Django's wherever the dependencies are installed."""
    if len(sys.argv) == 1:
        sys.exit(USAGE)
    command = sys.argv[1]
    if command in SHELL_COMMANDS or not dependencies_installed():
        require_python()
        from sop.local import venv

        venv.enter("dev" if command in ("test", "check_all") else "demo")
    if command in SHELL_COMMANDS:
        from sop.local import commands

        sys.exit(commands.run(command, sys.argv[2:]))
    if command == "forecast_file":
        forecast_file()
        return
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sop.settings")
    execute_from_command_line(sys.argv)


def forecast_file() -> None:
    """Run the one Django command that works on files alone: it needs no settings and no database."""
    from django.conf import settings

    from demand.management.commands.forecast_file import Command

    settings.configure()
    Command().run_from_argv(sys.argv)


def dependencies_installed() -> bool:
    """Tell whether this Python has the product's packages, as it has in a built image."""
    return all(importlib.util.find_spec(name) for name in NEEDED_BY_DJANGO)


def require_python() -> None:
    """Continue in a new enough Python: this one, else the newest on PATH, else say what is needed."""
    if sys.version_info[:2] >= MINIMUM:
        return
    for minor in range(NEWEST_MINOR, MINIMUM[1] - 1, -1):
        python = shutil.which(f"python3.{minor}")
        if python and subprocess.call([python, "-c", "import venv"], stderr=subprocess.DEVNULL) == 0:
            os.execv(python, [python, os.path.abspath(__file__), *sys.argv[1:]])
    needed = ".".join(str(part) for part in MINIMUM)
    sys.exit(f"Python {needed} or newer is needed. This is {sys.version.split()[0]}, and PATH holds no newer one.")


if __name__ == "__main__":
    main()
