"""Logs as JSON lines that carry the request's id and never a secret."""

import json
import logging
from datetime import UTC, datetime

from sop.request_context import current


class RequestIdFilter(logging.Filter):
    """Add the request's id and the acting person to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True always: nothing is dropped."""
        context = current()
        record.request_id = context.request_id
        record.user_name = context.user_name
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", ""),
            "user": getattr(record, "user_name", ""),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
