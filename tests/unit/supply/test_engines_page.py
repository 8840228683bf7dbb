"""The page of the engines names functions that exist, with the parameters they have."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs/engines.md").read_text()
SUPPLY, RECONCILE = PAGE.split("## Reconcile: price and pre-buy")


def named(text, package):
    for path, name, given in re.findall(r"`?\b((?:\w+\.)*\w+)\.(\w+)\(([^()`]*)\)", text):
        module = path if path.startswith(("sop.", "demand.", "supply.", "reconcile.")) else f"{package}.{path}"
        yield module, name, [part.split("=")[0].strip() for part in given.split(",")]


CALLS = [
    call
    for call in (*named(SUPPLY, "supply.engine"), *named(RECONCILE, "reconcile.engine"))
    if "Supply" not in call[0]  # a class, not a module
]


@pytest.mark.parametrize(("module", "name", "parameters"), CALLS, ids=[f"{name}" for _, name, _ in CALLS])
def test_a_function_of_the_page_exists_with_its_parameters(module, name, parameters):
    function = getattr(importlib.import_module(module), name)
    known = [*inspect.signature(function).parameters, "*", "...", ""]
    if name != "roll_up":  # its choices stand for the parameter
        assert [parameter for parameter in parameters if parameter not in known] == []


def test_the_page_names_most_of_what_there_is():
    assert len({name for _, name, _ in CALLS}) > 45
