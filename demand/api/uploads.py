"""A file of the plan by API: sent, looked at, saved or cancelled."""

import base64
import binascii
import uuid
from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from demand.api.shapes import OutcomeOut
from demand.constants import UPLOAD_BYTES_MAX
from demand.models import Upload
from demand.selectors.upload import Met, Preview, upload_of, upload_preview
from demand.services.upload import upload_cancel, upload_receive, upload_save
from sop.api.base import OneView, WriteView, cycle_of
from sop.api.serializers import Body
from sop.importing.numbers import STYLE_LABELS
from sop.models import User

CONTENT_MAX = UPLOAD_BYTES_MAX * 4 // 3 + 4  # letters in base64


class UploadIn(Body):
    """A file as the page takes it."""

    file_name = serializers.CharField(max_length=200, help_text="Ends in .xlsx, .xlsm, .csv, .txt or .tsv.")
    content = serializers.CharField(max_length=CONTENT_MAX, trim_whitespace=False, help_text="The file in base64.")
    decimal = serializers.ChoiceField(
        choices=list(STYLE_LABELS.items()), required=False, help_text="Before the decimals of a CSV."
    )


class UploadChangeOut(serializers.Serializer[Any]):
    """One cell that changes; `quantity` null = back to the layer below. Base units and plan currency."""

    series = serializers.IntegerField()
    bucket = serializers.DateField()
    row = serializers.IntegerField(help_text="In the file, as spreadsheets count.")
    quantity = serializers.DecimalField(16, 3, allow_null=True)
    before = serializers.FloatField()
    after = serializers.FloatField()
    money = serializers.FloatField(allow_null=True)
    reason = serializers.CharField()


class UploadMetOut(UploadChangeOut):
    """One cell somebody changed after the file was made; it stays unless its `key` is sent when saving."""

    key = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()

    def to_representation(self, met: Met) -> dict[str, Any]:
        """Lay the cell beside who changed it."""
        return super().to_representation({**vars(met.change), "key": met.change.key, "by": met.who, "at": met.at})


class UploadFaultOut(serializers.Serializer[Any]):
    """One place of the file that changes nothing, why, and how to put it right."""

    row = serializers.IntegerField()
    column = serializers.CharField()
    value = serializers.CharField()
    what = serializers.CharField()
    cure = serializers.CharField()


class UploadOut(serializers.Serializer[Any]):
    """What a waiting file would change right now."""

    id = serializers.UUIDField()
    file_name = serializers.CharField()
    created_at = serializers.DateTimeField()
    units = serializers.FloatField()
    money = serializers.FloatField()
    currency = serializers.CharField()
    changes = UploadChangeOut(many=True)
    met = UploadMetOut(many=True, help_text="Changed since by somebody.")
    faults = UploadFaultOut(many=True, help_text="The first 1,000.")
    fault_count = serializers.IntegerField()
    notes = serializers.ListField(child=serializers.CharField())


class UploadSaveIn(Body):
    """Where the file's number is to stand although somebody changed the cell since."""

    mine = serializers.ListField(child=serializers.CharField(max_length=80), required=False, default=list)


class UploadSavedOut(OutcomeOut):
    """What became of it; cells changed between looking and saving wait as the upload `left`."""

    left = serializers.UUIDField(allow_null=True)


class UploadsView(WriteView):
    """Send a file of the plan; the answer says what it would change, nothing is saved yet."""

    write_right = "demand.override_forecast"
    body, item = UploadIn, UploadOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> dict[str, Any]:
        """Read the file and keep it."""
        try:
            content = base64.b64decode(fields["content"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError({"content": ["This is not base64."]}) from error
        waiting = upload_receive(
            user=user,
            cycle_id=cycle_of(address["cycle_id"]).pk,
            file_name=fields["file_name"],
            content=content,
            decimal=fields.get("decimal", ""),
        )
        return _shown(waiting, upload_preview(user, waiting))


class UploadView(OneView):
    """What your waiting file would change right now."""

    read_right = "demand.override_forecast"
    item = UploadOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> dict[str, Any]:
        """Return it."""
        waiting = _own(user, address["upload_id"])
        return _shown(waiting, upload_preview(user, waiting))


class UploadSaveView(WriteView):
    """Save your waiting file as one change."""

    write_right = "demand.override_forecast"
    body, item, written = UploadSaveIn, UploadOut, UploadSavedOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> dict[str, Any]:
        """Save it."""
        outcome, left = upload_save(user=user, upload_id=address["upload_id"], mine=fields["mine"])
        return {**outcome.as_json(), "left": left.pk if left else None}

    def status_of(self, result: dict[str, Any]) -> int:
        """Answer 422 when nothing at all was saved."""
        return 200 if result["saved"] or not result["refused"] else 422


class UploadCancelView(WriteView):
    """Forget your waiting file."""

    write_right = "demand.override_forecast"
    item = UploadOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> dict[str, Any]:
        """Forget it; answer what it would have changed."""
        waiting = _own(user, address["upload_id"])
        shown = _shown(waiting, upload_preview(user, waiting))
        upload_cancel(user=user, upload_id=waiting.pk)
        return shown


def _own(user: User, upload_id: uuid.UUID) -> Upload:
    waiting = upload_of(user, upload_id)
    if waiting is None:
        raise Http404
    return waiting


def _shown(waiting: Upload, found: Preview) -> dict[str, Any]:
    kept = ("id", "file_name", "created_at", "faults", "fault_count", "notes")
    return {**{name: getattr(waiting, name) for name in kept}, **vars(found)}
