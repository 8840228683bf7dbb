"""`manage.py test` and `manage.py check_all`: the words a developer and CI both use."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sop.local.venv import ROOT

STATIC_CHECKS: tuple[tuple[str, ...], ...] = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("lint-imports", "--no-logo"),
    ("mypy",),
    ("python", "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"),
)


def run_all(*, static_only: bool) -> int:
    """Run every check, even after one failed, and the tests; return how many failed."""
    failed = [" ".join(check) for check in STATIC_CHECKS if not passes(check)]
    if not static_only and run_tests([]):
        failed.append("tests")
    print(f"FAILED: {', '.join(failed)}" if failed else "every check passed", flush=True)
    return len(failed)


def passes(check: Sequence[str]) -> bool:
    """Run one tool of the virtual environment and tell whether it is content."""
    print(f"$ {' '.join(check)}", flush=True)
    folder = Path(sys.executable).parent
    # The tests' settings need no server and no secret from outside.
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)}
    return subprocess.run([str(folder / check[0]), *check[1:]], cwd=ROOT, env=environment, check=False).returncode == 0


def run_tests(words: Sequence[str]) -> int:
    """Run pytest in this process: the private servers are its children and end with it."""
    import pytest

    return int(pytest.main(["--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), *words]))
