"""From the database to a pack: every part read once, in a constant number of queries whatever the number
of rows.
"""

from datetime import date

from sqlalchemy import select

from audit_app.accounts.models import Organisation
from audit_app.core import clock
from audit_app.core.db import db
from audit_app.findings.models import Finding, Origin
from audit_app.reviews import (
    agenda,
    changes,
    compile_actions,
    compile_audits,
    compile_corrections,
    compile_escalated,
    compile_files,
    compile_findings,
    compile_improvements,
    compile_indicators,
    compile_objectives,
    compile_overview,
    compile_repeats,
    compile_services,
    integrated,
    leaving,
    lights,
    nonconformities,
    queries,
    series,
    signing_in,
)
from audit_app.reviews.meeting_models import AttendanceSignature
from audit_app.reviews.models import AnyKey, Climate, Decision, ExtraKey, InputKey, Review, ReviewInput
from audit_app.reviews.pack import (
    Answered,
    Attendee,
    Block,
    Conclusion,
    DecisionRow,
    Definition,
    Input,
    Many,
    Meta,
    Month,
    Name,
    Pack,
    PreviousAction,
    Remark,
    Said,
    Signed,
    Topic,
    Value,
    said,
)

Blocks = dict[str, tuple[Block, ...]]


def compile_pack(review: Review) -> Pack:
    """The pack of a review as things stand now. Changes nothing; the review may be in any state."""
    register = series.read(review.period_from, review.period_to)
    findings = nonconformities.read(review.period_from, review.period_to)
    audits = compile_audits.read(review.period_from, review.period_to)
    previous = compile_actions.read(review)
    board = (
        lights.of_actions(previous),
        lights.of_audits(audits),
        lights.of_findings(findings),
        *lights.of_indicators(register),
    )
    signatures = signing_in.latest(review)
    pack = Pack(
        meta=_meta(review),
        participants=tuple(
            Attendee(
                each.person.name,
                each.function,
                None if each.attended is None else int(each.attended),
                each.deputy.name if each.stood_in and each.deputy is not None else None,
                _signed(signatures.get(each.who_came.id)) if each.who_came is not None else None,
            )
            for each in review.participants
        ),
        decisions=tuple(map(_decision, review.decisions)),
        previous=previous,
        lights=board,
        warnings=(*warnings(review, register, audits), *leaving.warnings(review)),
        inputs=_inputs(review, _blocks(review, register, findings, audits, previous)),
        conclusion=_conclusion(review),
        definitions=tuple(_definitions(register)),
        sources=compile_files.told(register.files),
        agenda=tuple(map(_topic, agenda.timetable(review))) or None,
    )
    return changes.marked(pack, queries.pack_before(review))


def _topic(row: agenda.Timed) -> Topic:
    item = row.item
    return Topic(
        item.title,
        item.input_key.value if item.input_key else "",
        row.starts,
        row.ends,
        item.minutes,
        row.speaker.name if row.speaker else "",
        item.notes,
    )


def _signed(row: AttendanceSignature | None) -> Signed | None:
    if row is None:
        return None
    return Signed(row.way.value, row.signed_at, tuple(row.lines), row.width, row.height)


def compile_input(review: Review, key: AnyKey) -> tuple[Block, ...]:
    """What the data say for one input: the same blocks as in the pack, without reading what it does not
    need.
    """
    blocks = _compiled(review, key)
    return changes.marked_blocks(blocks, queries.pack_before(review), key.value) if blocks else ()


def _compiled(review: Review, key: AnyKey) -> tuple[Block, ...]:
    span = review.period_from, review.period_to
    if key is InputKey.A:
        return compile_actions.for_input(compile_actions.read(review))
    if key is InputKey.D:
        return _d(*span)
    if key is InputKey.B:
        return climate(review)
    if key in (InputKey.F, InputKey.K, InputKey.L, *ExtraKey):
        return ()
    register = series.read(*span)
    if key is InputKey.C1:
        return _c1(nonconformities.read(*span), register)
    if key is InputKey.C3:
        return _c3(compile_audits.read(*span), register)
    return _of_indicators(key, register, review)


def climate(review: Review) -> tuple[Block, ...]:
    """Input b: whether climate change is a relevant issue, and why (4.1, R16)."""
    if review.climate is Climate.OPEN:
        return (Remark(said("climate.open"), "warn"),)
    return (Remark(said(f"climate.{review.climate.value}", reason=review.climate_reason), "info"),)


def _of_indicators(key: AnyKey, register: series.Register, review: Review) -> tuple[Block, ...]:
    if key is InputKey.C2:
        silent = {one.code for one in uncommented(review, register)}
        corrected = compile_corrections.read(review.period_from, review.period_to)
        return (
            *compile_overview.overview(register, silent),
            *compile_corrections.blocks(corrected),
        )
    own = compile_indicators.for_input(register, key.value)
    if key is InputKey.G:
        return (*compile_objectives.blocks(register, review), *own, *compile_overview.targets(register))
    return (*compile_services.blocks(register.period), *own) if key is InputKey.H else own


def _c1(findings: nonconformities.Findings, register: series.Register) -> tuple[Block, ...]:
    again = compile_repeats.blocks(findings.date_from, findings.end)
    return (
        *compile_findings.for_input(findings),
        *compile_escalated.blocks(),
        *again,
        *_told(register, "c1"),
    )


def _d(date_from: date, date_to: date) -> tuple[Block, ...]:
    """The register first; that there is nothing is said once, and only if there is nothing at all."""
    register = compile_improvements.blocks(date_from, date_to)
    others = compile_findings.improvements(date_from, date_to)
    silent = register and all(isinstance(each, Remark) for each in others)
    return register if silent else (*register, *others)


def _c3(audits: compile_audits.Audits, register: series.Register) -> tuple[Block, ...]:
    return (*compile_audits.for_input(audits), *_told(register, "c3"))


def _told(register: series.Register, key: str) -> tuple[Block, ...]:
    """Indicators that stand beside records: only when they have values."""
    told = [one for one in register.of(compile_indicators.codes_of(register, key)) if one.points]
    return compile_indicators.for_input(register, key) if told else ()


def _blocks(
    review: Review,
    register: series.Register,
    findings: nonconformities.Findings,
    audits: compile_audits.Audits,
    previous: tuple[PreviousAction, ...],
) -> Blocks:
    found: Blocks = {
        "a": compile_actions.for_input(previous),
        "b": climate(review),
        "c1": _c1(findings, register),
        "c3": _c3(audits, register),
        "d": _d(review.period_from, review.period_to),
    }
    for key in (InputKey.C2, InputKey.E, InputKey.G, InputKey.H, InputKey.I, InputKey.J):
        found[key.value] = _of_indicators(key, register, review)
    return found


def _inputs(review: Review, blocks: Blocks) -> tuple[Input, ...]:
    rows = {row.key: row for row in review.inputs}
    return tuple(
        _input(
            key,
            rows.get(key),
            blocks.get(key.value, ()),
            integrated.answers(key, review.standards) or None,
        )
        for key in integrated.keys_of(review)
    )


def _input(
    key: AnyKey,
    row: ReviewInput | None,
    blocks: tuple[Block, ...],
    answers: tuple[Answered, ...] | None,
) -> Input:
    if row is None:
        return Input(key.value, blocks=blocks, answers=answers)
    return Input(
        key.value,
        row.text,
        int(row.nothing_to_report),
        row.reason,
        row.owner.name if row.owner else "",
        row.written_by.name if row.written_by else "",
        row.written_at,
        blocks,
        answers,
    )


def _meta(review: Review) -> Meta:
    organisation = db.session.get(Organisation, 1) or Organisation(
        name_en="",
        name_zh="",
        scope_en="",
        scope_zh="",
        confidentiality_en="Internal",
        confidentiality_zh="内部",
    )
    moment = review.approved_at or clock.now()
    return Meta(
        code=review.code,
        title=review.title,
        organisation=Name(organisation.name_en, organisation.name_zh),
        scope=Name(organisation.scope_en, organisation.scope_zh),
        confidentiality=Name(organisation.confidentiality_en, organisation.confidentiality_zh),
        period_from=review.period_from,
        period_to=review.period_to,
        meets_on=review.meets_on,
        place=review.place,
        chair=review.chair.name,
        prepared_by=review.prepared_by.name,
        state=review.state.value,
        version=1,
        compiled_at=moment,
        zone=str(clock.zone()),
        distribution=tuple(row.name for row in review.recipients),
    )


def _decision(row: Decision) -> DecisionRow:
    return DecisionRow(
        row.code,
        row.state.value,
        row.input_key.value,
        row.text,
        row.rationale,
        row.options,
        row.resources,
        row.owner.name if row.owner else "",
        row.due_on,
        row.action.code if row.action else "",
        row.chosen or None,
    )


def _conclusion(review: Review) -> Conclusion:
    return Conclusion(
        review.suitability,
        review.adequacy,
        review.effectiveness,
        review.minutes,
        review.next_review_on,
        review.approved_by.name if review.approved_by else "",
        review.approved_at,
    )


def _definitions(register: series.Register) -> list[Definition]:
    found = {one.code: one for one in register.series}
    made = []
    for row in register.rows:
        name, one = Name(row.name_en, row.name_zh), found[row.code]
        for each in one.earlier:
            if each.until in register.window:
                until = said("definition.until", month=Month(each.until.previous().first))
                made.append(
                    Definition(
                        row.code,
                        name,
                        each.formula,
                        each.unit,
                        each.better,
                        until,
                        row.clause,
                        row.source.value,
                    )
                )
        formula = Name(row.formula_en, row.formula_zh)
        aims = _aims(one, register)
        made.append(
            Definition(
                row.code, name, formula, row.unit, row.direction.value, aims, row.clause, row.source.value
            )
        )
    return made


def _aims(one: series.Series, register: series.Register) -> Value:
    """The targets that held in the months shown, with the month each began in; one alone stands by itself."""
    if one.by_month:
        return said("target.monthly")
    last = register.window[-1]
    later = [each for each in one.began(register.window) if each[0] <= last]
    if not later:
        return one.target_words(last)
    steps = [
        said(
            "target.since", target=one.words(goal, first) or said("value.no_target"), month=Month(first.first)
        )
        for first, _before, goal in later
    ]
    return Many((one.words(later[0][1], later[0][0].previous()) or said("value.no_target"), *steps))


def warnings(review: Review, register: series.Register, audits: compile_audits.Audits) -> list[Said]:
    """What the rules point out without stopping anybody: R14, values corrected late, an audit not reported, a
    participant absent.
    """
    silent = uncommented(review, register)
    found = [said("warn.silent", count=len(silent), input=InputKey.C2.value)] if silent else []
    found += compile_corrections.warnings(compile_corrections.read(review.period_from, review.period_to))
    if not audits.done(audits.own):
        found.append(said("warn.no_audit"))
    found += [
        said("warn.open_audit", code=audit.code, title=audit.title)
        for audit in audits.own
        if audit.state not in compile_audits.DONE and audit.ends_on < audits.end
    ]
    return found + [
        said("warn.absent", name=each.person.name)
        for each in review.participants
        if each.attended is False and not each.stood_in
    ]


def uncommented(review: Review, register: series.Register) -> list[series.Series]:
    """R14: targets missed without a word: no comment on the month, no finding on the indicator, no
    decision.
    """
    spoken = _spoken(review)
    return [
        one
        for one in register.series
        if any(not one.points[month].comment for month in register.missed(one))
        and not any(_mentions(text, one) for text in spoken)
    ]


def _spoken(review: Review) -> list[str]:
    decided = [f"{row.text} {row.rationale} {row.options}" for row in review.decisions]
    query = select(Finding.title, Finding.nonconformity).where(
        Finding.origin == Origin.INDICATOR, Finding.raised_on >= review.period_from
    )
    return decided + [f"{title} {statement}" for title, statement in db.session.execute(query)]


def _mentions(text: str, one: series.Series) -> bool:
    words = text.casefold()
    codes = "".join(letter if letter.isalnum() and letter.isascii() else " " for letter in text).split()
    return one.code in codes or any(name and name.casefold() in words for name in (one.name.en, one.name.zh))
