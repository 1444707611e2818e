"""The minutes as a document of their own: agenda, attendance, what was said, decisions, conclusion, date."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from audit_app.exports.document import (
    Block,
    Bullets,
    Document,
    Facts,
    Grid,
    GridColumn,
    Heading,
    KeepTogether,
    Letterhead,
    Signature,
    Signatures,
    Text,
)
from audit_app.exports.values import Badge, Strong
from audit_app.reviews import paper_meeting
from audit_app.reviews.pack import DecisionRow, Pack, said
from audit_app.reviews.paper import STATE_TONE, input_title
from audit_app.reviews.paper_blocks import concluded
from audit_app.reviews.telling import DASH, tell


def document(pack: Pack, language: str, recipients: tuple[str, ...], sha256: str) -> Document:
    """The minutes of a pack in the language in force; ``recipients``: who they go to, by name."""
    meta = pack.meta
    return Document(
        title=_("Minutes of %(code)s", code=meta.code),
        blocks=tuple(_all(pack, recipients)),
        organisation=tell(meta.organisation),
        code=f"{meta.code}-M",
        version=str(meta.version) if pack.frozen else _("draft"),
        language=language,
        created=meta.compiled_at,
        author=meta.prepared_by,
        watermark="" if pack.frozen else _("DRAFT"),
        hash8=sha256[:8],
        zone=ZoneInfo(meta.zone),
    )


def _all(pack: Pack, recipients: tuple[str, ...]) -> Iterator[Block]:
    meta, end = pack.meta, pack.conclusion
    badge = Badge(tell(said(f"review.{meta.state}")), "good" if pack.frozen else "warn")
    facts = (
        (_("Meeting"), str(meta.meets_on)),
        (_("Place"), meta.place or DASH),
        (_("Period"), f"{meta.period_from} – {meta.period_to}"),
        (_("Chair"), meta.chair),
        (_("Prepared by"), meta.prepared_by),
        (_("Next review"), str(end.next_review_on or DASH)),
    )
    yield Letterhead(_("Minutes of the management review"), meta.title, badge, facts)
    yield from _attendance(pack)
    yield from paper_meeting.agenda(pack)
    yield Heading(_("Discussion notes"))
    if end.minutes.strip():
        yield Text(end.minutes)
    yield from paper_meeting.all_said(pack)
    yield Heading(_("Decisions"))
    if not pack.decisions:
        yield Text(_("No decision was asked for or taken."))
    for row in pack.decisions:
        yield from _decision(row)
    yield from _concluded(pack)
    yield Heading(_("Distribution list"))
    yield Bullets(recipients) if recipients else Text(_("Those who took part."))
    mark = _("Approved in the system") if pack.frozen else ""
    yield KeepTogether(
        (
            Facts(((_("Next review"), str(end.next_review_on or DASH)),)),
            Signatures((Signature(_("Approved by"), end.approved_by, end.approved_at, mark),)),
        )
    )


def _concluded(pack: Pack) -> Iterator[Block]:
    end = pack.conclusion
    yield Heading(_("Conclusion of the review"))
    yield from concluded(
        (
            (_("Suitability"), end.suitability),
            (_("Adequacy"), end.adequacy),
            (_("Effectiveness"), end.effectiveness),
        ),
        3,
    )


def _attendance(pack: Pack) -> Iterator[Block]:
    yield Heading(_("Attendance"))
    words = {None: _("not recorded yet"), 1: _("present"), 0: _("absent")}
    tones = {None: "neutral", 1: "good", 0: "warn"}
    columns = (
        GridColumn(_("Name"), 24),
        GridColumn(_("Function"), 34),
        GridColumn(_("Attendance"), 20),
        GridColumn(_("Signature"), 26),
    )
    rows = tuple(
        (
            row.name,
            row.function or paper_meeting.function_of(pack, row.name),
            Badge(_("%(name)s stood in", name=row.deputy), "good")
            if row.deputy
            else Badge(words[row.attended], tones[row.attended]),
            paper_meeting.signature(pack, row),
        )
        for row in pack.participants
    )
    yield Grid(columns, rows)


def _decision(row: DecisionRow) -> Iterator[Block]:
    """What, why, the options with the chosen one marked, who and until when, the action it became."""
    yield Heading(f"{row.code} · {tell(said(f'decision.{row.state}'))}", 3)
    considered = [line.strip() for line in row.options.splitlines() if line.strip()]
    options = tuple(
        Strong(_("%(option)s (chosen)", option=line)) if line == row.chosen else line for line in considered
    )
    pairs = [
        (_("Decision"), Strong(row.text)),
        (_("State"), Badge(tell(said(f"decision.{row.state}")), STATE_TONE[row.state])),
        (_("Why"), row.rationale or DASH),
        (_("Options considered"), options or DASH),
        (_("Resources"), row.resources or DASH),
        (_("Follows from"), input_title(row.input_key)),
        (_("Owner"), row.owner or DASH),
        (_("Due"), str(row.due_on or DASH)),
        (_("Action"), row.action or DASH),
    ]
    yield Facts(tuple(pairs))
