"""The base of what comes in and what goes out: exactly the fields named, nothing silently dropped."""

from typing import Any

from rest_framework import serializers


class _Exact(serializers.Serializer[Any]):
    """A serializer that refuses what it does not know: a misspelt name must not pass as "not given"."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values; names nobody knows are refused with the known ones."""
        if isinstance(data, dict):
            strangers = sorted(str(name) for name in data if name not in self.fields)
            if strangers:
                known = ", ".join(self.fields) or "none"
                raise serializers.ValidationError({name: [f"Not known here; known: {known}."] for name in strangers})
        return super().to_internal_value(data)


class Body(_Exact):
    """What a write takes; without fields: nothing."""


class Query(_Exact):
    """What a read takes after the question mark; every field may be left out.

    `source` names the column a field filters by.
    """

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, none of them required."""
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class RowOut(serializers.ModelSerializer[Any]):
    """One row of a table as it is shown; `Meta.fields` names every column, a field is never written through it."""

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, all of them read only."""
        fields = super().get_fields()
        for field in fields.values():
            field.read_only = True
        return fields


class ErrorOut(serializers.Serializer[Any]):
    """Every refusal of the API."""

    error = serializers.CharField(help_text="A sentence for a person.")
    fields_ = serializers.DictField(help_text="What does not fit, by field.")
    request_id = serializers.CharField(help_text="Name it when you ask for help: the log knows it.")

    def get_fields(self) -> dict[str, Any]:
        """Name the field `fields`, a word the class itself uses."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}
