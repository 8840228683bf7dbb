"""Shapes of what is typed about files brought in: the file itself, and where each column comes from."""

from typing import Any

from django import forms
from django.http import QueryDict

from sop.importing.files import DELIMITERS, ENCODINGS, EXTENSIONS
from sop.importing.spec import Table


class ImportForm(forms.Form):
    """A file for a table."""

    table = forms.ChoiceField(label="What is in the file")
    file = forms.FileField(label="File", widget=forms.FileInput(attrs={"accept": ",".join(EXTENSIONS)}))
    source = forms.CharField(
        label="Source",
        required=False,
        max_length=80,
        help_text="Where it comes from, for instance SAP orders. Its columns are remembered for the next file.",
        widget=forms.TextInput(attrs={"list": "sources"}),
    )

    def __init__(self, *args: Any, tables: list[Table], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["table"].choices = [(table.name, table.label) for table in tables]  # type: ignore[attr-defined]


class EncodingForm(forms.Form):
    """How a file is written, where it does not prove it itself."""

    encoding = forms.ChoiceField(label="Encoding", choices=list(ENCODINGS.items()))
    delimiter = forms.ChoiceField(
        label="Columns are separated by",
        required=False,
        choices=[("", "work it out"), *DELIMITERS.items()],
    )


def columns_read(post: QueryDict, table: Table) -> dict[str, Any]:
    """Return the mapping a person chose on the page of columns, as `mapping_read` takes it."""
    columns: dict[str, Any] = {}
    for column in table.columns:
        headings = [heading for heading in post.getlist(f"from-{column.name}") if heading]
        constant = post.get(f"constant-{column.name}", "").strip()
        if not headings and not constant:
            continue
        source: dict[str, Any] = {"headings": headings} if headings else {"constant": constant}
        if order := post.get(f"order-{column.name}"):
            source["order"] = order
        if yes := _words(post.get(f"yes-{column.name}", "")):
            source["yes"] = yes
        columns[column.name] = source
    return {
        "columns": columns,
        "joiner": post.get("joiner", " "),
        "decimal": post.get("decimal", ""),
        "order": post.get("order", ""),
        "empty": _words(post.get("empty", "")),
        "create": post.getlist("create"),
        "add_up": post.get("add_up") == "yes",
    }


def _words(text: str) -> list[str]:
    """Return the texts of a list written with semicolons."""
    return [word.strip() for word in text.split(";") if word.strip()]
