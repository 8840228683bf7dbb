"""What the pages of a file brought in say in figures and words."""

from typing import Any

from sop.models import Import


def import_kpis(brought: Import) -> list[dict[str, str]]:
    """Return the figures at the head of a file's page."""
    counts, done = brought.counts, brought.state == Import.State.APPLIED
    faulty, warned, removed = (counts.get(name, 0) for name in ("faulty", "warned", "removed"))
    shown = [
        ("In the file", brought.rows, "", ""),
        ("Added" if done else "Would be added", counts.get("added", 0), "", ""),
        ("Changed" if done else "Would change", counts.get("changed", 0), "", ""),
        ("Same as before" if done else "Same as now", counts.get("same", 0), "", ""),
        *([("Removed" if done else "Would be removed", removed, "", "")] if removed else []),
        ("Faulty rows", faulty, ("left out" if done else "cannot be taken") if faulty else "", "short"),
        ("Doubtful rows", warned, ("taken" if done else "can be taken") if warned else "", "warn"),
    ]
    return [{"label": label, "value": f"{value:,}", "change": word, "tone": tone} for label, value, word, tone in shown]


def apply_words(counts: dict[str, Any]) -> str:
    """Return what the button says: Bring in 2 new and 1 changed rows, remove 3; empty where nothing would change."""
    added, changed, removed = (counts.get(name, 0) for name in ("added", "changed", "removed"))
    parts = [f"{count:,} {word}" for count, word in ((added, "new"), (changed, "changed")) if count]
    brought = f"Bring in {' and '.join(parts)} row{'' if added + changed == 1 else 's'}" if parts else ""
    gone = f"remove {removed:,} row{'' if removed == 1 else 's'}" if removed else ""
    return ", ".join(words for words in (brought, gone) if words).capitalize()
