"""import_csv: the same rules as on the page, by a command."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from sop.models import Import, Region
from tests.factories import Cast

pytestmark = pytest.mark.django_db


def run(tmp_path: Path, text: str, *more: str, user: str = "olga") -> str:
    """Run the command on a file and return what it prints."""
    file, out = tmp_path / "regions.csv", StringIO()
    file.write_text(text, encoding="utf-8")
    call_command("import_csv", "regions", str(file), "--user", user, *more, stdout=out)
    return out.getvalue()


def test_without_apply_it_only_says_what_would_happen(cast: Cast, tmp_path: Path) -> None:
    assert "1 rows; 1 would be added" in run(tmp_path, "code\nEAST\n")
    assert not Region.objects.filter(code="EAST").exists()


def test_with_apply_and_a_mapping_it_writes(cast: Cast, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"columns": {"code": "Kuerzel", "name": "Text"}}))
    said = run(tmp_path, "Kuerzel;Text\nO;Ost\n", "--mapping", str(mapping), "--source", "SAP", "--apply")
    assert "Written: 1 added, 0 changed." in said
    assert Region.objects.get(code="O").history.get().history_user_name == "Olga"
    assert Import.objects.get().state == Import.State.APPLIED


def test_faulty_rows_stop_it_unless_they_are_left_out(cast: Cast, tmp_path: Path) -> None:
    text = "code,name\nEAST,East\nEAST,Ost\nWEST,West\n"
    with pytest.raises(CommandError, match="2 rows are faulty"):
        run(tmp_path, text, "--apply")
    said = run(tmp_path, text, "--apply", "--leave-out", "2")
    assert "row 2, code: 'EAST' says the same as row 3" in said
    assert Region.objects.filter(code__in=["EAST", "WEST"]).count() == 1


@pytest.mark.parametrize(
    ("text", "user", "sentence"),
    [
        ("code\nEAST\n", "nobody", "no active person"),
        ("code\nEAST\n", "ana", "may not bring"),
        ("x\n1\n", "olga", "Code is"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(cast: Cast, tmp_path: Path, text: str, user: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(tmp_path, text, user=user)
