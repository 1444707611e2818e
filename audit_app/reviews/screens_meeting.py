"""What the pages of the meeting show: the agenda with its hours, the live screen, the slides for the room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from audit_app.core.clock import local, today
from audit_app.reviews import agenda as agendas
from audit_app.reviews import exports, forms, forms_meeting, origins, screens, signing_in
from audit_app.reviews.meeting_models import AgendaItem
from audit_app.reviews.models import DecisionState, Review
from audit_app.reviews.pack import Input, Pack
from audit_app.reviews.paper import input_title
from audit_app.reviews.paper_standards import clauses
from audit_app.reviews.workflow import OPEN, quorum_met

ON_A_SLIDE = 8
"""Rows of a table or lights on one slide; the rest is told as "+n more"."""


def clock(moment: datetime | None) -> str:
    """Hours and minutes by the organisation's clocks."""
    return f"{local(moment):%H:%M}" if moment is not None else ""


def agenda(review: Review) -> dict[str, Any]:
    """The agenda page: topics with their hours, and whether they fit into the meeting."""
    minutes = agendas.total(review.agenda)
    return {"timetable": agendas.timetable(review), "total": minutes, "over": minutes - review.length}


def live(review: Review) -> dict[str, Any]:
    """The screen of the meeting."""
    rows = {row.key: row for row in review.inputs}
    topics = [
        {
            "timed": timed,
            "item": timed.item,
            "input": rows.get(timed.item.input_key) if timed.item.input_key else None,
            "at": clock(timed.item.noted_at),
            **decisions_of(review, timed.item, None),
        }
        for timed in agendas.timetable(review)
    ]
    return {"topics": topics, **people(review)}


def decisions_of(
    review: Review, item: AgendaItem, form: Any, taking: Mapping[int, Any] | None = None
) -> dict[str, Any]:
    """The decisions of a topic with their forms; those of no topic stand under the last one. ``form`` and
    ``taking`` are forms that came back.
    """
    keys = {each.input_key for each in review.agenda if each.input_key}
    last = max(review.agenda, key=lambda each: each.position)
    mine = [
        row
        for row in review.decisions
        if row.input_key == item.input_key or (item is last and row.input_key not in keys)
    ]
    if form is None:
        form = forms_meeting.LiveDecisionForm(formdata=None, prefix=f"t{item.id}-")
        form.fill(review, input_known=item.input_key is not None)
        form.input_key.data = item.input_key.value if item.input_key else None
    found: dict[int, Any] = dict(taking or {})
    for row in mine:
        if row.state is DecisionState.ASKED and row.id not in found:
            blank = forms.TakeForm(
                formdata=None,
                prefix=f"d{row.id}-",
                data={"text": row.text, "owner_id": row.owner_id, "due_on": row.due_on},
            )
            blank.fill(row)
            blank.version.data = str(row.version)
            found[row.id] = blank
    return {"item": item, "decisions": mine, "form": form, "taking": found}


def people(review: Review) -> dict[str, Any]:
    """Who is invited, who came, who signed; and what the quorum says."""
    signatures = signing_in.latest(review)
    rows = []
    for each in review.participants:
        who = each.who_came
        rows.append(
            {"place": each, "who": who, "signed": signatures.get(who.id) if who is not None else None}
        )
    return {
        "people": rows,
        "there": sum(each.there for each in review.participants),
        "quorum": quorum_met(review, review.chair),
        "signing": review.state in OPEN and review.meets_on <= today(),
    }


def state(review: Review) -> list[dict[str, Any]]:
    """The notes with their versions, as the live screen asks for them."""
    return [
        {
            "id": item.id,
            "version": item.version,
            "text": item.notes,
            "by": item.noted_by.name if item.noted_by else "",
            "at": clock(item.noted_at),
        }
        for item in review.agenda
    ]


@dataclass(frozen=True)
class Slide:
    """One page of the presentation. ``kind`` says how ``shown`` is drawn; ``part`` groups the jump list."""

    kind: str
    title: str
    shown: Any
    part: str = ""
    note: str = ""


def slides(review: Review) -> dict[str, Any]:
    """The pack cut into pages for the room: the same values as on paper, in the same order."""
    pack, _sha = exports.pack_of(review)
    found = [Slide("cover", pack.meta.title, pack.meta, _("Cover"))]
    if pack.agenda:
        found.append(Slide("agenda", _("Agenda"), topics_of(pack), _("Agenda")))
    part = _("What was to be decided") if pack.frozen else _("What is to be decided")
    found += [Slide("decision", row.text, row, part, row.code) for row in pack.decisions]
    known = origins.read(
        [block for one in pack.inputs for block in one.blocks], pack.meta.period_from, pack.meta.period_to
    )
    lights = screens.lights(pack.lights, known)
    for first in range(0, len(lights), ON_A_SLIDE):
        found.append(
            Slide(
                "lights",
                _("The picture on one page"),
                lights[first : first + ON_A_SLIDE],
                _("The picture on one page"),
            )
        )
    for one in pack.inputs:
        found += _of_input(one, known)
    found.append(
        Slide("conclusion", _("Conclusion of the review"), pack.conclusion, _("Conclusion of the review"))
    )
    return {"slides": found, "pack": pack, "draft": not pack.frozen, "most": ON_A_SLIDE}


def topics_of(pack: Pack) -> list[dict[str, Any]]:
    """The agenda of a pack in words."""
    return [
        {
            "topic": each,
            "title": each.title or (input_title(each.input_key) if each.input_key else ""),
        }
        for each in pack.agenda or ()
    ]


def _of_input(one: Input, known: origins.Rows) -> list[Slide]:
    title = input_title(one.key)
    note = _("Also answers: %(clauses)s", clauses=clauses(one.answers)) if one.answers else ""
    shown = screens.blocks(one.blocks, known)
    remarks = [block for kind, block in shown if kind == "remark"]
    found = [
        Slide("input", title, (one, remarks[:ON_A_SLIDE], max(0, len(remarks) - ON_A_SLIDE)), title, note)
    ]
    for kind, block in shown:
        if kind in ("chart", "table"):
            found.append(Slide(kind, block.title, block, title))
    return found
