"""What the import contracts cannot see: references as text, folders without a package, engines without a framework."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

ROOT = Path(__file__).parent.parent
ORDER = ("sop", "demand", "supply", "reconcile", "review", "publish")
ENGINES = [name for name in ORDER if (ROOT / name / "engine").is_dir()]
LONGEST_FILE = 250
LONGEST_FUNCTION = 60
PYTHON = [path for app in ORDER for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def test_no_table_points_to_a_later_step() -> None:
    ours = [model for model in apps.get_models() if model._meta.app_label in ORDER]
    pointing = {(model._meta.label, label_of(field.related_model)) for model in ours for field in relations(model)}
    later = [(of, to) for of, to in pointing if rank(to) > rank(of)]
    assert later == []


def relations(model: type[Model]) -> list[object]:
    return [field for field in model._meta.get_fields() if field.is_relation and not field.auto_created]  # type: ignore[misc]


def label_of(model: object) -> str:
    return model._meta.label if isinstance(model, type) and issubclass(model, Model) else ""


def rank(label: str) -> int:
    app = label.split(".")[0]
    return ORDER.index(app) if app in ORDER else -1


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in PYTHON}
    assert sorted(str(folder) for folder in folders if not (folder / "__init__.py").exists()) == []


@pytest.mark.parametrize("app", ENGINES)
def test_an_engine_imports_with_django_blocked(app: str) -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / app / "engine").rglob("*.py"))
        if path.name != "__init__.py"
    ]
    code = (
        "import sys\n"
        "for name in ('django', 'rest_framework', 'simple_history', 'celery', 'psycopg'): sys.modules[name] = None\n"
        f"import importlib\nfor name in {modules!r}: importlib.import_module(name)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr[-2000:]


def test_the_project_package_stays_empty() -> None:
    assert (ROOT / "sop/__init__.py").read_text() == "", "engines import it before any framework is there"


def test_no_file_is_longer_than_one_noun_needs() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in PYTHON}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_too_long_to_read_at_once() -> None:
    long = []
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}, {lines} lines")
    assert long == []


def test_every_migration_is_named_by_hand() -> None:
    named = [path.stem for app in ORDER for path in (ROOT / app / "migrations").glob("0*.py")]
    assert [name for name in named if "_auto_" in name or name.endswith("_initial")] == []
