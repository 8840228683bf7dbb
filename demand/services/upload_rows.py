"""Which row of the plan a row of a file is: by the codes of product, customer and location."""

from collections.abc import Sequence

from demand.models import Series
from demand.selectors.series import series_editable, series_visible
from sop.importing.spec import Fault
from sop.importing.table import TextTable
from sop.models import Customer, Location, Product, User
from sop.selectors.scope import customers_visible

Codes = tuple[str, str, str]
LABELS = ("Product code", "Customer code", "Location")
WORDS = ("product", "customer", "location")


def rows_match(
    user: User, table: TextTable, keys: tuple[int, int, int], faults: list[Fault]
) -> list[tuple[int, list[str], int]]:
    """Return number, texts and series of every row that is one of this person's own; name the others in `faults`.

    Upper and lower case are the same, and zeros in front that a spreadsheet took away do not matter where only one
    code fits.
    """
    own = set(series_editable(user).values_list("pk", flat=True))
    listed = Series.objects.filter(active=True).values_list("pk", "product__code", "customer__code", "location__code")
    exact: dict[Codes, int] = {}
    bare: dict[Codes, set[int]] = {}
    for pk, *codes in listed:
        exact[_codes(codes)] = pk
        bare.setdefault(_bare(codes), set()).add(pk)
    matched: list[tuple[int, list[str], int]] = []
    unknown: list[tuple[int, list[str]]] = []
    for number, texts in table.rows:
        codes = [texts[at].removeprefix("'") for at in keys]  # our files put it before what looks like a formula
        fitting = bare.get(_bare(codes), set())
        series = exact.get(_codes(codes)) or (next(iter(fitting)) if len(fitting) == 1 else None)
        if series in own and series is not None:
            matched.append((number, texts, series))
        else:
            unknown.append((number, codes))
    if unknown:
        faults += _why(user, unknown)
    return matched


def _why(user: User, rows: Sequence[tuple[int, list[str]]]) -> list[Fault]:
    """Return what is wrong with each row's codes; a customer a person does not see is told no more of than that."""
    known = [
        {code.lower().lstrip("0") for code in codes}
        for codes in (
            Product.objects.values_list("code", flat=True),
            Customer.objects.values_list("code", flat=True),
            Location.objects.values_list("code", flat=True),
        )
    ]
    visible = {code.lower().lstrip("0") for code in customers_visible(user).values_list("code", flat=True)}
    seen = {
        _bare(codes) for codes in series_visible(user).values_list("product__code", "customer__code", "location__code")
    }
    faults = []
    for number, codes in rows:
        missing = [at for at in range(3) if codes[at].lower().lstrip("0") not in known[at]]
        if missing:
            at = missing[0]
            what = f"is no {WORDS[at]} known here" if codes[at] else "is empty"
            cure = f"Correct the {WORDS[at]}'s code; the downloaded file has the right ones."
        elif codes[1].lower().lstrip("0") not in visible or _bare(codes) in seen:
            at, what, cure = 1, "is not yours to change", "Remove the row, or ask whose customer it is."
        else:
            at, what = 0, f"has no row for customer {codes[1]} at {codes[2]}"
            cure = "Correct the codes, or ask the demand planner to add the row."
        faults.append(Fault(number, LABELS[at], codes[at][:200], what, cure))
    return faults


def _codes(codes: Sequence[str]) -> Codes:
    return codes[0].lower(), codes[1].lower(), codes[2].lower()


def _bare(codes: Sequence[str]) -> Codes:
    product, customer, location = (code.lower().lstrip("0") for code in codes)
    return product, customer, location
