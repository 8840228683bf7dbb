"""The browser files of others are exactly those of the lock: every one listed, none changed."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
VENDOR = ROOT / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text())
LOCK = json.loads((VENDOR / "source" / "package-lock.json").read_text())["packages"]
FOLDERS = {
    "htmx": "node_modules/htmx.org",
    "plotly-basic": "node_modules/plotly.js-basic-dist-min",
    "inter": "node_modules/@fontsource-variable/inter",
    "lucide": "node_modules/lucide-static",
}


def test_no_vendored_file_differs_from_its_recorded_hash():
    found = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in MANIFEST}
    assert found == MANIFEST


def test_every_vendored_file_is_listed():
    shipped = {str(path.relative_to(VENDOR)) for path in VENDOR.glob("*-[0-9]*/**/*") if path.is_file()}
    assert shipped == set(MANIFEST)


@pytest.mark.parametrize(("name", "package"), FOLDERS.items())
def test_the_folder_carries_the_locked_version_and_a_licence(name, package):
    folder = VENDOR / f"{name}-{LOCK[package]['version']}"
    assert (folder / "LICENSE").stat().st_size > 200


def test_pages_load_only_files_that_exist():
    named = set()
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").rglob("*.js")]:
        named |= set(re.findall(r"(?:vendor/[\w./-]+\.(?:js|css|woff2|svg)|css/[\w-]+\.css)", path.read_text()))
    missing = {name for name in named if not (ROOT / "static" / name).exists()}
    assert not missing
