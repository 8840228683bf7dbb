"""The furniture seller of the public `us_regional_sales` example data as a company's own files."""

from pathlib import Path

import pandas as pd

from tests.support.brought_file import Columns, csv_of

SUPPLIERS = {"VALUE": "ASIA", "MIDDLE": "MEXICO", "PREMIUM": "CAROLINA"}  # whom each family comes from
LEAD_DAYS = {"ASIA": (75, 20), "MEXICO": (35, 9), "CAROLINA": (14, 3)}
LAST_MONTH = "2020-11"  # of the history; December is what the first cycle plans

ORDER_LINES = Columns(
    {
        "customer": "_CustomerID",
        "product": "_ProductID",
        "location": "WarehouseCode",
        "owner": "_SalesTeamID",
        "month": "OrderDate",
        "shipped_on": "ShipDate",
        "ordered": "Order Quantity",
        "unit_price": "Unit Price",
        "discount": "Discount Applied",
        "line_number": "OrderNumber",
    },
    {"region": "US"},
    create=["customer_id", "location_id", "region_id"],
    answers={"add_up": "yes"},
)


class UsRegional:
    """The files of the company, made from its order lines."""

    def __init__(self, folder: Path) -> None:
        text = (folder / "company" / "us_regional_sales.csv").read_text(encoding="utf-8-sig")
        self.head, *self.rows = text.splitlines()
        lines = pd.read_csv(folder / "company" / "us_regional_sales.csv", dtype=str, encoding="utf-8-sig")
        self.lines = pd.DataFrame(
            {
                "customer": lines["_CustomerID"],
                "product": lines["_ProductID"],
                "location": lines["WarehouseCode"],
                "team": lines["_SalesTeamID"],
                "month": pd.to_datetime(lines["OrderDate"], format="%d/%m/%y").dt.strftime("%Y-%m"),
                "ordered": lines["Order Quantity"].astype(int),
                "price": lines["Unit Price"].str.replace(",", "").astype(float),
                "cost": lines["Unit Cost"].str.replace(",", "").astype(float),
            }
        )
        self.until = self.lines["month"] <= LAST_MONTH
        by_price = self.lines.groupby("product")["price"].median().rank(pct=True)
        self.families = pd.cut(by_price, [0, 1 / 3, 2 / 3, 1], labels=list(SUPPLIERS)).astype(str).to_dict()

    @property
    def teams(self) -> list[str]:
        """Return the sales teams, which are the reps."""
        return sorted(self.lines["team"].unique(), key=int)

    def owners(self) -> dict[str, str]:
        """Return each customer's rep: teams share customers, so it is the team of the customer's first order."""
        return self.lines[self.until].groupby("customer")["team"].first().to_dict()

    # -- files

    def history(self) -> bytes:
        """Return the order lines until November and what an export ends in: a doubled line, a return, a total."""
        kept = [row for row, old in zip(self.rows, self.until, strict=True) if old]
        returned = kept[1].replace("SO - ", "SO - X").replace(",3,0.075,", ",-3,0.075,")
        total = ",".join(["Total", *[""] * 11, str(self.lines["ordered"][self.until].sum()), *[""] * 3])
        return "\n".join([self.head, *kept, kept[0], returned, total]).encode()

    def everything(self) -> bytes:
        """Return the order lines with December's."""
        return "\n".join([self.head, *self.rows]).encode()

    def december_lines(self) -> bytes:
        """Return the order lines of December alone."""
        return "\n".join(
            [self.head, *(row for row, old in zip(self.rows, self.until, strict=True) if not old)]
        ).encode()

    def families_file(self) -> bytes:
        """Return the families, by price."""
        return csv_of(("Family", "Name"), [(name, name.title()) for name in SUPPLIERS])

    def products(self) -> bytes:
        """Return which family each product belongs to."""
        rows = [(code, f"Product {code}", family) for code, family in self.families.items()]
        return csv_of(("Product", "Name", "Family"), rows)

    def suppliers(self) -> bytes:
        """Return whom the company buys from."""
        return csv_of(("Supplier", "Name"), [(code, code.title()) for code in LEAD_DAYS])

    def prices(self) -> bytes:
        """Return one price a product."""
        return csv_of(("Product", "Valid from", "Price"), self._medians("price"))

    def costs(self) -> bytes:
        """Return one cost a product, from its supplier."""
        rows = [(code, SUPPLIERS[self.families[code]], since, cost) for code, since, cost in self._medians("cost")]
        return csv_of(("Product", "Supplier", "Valid from", "Cost"), rows)

    def sourcing(self) -> bytes:
        """Return a lane for every product and warehouse."""
        rows = [(*item, SUPPLIERS[self.families[item[0]]]) for item in self._items()]
        return csv_of(("Product", "Location", "Supplier"), rows)

    def lead_times(self) -> bytes:
        """Return each supplier's lead time."""
        rows = [(code, "2018-01-01", *days) for code, days in LEAD_DAYS.items()]
        return csv_of(("Supplier", "Valid from", "Days", "Spread in days"), rows)

    def stock(self) -> bytes:
        """Return a count at the end of November: what is sold in some months."""
        sold = self.lines[self.until].groupby(["product", "location"])["ordered"].sum() / 30
        cost = {code: cost for code, _, cost in self._medians("cost")}
        rows = [
            (*item, "2020-11-30", round(sold.get(item, 0) * (at % 5)), cost[item[0]])
            for at, item in enumerate(self._items())
        ]
        return csv_of(("Product", "Location", "Counted on", "Quantity", "Average cost"), rows)

    def december(self) -> pd.DataFrame:
        """Return what was ordered in December by customer, product and warehouse."""
        later = self.lines[self.lines["month"] == "2020-12"]
        return later.groupby(["product", "location", "customer"])["ordered"].sum().rename("y").reset_index()

    def _items(self) -> list[tuple[str, str]]:
        return sorted(set(zip(self.lines["product"], self.lines["location"], strict=True)))

    def _medians(self, name: str) -> list[tuple[str, str, float]]:
        found = self.lines.groupby("product")[name].median()
        return [(str(code), "2018-01-01", round(float(value), 2)) for code, value in found.items()]
