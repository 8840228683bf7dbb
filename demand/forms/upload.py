"""Shape of an uploaded file of the plan."""

from django import forms

from sop.importing.numbers import STYLE_LABELS
from sop.importing.table import TABLES


class UploadForm(forms.Form):
    """A file, and how its numbers are written where the file does not prove it."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,  # refused in a sentence of its own
        widget=forms.FileInput(attrs={"accept": ",".join(TABLES)}),
        help_text="The downloaded workbook, or a CSV with the same columns.",
    )
    decimal = forms.ChoiceField(
        label="Numbers in a CSV are written",
        required=False,
        choices=[("", "work it out"), *STYLE_LABELS.items()],
    )
