"""What a run asks of suppliers and warehouses: kept with the run, and flagged where it comes near a limit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import numpy as np
from django.db.models import Q

from sop.models import Location, Supplier
from supply.constants import NEAR, FlagKind, LimitUnit
from supply.frames.limits import MEASURES, Limits
from supply.frames.loads import Load, Subject
from supply.frames.reading import Matrix
from supply.models import SupplyLoad, SupplyRun
from supply.services.flags import Found

SLACK = 1e-9  # a load that is its limit is not above it
UNITS, MONEY = MEASURES.index("units"), MEASURES.index("money")
COUNTED = {LimitUnit.UNITS: "units", LimitUnit.M3: "m³", LimitUnit.MONEY: "money"}


def loads_write(run: SupplyRun, loads: Mapping[Subject, Load], limits: Limits, months: Sequence[date]) -> None:
    """Keep the loads of a run: of whom something is asked, and of all who have a limit."""
    SupplyLoad.objects.bulk_create(_rows(run, loads, limits, months), batch_size=2000)


def loads_move(
    run: SupplyRun,
    before: Mapping[Subject, Load],
    after: Mapping[Subject, Load],
    limits: Limits,
    months: Sequence[date],
) -> dict[Subject, Load]:
    """Put what some stock items ask now in place of what they asked before; return the loads that moved.

    Who is named in neither keeps the load of the run.
    """
    subjects = sorted({*before, *after})
    held = _held(run, subjects, months)
    moved = {}
    for subject in subjects:
        load = held[subject] - before[subject] if subject in before else held[subject]
        moved[subject] = load + after[subject] if subject in after else load
    SupplyLoad.objects.filter(loads_owned(subjects), run=run).delete()
    loads_write(run, moved, limits, months)
    return moved


def loads_owned(subjects: Iterable[Subject]) -> Q:
    """Return the condition that a row is of one of some suppliers and warehouses."""
    named = list(subjects)
    numbers = {kind: [number for each, number in named if each == kind] for kind in ("supplier", "location")}
    return Q(supplier_id__in=numbers["supplier"]) | Q(location_id__in=numbers["location"])


def limit_flags(loads: Mapping[Subject, Load], limits: Limits, months: Sequence[date]) -> list[Found]:
    """Return one flag for each supplier or warehouse whose load is near its limit or above it in any month.

    At stake is what lies above the limit: of a supplier's orders, before they were fitted, over all months; of a
    warehouse's stock in its worst month. Who is only near a limit has nothing at stake yet.
    """
    names = {
        "supplier": dict(Supplier.objects.values_list("pk", "name")),
        "location": dict(Location.objects.values_list("pk", "name")),
    }
    found = []
    for (kind, number), load in sorted(loads.items(), key=lambda each: each[0]):
        room = _room(kind, number, limits, months)
        share = _shares(load.wanted, room)
        if np.nanmax(share, initial=0.0) >= NEAR[kind]:
            found.append(_flag(kind, number, names[kind].get(number, ""), (load, share), months))
    return found


def _flag(kind: str, number: int, name: str, facts: tuple[Load, Matrix], months: Sequence[date]) -> Found:
    load, share = facts
    worst = np.nan_to_num(share).max(axis=0)
    over = np.where(worst > 1 + SLACK, 1 - 1 / np.where(worst > 0, worst, 1.0), 0.0)
    over = np.where(np.isinf(worst), 1.0, over)
    units, money = over * load.wanted[UNITS], over * load.wanted[MONEY]
    near = np.flatnonzero(worst >= NEAR[kind])
    at = int(worst.argmax())
    unit = LimitUnit(MEASURES[int(np.nan_to_num(share[:, at]).argmax())])
    supplier = kind == "supplier"
    return Found(
        item_id=None,
        kind=FlagKind.SUPPLIER_OVER if supplier else FlagKind.SPACE_OVER,
        first_bucket=months[near[0]],
        last_bucket=months[near[-1]],
        units=Decimal(str(round(float(units.sum() if supplier else units.max()), 3))),
        money=Decimal(str(round(float(money.sum() if supplier else money.max()), 2))),
        cause=_sentence(name, supplier, worst[at], f"{months[at]:%b %Y}", unit) + (_fate(load) if supplier else ""),
        supplier_id=number if supplier else None,
        location_id=None if supplier else number,
    )


def _sentence(name: str, supplier: bool, share: float, month: str, unit: LimitUnit) -> str:
    what = "the plan wants" if supplier else "closing stock takes"
    if np.isinf(share):
        return f"{name}: {what} something in {month}, and the limit is 0"
    return f"{name}: {what} {share:.0%} of its limit in {COUNTED[unit]} in {month}"


def _fate(load: Load) -> str:
    """Return what becomes of the orders that do not fit."""
    words = ("are ordered earlier", "are not ordered in time", "are ordered later, in whole lots")
    said = [f"{units:,.0f} units {word}" for units, word in zip(load.flows.sum(axis=1), words, strict=True) if units]
    return f"; {', '.join(said)}" if said else ""


def _shares(load: Matrix, room: Matrix) -> Matrix:
    """Return load / limit, measures x months; NaN without a limit, inf at a limit of 0 that is asked for."""
    share = np.divide(load, room, out=np.where(load > 0, np.inf, 0.0), where=room > 0)
    return np.where(np.isnan(room), np.nan, share)


def _room(kind: str, number: int, limits: Limits, months: Sequence[date]) -> Matrix:
    stated = [limits.stated.get((kind, number, unit), {}) for unit in MEASURES]
    return np.array([[each.get(month, np.nan) for month in months] for each in stated], dtype=np.float64)


def _rows(
    run: SupplyRun, loads: Mapping[Subject, Load], limits: Limits, months: Sequence[date]
) -> Iterator[SupplyLoad]:
    for (kind, number), load in sorted(loads.items(), key=lambda each: each[0]):
        owner = {f"{kind}_id": number}
        for at, unit in enumerate(MEASURES):
            stated = limits.stated.get((kind, number, unit), {})
            if not stated and not load.wanted[at].any() and not load.planned[at].any():
                continue
            for month, bucket in enumerate(months):
                moved, cut, late = load.flows[:, month].tolist()
                yield SupplyLoad(
                    run=run,
                    unit=unit,
                    bucket=bucket,
                    limit=stated.get(bucket),
                    wanted=float(load.wanted[at, month]),
                    planned=float(load.planned[at, month]),
                    moved=moved,
                    cut=cut,
                    late=late,
                    unmeasured=int(load.unmeasured[at]),
                    **owner,
                )


def _held(run: SupplyRun, subjects: Sequence[Subject], months: Sequence[date]) -> dict[Subject, Load]:
    """Return the loads a run has of some suppliers and warehouses; nothing where it has none."""
    place = {month: at for at, month in enumerate(months)}
    size = (len(MEASURES), len(months))
    found = {
        subject: Load(np.zeros(size), np.zeros(size), np.zeros((3, len(months))), np.zeros(len(MEASURES)))
        for subject in subjects
    }
    for row in SupplyLoad.objects.filter(loads_owned(subjects), run=run):
        subject = ("supplier", row.supplier_id) if row.supplier_id else ("location", row.location_id)
        load, at, month = found[subject], MEASURES.index(row.unit), place[row.bucket]  # type: ignore[index]
        load.wanted[at, month], load.planned[at, month] = row.wanted, row.planned
        load.flows[:, month] = row.moved, row.cut, row.late
        load.unmeasured[at] = row.unmeasured
    return found
