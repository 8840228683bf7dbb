"""What Harlow Supply sells: families, and product lines that come in variants."""

from typing import NamedTuple


class FamilyFacts(NamedTuple):
    """One family: how leadership counts it, its year and its growth."""

    code: str
    name: str
    planning_unit: str  # blank = the base unit
    base_per_planning_unit: float
    season: tuple[float, ...]  # January to December, mean 1
    growth: float  # a year, before 2020
    boom: float  # demand of mid 2021 against the trend


class Line(NamedTuple):
    """One product line: its variants share everything but their popularity, which falls from first to last."""

    family: str
    name: str
    variants: tuple[str, ...]
    unit: str
    volume_m3: float
    cost: float  # US dollars per unit in 2018, before freight
    margin: float  # share of the list price
    monthly: float  # units a month of the first variant, whole company, 2018
    supplier: str


SUMMER = (0.6, 0.63, 0.84, 1.02, 1.2, 1.3, 1.27, 1.26, 1.17, 1.06, 0.9, 0.75)
STEADY = (0.88, 0.90, 1.00, 1.04, 1.06, 1.08, 1.04, 1.06, 1.05, 1.06, 0.95, 0.88)
BUILDING = (0.78, 0.8, 0.95, 1.06, 1.13, 1.16, 1.12, 1.12, 1.08, 1.05, 0.94, 0.81)
WARMTH = (0.98, 0.92, 0.86, 0.82, 0.86, 0.92, 0.98, 1.08, 1.22, 1.28, 1.14, 0.94)
GARDEN = (0.52, 0.6, 0.92, 1.28, 1.5, 1.46, 1.28, 1.12, 0.98, 0.88, 0.8, 0.66)

FAMILIES = (
    FamilyFacts("ROOF", "Roofing", "squares", 3, SUMMER, 0.03, 1.18),
    FamilyFacts("SIDE", "Siding", "squares", 0.5, SUMMER, 0.02, 1.22),
    FamilyFacts("GYPS", "Gypsum board", "pallets", 40, STEADY, 0.03, 1.30),
    FamilyFacts("INSU", "Insulation", "pallets", 24, WARMTH, 0.04, 1.32),
    FamilyFacts("LUMB", "Framing lumber", "", 1, BUILDING, 0.02, 1.25),
    FamilyFacts("PANL", "Plywood & OSB", "units", 66, BUILDING, 0.02, 1.26),
    FamilyFacts("FAST", "Fasteners", "", 1, BUILDING, 0.03, 1.15),
    FamilyFacts("DOOR", "Doors", "", 1, STEADY, 0.02, 1.20),
    FamilyFacts("WIND", "Windows", "", 1, BUILDING, 0.03, 1.24),
    FamilyFacts("DECK", "Decking", "", 1, GARDEN, 0.05, 1.38),
    FamilyFacts("ADHS", "Adhesives & sealants", "cases", 12, BUILDING, 0.03, 1.12),
    FamilyFacts("GUTT", "Gutters", "", 1, SUMMER, 0.01, 1.14),
)

LINES = (
    Line("ROOF", "Architectural shingle", ("charcoal", "weathered wood", "barkwood", "driftwood", "slate",
         "hunter green", "mission brown"), "bundle", 0.035, 24.0, 0.22, 15500, "NORTHGATE"),
    Line("ROOF", "Three-tab shingle", ("grey", "black", "brown", "white"),
         "bundle", 0.03, 18.5, 0.2, 5200, "NORTHGATE"),
    Line("ROOF", "Designer shingle", ("slate grey", "cedar", "autumn"), "bundle", 0.04, 41.0, 0.27, 900, "NORTHGATE"),
    Line("ROOF", "Starter strip", ("standard", "wide"), "bundle", 0.028, 21.0, 0.28, 1400, "NORTHGATE"),
    Line("ROOF", "Hip and ridge cap", ("charcoal", "weathered wood", "brown"),
         "bundle", 0.03, 33.0, 0.29, 1300, "NORTHGATE"),
    Line("ROOF", "Ice and water shield", ("2 sq", "1 sq"), "roll", 0.04, 62.0, 0.26, 1500, "SUMMIT"),
    Line("ROOF", "Synthetic underlayment", ("10 sq", "4 sq"), "roll", 0.045, 74.0, 0.27, 1250, "SUMMIT"),
    Line("ROOF", "Ridge vent", ("4 ft", "20 ft roll"), "each", 0.018, 11.5, 0.33, 1800, "SUMMIT"),
    Line("SIDE", "Vinyl siding double 4", ("white", "sandstone", "pewter", "desert tan", "harbor blue", "sage"),
         "box", 0.12, 118.0, 0.24, 2700, "TESSARO"),
    Line("SIDE", "Vinyl siding dutch lap", ("white", "pewter", "wicker", "sandstone"),
         "box", 0.12, 121.0, 0.24, 1300, "TESSARO"),
    Line("SIDE", "Board and batten", ("white", "charcoal", "sage"), "box", 0.11, 149.0, 0.26, 520, "TESSARO"),
    Line("SIDE", "Shake siding", ("cedar", "driftwood", "slate"), "box", 0.105, 171.0, 0.28, 340, "TESSARO"),
    Line("SIDE", "Fiber cement lap 8 in", ("primed", "arctic white", "iron grey"),
         "box", 0.08, 92.0, 0.21, 950, "TESSARO"),
    Line("SIDE", "J-channel", ("white", "sandstone"), "box", 0.03, 44.0, 0.34, 900, "TESSARO"),
    Line("SIDE", "Soffit panel", ("white", "brown"), "box", 0.09, 96.0, 0.3, 560, "TESSARO"),
    Line("GYPS", "Gypsum board 1/2 in", ("8 ft", "12 ft", "10 ft", "9 ft"),
         "sheet", 0.038, 8.6, 0.19, 62000, "PRAIRIE"),
    Line("GYPS", "Gypsum board 5/8 in type X", ("8 ft", "12 ft", "10 ft"),
         "sheet", 0.047, 11.2, 0.19, 41000, "PRAIRIE"),
    Line("GYPS", "Moisture board 1/2 in", ("8 ft", "12 ft"), "sheet", 0.038, 12.4, 0.22, 9000, "PRAIRIE"),
    Line("GYPS", "Mold-resistant board 5/8 in", ("8 ft", "12 ft"), "sheet", 0.047, 14.8, 0.22, 6800, "PRAIRIE"),
    Line("GYPS", "Ceiling board 1/2 in", ("8 ft", "12 ft"), "sheet", 0.036, 10.1, 0.2, 8600, "PRAIRIE"),
    Line("GYPS", "Shaft liner 1 in", ("10 ft", "8 ft"), "sheet", 0.05, 19.5, 0.24, 1700, "PRAIRIE"),
    Line("GYPS", "Exterior sheathing 1/2 in", ("8 ft", "9 ft"), "sheet", 0.038, 17.0, 0.23, 4200, "PRAIRIE"),
    Line("INSU", "Fiberglass batt R-13", ("15 in kraft", "23 in kraft", "15 in unfaced"),
         "bag", 0.26, 38.0, 0.22, 6200, "BOREAL"),
    Line("INSU", "Fiberglass batt R-19", ("15 in kraft", "23 in kraft", "15 in unfaced"),
         "bag", 0.28, 43.0, 0.22, 5100, "BOREAL"),
    Line("INSU", "Fiberglass batt R-30", ("16 in kraft", "24 in kraft"), "bag", 0.3, 51.0, 0.22, 2900, "BOREAL"),
    Line("INSU", "Fiberglass batt R-38", ("16 in", "24 in"), "bag", 0.31, 58.0, 0.23, 1800, "BOREAL"),
    Line("INSU", "Loose fill", ("cellulose", "fiberglass"), "bag", 0.1, 14.5, 0.24, 5600, "BOREAL"),
    Line("INSU", "Foam board R-5", ("1 in", "1 in tongue and groove"), "sheet", 0.076, 16.8, 0.23, 6100, "BOREAL"),
    Line("INSU", "Foam board R-10", ("2 in", "2 in tongue and groove"), "sheet", 0.152, 31.0, 0.23, 4300, "BOREAL"),
    Line("INSU", "Mineral wool batt", ("R-15", "R-23"), "bag", 0.2, 49.0, 0.26, 900, "BOREAL"),
    Line("LUMB", "Stud 2x4", ("92-5/8 in", "104-5/8 in", "8 ft", "10 ft"),
         "piece", 0.009, 3.1, 0.15, 88000, "LAKEHEAD"),
    Line("LUMB", "Stud 2x6", ("92-5/8 in", "104-5/8 in", "8 ft"), "piece", 0.014, 5.0, 0.15, 36000, "LAKEHEAD"),
    Line("LUMB", "Framing 2x8", ("12 ft", "16 ft", "10 ft"), "piece", 0.026, 9.8, 0.16, 9000, "LAKEHEAD"),
    Line("LUMB", "Framing 2x10", ("16 ft", "12 ft", "20 ft"), "piece", 0.041, 16.2, 0.16, 8200, "LAKEHEAD"),
    Line("LUMB", "Framing 2x12", ("16 ft", "12 ft"), "piece", 0.05, 22.5, 0.16, 3400, "LAKEHEAD"),
    Line("LUMB", "Treated 2x6", ("12 ft", "16 ft"), "piece", 0.021, 10.4, 0.2, 7800, "LAKEHEAD"),
    Line("LUMB", "Treated post 4x4", ("8 ft", "10 ft"), "piece", 0.02, 9.6, 0.22, 5200, "LAKEHEAD"),
    Line("LUMB", "LVL beam 11-7/8 in", ("16 ft", "20 ft"), "piece", 0.06, 58.0, 0.2, 1500, "LAKEHEAD"),
    Line("PANL", "OSB", ("7/16 in", "1/2 in", "5/8 in"), "sheet", 0.033, 9.4, 0.15, 64000, "OTTAWA"),
    Line("PANL", "OSB subfloor 23/32 in", ("tongue and groove", "square edge"),
         "sheet", 0.054, 18.8, 0.16, 17000, "OTTAWA"),
    Line("PANL", "CDX plywood", ("1/2 in", "5/8 in", "3/4 in"), "sheet", 0.038, 17.2, 0.17, 13500, "OTTAWA"),
    Line("PANL", "Sanded plywood", ("3/4 in", "1/2 in", "1/4 in"), "sheet", 0.05, 34.0, 0.21, 2500, "OTTAWA"),
    Line("PANL", "Treated plywood", ("3/4 in", "1/2 in"), "sheet", 0.055, 38.0, 0.2, 1700, "OTTAWA"),
    Line("PANL", "MDF panel", ("3/4 in", "1/2 in"), "sheet", 0.05, 26.0, 0.22, 1500, "OTTAWA"),
    Line("PANL", "Radiant barrier OSB", ("7/16 in",), "sheet", 0.033, 13.5, 0.17, 5200, "OTTAWA"),
    Line("FAST", "Deck screw", ("3 in 5 lb", "2-1/2 in 5 lb", "3 in 25 lb", "2 in 5 lb", "3-1/2 in 5 lb"),
         "box", 0.004, 17.5, 0.38, 7600, "OSTSEE"),
    Line("FAST", "Drywall screw", ("1-1/4 in 5 lb", "1-5/8 in 5 lb", "1-1/4 in 25 lb", "2 in 5 lb"),
         "box", 0.004, 11.0, 0.38, 8800, "CALUMET"),
    Line("FAST", "Structural screw", ("6 in", "4 in", "8 in", "10 in"), "box", 0.003, 31.0, 0.36, 1500, "OSTSEE"),
    Line("FAST", "Framing nail", ("3-1/4 in coil", "3 in coil", "2-3/8 in coil", "3 in strip"),
         "box", 0.006, 34.0, 0.3, 3600, "CALUMET"),
    Line("FAST", "Roofing nail", ("1-1/4 in coil", "1-1/2 in coil", "1 in coil", "cap nail 1 in"),
         "box", 0.006, 27.0, 0.31, 3100, "CALUMET"),
    Line("FAST", "Joist hanger", ("2x8", "2x10", "2x6", "double 2x10"), "each", 0.0005, 1.45, 0.4, 19000, "CALUMET"),
    Line("FAST", "Hurricane tie", ("H2.5", "H1"), "each", 0.0003, 0.62, 0.42, 26000, "CALUMET"),
    Line("FAST", "Anchor bolt", ("1/2 x 10 in", "5/8 x 12 in"), "each", 0.0004, 1.1, 0.41, 14000, "CALUMET"),
    Line("FAST", "Hex lag screw", ("1/2 x 4 in", "3/8 x 3 in"), "box", 0.003, 22.0, 0.37, 800, "OSTSEE"),
    Line("DOOR", "Entry door steel", ("36 in six panel", "36 in half lite", "32 in six panel"),
         "each", 0.27, 168.0, 0.27, 900, "HEARTLAND"),
    Line("DOOR", "Entry door fiberglass", ("36 in craftsman", "36 in oval lite", "36 in smooth"),
         "each", 0.27, 292.0, 0.29, 420, "HEARTLAND"),
    Line("DOOR", "Interior door prehung", ("30 in", "28 in", "32 in", "24 in", "36 in"),
         "each", 0.2, 74.0, 0.28, 3100, "HEARTLAND"),
    Line("DOOR", "Bifold door", ("36 in", "48 in", "30 in"), "each", 0.14, 63.0, 0.29, 700, "HEARTLAND"),
    Line("DOOR", "Patio door", ("72 in vinyl", "96 in vinyl"), "each", 0.6, 520.0, 0.28, 190, "CLEARVIEW"),
    Line("DOOR", "Storm door", ("36 in white", "36 in bronze"), "each", 0.18, 148.0, 0.31, 240, "HEARTLAND"),
    Line("DOOR", "Fire door 90 min", ("36 in", "42 in"), "each", 0.26, 410.0, 0.3, 40, "HEARTLAND"),
    Line("WIND", "Double hung vinyl", ("36x60", "32x54", "28x54", "36x48", "24x36"),
         "each", 0.16, 132.0, 0.27, 1700, "CLEARVIEW"),
    Line("WIND", "Casement vinyl", ("24x48", "30x48", "36x48"), "each", 0.15, 189.0, 0.28, 420, "CLEARVIEW"),
    Line("WIND", "Slider vinyl", ("60x36", "48x36", "72x48"), "each", 0.19, 144.0, 0.27, 560, "CLEARVIEW"),
    Line("WIND", "Picture window", ("60x48", "72x60"), "each", 0.25, 236.0, 0.29, 180, "CLEARVIEW"),
    Line("WIND", "Basement hopper", ("32x16", "32x20"), "each", 0.05, 58.0, 0.31, 340, "CLEARVIEW"),
    Line("WIND", "Skylight fixed", ("22x46", "30x46"), "each", 0.15, 271.0, 0.28, 110, "KLEBTECH"),
    Line("DECK", "Composite board 16 ft", ("driftwood", "espresso", "pebble grey", "redwood"),
         "piece", 0.013, 33.0, 0.29, 8200, "RIVERBEND"),
    Line("DECK", "Composite board 12 ft", ("driftwood", "espresso", "pebble grey"),
         "piece", 0.01, 25.5, 0.29, 4600, "RIVERBEND"),
    Line("DECK", "Treated board 5/4x6", ("16 ft", "12 ft", "8 ft"), "piece", 0.014, 9.2, 0.22, 15500, "LAKEHEAD"),
    Line("DECK", "Railing kit", ("6 ft white", "8 ft white", "6 ft black"),
         "each", 0.06, 118.0, 0.32, 620, "RIVERBEND"),
    Line("DECK", "Fascia board", ("driftwood", "espresso"), "piece", 0.015, 48.0, 0.31, 540, "RIVERBEND"),
    Line("DECK", "Hidden clip", ("100 sq ft", "50 sq ft"), "box", 0.003, 61.0, 0.36, 580, "RIVERBEND"),
    Line("DECK", "Post cap light", ("black", "white"), "each", 0.001, 21.0, 0.4, 160, "RIVERBEND"),
    Line("ADHS", "Construction adhesive", ("28 oz", "10 oz", "subfloor 28 oz"),
         "tube", 0.0012, 3.9, 0.36, 21000, "KLEBTECH"),
    Line("ADHS", "Joint compound", ("all purpose 4.5 gal", "lightweight 4.5 gal", "setting 45 min", "setting 90 min"),
         "pail", 0.02, 10.8, 0.27, 8800, "PRAIRIE"),
    Line("ADHS", "Silicone sealant", ("clear", "white", "black", "almond"), "tube", 0.0006, 4.6, 0.4, 9200, "KLEBTECH"),
    Line("ADHS", "Polyurethane sealant", ("white", "tan", "grey"), "tube", 0.0006, 5.3, 0.38, 6400, "KLEBTECH"),
    Line("ADHS", "Window foam", ("12 oz", "24 oz gun"), "can", 0.001, 5.1, 0.38, 7700, "KLEBTECH"),
    Line("ADHS", "Flashing tape", ("4 in", "6 in", "9 in"), "roll", 0.002, 17.5, 0.33, 3000, "KLEBTECH"),
    Line("ADHS", "Fire stop sealant", ("10 oz", "20 oz"), "tube", 0.0008, 11.4, 0.36, 420, "KLEBTECH"),
    Line("GUTT", "K-style gutter 5 in", ("white", "brown", "musket"), "piece", 0.012, 9.6, 0.28, 6800, "MIDSTATE"),
    Line("GUTT", "K-style gutter 6 in", ("white", "brown"), "piece", 0.014, 12.8, 0.28, 2100, "MIDSTATE"),
    Line("GUTT", "Downspout 2x3", ("white", "brown", "musket"), "piece", 0.009, 7.4, 0.29, 4700, "MIDSTATE"),
    Line("GUTT", "Elbow A", ("white", "brown"), "each", 0.002, 1.7, 0.38, 8600, "MIDSTATE"),
    Line("GUTT", "Hanger", ("hidden 5 in", "hidden 6 in"), "each", 0.0003, 0.74, 0.42, 34000, "MIDSTATE"),
    Line("GUTT", "Drip edge 10 ft", ("white", "brown", "black"), "piece", 0.004, 4.3, 0.31, 9800, "MIDSTATE"),
    Line("GUTT", "Leaf guard", ("4 ft mesh", "4 ft solid"), "each", 0.004, 6.8, 0.35, 2600, "MIDSTATE"),
)  # fmt: skip


class Change(NamedTuple):
    """A product that came or went: the name as listed above, and when."""

    name: str
    launched_on: str = ""  # ISO date; empty = before 2018
    ended_on: str = ""  # empty = still sold
    predecessor: str = ""  # its demand moved here


CHANGES = (
    Change("Composite board 16 ft, redwood", ended_on="2020-09-30"),
    Change(
        "Composite board 16 ft, pebble grey", launched_on="2020-09-01", predecessor="Composite board 16 ft, redwood"
    ),
    Change("Vinyl siding double 4, desert tan", ended_on="2021-03-31"),
    Change(
        "Vinyl siding double 4, harbor blue", launched_on="2021-03-01", predecessor="Vinyl siding double 4, desert tan"
    ),
    Change("Fiberglass batt R-13, 15 in unfaced", ended_on="2021-08-31"),
    Change("Mineral wool batt, R-15", launched_on="2020-05-01"),
    Change("Board and batten, charcoal", launched_on="2021-06-01"),
    Change("Radiant barrier OSB, 7/16 in", launched_on="2021-04-01"),
    Change("Structural screw, 10 in", launched_on="2021-11-01"),
    Change("Leaf guard, 4 ft solid", launched_on="2021-10-01", predecessor="Leaf guard, 4 ft mesh"),
    Change("Leaf guard, 4 ft mesh", ended_on="2022-04-30"),
    Change("Three-tab shingle, white", ended_on="2022-06-30"),
    Change("Hurricane tie, H1", ended_on="2019-12-31"),
    Change("Window foam, 24 oz gun", launched_on="2019-05-01"),
    Change("Entry door fiberglass, 36 in smooth", launched_on="2021-01-01"),
    Change("Drywall screw, 2 in 5 lb", ended_on="2020-06-30"),
)

# Sold on request, a few times a year: their history has more empty months than filled ones.
SELDOM = frozenset(
    {
        "Fire door 90 min", "Fire stop sealant", "Post cap light", "Skylight fixed", "Patio door", "Hex lag screw",
        "Shaft liner 1 in", "Picture window", "Designer shingle",
    }
)  # fmt: skip

SHELF_LIFE_DAYS = {
    "Construction adhesive": 540, "Joint compound": 270, "Silicone sealant": 540, "Polyurethane sealant": 365,
    "Window foam": 450, "Fire stop sealant": 540, "Flashing tape": 730,
}  # fmt: skip
