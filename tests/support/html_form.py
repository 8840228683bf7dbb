"""The forms of a page as a browser sees them: what stands in each field, and what a click on the button sends."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

Value = str | int | Iterable[str | int]
UNSENT = {"submit", "button", "reset", "file", "image"}


@dataclass
class HtmlForm:
    """One form: where it goes, what it sends as it stands, and which names it knows."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    offered: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # choices: value and words
    can_send: bool = False

    def filled(self, values: Mapping[str, Value]) -> dict[str, list[str]]:
        """Return what the form sends with some fields filled in; a name or a choice it does not have is an error."""
        strange = sorted(set(values) - self.known)
        assert not strange, f"{self.action} has no field {strange}, only {sorted(self.known)}"
        assert self.can_send, f"{self.action} has no button that can be clicked"
        sent = dict(self.fields)
        for name, value in values.items():
            texts = [str(value)] if isinstance(value, str | int) else [str(each) for each in value]
            choices = [code for code, _ in self.offered.get(name, [])]
            assert not choices or set(texts) <= set(choices), f"{name} offers {choices}, not {texts}"
            sent[name] = texts
        return sent

    def choice(self, name: str, words: str) -> str:
        """Return the value of the choice of these words."""
        found = [code for code, said in self.offered[name] if words in said]
        assert len(found) == 1, f"{name}: {words!r} is offered {len(found)} times among {self.offered[name]}"
        return found[0]


def forms_of(html: str) -> list[HtmlForm]:
    """Return every form of a page."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


class _Reader(HTMLParser):
    """Walks a page and gathers its forms."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self.form: HtmlForm | None = None
        self.select = self.area = ""
        self.said: list[str] = []
        self.waiting: tuple[str, str] | None = None  # the name and value of the choice whose words follow

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up a form, a field, a choice."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = HtmlForm(given.get("action", ""), given.get("method", "get"))
            self.forms.append(self.form)
        elif self.form is not None and "disabled" not in given:
            self._field(self.form, tag, given)

    def handle_endtag(self, tag: str) -> None:
        """Leave a form, a field, a choice."""
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.form is not None and self.area:
            self.form.fields[self.area] = ["".join(self.said).removeprefix("\n")]
            self.area = ""
        elif tag in {"option", "label"}:
            self._choice_end()
        elif tag == "select":
            self._choice_end()
            self.select = ""

    def handle_data(self, data: str) -> None:
        """Keep the words of a choice and the text of a field."""
        if self.area or self.waiting is not None:
            self.said.append(data)

    def _field(self, form: HtmlForm, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "button" and kind != "button":
            form.can_send = True
        if tag == "option" and self.select:
            self._option(form, given)
        if not name:
            return
        if tag == "select":
            self.select = name
            form.known.add(name)
            form.offered[name] = []
        elif tag == "textarea":
            self.area, self.said = name, []
            form.known.add(name)
        elif tag == "input":
            self._input(form, name, kind, given)

    def _input(self, form: HtmlForm, name: str, kind: str, given: dict[str, str]) -> None:
        form.known.add(name)
        value = given.get("value", "on" if kind in {"checkbox", "radio"} else "")
        if kind in {"checkbox", "radio"}:
            self._choice_end()
            self.waiting, self.said = (name, value), []
            form.offered.setdefault(name, [])
            if "checked" in given:
                form.fields.setdefault(name, []).append(value)
        elif kind not in UNSENT:
            form.fields[name] = [value]

    def _option(self, form: HtmlForm, given: dict[str, str]) -> None:
        self._choice_end()
        self.waiting, self.said = (self.select, given.get("value", "\0")), []
        if "selected" in given or self.select not in form.fields:
            form.fields[self.select] = [given.get("value", "\0")]

    def _choice_end(self) -> None:
        """Note a choice with its words; an option without a value is its words."""
        if self.waiting is None or self.form is None:
            return
        name, value = self.waiting
        words = " ".join("".join(self.said).split())
        if value == "\0":
            value = words
            self.form.fields[name] = [words if each == "\0" else each for each in self.form.fields[name]]
        self.form.offered[name].append((value, words))
        self.waiting = None
