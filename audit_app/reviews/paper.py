"""The pack on paper: cover, contents, what to decide, what became of it, one-page picture, inputs,
conclusion.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from flask_babel import get_locale
from flask_babel import gettext as _

from audit_app.exports.document import (
    Block,
    Board,
    BoardRow,
    Callout,
    Contents,
    Cover,
    Document,
    Facts,
    Grid,
    GridCell,
    GridColumn,
    Heading,
    KeepTogether,
    Signature,
    Signatures,
    Text,
)
from audit_app.exports.values import Badge, Link, Strong
from audit_app.reviews import paper_annex, paper_meeting
from audit_app.reviews.models import key_of
from audit_app.reviews.pack import (
    DecisionRow,
    Input,
    Light,
    Pack,
    Said,
    said,
)
from audit_app.reviews.paper_blocks import concluded, render_blocks
from audit_app.reviews.paper_changes import changed
from audit_app.reviews.paper_signing import signed_facts
from audit_app.reviews.paper_standards import annex, clauses
from audit_app.reviews.sources import Sources
from audit_app.reviews.telling import DASH, NOT_MEASURED, tell, tell_distribution, tell_moment, tell_movement

LIGHT_WORDS = {"good": "green", "warn": "amber", "bad": "red", "neutral": "grey"}
STATE_TONE = {"taken": "good", "asked": "warn", "rejected": "neutral"}


def light_word(tone: str) -> str:
    """The colour of a light in words, because colour never stands alone."""
    return {"good": _("Green"), "warn": _("Amber"), "bad": _("Red")}.get(tone, _("Grey"))


def letter(key: str) -> str:
    """How an input is called: a), c1)."""
    return f"{key})"


def input_title(key: str) -> str:
    """Letter and words of an input."""
    return f"{letter(key)} {key_of(key).label}"


def document(pack: Pack, language: str, sha256: str) -> Document:
    """The whole pack as a document, in the language in force (``language`` names it for the renderer)."""
    meta = pack.meta
    return Document(
        title=f"{meta.code} {meta.title}",
        blocks=tuple(_all(pack, sha256)),
        organisation=tell(meta.organisation),
        code=meta.code,
        version=str(meta.version) if pack.frozen else _("draft"),
        language=language,
        created=meta.compiled_at,
        author=meta.prepared_by,
        watermark="" if pack.frozen else _("DRAFT"),
        hash8=sha256[:8],
        zone=ZoneInfo(meta.zone),
    )


def _all(pack: Pack, sha256: str) -> Iterator[Block]:
    yield _cover(pack, sha256)
    yield Contents(2)
    yield from _decide(pack)
    yield from _previous(pack)
    yield from _picture(pack)
    yield Heading(_("4 Inputs a) to l)"), new_page=True)
    yield legend()
    for one in pack.inputs:
        yield from input_blocks(pack, one)
    yield from _conclusion(pack)
    yield from _sign_off(pack, sha256)
    yield from paper_annex.annexes(pack)
    yield from annex(pack)


def cover_facts(pack: Pack, sha256: str) -> tuple[tuple[str, GridCell], ...]:
    """What stands on the cover: scope, period, meeting, people, version and hash."""
    meta = pack.meta
    facts: list[tuple[str, GridCell]] = [
        (_("Scope"), tell(meta.scope)),
        (_("Period"), f"{meta.period_from} – {meta.period_to}"),
        (_("Meeting"), f"{meta.meets_on} {meta.place}".strip()),
        (_("Chair"), meta.chair),
        (_("Prepared by"), meta.prepared_by),
        (_("Version"), f"{meta.version} · {tell(said(f'review.{meta.state}'))}"),
    ]
    if pack.frozen:
        at = tell_moment(pack.conclusion.approved_at, meta.zone)
        facts.append((_("Approved by"), _("%(name)s, %(at)s", name=pack.conclusion.approved_by, at=at)))
    else:
        facts.append((_("Compiled at"), tell_moment(meta.compiled_at, meta.zone)))
    if meta.distribution is not None:
        facts.append((_("Distribution list"), tell_distribution(meta.distribution)))
    facts.append(("SHA-256", sha256))
    return tuple(facts)


def _cover(pack: Pack, sha256: str) -> Cover:
    meta = pack.meta
    return Cover(
        meta.title,
        subtitle=_("Meeting of %(day)s", day=meta.meets_on),
        kicker=" · ".join((_("Management review pack"), meta.code)),
        facts=cover_facts(pack, sha256),
        notice=tell(meta.confidentiality),
    )


def _decide(pack: Pack) -> Iterator[Block]:
    yield Heading(_("1 What is to be decided") if not pack.frozen else _("1 What was to be decided"))
    if not pack.decisions:
        yield Text(_("No decision is asked for."))
    for number, row in enumerate(pack.decisions, 1):
        yield KeepTogether((Heading(f"1.{number} {_first_line(row.text)}", 2), _decision_facts(row)))
    if pack.warnings:
        told = tuple(map(_warning, pack.warnings))
        yield Callout(told, "warn", _("Pointed out"))
    yield from paper_meeting.agenda(pack, 2)


def _warning(one: Said) -> str | Link:
    """A warning in words; where the pack says more of it, a link to that input."""
    key = dict(one.facts).get("input")
    return Link(tell(one), url=f"#input-{key}") if key else tell(one)


HEADING = 200
"""Letters of a decision that a heading holds; a longer one stands below it in full."""


def _first_line(text: str) -> str:
    """The decision as a heading: its first line, cut only where it is a text of its own."""
    first = text.strip().split("\n")[0]
    return first if len(first) <= HEADING else first[:HEADING].rstrip() + " …"


def _owner_due(row: DecisionRow) -> str:
    if not row.owner and not row.due_on:
        return DASH
    return _("%(name)s, %(at)s", name=row.owner or DASH, at=row.due_on or DASH)


def _decision_facts(row: DecisionRow) -> Facts:
    whole = [] if _first_line(row.text) == row.text.strip() else [(_("Decision"), Strong(row.text))]
    pairs: list[tuple[str, GridCell]] = [
        *whole,
        (_("State"), Badge(tell(said(f"decision.{row.state}")), STATE_TONE[row.state])),
        (_("Why"), row.rationale or DASH),
        (_("Options and cost"), row.options or DASH),
        *([(_("Chosen"), Strong(row.chosen))] if row.chosen else []),
        (_("Resources"), row.resources or DASH),
        (_("Follows from"), Link(input_title(row.input_key), url=f"#input-{row.input_key}")),
        (_("Owner, due"), _owner_due(row)),
    ]
    return Facts(tuple(pairs))


def legend(*, workbook: bool = True) -> Text:
    """How charts and tables of the inputs are read. ``workbook``: whether one lies beside the paper."""
    words = _(
        "In the charts: dashed, the target; dotted, the natural limits of the process; ringed, a "
        "signal. In the tables ■ marks a value that misses its target."
    )
    rest = _("All months and all rows stand in the workbook of this pack.") if workbook else ""
    gap = "" if str(get_locale()).startswith("zh") else " "
    return Text(gap.join(filter(None, (words, rest))), "note")


def _previous(pack: Pack) -> Iterator[Block]:
    yield Heading(_("2 What became of the last decisions"))
    blocks = next((one.blocks for one in pack.inputs if one.key == "a"), ())
    yield from render_blocks(blocks, Sources.of(pack))
    yield from changed(pack)


def _picture(pack: Pack) -> Iterator[Block]:
    yield Heading(_("3 The picture on one page"), new_page=True)
    yield Board(tuple(map(_light, pack.lights)))
    yield Text(
        _(
            "Red: missed or late now. Amber: needs watching. Green: met. Grey: nothing to "
            "judge by. The arrow tells of the indicators behind the light, and only where the "
            "last month is a signal: worse as soon as one of them got worse, better only if "
            "all did, whichever way is good."
        ),
        "note",
    )


ARROWS = {"improving": "up", "worsening": "down", NOT_MEASURED: ""}


def _light(light: Light) -> BoardRow:
    more = next((reason for reason in light.reasons if reason.key == "why.more"), None)
    mark = () if light.mark is None else (tell(light.mark),)
    words = letter(light.input_key) if more is None else tell(more)
    movement = tell_movement(light.movement)
    return BoardRow(
        Badge(light_word(light.tone), light.tone),
        tell(light.subject),
        (*mark, *(tell(reason) for reason in light.reasons if reason is not more)),
        ARROWS.get(light.movement, "level"),
        movement if movement != DASH else "",
        Link(words if more else _("Input %(letter)s", letter=words), url=f"#input-{light.input_key}"),
    )


def input_blocks(pack: Pack, one: Input, *, alone: bool = False) -> Iterator[Block]:
    """One input: its assessment and what the data say. ``alone``: on a paper that has no section 2."""
    head = Heading(input_title(one.key), 2, anchor=f"input-{one.key}")
    if one.answers:
        yield head
        yield Text(_("Also answers: %(clauses)s", clauses=clauses(one.answers)), "note")
    if one.text.strip():
        at = tell_moment(one.written_at, pack.meta.zone)
        note = Text(_("Written by %(name)s, %(at)s", name=one.author, at=at), "note")
        told = (*(() if one.answers else (head,)), Text(one.text), note)
        yield from (KeepTogether(told),) if len(one.text) <= KEPT else told
    else:
        if not one.answers:
            yield head
        yield _unwritten(pack, one)
    if one.key == "a" and pack.previous and not alone:
        yield Text(_("The table stands in section 2."), "note")
    else:
        yield from render_blocks(one.blocks, Sources.of(pack))
    yield from paper_meeting.said_on(pack, one.key)


KEPT = 600
"""Letters of an assessment that stays on one page with its heading and the name of its author."""


def _unwritten(pack: Pack, one: Input) -> Callout:
    """What stands where an assessment would: that there is nothing to report, or for whom it waits."""
    if one.nothing:
        signed = _(
            "Signed: %(name)s, %(at)s", name=one.author, at=tell_moment(one.written_at, pack.meta.zone)
        )
        return Callout("\n".join((one.reason, signed)), "neutral", _("Nothing to report"))
    if one.owner:
        return Callout(_("No assessment is written yet. It waits for %(name)s.", name=one.owner), "warn")
    return Callout(_("No assessment is written yet."), "warn")


def _conclusion(pack: Pack) -> Iterator[Block]:
    one = pack.conclusion
    yield Heading(_("5 Conclusion"))
    yield from concluded(
        (
            (_("Suitability"), one.suitability),
            (_("Adequacy"), one.adequacy),
            (_("Effectiveness"), one.effectiveness),
            (_("Minutes"), one.minutes),
        ),
        2,
    )


def _sign_off(pack: Pack, sha256: str) -> Iterator[Block]:
    one, meta = pack.conclusion, pack.meta
    yield Heading(_("6 Decisions, actions and sign-off"))
    columns = (
        GridColumn(_("Code"), 19),
        GridColumn(_("Decision"), 36),
        GridColumn(_("State"), 14),
        GridColumn(_("Owner"), 14),
        GridColumn(_("Due"), 14),
        GridColumn(_("Action"), 17),
    )
    rows = tuple(
        (
            row.code,
            row.text,
            Badge(tell(said(f"decision.{row.state}")), STATE_TONE[row.state]),
            row.owner or DASH,
            str(row.due_on or DASH),
            row.action or DASH,
        )
        for row in pack.decisions
    )
    yield Grid(columns, rows, empty=_("No decision was asked for or taken."), compact=True)
    later = DASH if pack.frozen else _("To be set in the meeting")
    following = Facts(((_("Next review"), str(one.next_review_on or later)),))
    mark = (
        (tell(said(f"signed.{one.meaning}")) if one.meaning else _("Approved in the system"))
        if pack.frozen
        else ""
    )
    signatures = Signatures(
        (
            Signature(_("Prepared by"), meta.prepared_by),
            Signature(_("Chair"), meta.chair),
            Signature(_("Approved by"), one.approved_by, one.approved_at, mark),
        )
    )
    present = (Heading(_("Participants"), 2), paper_meeting.participants(pack))
    yield KeepTogether((*present, following, signatures, *signed_facts(pack, sha256)))
