"""Text that people or files bring in is shown as text on every page, never run."""

from itertools import groupby

from django.apps import apps
from django.db import connection, models
from psycopg import sql

from tests.support import stops
from tests.support.live import Live
from tests.support.pages import Pages

HOSTILE = """"><img src=x onerror=alert(1)><script>alert(2)</script>'"""
APPS = ("sop", "demand", "supply", "reconcile", "review", "publish")
# What the product itself writes and reads again; nobody types it.
OWN_WORDS = {"username", "password", "timezone"}
SETTLED = "() => !document.querySelector('[data-chart] .chart-canvas:empty, body[data-grid]:not([data-grid=ready])')"


def test_no_page_runs_what_somebody_wrote(demo_pages: Pages, live_demo: Live) -> None:
    with live_demo.orm():
        walk = stops.demo_stops()
        poisoned = _poison()
    assert len(poisoned) > 40
    faults: list[str] = []
    seen = 0
    for user, theirs in groupby(sorted(walk, key=lambda stop: stop.user), key=lambda stop: stop.user):
        page = demo_pages.open("/sign-in/", user=user or None)
        for stop in theirs:
            page.goto(stop.path)
            page.wait_for_function(SETTLED)
            if stop.name.startswith("demand-adjust"):
                page.locator(".pg-cell:not(.locked)").nth(8).click()
                page.locator("#panel h2").first.wait_for()
            seen += page.get_by_text("<img src=x onerror", exact=False).count()
            faults += [f"{stop}: {error}" for error in demo_pages.errors]
            faults += [f"{stop}: became an element"] * bool(page.locator('img[src="x"]').count())
            demo_pages.errors.clear()
        page.context.close()
    assert not faults, "\n".join(faults)
    assert seen > 100, "the text was to be seen on the pages"


def _poison() -> list[str]:
    """Add hostile text to everything people can write; return the columns as table.column."""
    found = []
    with connection.cursor() as cursor:
        for model in (each for app in APPS for each in apps.get_app_config(app).get_models()):
            columns = [field for field in model._meta.concrete_fields if _is_written_by_people(field)]
            if not columns:
                continue
            table = sql.Identifier(model._meta.db_table)
            sets = sql.SQL(", ").join(
                sql.SQL("{0} = left({0} || {1}, {2})").format(
                    sql.Identifier(str(field.column)), sql.Literal(HOSTILE), sql.Literal(field.max_length or 5000)
                )
                for field in columns
            )
            # Records refuse every change; their owner may put that aside, which is what a hostile past amounts to.
            cursor.execute(sql.SQL("alter table {} disable trigger user").format(table))
            cursor.execute(sql.SQL("update {} set {}").format(table, sets))
            cursor.execute(sql.SQL("alter table {} enable trigger user").format(table))
            found += [f"{model._meta.db_table}.{field.column}" for field in columns]
    return found


def _is_written_by_people(field: "models.Field[object, object]") -> bool:
    """Tell whether a column holds free text long enough to do harm."""
    text = isinstance(field, (models.CharField, models.TextField))
    long = field.max_length is None or field.max_length >= 2 * len(HOSTILE)
    free = not field.choices and not field.unique and not field.primary_key and field.name not in OWN_WORDS
    return text and long and free
