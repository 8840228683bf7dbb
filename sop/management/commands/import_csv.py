"""Bring a file into a table from the command line: the same reading, checks and writing as on the page."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sop.importing.registry import tables
from sop.models import Import, User
from sop.refusals import Refused
from sop.services.import_run import apply_run, check_run
from sop.services.importing import import_columns_set, import_ready, import_receive

SHOWN = 20  # faults printed; all of them stand on the import's page


class Command(BaseCommand):
    """Check a file; with --apply also write it. Ends with an error while rows are faulty, unless they are left out."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the table, the file, whose name the work is done in, and how the file is read."""
        parser.add_argument("table", choices=[table.name for table in tables()])
        parser.add_argument("file", type=Path)
        parser.add_argument("--user", required=True, help="user name of the person who answers for it")
        parser.add_argument("--source", default="", help="where the file comes from; its columns are remembered")
        parser.add_argument("--mapping", type=Path, help="a JSON file saying which column makes which")
        parser.add_argument("--encoding", default="", help="where the file is not UTF-8: cp1252, iso8859-15, cp850")
        parser.add_argument("--apply", action="store_true", help="write it; without, only check it")
        parser.add_argument("--leave-out", type=int, default=0, metavar="N", help="leave out the N faulty rows")

    def handle(self, *args: Any, **options: Any) -> None:
        """Receive, map, check, tell, apply."""
        try:
            user = User.objects.get(username=options["user"], is_active=True)
            content, mapping = options["file"].read_bytes(), options["mapping"]
            columns = json.loads(mapping.read_text(encoding="utf-8")) if mapping else None
        except User.DoesNotExist as error:
            raise CommandError(f"There is no active person {options['user']!r}.") from error
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        try:
            brought = self._checked(user, content, columns, options)
            if options["apply"]:
                brought = apply_run(user, brought.pk, options["leave_out"])
                words = {
                    name: name for name in ("added", "changed", *(["removed"] if brought.counts["removed"] else []))
                }
                self.stdout.write(f"Written: {_told(brought.counts, words)}.")
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _checked(self, user: User, content: bytes, columns: Any, options: dict[str, Any]) -> Import:
        brought = import_receive(
            user=user,
            table=options["table"],
            file_name=options["file"].name,
            content=content,
            source=options["source"],
            encoding=options["encoding"],
        )
        if not brought.encoding:
            raise Refused("The file is not UTF-8. Say by --encoding how it is written; cp1252 is the most frequent.")
        if columns is not None:
            import_columns_set(user=user, import_id=brought.pk, columns=columns)
        import_ready(user=user, import_id=brought.pk)
        checked = check_run(user, brought.pk)
        self._tell(checked)
        return checked

    def _tell(self, brought: Import) -> None:
        """Print what was found; a file that cannot be read, or read in one way only, ends here."""
        counts = brought.counts
        if stopped := counts.get("refused") or counts.get("question"):
            raise Refused(stopped)
        words = {"added": "would be added", "changed": "would change", "same": "same", "faulty": "faulty"}
        words |= {"removed": "would be removed"} if counts["removed"] else {}
        self.stdout.write(f"Import {brought.pk}: {brought.rows:,} rows; {_told(counts, words)}.")
        for fault in brought.faults[:SHOWN]:
            sign = "" if fault["blocks"] else " (taken)"
            self.stdout.write(
                f"  row {fault['row']}, {fault['column']}: {fault['value']!r} {fault['what']}{sign}. {fault['cure']}"
            )
        if brought.fault_count > SHOWN:
            self.stdout.write(f"  and {brought.fault_count - SHOWN:,} more, all on the import's page.")


def _told(counts: dict[str, Any], words: dict[str, str]) -> str:
    return ", ".join(f"{counts[key]:,} {word}" for key, word in words.items())
