"""The ground floor's tables that take files: master data and money facts."""

from dataclasses import replace

from sop.importing.registry import register
from sop.importing.spec import Column, Kind, Link, RowCheck, Table
from sop.models import Budget, Cost, Customer, Family, Location, Price, Product, Rate, Region, Supplier, User

CODE, TEXT, DECIMAL, INTEGER = Kind.CODE, Kind.TEXT, Kind.DECIMAL, Kind.INTEGER
DATE, MONTH, BOOLEAN, CHOICE = Kind.DATE, Kind.MONTH, Kind.BOOLEAN, Kind.CHOICE
MASTER, MONEY = "sop.edit_master_data", "sop.edit_money"

CURRENCY_HELP = "Three letters, as in USD."
CURRENCY_CHECK = RowCheck("currency !~ '^[A-Z]{3}$'", "currency", "is no currency code", "Write three capital letters.")


def code_and_name(word: str, *aliases: str) -> tuple[Column, Column]:
    """Return the two columns every table of master data begins with."""
    names = (word, f"{word} id", f"{word} code", f"{word} no", f"_{word}ID", *aliases)
    return (
        Column("code", "Code", CODE, required=True, aliases=names),
        Column("name", "Name", TEXT, instead="code", aliases=(f"{word} name", "description", "text")),
    )


def family_link(plural: str = "families") -> Link:
    """Return a link to a product family, made with its code as its name where allowed."""
    return Link("family_id", Family, {"code": "family"}, plural, create={"name": ("family",)})


def region_link() -> Link:
    """Return a link to a region."""
    return Link("region_id", Region, {"code": "region"}, "regions", create={"name": ("region",)})


def owner_link() -> Link:
    """Return a link to the rep; people are never created by a file."""
    return Link("owner_id", User, {"username": "owner"}, "people")


def product_link(*, column: str = "product", name: str = "", family: bool = False) -> Link:
    """Return a link to a product; with `family` it may be created from the file's family and name."""
    create = {"name": (*([name] if name else []), column), "family_id": ("family_id",)} if family else None
    return Link("product_id", Product, {"code": column}, "products", create=create)


def supplier_link(*, create: bool = False) -> Link:
    """Return a link to a supplier."""
    return Link(
        "supplier_id", Supplier, {"code": "supplier"}, "suppliers", create={"name": ("supplier",)} if create else None
    )


def location_link() -> Link:
    """Return a link to a warehouse."""
    return Link("location_id", Location, {"code": "location"}, "locations", create={"name": ("location",)})


PRODUCT = Column(
    "product", "Product", CODE, required=True, aliases=("sku", "item", "material", "product code", "_ProductID")
)
CUSTOMER = Column(
    "customer", "Customer", CODE, aliases=("account", "sold to", "customer code", "agency", "_CustomerID")
)
SUPPLIER = Column("supplier", "Supplier", CODE, required=True, aliases=("vendor", "supplier code"))
LOCATION = Column("location", "Location", CODE, required=True, aliases=("warehouse", "plant", "site", "WarehouseCode"))
FAMILY = Column("family", "Family", CODE, aliases=("product family", "product group", "category"))
VALID_FROM = Column("valid_from", "Valid from", DATE, required=True, aliases=("from", "start date", "date"))

REGIONS = Table("regions", "Regions", Region, code_and_name("region", "territory"), ("code",), MASTER)
LOCATIONS = Table(
    "locations",
    "Locations",
    Location,
    (
        *code_and_name("location", "warehouse", "plant", "site"),
        Column("space_m3", "Space in m³", DECIMAL, minimum=0, aliases=("space", "volume")),
    ),
    ("code",),
    MASTER,
)
FAMILIES = Table(
    "families",
    "Product families",
    Family,
    (
        *code_and_name("family", "product family", "product group", "category"),
        Column("planning_unit", "Planning unit", TEXT, help="Pallets, squares; empty = the base unit."),
        Column("base_per_planning_unit", "Base units in a planning unit", DECIMAL, above=0),
    ),
    ("code",),
    MASTER,
)
PRODUCTS = Table(
    "products",
    "Products",
    Product,
    (
        *code_and_name("product", "sku", "item", "material"),
        Column("family", "Family", CODE, needed_new=True, aliases=FAMILY.aliases),
        Column("unit", "Base unit", TEXT, aliases=("uom", "unit of measure")),
        Column("whole_units", "Whole units only", BOOLEAN),
        Column("volume_m3", "Volume in m³", DECIMAL, minimum=0, aliases=("volume",)),
        Column("shelf_life_days", "Shelf life in days", INTEGER, minimum=0, aliases=("shelf life",)),
        Column("launched_on", "Launched on", DATE, aliases=("launch date", "start")),
        Column("ended_on", "Ended on", DATE, aliases=("end date", "discontinued on")),
        Column("predecessor", "Predecessor", CODE, aliases=("replaces",), help="The product this one follows."),
        Column("abc", "ABC class", CHOICE, choices=(("A", "A"), ("B", "B"), ("C", "C"))),
    ),
    ("code",),
    MASTER,
    links=(family_link(), Link("predecessor_id", Product, {"code": "predecessor"}, "products")),
    checks=(
        RowCheck("predecessor = code", "predecessor", "is the product itself", "Name the product it follows."),
        RowCheck("ended_on < launched_on", "ended_on", "lies before the launch", "Correct one of the two dates."),
    ),
)
CUSTOMERS = Table(
    "customers",
    "Customers",
    Customer,
    (
        *code_and_name("customer", "account", "sold to"),
        Column("region", "Region", CODE, needed_new=True, aliases=("territory", "area")),
        Column("owner", "Sales rep (user name)", CODE, aliases=("rep", "sales rep", "_SalesTeamID", "user name")),
        Column("key_account", "Key account", BOOLEAN),
    ),
    ("code",),
    MASTER,
    links=(region_link(), owner_link()),
)
SUPPLIERS = Table(
    "suppliers",
    "Suppliers",
    Supplier,
    (
        *code_and_name("supplier", "vendor"),
        Column("currency", "Currency", TEXT, help=CURRENCY_HELP),
        Column("payment_days", "Payment days", INTEGER, minimum=0, maximum=365, aliases=("terms",)),
    ),
    ("code",),
    MASTER,
    checks=(CURRENCY_CHECK,),
)
PRICES = Table(
    "prices",
    "Prices",
    Price,
    (
        PRODUCT,
        replace(CUSTOMER, help="Empty = the price for every customer."),
        VALID_FROM,
        Column("price", "Price per base unit", DECIMAL, required=True, minimum=0, aliases=("unit price", "price")),
    ),
    ("product_id", "customer_id", "valid_from"),
    MONEY,
    links=(product_link(), Link("customer_id", Customer, {"code": "customer"}, "customers")),
)
COSTS = Table(
    "costs",
    "Costs",
    Cost,
    (
        PRODUCT,
        SUPPLIER,
        VALID_FROM,
        Column("cost", "Cost per base unit", DECIMAL, required=True, minimum=0, aliases=("unit cost", "price")),
        Column("announced_on", "Announced on", DATE),
    ),
    ("product_id", "supplier_id", "valid_from"),
    MONEY,
    links=(product_link(), supplier_link()),
    help="In the supplier's own currency.",
)
BUDGET = Table(
    "budget",
    "Budget",
    Budget,
    (
        Column("family", "Family", CODE, required=True, aliases=FAMILY.aliases),
        Column("bucket", "Month", MONTH, required=True, months_ahead=60, aliases=("month", "period", "date")),
        Column("units", "Units", DECIMAL, minimum=0, aliases=("quantity", "volume")),
        Column("revenue", "Revenue", DECIMAL, aliases=("sales", "turnover")),
        Column("margin", "Margin", DECIMAL, aliases=("gross margin", "contribution")),
    ),
    ("family_id", "bucket"),
    MONEY,
    links=(Link("family_id", Family, {"code": "family"}, "families"),),
)
RATES = Table(
    "rates",
    "Plan rates",
    Rate,
    (
        Column("currency", "Currency", TEXT, required=True, help=CURRENCY_HELP),
        VALID_FROM,
        Column("rate", "Rate", DECIMAL, required=True, above=0, help="One unit of it in plan currency."),
    ),
    ("currency", "valid_from"),
    MONEY,
    checks=(CURRENCY_CHECK,),
)

for table in (REGIONS, LOCATIONS, FAMILIES, PRODUCTS, CUSTOMERS, SUPPLIERS, PRICES, COSTS, BUDGET, RATES):
    register(table)
