"""To whom Harlow Supply sells: regions, warehouses, and 40 key accounts and customer groups, five to a rep."""

from typing import NamedTuple

from publish.demo.tables import create
from sop.models import Customer, Location, Region, User


class CustomerFacts(NamedTuple):
    """One key account or customer group."""

    code: str
    name: str
    region: str
    rep: str
    trade: str  # what they build with, see TASTES
    size: float  # share of a typical customer's volume
    key_account: bool = False
    greed: float = 1.0  # how much they multiply orders while goods are short


REGIONS = (("N", "North"), ("E", "East"), ("S", "South"), ("W", "West"))
LOCATIONS = (
    ("JOL", "Joliet, Illinois", 46000),
    ("COL", "Columbus, Ohio", 30000),
    ("KCM", "Kansas City, Missouri", 28000),
)

# The warehouse that serves a region, and the one that helps out with what the first does not hold.
SERVED_FROM = {"N": ("JOL", "KCM"), "E": ("COL", "JOL"), "S": ("COL", "KCM"), "W": ("KCM", "JOL")}

# How keen a trade is on each family: 0 never, 1 always.
TASTES: dict[str, dict[str, float]] = {
    "builder": {"ROOF": .5, "SIDE": .5, "GYPS": .7, "INSU": .6, "LUMB": .9, "PANL": .9, "FAST": .5, "DOOR": .6,
                "WIND": .6, "DECK": .3, "ADHS": .3, "GUTT": .2},
    "roofer": {"ROOF": 1., "SIDE": .5, "PANL": .3, "FAST": .4, "ADHS": .25, "GUTT": .8},
    "drywall": {"GYPS": 1., "INSU": .8, "FAST": .45, "ADHS": .5, "LUMB": .15},
    "yard": {"ROOF": .5, "SIDE": .4, "GYPS": .5, "INSU": .5, "LUMB": .6, "PANL": .6, "FAST": .6, "DOOR": .4,
             "WIND": .3, "DECK": .6, "ADHS": .5, "GUTT": .5},
    "remodeler": {"ROOF": .3, "SIDE": .5, "GYPS": .4, "INSU": .3, "LUMB": .3, "PANL": .3, "FAST": .5, "DOOR": .7,
                  "WIND": .7, "DECK": .5, "ADHS": .5, "GUTT": .3},
    "deck": {"LUMB": .4, "FAST": .7, "DECK": 1., "ADHS": .15},
    "opening": {"DOOR": .9, "WIND": .95, "ADHS": .5, "FAST": .25, "INSU": .1},
}  # fmt: skip

CUSTOMERS = (
    CustomerFacts("N01", "Larkin Homes", "N", "ana", "builder", 2.6, True, 1.1),
    CustomerFacts("N02", "Badger Lumber Yards", "N", "ana", "yard", 2.0, True),
    CustomerFacts("N03", "Roofers, Madison and west", "N", "ana", "roofer", 1.0, False, 0.8),
    CustomerFacts("N04", "Remodelers, Milwaukee", "N", "ana", "remodeler", 0.9),
    CustomerFacts("N05", "Lakeshore Drywall", "N", "ana", "drywall", 1.1, False, 1.2),
    CustomerFacts("N06", "North Star Builders", "N", "gus", "builder", 2.1, True, 1.3),
    CustomerFacts("N07", "Twin Rivers Building Centers", "N", "gus", "yard", 1.8, True, 1.1),
    CustomerFacts("N08", "Roofers, Minneapolis", "N", "gus", "roofer", 1.2),
    CustomerFacts("N09", "Window and door shops, Minnesota", "N", "gus", "opening", 0.9),
    CustomerFacts("N10", "Deck builders, North", "N", "gus", "deck", 0.8, False, 0.7),
    CustomerFacts("E01", "Hartwell Communities", "E", "dana", "builder", 2.4, True),
    CustomerFacts("E02", "Buckeye Supply Stores", "E", "dana", "yard", 1.9, True, 0.9),
    CustomerFacts("E03", "Drywall contractors, Columbus", "E", "dana", "drywall", 1.2, False, 1.2),
    CustomerFacts("E04", "Roofers, Cleveland", "E", "dana", "roofer", 1.1),
    CustomerFacts("E05", "Remodelers, Ohio", "E", "dana", "remodeler", 0.8),
    CustomerFacts("E06", "Brightwater Construction", "E", "iris", "builder", 1.9, True, 1.4),
    CustomerFacts("E07", "Steel Valley Lumber", "E", "iris", "yard", 1.5, False, 1.1),
    CustomerFacts("E08", "Roofers, Pittsburgh", "E", "iris", "roofer", 1.1, False, 1.2),
    CustomerFacts("E09", "Window and door shops, East", "E", "iris", "opening", 0.9),
    CustomerFacts("E10", "Deck builders, East", "E", "iris", "deck", 0.8),
    CustomerFacts("S01", "Magnolia Homes of Tennessee", "S", "ben", "builder", 2.5, True, 1.7),
    CustomerFacts("S02", "Cumberland Building Supply", "S", "ben", "yard", 1.8, True, 1.5),
    CustomerFacts("S03", "Drywall contractors, Nashville", "S", "ben", "drywall", 1.4, False, 1.6),
    CustomerFacts("S04", "Roofers, Nashville and Knoxville", "S", "ben", "roofer", 1.2, False, 1.3),
    CustomerFacts("S05", "Remodelers, Tennessee", "S", "ben", "remodeler", 0.7, False, 1.2),
    CustomerFacts("S06", "Bluegrass Residential", "S", "leo", "builder", 1.8, True, 1.3),
    CustomerFacts("S07", "Derby City Lumber", "S", "leo", "yard", 1.4, False, 1.2),
    CustomerFacts("S08", "Roofers, Louisville", "S", "leo", "roofer", 1.0),
    CustomerFacts("S09", "Multifamily contractors, South", "S", "leo", "drywall", 1.5, False, 1.5),
    CustomerFacts("S10", "Window and door shops, South", "S", "leo", "opening", 0.7),
    CustomerFacts("W01", "Prairie Crest Homes", "W", "mia", "builder", 1.9, True),
    CustomerFacts("W02", "Flint Hills Lumber", "W", "mia", "yard", 1.3, False, 0.9),
    CustomerFacts("W03", "Roofers, Kansas City", "W", "mia", "roofer", 1.4, False, 0.9),
    CustomerFacts("W04", "Deck builders, West", "W", "mia", "deck", 0.8),
    CustomerFacts("W05", "Remodelers, Missouri", "W", "mia", "remodeler", 0.8),
    CustomerFacts("W06", "Ozark Builders Group", "W", "jo", "builder", 1.7, True, 1.4),
    CustomerFacts("W07", "Gateway Building Materials", "W", "jo", "yard", 1.7, True, 1.2),
    CustomerFacts("W08", "Drywall contractors, St. Louis", "W", "jo", "drywall", 1.2, False, 1.3),
    CustomerFacts("W09", "Storm restoration roofers", "W", "jo", "roofer", 1.3, False, 1.2),
    CustomerFacts("W10", "Window and door shops, West", "W", "jo", "opening", 0.8),
)


def customers_write(users: dict[str, User]) -> None:
    """Write regions, warehouses and customers, each owned by its rep."""
    regions = {r.code: r for r in create(Region(code=code, name=name) for code, name in REGIONS)}
    create(Location(code=code, name=name, space_m3=space) for code, name, space in LOCATIONS)
    create(
        Customer(code=c.code, name=c.name, region=regions[c.region], owner=users[c.rep], key_account=c.key_account)
        for c in CUSTOMERS
    )
