"""What a worker loads before it divides: everything a baseline needs, for what comes later is shared by nobody."""

import subprocess
import sys

CODE = """
import sys
from demand.engine import cleansing
from demand.engine.loading import libraries_load
libraries_load()
before = set(sys.modules)
from demand.engine.baseline import baseline_make
from demand.engine.hierarchy import reconciled
from tests.unit.demand.shapes import END, company
baseline_make(company(80), horizon=6, as_of=END)
heavy = ("scipy", "sklearn", "statsforecast", "statsmodels")
print(*sorted(name for name in set(sys.modules) - before if name.split(".")[0] in heavy))
"""


def test_a_baseline_loads_no_library_that_was_not_loaded_before() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=120, check=True)
    assert ran.stdout.split() == []
