"""The picture on one page: traffic lights by rules that stand in tables, each light with its reason.

Red misses something now, amber needs watching, green is met; grey says that there is nothing to judge by.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from audit_app.indicators.periods import Month as Calendar
from audit_app.reviews.pack import Figure, Light, Month, PreviousAction, Said, Value, said
from audit_app.reviews.series import Register, Series, movement
from audit_app.reviews.telling import NOT_MEASURED

AREAS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("service_levels", "h", ("SLA", "AVL", "DWN", "MTBF", "RSP")),
    ("incidents", "h", ("MJI", "MTTA", "MTTR", "FCR", "ROP", "RPT", "BKL", "PRB", "REQ", "KBU", "SSR")),
    ("changes", "h", ("CSR", "EMC", "UAC", "RLS", "CMA")),
    ("assurance", "h", ("CTE", "SEC")),
    ("customers", "e", ("CSAT", "CMP", "CMC")),
    ("suppliers", "i", ("SUP",)),
    ("resources", "j", ("CAP", "BUD", "TRN", "CPU", "IPH")),
    ("objectives", "g", ("OBJ",)),
)
"""Name, input that tells more, and the indicators of each area; indicators of no area make up "other"."""
COUNTED_ELSEWHERE = frozenset({"AUD", "CNF", "CWE", "NCO", "NCF", "NCT", "NCR", "EFF"})
"""Told by the lights on audits and nonconformities, from the records themselves."""
SHOWN = 2
"""Reasons told of an area; the others are counted, so that the picture stays on one page."""
RANK = {"bad": 0, "warn": 1, "neutral": 2, "good": 3}
ON_TIME = 95
"""Percent of actions done on time below which the light is amber."""


@dataclass(frozen=True)
class Now:
    """How an indicator stands at the end of the period."""

    series: Series
    last: Calendar | None
    value: Decimal | None
    missed: int
    known: int
    movement: str
    stale: bool


@dataclass(frozen=True)
class Rule:
    """One row: when it applies, which tone it gives, and the key of its reason."""

    applies: Callable[[Any], bool]
    tone: str
    reason: str


INDICATOR_RULES = (
    Rule(lambda now: now.value is None, "neutral", "why.no_data"),
    Rule(lambda now: now.last is not None and now.series.misses(now.value, now.last), "bad", "why.missed"),
    Rule(lambda now: now.stale and now.series.has_target, "warn", "why.stale"),
    Rule(lambda now: not now.series.has_target, "neutral", "why.no_target"),
    Rule(lambda now: now.movement == "worsening", "warn", "why.worsening"),
    Rule(lambda now: now.missed > 0, "warn", "why.missed_before"),
    Rule(lambda _now: True, "good", "why.met"),
)
COUNTS = ("why.missed", "why.missed_before")
"""Reasons that count months, or the periods in which an indicator is measured."""
AUDIT_RULES = (
    Rule(lambda facts: not facts["planned"], "bad", "why.audits_none"),
    Rule(lambda facts: facts["late"] > 0, "bad", "why.audits_late"),
    Rule(lambda facts: facts["missing"] > 0, "warn", "why.audits_uncovered"),
    Rule(lambda facts: facts["done"] < facts["planned"], "good", "why.audits_open"),
    Rule(lambda _facts: True, "good", "why.audits_done"),
)
FINDING_RULES = (
    Rule(lambda facts: facts["overdue"] > 0, "bad", "why.nc_overdue"),
    Rule(lambda facts: facts["major"] > 0, "warn", "why.nc_major"),
    Rule(
        lambda facts: facts["share"].value is not None and facts["share"].value < ON_TIME,
        "warn",
        "why.nc_late_share",
    ),
    Rule(lambda _facts: True, "good", "why.nc_fine"),
)
ACTION_RULES = (
    Rule(lambda facts: not facts["count"], "neutral", "why.actions_none"),
    Rule(lambda facts: facts["late"] > 0, "bad", "why.actions_late"),
    Rule(lambda facts: facts["open"] > 0, "good", "why.actions_open"),
    Rule(lambda _facts: True, "good", "why.actions_done"),
)


def first(rules: tuple[Rule, ...], facts: Any) -> Rule:
    """The first rule that applies; the last row always does."""
    return next(rule for rule in rules if rule.applies(facts))


def stand(register: Register, one: Series) -> Now:
    """How an indicator stands."""
    known = register.known(one)
    last = known[-1] if known else None
    return Now(
        one,
        last,
        one.value(last) if last else None,
        len(register.missed(one)),
        len(known),
        movement(one, last) if last else "",
        bool(last and last != max(one.of(register.period), default=last)),
    )


def judge(now: Now) -> tuple[str, Said]:
    """Tone and reason of one indicator."""
    rule = first(INDICATOR_RULES, now)
    one = now.series
    facts: dict[str, Value] = {
        "name": one.name,
        "value": one.figure(now.value, now.last),
        "month": Month(now.last.first) if now.last else None,
        "target": one.target_words(now.last) if now.last else None,
        "count": now.missed,
        "total": now.known,
    }
    every = now.series.told(now.last).every
    if rule.reason in COUNTS and every > 1:
        return rule.tone, said(f"{rule.reason}_periods", periods=said(f"periods.{every}"), **facts)
    if rule.reason == "why.missed_before":  # Packs of before hold this key, without a unit.
        return rule.tone, said("why.missed_before_months", **facts)
    return rule.tone, said(rule.reason, **facts)


def area(register: Register, name: str, key: str, series: tuple[Series, ...]) -> Light | None:
    """The light of an area: that of its worst indicator, with the reasons of those that made it so."""
    stands = [stand(register, one) for one in series]
    judged = sorted(((*judge(now), now) for now in stands), key=lambda each: RANK[each[0]])
    if not judged or all(now.value is None for now in stands):
        return None
    judged = [each for each in judged if each[2].value is not None]
    tone = judged[0][0]
    same = [each for each in judged if each[0] == tone]
    reasons = [reason for _tone, reason, _now in same[:SHOWN]]
    if tone == "good" and len(same) > 1:
        reasons = [said("why.all_met", count=len(same))]
    elif len(same) > SHOWN:
        reasons.append(said("why.more", count=len(same) - SHOWN, input=key))
    moves = together({now.movement for _tone, _reason, now in same})
    return Light(said(f"light.{name}"), tone, tuple(reasons), moves, key)


def together(words: set[str]) -> str:
    """The movement of several: worse as soon as one got worse, better only if all did."""
    if "worsening" in words or len(words) == 1:
        return "worsening" if "worsening" in words else next(iter(words))
    return "changed" if words & {"improving", "changed"} else "no_signal"


def of_indicators(register: Register) -> list[Light]:
    """One light per area that has any value."""
    placed = {code for _name, _key, codes in AREAS for code in codes} | COUNTED_ELSEWHERE
    rest = tuple(one.code for one in register.series if one.code not in placed)
    found = [
        area(register, name, key, register.of(codes)) for name, key, codes in (*AREAS, ("other", "h", rest))
    ]
    return [light for light in found if light is not None]


def of_audits(found: Any) -> Light:
    """Internal audits of the period."""
    own = found.own
    facts = {
        "planned": len(own),
        "done": len(found.done(own)),
        "late": len(found.late(own)),
        "missing": len(found.coverage.missing_clauses),
    }
    return _light("audits", "c3", AUDIT_RULES, facts)


def of_findings(found: Any) -> Light:
    """Nonconformities at the end of the period."""
    still = found.open_on(found.end)
    on_time = found.shares.on_time
    facts = {
        "open": len(still),
        "overdue": len(found.overdue_on(found.end)),
        "major": sum(row.grade == "major" for row in still),
        "share": Figure(None if on_time.percent is None else Decimal(str(on_time.percent)), 1, "%"),
    }
    return _light("nonconformities", "c1", FINDING_RULES, facts)


def of_actions(rows: tuple[PreviousAction, ...]) -> Light:
    """Decisions of earlier reviews."""
    still = [row for row in rows if row.state in ("open", "done")]
    facts = {"count": len(rows), "open": len(still), "late": sum(row.late > 0 for row in rows)}
    return _light("actions", "a", ACTION_RULES, facts)


def _light(name: str, key: str, rules: tuple[Rule, ...], facts: dict[str, Any]) -> Light:
    rule = first(rules, facts)
    return Light(said(f"light.{name}"), rule.tone, (said(rule.reason, **facts),), NOT_MEASURED, key)
