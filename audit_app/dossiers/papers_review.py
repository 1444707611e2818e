"""Papers of a management review that only a dossier asks for: plan, inputs, minutes, follow-up."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from audit_app.dossiers.papers import DASH, actions, paper
from audit_app.exports.document import (
    Block,
    Document,
    Facts,
    Grid,
    GridColumn,
    Heading,
    Letterhead,
    Signature,
    Signatures,
    Text,
)
from audit_app.exports.values import Badge
from audit_app.findings.models import Action
from audit_app.reviews.models import Review
from audit_app.reviews.pack import Pack
from audit_app.reviews.paper import input_blocks, input_title


def _head(review: Review) -> tuple[tuple[str, Any], ...]:
    return (
        (_("Number"), review.code),
        (_("Meeting"), f"{review.meets_on} {review.place}".strip()),
        (_("Period"), f"{review.period_from} – {review.period_to}"),
        (_("Chair"), review.chair.name),
        (_("Prepared by"), review.prepared_by.name),
    )


def plan(review: Review) -> Document:
    """When, who, and which input is prepared by whom."""
    people = tuple((each.person.name, each.function or DASH) for each in review.participants)
    inputs = tuple(
        (input_title(row.key.value), row.owner.name if row.owner else review.prepared_by.name)
        for row in sorted(review.inputs, key=lambda each: each.key.value)
    )
    return paper(
        _("Management review plan"),
        f"{review.code}-P",
        (
            Letterhead(_("Management review plan"), review.title, None, _head(review)),
            Heading(_("Participants"), 2),
            Grid(
                (GridColumn(_("Name"), 3), GridColumn(_("Function"), 5)),
                people,
                empty=_("Nobody is invited yet."),
            ),
            Heading(_("Inputs and who prepares them"), 2),
            Grid(
                (GridColumn(_("Input"), 6), GridColumn(_("Prepared by"), 3)),
                inputs,
                empty=_("The inputs are not opened yet."),
            ),
        ),
    )


def inputs(review: Review, pack: Pack) -> Document:
    """The fourteen inputs of 9.3 with what the data say."""
    blocks: list[Block] = [Letterhead(_("Management review inputs"), review.title, None, _head(review))]
    for one in pack.inputs:
        blocks += input_blocks(pack, one)
    return paper(_("Management review inputs"), f"{review.code}-I", blocks)


def minutes(review: Review) -> Document:
    """Who came, what was said, what was concluded."""
    words = {None: _("not recorded yet"), True: _("present"), False: _("absent")}
    tones = {None: "neutral", True: "good", False: "warn"}
    rows = tuple(
        (each.person.name, each.function or DASH, Badge(words[each.attended], tones[each.attended]))
        for each in review.participants
    )
    columns = (GridColumn(_("Name"), 3), GridColumn(_("Function"), 5), GridColumn(_("Attendance"), 2))
    said = (
        (_("Minutes"), review.minutes),
        (_("Suitability"), review.suitability),
        (_("Adequacy"), review.adequacy),
        (_("Effectiveness"), review.effectiveness),
    )
    blocks: list[Block] = [
        Letterhead(_("Attendance and minutes of the review"), review.title, None, _head(review)),
        Heading(_("Attendance"), 2),
        Grid(columns, rows, empty=_("Nobody is invited yet.")),
    ]
    for title, text in said:
        blocks += [Heading(title, 2), Text(text or _("Not recorded yet."))]
    mark = _("Signed in the system") if review.approved_at else ""
    approver = review.approved_by.name if review.approved_by else ""
    blocks.append(
        Signatures(
            (
                Signature(_("Prepared by"), review.prepared_by.name),
                Signature(_("Chair"), review.chair.name),
                Signature(_("Approved by"), approver, review.approved_at, mark),
            )
        )
    )
    return paper(_("Attendance and minutes of the review"), f"{review.code}-M", blocks)


def follow_up(review: Review, rows: Sequence[Action]) -> Document:
    """What became of each decision."""
    return paper(
        _("Follow-up of review decisions"),
        f"{review.code}-F",
        (
            Letterhead(_("Follow-up of review decisions"), review.title, None, _head(review)),
            Facts(((_("Next review"), str(review.next_review_on or DASH)),)),
            actions(rows),
        ),
    )
