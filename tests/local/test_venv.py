"""The bootstrap: what must work before anything is installed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from sop.local import venv


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of its own with three small locked lists and an installer that only counts."""
    (tmp_path / "requirements").mkdir()
    for lock in ("demo", "dev"):
        (tmp_path / "requirements" / f"{lock}.lock").write_text(f"# {lock}\n")
    monkeypatch.setattr(venv, "ROOT", tmp_path)
    monkeypatch.setattr(venv, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(venv, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(venv, "UNFINISHED", tmp_path / ".venv" / ".unfinished")
    return tmp_path


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lists that were installed, one after another."""
    done: list[str] = []
    monkeypatch.setattr(venv, "install_with_uv", lambda lock: done.append(lock) or True)
    return done


def test_old_pythons_can_read_the_entry_point() -> None:
    ast.parse((venv.ROOT / "manage.py").read_text(), feature_version=(3, 6))


def test_bootstrap_imports_the_standard_library_only() -> None:
    without_packages = [sys.executable, "-S", "-c", "import sop.local.venv, sop.local.commands"]
    subprocess.run(without_packages, cwd=venv.ROOT, check=True)


def test_second_start_installs_nothing(folder: Path, installed: list[str]) -> None:
    venv.ensure("demo")
    venv.ensure("demo")
    assert installed == ["demo"]


def test_environment_of_the_tests_serves_the_demo(folder: Path, installed: list[str]) -> None:
    venv.ensure("dev")
    venv.ensure("demo")
    assert installed == ["dev"]


def test_environment_of_the_demo_grows_for_the_tests(folder: Path, installed: list[str]) -> None:
    venv.ensure("demo")
    (venv.VENV / "kept").touch()
    venv.ensure("dev")
    assert installed == ["demo", "dev"]
    assert (venv.VENV / "kept").exists()


def test_changed_list_is_installed_again(folder: Path, installed: list[str]) -> None:
    venv.ensure("demo")
    venv.lock_file("demo").write_text("# another version\n")
    venv.ensure("demo")
    assert installed == ["demo", "demo"]


def test_interrupted_installation_starts_afresh(folder: Path, installed: list[str]) -> None:
    venv.ensure("demo")
    (venv.VENV / "half a package").touch()
    venv.UNFINISHED.touch()
    venv.ensure("demo")
    assert installed == ["demo", "demo"]
    assert not (venv.VENV / "half a package").exists()


def test_failed_installation_is_not_taken_for_a_good_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venv, "install_with_uv", lambda lock: False)
    monkeypatch.setattr(venv, "install_with_pip", lambda lock: False)
    with pytest.raises(SystemExit, match="could not be installed"):
        venv.ensure("demo")
    assert not venv.is_current("demo")


def test_only_locked_files_with_their_hashes_are_let_in() -> None:
    for lock in ("base", "demo", "dev", "node"):
        text = venv.lock_file(lock).read_text()
        pinned = [line for line in text.splitlines() if line and line[0] not in " #"]
        assert pinned
        assert all("==" in line and line.endswith("\\") for line in pinned), lock
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(venv.restrictions("dev"))


def test_lists_agree_on_every_version() -> None:
    def versions(lock: str) -> set[str]:
        lines = venv.lock_file(lock).read_text().splitlines()
        return {line.split(" ")[0] for line in lines if line and line[0] not in " #"}

    assert versions("base") <= versions("demo") <= versions("dev")
