"""The arrays a supply plan is made from, for the run itself and for scenarios of later steps."""

from collections.abc import Sequence
from datetime import date

from django.db.models import F, OuterRef, Q, Subquery

from demand.selectors.layers import adopted_run
from sop.models import Cycle
from sop.selectors.cycle import company, cycle_before
from supply.frames import SupplyInputs, supply_inputs
from supply.models import Capacity, Sourcing, StockItem, SupplyItem, SupplyRun

__all__ = [
    "SupplyInputs",
    "inputs_of",
    "items_bought",
    "items_limited",
    "items_of_product",
    "problem_of_run",
    "products_of",
]


def inputs_of(cycle: Cycle, *, version: int, item_ids: list[int]) -> SupplyInputs:
    """Return the arrays of some stock items for one version of the consensus, as everything stands now."""
    baseline = adopted_run(cycle)
    before = cycle_before(cycle)
    rho = {"run": baseline.pk if baseline else None, "table": baseline.summary.get("rho", []) if baseline else []}
    return supply_inputs(
        cycle,
        item_ids=item_ids,
        version=version,
        rho=rho,
        carry_rate=float(company().carry_rate),
        before=before.pk if before else None,
    )


def problem_of_run(run: SupplyRun) -> SupplyInputs:
    """Return the arrays of all stock items a run planned, for the consensus it planned for."""
    planned = SupplyItem.objects.filter(run=run).order_by("item_id").values_list("item_id", flat=True)
    return inputs_of(run.cycle, version=run.snapshot_version, item_ids=list(planned))


def items_limited(months: Sequence[date]) -> dict[int, list[int]]:
    """Return the stock items that are planned together with those of each supplier that has a limit in any month.

    Its own, and where one of these is bought from another limited supplier, too, that one's. Lanes without a share
    count only where they are an item's main lane.
    """
    main = Sourcing.objects.filter(item=OuterRef("item")).order_by("-share", "pk").values("pk")[:1]
    suppliers = Capacity.objects.filter(bucket__in=months, supplier__isnull=False).values("supplier_id")
    rows = Sourcing.objects.annotate(main=Subquery(main)).filter(Q(share__gt=0) | Q(pk=F("main")))
    rows = rows.filter(supplier__in=suppliers).order_by("supplier_id", "item_id")
    own: dict[int, set[int]] = {}
    for supplier, item in rows.values_list("supplier_id", "item_id"):
        own.setdefault(supplier, set()).add(item)
    groups: list[tuple[set[int], set[int]]] = []  # suppliers, and the items planned together
    for supplier, items in own.items():
        joined = [group for group in groups if not group[1].isdisjoint(items)]
        groups = [group for group in groups if group[1].isdisjoint(items)]
        groups.append(({supplier}.union(*(group[0] for group in joined)), items.union(*(group[1] for group in joined))))
    together = {supplier: sorted(items) for members, items in groups for supplier in members}
    return {supplier: together[supplier] for supplier in own}


def products_of(item_ids: list[int]) -> dict[int, int]:
    """Return the product of each stock item."""
    return dict(StockItem.objects.filter(pk__in=item_ids).values_list("pk", "product_id"))


def items_of_product(product_id: int) -> set[int]:
    """Return the stock items that hold a product, one per location."""
    return set(StockItem.objects.filter(product_id=product_id).values_list("pk", flat=True))


def items_bought(supplier_id: int, product_id: int | None) -> list[int]:
    """Return the stock items that may be bought from a supplier; `product_id` None: of all its products."""
    found = StockItem.objects.filter(lanes__supplier_id=supplier_id)
    return list((found.filter(product_id=product_id) if product_id else found).values_list("pk", flat=True))
