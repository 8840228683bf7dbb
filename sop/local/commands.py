"""The words manage.py understands beside Django's own."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from sop.local.venv import ROOT

DEFAULT_PORT = 8000


def run(command: str, words: Sequence[str]) -> int:
    """Run one command inside the virtual environment and return its exit code."""
    if command == "test":
        from sop.local import checks

        return checks.run_tests(words)
    parser = argparse.ArgumentParser(prog=f"manage.py {command}")
    if command == "check_all":
        from sop.local import checks

        parser.add_argument("--static", action="store_true", help="only the checks that start nothing")
        return checks.run_all(static_only=parser.parse_args(words).static)

    from sop.local import demo

    parser.add_argument("--state", type=Path, default=os.environ.get("SOP_STATE", ROOT / ".local"), metavar="DIR")
    if command == "reset_demo":
        return demo.reset(parser.parse_args(words).state.resolve())
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
    given = parser.parse_args(words)
    return demo.run(given.state.resolve(), port=given.port, reset_first=given.reset)
