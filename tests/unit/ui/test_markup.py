"""Templates say only what the style sheets know and what the content policy allows."""

import re
from pathlib import Path

import pytest
from django.urls import URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Not looks: hooks for scripts and for Plotly, and the stems of text-{{ tone }} and heat-{{ heat }}.
HOOKS = {"count", "choices", "seal", "no-inline-styles", "text-", "heat-"}


def known_classes() -> set[str]:
    sheets = "".join(path.read_text() for path in (ROOT / "static" / "css").glob("*.css"))
    plain = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", sheets, flags=re.DOTALL)
    return set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", plain))


def used_classes(markup: str) -> set[str]:
    attributes = re.findall(r'class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"', markup, re.DOTALL)
    return {name for value in attributes for name in re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", value).split()}


def test_every_class_named_in_a_template_stands_in_a_style_sheet():
    known = known_classes() | HOOKS
    unknown = {str(path.relative_to(ROOT)): used_classes(path.read_text()) - known for path in TEMPLATES}
    assert not {path: names for path, names in unknown.items() if names}


@pytest.mark.parametrize(
    ("forbidden", "why"),
    [
        (r"\sstyle=", "inline style"),
        (r"<style", "inline style sheet"),
        (r"\son[a-z]+=\"", "inline handler"),
        (r"<script(?![^>]*(?:\ssrc=|application/json))", "inline script"),
        (r"\shx-on", "inline handler of htmx"),
        (r"javascript:", "script in an address"),
    ],
)
def test_nothing_inline_that_the_content_policy_would_block(forbidden: str, why: str):
    found = [str(path.relative_to(ROOT)) for path in TEMPLATES if re.search(forbidden, path.read_text())]
    assert not found, why


def test_every_form_that_shows_again_what_was_typed_has_its_address():
    """A misspelt address would show nothing, and only after a refusal."""
    asked = {name for path in TEMPLATES for name in re.findall(r"{% typed ['\"]([\w:-]+)['\"]", path.read_text())}
    known = {f"{space}:{name}" for space, (_, found) in get_resolver().namespace_dict.items() for name in names(found)}
    assert asked
    assert asked - known == set()


def names(resolver: URLResolver) -> set[str]:
    return {name for name in resolver.reverse_dict if isinstance(name, str)}


def test_parts_stay_short():
    long = {
        path.name: len(path.read_text().splitlines()) for path in (ROOT / "templates" / "components").glob("*.html")
    }
    assert not {name: lines for name, lines in long.items() if lines > 40}
