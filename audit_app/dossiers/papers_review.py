"""Papers of a management review that only a dossier asks for: plan, inputs, minutes, follow-up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from audit_app.dossiers.papers import DASH, actions, moment, paper, signed
from audit_app.exports.document import (
    Block,
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
from audit_app.exports.values import Badge
from audit_app.findings.models import Action
from audit_app.reviews.models import Participant, Review
from audit_app.reviews.pack import Pack
from audit_app.reviews.paper import input_blocks, input_title, legend
from audit_app.trail.queries import history


def _head(review: Review) -> tuple[tuple[str, Any], ...]:
    return (
        (_("Management review"), review.code),
        (_("Meeting"), " · ".join(filter(None, (str(review.meets_on), review.place)))),
        (_("Period"), f"{review.period_from} – {review.period_to}"),
        (_("Chair"), review.chair.name),
        (_("Prepared by"), review.prepared_by.name),
    )


def informed(review: Review) -> datetime | None:
    """When the meeting was planned: in the same act its participants were told."""
    acts = [each.at for each in history(review) if each.action == "review.plan"]
    return acts[-1] if acts else None


def plan(review: Review) -> Document:
    """When, who, and which input is prepared by whom."""
    people = tuple((each.person.name, _function(each)) for each in review.participants)
    told = informed(review)
    inputs = tuple(
        (input_title(row.key.value), row.owner.name if row.owner else review.prepared_by.name)
        for row in sorted(review.inputs, key=lambda each: each.key.value)
    )
    return paper(
        _("Management review plan"),
        f"{review.code}-P",
        (
            Letterhead(
                _("Management review plan"),
                review.title,
                None,
                (*_head(review), (_("Participants informed"), moment(told))),
            ),
            Heading(_("Participants"), 2),
            Grid(
                (GridColumn(_("Name"), 3), GridColumn(_("Function"), 5)),
                people,
                compact=True,
                empty=_("Nobody is invited yet."),
            ),
            Heading(_("Inputs and who prepares them"), 2),
            Grid(
                (GridColumn(_("Input"), 6), GridColumn(_("Prepared by"), 3)),
                inputs,
                compact=True,
                empty=_("The inputs are not opened yet."),
            ),
            _sign_off(review, told),
        ),
    )


def _sign_off(review: Review, told: datetime | None) -> KeepTogether:
    """Who prepared the plan; top management approves it with a pen, the system has no step for it."""
    rows = (
        signed(_("Prepared by"), review.prepared_by, told),
        Signature(_("Approved by top management"), review.chair.name),
    )
    return KeepTogether((Heading(_("Approval"), 2), Signatures(rows)))


def _function(participant: Participant) -> str:
    """What somebody does in the review; else their job title, so that top management is told from others."""
    return participant.function or participant.person.job_title or DASH


def inputs(review: Review, pack: Pack) -> Document:
    """The fourteen inputs of 9.3 with what the data say."""
    head = Letterhead(_("Management review inputs"), review.title, None, _head(review))
    blocks: list[Block] = [head, legend(workbook=pack.frozen)]
    for one in pack.inputs:
        blocks += input_blocks(pack, one, alone=True)
    return paper(_("Management review inputs"), f"{review.code}-I", blocks)


def minutes(review: Review) -> Document:
    """Who came, what was said, what was concluded."""
    words = {None: _("not recorded yet"), True: _("present"), False: _("absent")}
    tones = {None: "neutral", True: "good", False: "warn"}
    rows = tuple(
        (each.person.name, _function(each), Badge(words[each.attended], tones[each.attended]))
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
        Grid(columns, rows, compact=True, empty=_("Nobody is invited yet.")),
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
