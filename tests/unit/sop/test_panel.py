"""The panel door: a wrong table is named in a sentence."""

import numpy as np
import pandas as pd
import pytest

from sop.engine.panel import PanelError, check_panel


def panel(**changes):
    columns = {"unique_id": ["B", "A", "A"], "ds": ["2022-01-01", "2022-02-01", "2022-01-01"], "y": [1, 2.5, 3]}
    return pd.DataFrame(columns | changes)


def test_good_table_comes_back_sorted_with_plain_types():
    checked = check_panel(panel(note=["x", "y", "z"]))
    assert checked.unique_id.tolist() == ["A", "A", "B"]
    assert checked.y.tolist() == [3.0, 2.5, 1.0]
    assert str(checked.ds.dtype) == "datetime64[ns]"
    assert checked.note.tolist() == ["z", "y", "x"]


def test_whole_number_ids_become_text():
    assert check_panel(panel(unique_id=[2, 1, 1])).unique_id.tolist() == ["1", "1", "2"]


def test_empty_table_is_a_table():
    assert check_panel(pd.DataFrame({"unique_id": [], "ds": [], "y": []})).empty


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ds": ["2022-01-01", "2022-01-01", "2022-01-01"]}, "Series A has January 2022 more than once"),
        ({"ds": ["2022-01-01", "2022-02-03", "2022-01-01"]}, "Series A has 2022-02-03, not the first day"),
        ({"ds": ["2022-01-01", "soon", "2022-01-01"]}, "Row 2 has no readable date in ds: soon"),
        ({"y": [1, np.nan, 3]}, "Series A, February 2022: y is nan, not a number"),
        ({"y": [1, np.inf, 3]}, "y is inf"),
        ({"y": ["1", "a lot", "3"]}, "y is a lot"),
        ({"unique_id": ["B", None, "A"]}, "Row 2 has no unique_id"),
    ],
)
def test_wrong_table_is_named(changes, sentence):
    with pytest.raises(PanelError, match=sentence):
        check_panel(panel(**changes))


def test_missing_columns_are_named_with_those_found():
    with pytest.raises(PanelError, match="Column ds and y is missing; the table has: unique_id, month"):
        check_panel(pd.DataFrame({"unique_id": ["A"], "month": ["2022-01"]}))
