"""Files: every fault is named by line, column and cure; what is missing is said."""

import numpy as np
import pandas as pd
import pytest

from demand.engine.baseline_tables import QUANTILES
from demand.engine.panel_file import forecast_write, panel_read
from sop.engine.panel import PanelError

HEADER = "unique_id,ds,y\n"


@pytest.fixture
def write(tmp_path):
    def written(text, name="train.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return written


def test_ids_stay_text_and_months_may_be_written_short(write):
    found = panel_read(write(HEADER + "007,2022-01,3\nNA,2022-01-01,4.5\n007,2022-02,1e2\nNA,2022-02-01,0\n"))
    assert found.ids.tolist() == ["007", "NA"]
    assert found.panel["y"].tolist() == [3.0, 100.0, 4.5, 0.0]
    assert str(found.as_of) == "2022-02-01"
    assert found.notes == []


def test_gaps_blanks_and_different_ends_are_said(write):
    text = "A,2022-01,1\nA,2022-04,1\nB,2022-01,\nC,2022-01,1\nC,2022-02,NaN\nC,2022-03,2\n"
    found = panel_read(write(HEADER + text))
    assert found.ids.tolist() == ["A", "B", "C"]
    assert len(found.panel) == 4
    assert found.as_of is None
    assert found.notes == [
        "3 months are missing inside 2 series (A, C): filled from the months around them.",
        "1 series have no known month: their forecast is 0, without a range.",
        "Series end in different months (January 2022 to April 2022): step 1 is the month after each series' own last.",
    ]


def test_blank_last_month_still_is_the_last_month(write):
    assert str(panel_read(write(HEADER + "A,2022-01,1\nA,2022-02,\n")).as_of) == "2022-02-01"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_mark_tells_the_encoding(write, encoding):
    assert panel_read(write(HEADER + "Türe,2022-01,1\n", encoding=encoding)).ids.tolist() == ["Türe"]


def test_other_encodings_are_asked_for_and_then_read(write):
    path = write(HEADER + "A,2022-01,1\nTüre,2022-01,1\n", encoding="cp1252")
    with pytest.raises(PanelError, match=r"is not utf-8 text \(line 3\): save it as UTF-8, or say .*--encoding cp1252"):
        panel_read(path)
    assert panel_read(path, encoding="cp1252").ids.tolist() == ["A", "Türe"]
    with pytest.raises(PanelError, match="no encoding named martian"):
        panel_read(path, encoding="martian")


@pytest.mark.parametrize("mark", [";", "\t"])
def test_semicolons_and_tabs_separate_too(write, mark):
    assert len(panel_read(write(f"unique_id{mark}ds{mark}y\r\nA{mark}2022-01{mark}1\r\n")).panel) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        (HEADER, "no lines below its column names"),
        ("id,ds,y\nA,2022-01,1\n", "no column unique_id; it has id, ds, y"),
        ("unique_id,ds,y,y\nA,2022-01,1,2\n", "has the column y 2 times"),
        (HEADER + "A,2022-01,1\nA,2022-01-01,2\n", r'Line 3: "A in January 2022" is there a second time'),
        (HEADER + "A,2022-01,1\nA,1/2/2022,2\n", r'Line 3: "1/2/2022" is no date in ds: write 2022-02-01'),
        (HEADER + "A,2022-02-30,2\n", "Line 2: .* is no date"),
        (HEADER + "A,2022-01-31,2\n", r'Line 2: "2022-01-31" in ds is not the first day of a month'),
        (HEADER + "A,,2\n", "Line 2: is no date"),
        (HEADER + ",2022-01,2\n", "Line 2: unique_id is empty"),
        (HEADER + 'A,2022-01,"1,5"\n', r'"1,5" in y is not a number: write digits with a point'),
        (HEADER + "A,2022-01,1_000\nA,2022-02,１２\nA,2022-03,inf\n", r"Line 2: .*\(2 more lines have the same fault"),
        (HEADER + "A,2022-01,1\nB,2022-01,1,2,3,4\n", "is not a table, some lines have more fields"),
        (HEADER + "A,2022-01,1,9\nB,2022-01,1,5\n", "is not a table, some lines have more fields"),
        (b"unique_id,ds,y\nA\0,2022-01,1\n", "zero bytes"),
    ],
)
def test_faults_are_named(write, text, sentence):
    with pytest.raises(PanelError, match=sentence):
        panel_read(write(text))


def test_missing_file_other_ending_and_broken_parquet_are_named(write, tmp_path):
    with pytest.raises(PanelError, match="There is no file"):
        panel_read(tmp_path / "nowhere.csv")
    with pytest.raises(PanelError, match=r"neither in \.csv nor in \.parquet"):
        panel_read(write("x", name="train.xlsx"))
    with pytest.raises(PanelError, match="cannot be read as parquet"):
        panel_read(write("not parquet", name="train.parquet"))


@pytest.mark.parametrize(
    "months",
    [
        pd.to_datetime(["2022-01-01", "2022-02-01"]),
        pd.to_datetime(["2022-01-01", "2022-02-01"]).tz_localize("Europe/Berlin"),
        pd.to_datetime(["2022-01-01", "2022-02-01"]).date,
        ["2022-01", "2022-02-01"],
    ],
)
def test_parquet_of_any_date_type_gives_the_same_panel(tmp_path, months):
    path = tmp_path / "train.parquet"
    pd.DataFrame({"unique_id": [7, 7], "ds": months, "y": [1, np.nan]}).to_parquet(path)
    found = panel_read(path)
    assert found.panel.to_dict("records") == [{"unique_id": "7", "ds": pd.Timestamp("2022-01-01"), "y": 1.0}]
    assert str(found.as_of) == "2022-02-01"


def test_forecast_is_written_whole_or_not_at_all(tmp_path):
    columns = {name: [1.5] for name in ("yhat", *QUANTILES)}
    forecast = pd.DataFrame({"unique_id": ["007"], "ds": ["x"], "step": [1], **columns})
    for name, read in (
        ("out.csv", lambda path: pd.read_csv(path, dtype={"unique_id": str})),
        ("out.parquet", pd.read_parquet),
    ):
        forecast_write(forecast, tmp_path / name)
        back = read(tmp_path / name)
        assert list(back) == ["unique_id", "step", "yhat", "q0.025", "q0.1", "q0.5", "q0.9", "q0.975"]
        assert back["unique_id"].tolist() == ["007"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "out.parquet"]
    with pytest.raises(PanelError, match="no folder"):
        forecast_write(forecast, tmp_path / "nowhere" / "out.csv")
    with pytest.raises(PanelError, match="neither in"):
        forecast_write(forecast, tmp_path / "out.txt")
