"""The register: which indicators there are, what they mean, and what is aimed at (clauses 6.2, 9.1)."""

from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.accounts.queries import process_of_clause
from audit_app.core import yaml_file
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators import definitions, objectives, targets
from audit_app.indicators.goals import Goal
from audit_app.indicators.measures import MEASURES
from audit_app.indicators.models import Direction, Frequency, Indicator, Source, ValueKind
from audit_app.indicators.periods import Month
from audit_app.trail import services as trail

SHIPPED = Path(__file__).with_name("library") / "kpis.yaml"
SAME = (
    "code",
    "name_en",
    "name_zh",
    "formula_en",
    "formula_zh",
    "numerator_en",
    "numerator_zh",
    "denominator_en",
    "denominator_zh",
    "note_en",
    "note_zh",
    "unit",
    "decimals",
    "clause",
    "measure",
)


@cache
def shipped() -> tuple[dict[str, Any], ...]:
    """The indicators that ship, as their file tells them."""
    return tuple(yaml_file.read(SHIPPED)["indicators"])


def load_register(*, by: Person | None, computed_only: bool = False) -> list[Indicator]:
    """Add the indicators that ship and are not in the register yet; those there stay as they are. Returns
    the new. ``computed_only`` leaves those that people enter to be switched on (``switching_on``).
    """
    known = set(db.session.scalars(select(Indicator.code)))
    added = []
    for kpi in shipped():
        if kpi["code"] in known or (computed_only and kpi["source"] == Source.MANUAL.value):
            continue
        indicator = made(kpi)
        process = process_of_clause(kpi["clause"])
        indicator.process_id = process.id if process else None
        indicator.owner_id = process.owner_id if process else None
        with trail.act("indicator.load", indicator, by=by):
            db.session.add(indicator)
        targets.first_target(indicator, shipped_goal(indicator, kpi), by=by)
        added.append(indicator)
    return added


def shipped_goal(indicator: Indicator, kpi: dict[str, Any]) -> Goal:
    """The target we suggest."""
    return targets.checked(
        indicator.direction, indicator.unit, kpi.get("target"), kpi.get("low"), kpi.get("high")
    )


def made(kpi: dict[str, Any]) -> Indicator:
    """An indicator that ships, not yet in the register: no owner, process or target."""
    return Indicator(
        **{name: kpi.get(name, "") for name in SAME},
        direction=Direction(kpi["direction"]),
        frequency=Frequency(kpi.get("frequency", Frequency.MONTHLY)),
        value_kind=ValueKind(kpi["kind"]),
        source=Source(kpi["source"]),
    )


def of_the_system() -> dict[str, Indicator]:
    """The indicators that this system works out, by measure: as they stand in the register, with the targets
    set there; those that are not in it as they ship, without a target. Two queries.
    """
    found = {kpi["measure"]: made(kpi) for kpi in shipped() if kpi["source"] == Source.SYSTEM.value}
    kept = db.session.scalars(
        select(Indicator).where(Indicator.source == Source.SYSTEM).order_by(Indicator.id)
    )
    return found | {each.measure: each for each in kept}


def add_indicator(*, by: Person | None, **facts: Any) -> Indicator:
    """Add an indicator of one's own. Raises Refused for a code that is taken or facts that contradict each
    other.
    """
    numbers = [facts.pop(name, None) for name in ("target", "low", "high")]
    values = _checked(facts)
    objectives.may_measure(values.get("objective_id"), None)
    goal = targets.checked(values["direction"], values.get("unit", ""), *numbers)
    if values["direction"] is Direction.BAND and not goal.is_set:
        raise Refused(_l("A band needs a lower or an upper end."), "low")
    _free_code(values["code"], None)
    indicator = Indicator(**values)
    with trail.act("indicator.add", indicator, by=by):
        db.session.add(indicator)
    targets.first_target(indicator, goal, by=by)
    return indicator


def edit_indicator(
    indicator: Indicator,
    *,
    by: Person | None,
    meaning: str = "",
    since: Month | None = None,
    why: str = "",
    **facts: Any,
) -> Indicator:
    """Change definition or owner; the measured values stay, and so do the targets. Raises Refused as
    :func:`add_indicator`.

    Where measured months would get another meaning, ``meaning`` must say so: see :mod:`definitions`. Before
    anything was measured a target that meant the other direction is refused instead.
    """
    values = _checked(facts)
    objectives.may_measure(values.get("objective_id"), indicator.objective_id)
    definitions.take_in(indicator, values, meaning=meaning, since=since, why=why, by=by)
    if values["direction"] is not indicator.direction and _aimed(indicator, since):
        words = _l("Its targets were meant for the other direction: take them back first.")
        raise Refused(words, "direction")
    _free_code(values["code"], indicator)
    with trail.act("indicator.edit", indicator, by=by):
        for name, value in values.items():
            setattr(indicator, name, value)
    return indicator


def _aimed(indicator: Indicator, since: Month | None) -> bool:
    """Whether a target stands that would be judged by another direction than the one it was meant for."""
    rows = [each for each in indicator.targets if each.stands and each.goal.is_set]
    return any(since is None or each.month >= since for each in rows)


def _free_code(code: str, mine: Indicator | None) -> None:
    with db.session.no_autoflush:
        found = db.session.scalar(select(Indicator).where(func.lower(Indicator.code) == code.lower()))
    if found is not None and found is not mine:
        raise Refused(_l("There is already an indicator %(code)s. Choose another code.", code=code), "code")


def _checked(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of an indicator, brought to form; Refused names the field that is wrong."""
    values = dict(facts)
    values["code"] = str(values.get("code", "")).strip().upper()
    if not values["code"]:
        raise Refused(_l("Give the indicator a code, such as SLA."), "code")
    values |= {name: values.get(name) or "" for name in ("name_en", "name_zh")}
    if not (values.get("name_en") or values.get("name_zh")):
        raise Refused(_l("Give the indicator a name in at least one language."), "name_en")
    values["direction"] = Direction(values["direction"])
    values["source"] = Source(values.get("source", Source.MANUAL))
    values["value_kind"] = ValueKind(values.get("value_kind", ValueKind.RATIO))
    values["frequency"] = Frequency(values.get("frequency") or Frequency.MONTHLY)
    if values["frequency"] is not Frequency.MONTHLY and values["source"] is not Source.MANUAL:
        raise Refused(_l("What is computed from records is measured every month."), "frequency")
    return _bound(values)


def _bound(values: dict[str, Any]) -> dict[str, Any]:
    """A log needs a measure that computes the figure; typed values need none."""
    source, measure = values["source"], values.get("measure", "")
    if source in (Source.TICKETS, Source.OUTAGES):
        known = MEASURES.get(measure)
        if known is None or known.source != source.value:
            raise Refused(_l("Choose what is computed from the log."), "measure")
        values |= {"unit": known.unit, "value_kind": ValueKind(known.kind)}
    elif source is Source.MANUAL:
        values["measure"] = ""
    return values
