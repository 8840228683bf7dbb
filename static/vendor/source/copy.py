"""Install the locked npm packages in a throw-away folder and copy the files this project ships.

Run by hand when a version changes: `python3 static/vendor/source/copy.py` (needs npm; nothing else ever does).
Writes static/vendor/<name>-<version>/ and static/vendor/manifest.json with the SHA-256 of every file.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
VENDOR = SOURCE.parent

# package -> (short folder name, {path inside the package: name here})
FILES = {
    "htmx.org": ("htmx", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"}),
    "plotly.js-basic-dist-min": (
        "plotly-basic",
        {"plotly-basic.min.js": "plotly-basic.min.js", "LICENSE": "LICENSE"},
    ),
    "@fontsource-variable/inter": (
        "inter",
        {"files/inter-latin-wght-normal.woff2": "inter-latin-wght-normal.woff2", "LICENSE": "LICENSE"},
    ),
    "lucide-static": ("lucide", {"LICENSE": "LICENSE"}),
}

# Only the icons a page uses; `{% icon "name" %}` fails loudly for any other.
ICONS = """
arrow-left arrow-right bell calendar check chevron-down chevron-right circle-alert circle-check circle-user-round
copy database download external-link file-text funnel history house info keyboard loader-circle lock lock-open
log-in log-out menu message-square monitor moon pencil play plus printer redo-2 refresh-cw search settings
sun trash-2 triangle-alert undo-2 upload users x
""".split()


def packages_install(folder: Path) -> dict[str, str]:
    """Install exactly the lock into `folder`; return package -> version."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCE / name, folder)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
    lock = json.loads((folder / "package-lock.json").read_text())["packages"]
    return {package: lock[f"node_modules/{package}"]["version"] for package in FILES}


def files_copy(modules: Path, versions: dict[str, str]) -> None:
    """Replace every static/vendor/<name>-<version> folder by the installed files."""
    for package, (name, files) in FILES.items():
        for old in VENDOR.glob(f"{name}-[0-9]*"):
            shutil.rmtree(old)
        target = VENDOR / f"{name}-{versions[package]}"
        if name == "lucide":
            files = files | {f"icons/{icon}.svg": f"icons/{icon}.svg" for icon in ICONS}
        for inside, here in files.items():
            (target / here).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(modules / package / inside, target / here)


def manifest_write() -> None:
    """Write the hash of every shipped file, so a test can tell a changed one."""
    shipped = sorted(path for path in VENDOR.glob("*-[0-9]*/**/*") if path.is_file())
    hashes = {str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest() for path in shipped}
    (VENDOR / "manifest.json").write_text(json.dumps(hashes, indent=2) + "\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        found = packages_install(Path(scratch))
        files_copy(Path(scratch) / "node_modules", found)
    manifest_write()
