"""`manage.py forecast_file` as an analyst types it: no settings, no database."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.demand.shapes import company

ROOT = Path(__file__).resolve().parents[3]


def run(*words):
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", "forecast_file", *map(str, words)],
        capture_output=True, text=True, timeout=120, check=False, env=bare,
    )  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_file_in_file_out_without_settings_or_database(tmp_path, ending):
    panel = company(12)
    train, out = tmp_path / f"train.{ending}", tmp_path / f"out.{ending}"
    panel.to_csv(train, index=False) if ending == "csv" else panel.to_parquet(train)
    done = run(train, out, "--horizon", 6)
    assert done.returncode == 0, done.stderr
    assert "12 series x 6 months" in done.stdout
    assert "Routes:" in done.stdout
    forecast = pd.read_csv(out) if ending == "csv" else pd.read_parquet(out)
    assert list(forecast) == ["unique_id", "step", "yhat", "q0.025", "q0.1", "q0.5", "q0.9", "q0.975"]
    assert forecast.groupby("unique_id")["step"].count().eq(6).all()
    assert forecast["unique_id"].nunique() == 12


def test_faults_are_sentences_and_leave_no_file(tmp_path):
    train, out = tmp_path / "train.csv", tmp_path / "out.csv"
    train.write_text("unique_id,ds,y\nA,2022-01-01,many\n", encoding="utf-8")
    for words, said in (
        ((tmp_path / "no.csv", out), "There is no file"),
        ((train, out), 'Line 2: "many" in y is not a number'),
        ((train, out, "--horizon", 0), "--horizon 0: between 1 and 60 months."),
    ):
        done = run(*words)
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert not out.exists()
