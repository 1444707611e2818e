from pathlib import Path
from typing import Any

import pytest
import yaml

import audit_app.indicators
from audit_app.indicators.measures import MEASURES

FILE = Path(audit_app.indicators.__file__).parent / "library" / "kpis.yaml"
KPIS: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["indicators"]


def test_codes_are_unique() -> None:
    codes = [kpi["code"] for kpi in KPIS]
    assert len(codes) == len(set(codes)) == 47


@pytest.mark.parametrize("kpi", KPIS, ids=lambda kpi: str(kpi["code"]))
def test_every_kpi_is_complete_and_its_parts_agree(kpi: dict[str, Any]) -> None:
    parts = ["name", "formula", "numerator"] + (["denominator"] if kpi["kind"] != "count" else [])
    for part in parts:
        assert kpi[f"{part}_en"]
        assert kpi[f"{part}_zh"]
    assert ("denominator_en" in kpi) == (kpi["kind"] in {"ratio", "mean"})
    assert ("note_en" in kpi) == ("note_zh" in kpi)
    assert kpi["source"] in {"manual", "tickets", "outages", "system"}
    assert kpi["unit"] in {"%", "min", "h", "n", "n/person/day", "score", "currency"}
    assert (kpi["unit"] == "%") == (kpi["kind"] == "ratio")
    assert isinstance(kpi["clause"], str)
    assert isinstance(kpi["decimals"], int)
    if kpi["direction"] == "band":
        assert kpi["target"] is None
        assert kpi["low"] < kpi["high"]
    else:
        assert kpi["direction"] in {"higher", "lower"}
        assert "low" not in kpi
    assert (kpi["source"] in {"tickets", "outages", "system"}) == ("measure" in kpi)
    if kpi["source"] in {"tickets", "outages"}:
        measure = MEASURES[kpi["measure"]]
        assert (measure.source, measure.unit, measure.better, measure.kind) == (
            kpi["source"],
            kpi["unit"],
            kpi["direction"],
            kpi["kind"],
        )


def test_every_measure_of_a_log_has_its_row_in_the_register() -> None:
    assert {kpi.get("measure") for kpi in KPIS} >= set(MEASURES)
