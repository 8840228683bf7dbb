"""What the pages of a file brought in say in figures and words."""

from typing import Any

from sop.models import Import


def import_kpis(brought: Import) -> list[dict[str, str]]:
    """Return the figures at the head of a file's page."""
    counts, done = brought.counts, brought.state == Import.State.APPLIED
    faulty, warned = counts.get("faulty", 0), counts.get("warned", 0)
    shown = [
        ("In the file", brought.rows, "", ""),
        ("Added" if done else "Would be added", counts.get("added", 0), "", ""),
        ("Changed" if done else "Would change", counts.get("changed", 0), "", ""),
        ("Same as before" if done else "Same as now", counts.get("same", 0), "", ""),
        ("Faulty rows", faulty, ("left out" if done else "cannot be taken") if faulty else "", "short"),
        ("Doubtful rows", warned, ("taken" if done else "can be taken") if warned else "", "warn"),
    ]
    return [{"label": label, "value": f"{value:,}", "change": word, "tone": tone} for label, value, word, tone in shown]


def apply_words(counts: dict[str, Any]) -> str:
    """Return what the button says: Bring in 2 new and 1 changed rows; empty where nothing would change."""
    added, changed = counts.get("added", 0), counts.get("changed", 0)
    parts = [f"{count:,} {word}" for count, word in ((added, "new"), (changed, "changed")) if count]
    return f"Bring in {' and '.join(parts)} row{'' if added + changed == 1 else 's'}" if parts else ""
