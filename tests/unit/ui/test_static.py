"""Production serves static files under hashed names; scripts must find one another under them."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

HASHED = "sop.static_storage.HashedStaticFilesStorage"
NAMED = re.compile(r"""(?:from|import|import\(|new URL\()\s*["'](\.[^"']+)["']""")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("static")
    storages = {"staticfiles": {"BACKEND": HASHED}}
    with override_settings(STATIC_ROOT=root, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


def test_every_script_names_others_by_their_hashed_names(collected: Path):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    hashed = {(collected / name).resolve() for name in names.values()}
    scripts = [collected / name for plain, name in names.items() if plain.startswith("js/")]
    asked = [(each.name, each.parent / found) for each in scripts for found in NAMED.findall(each.read_text())]
    assert len(asked) > len(scripts)
    assert [(name, str(path)) for name, path in asked if path.resolve() not in hashed] == []


def test_a_script_is_renamed_when_what_it_imports_changes(collected: Path):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    assert names["js/plangrid/dom.js"] in {
        f"js/plangrid/{found.removeprefix('./')}"
        for found in NAMED.findall((collected / names["js/plangrid/head.js"]).read_text())
    }
