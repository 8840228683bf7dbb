"""Answers that hold whole matrices of numbers."""

from typing import Any

import orjson
from django.http import HttpResponse


class MatrixResponse(HttpResponse):
    """JSON of plain values and numpy arrays; a cell without a number (NaN) is null.

    Python's own encoder takes arrays only as lists of objects: eight times the work of a grid of 2,000 rows.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(orjson.dumps(data, option=orjson.OPT_SERIALIZE_NUMPY), content_type="application/json")
