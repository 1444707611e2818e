"""What the pages show beyond the record itself: completeness, next step, compiled blocks as tables and
charts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.core.clock import now, today, zone
from audit_app.exports.chart_json import option
from audit_app.reviews import compile_files, exports, origins, queries, signing, signing_in, supplements
from audit_app.reviews.charting import chart
from audit_app.reviews.following import may_follow
from audit_app.reviews.integrated import answers
from audit_app.reviews.models import Review, ReviewInput, ReviewState
from audit_app.reviews.origins import Rows
from audit_app.reviews.pack import Block, Figure, Light, Pack, Plot, Remark, Table, from_json
from audit_app.reviews.paper import input_title, light_word
from audit_app.reviews.paper_changes import changed_title, unchanged
from audit_app.reviews.paper_standards import clauses, cross_table
from audit_app.reviews.paper_supplement import corrected, title_of
from audit_app.reviews.screens_around import around
from audit_app.reviews.screens_prepare import ordered
from audit_app.reviews.sources import Sources
from audit_app.reviews.supplement_models import ReviewSupplement, SupplementState
from audit_app.reviews.supplement_tree import CODEC
from audit_app.reviews.telling import (
    NUMERIC,
    tell,
    tell_cell,
    tell_figure,
    tell_movement,
    tone_of,
)
from audit_app.reviews.workflow import (
    OPEN,
    REVIEW,
    SUPPLEMENT,
    input_filled,
    may_decide,
    may_plan,
    may_write,
    missing_inputs,
)
from audit_app.trail import queries as trail

TONES = {"good": "success", "warn": "warning", "bad": "danger", "info": "info", "neutral": "secondary"}
"""Tones of a pack in the words of the screens."""
SHOWN = 50
"""Rows of a compiled table on a page; the workbook holds all."""


@dataclass(frozen=True)
class ShownTable:
    """A table in words. Cells are (text, tone, numeric, address of the rows behind); ``more``: rows left out,
    told beneath the table; ``source``: where its figures come from.
    """

    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[tuple[str, str, bool, str], ...], ...]
    more: int
    empty: str
    marks: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class ShownChart:
    """A chart with its numbers."""

    title: str
    option: dict[str, Any]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str


def address(place: origins.Place | None) -> str:
    """The address of a place; "" for none."""
    return "" if place is None else url_for(place[0], **place[1])


def linked(words: str, to: str) -> str:
    """Words as a link, escaped; as they are where there is nowhere to go."""
    return Markup('<a href="{}">{}</a>').format(to, words) if to else words


def blocks(compiled: tuple[Block, ...], rows: Rows, sources: Sources | None = None) -> list[tuple[str, Any]]:
    """Compiled blocks for a template: (kind, shown), kind being remark, chart or table. ``rows``: the records
    that figures lead to; ``sources``: what says where tables and charts come from.
    """
    found: list[tuple[str, Any]] = []
    for block in compiled:
        if isinstance(block, Remark):
            words = linked(tell(block.said), address(origins.of_said(block.said, rows)))
            found.append(("remark", (words, TONES[block.tone])))
        elif isinstance(block, Plot):
            found.append(("chart", shown_chart(block, rows, sources.of_plot(block) if sources else "")))
        elif block.where != "book":
            found.append(("table", shown_table(block, rows, sources.line(block) if sources else "")))
    return found


def shown_table(table: Table, rows: Rows, source: str = "") -> ShownTable:
    """A table in words; each cell leads to the rows behind it."""
    numeric = [column.kind in NUMERIC for column in table.columns]
    cells = tuple(
        tuple(
            (
                tell_cell(value, table.columns[place]),
                TONES[tone_of(value)] if tone_of(value) else "",
                numeric[place],
                address(origins.of_cell(table, row, place, rows)),
            )
            for place, value in enumerate(row)
        )
        for row in table.rows[:SHOWN]
    )
    heads = tuple(
        (tell(column.title), is_number) for column, is_number in zip(table.columns, numeric, strict=True)
    )
    empty = tell(table.empty) if table.empty is not None else _("No entries.")
    marks = tuple("" if mark is None else tell(mark) for mark in table.marks or (None,) * len(table.rows))
    more = max(0, len(table.rows) - SHOWN)
    return ShownTable(tell(table.title), heads, cells, more, empty, marks, source)


def shown_chart(plot: Plot, known: Rows, source: str = "") -> ShownChart:
    """A chart as the page draws it, and the table of its numbers, each with a link to its rows."""
    drawn = chart(plot, source)
    rows = []
    for place, label in enumerate(drawn.labels):
        to = address(origins.of_label(plot, place, known))
        values = [line.values[place] for line in plot.lines]
        told = [_figure(each, plot.decimals, to) for each in values]
        rows.append((str(label), *told))
    title = str(drawn.title) + (f" ({drawn.unit})" if drawn.unit else "")
    return ShownChart(
        title,
        option(drawn),
        (_("Period"), *(str(line.name) for line in drawn.series)),
        tuple(rows),
        linked(str(drawn.source), address(origins.of_plot(plot, known))),
    )


def _figure(value: Decimal | None, decimals: int, to: str) -> str:
    """A number of a chart with the link to its rows; a dash without link for a gap."""
    return linked(tell_figure(Figure(value, decimals)), "" if value is None else to)


def lights(board: Iterable[Light], rows: Rows) -> list[dict[str, Any]]:
    """The picture on one page, in words; each reason leads to the rows behind it."""
    return [
        {
            "subject": tell(light.subject),
            "word": light_word(light.tone),
            "tone": TONES[light.tone],
            "reasons": [linked(tell(each), address(origins.of_said(each, rows))) for each in light.reasons],
            "movement": _movement(light.movement),
            "key": light.input_key,
            "mark": "" if light.mark is None else tell(light.mark),
        }
        for light in board
    ]


def _movement(word: str) -> tuple[str, str]:
    return tell_movement(word), {"improving": "success", "worsening": "danger", "changed": "info"}.get(
        word, ""
    )


def next_words(review: Review, waiting: ReviewSupplement | None = None) -> str:
    """The one sentence that says what happens next. ``waiting``: a supplement that is not issued yet."""
    if review.state is ReviewState.PLANNED:
        return _(
            "Start preparing: the fourteen inputs are opened, and each can be given to somebody to write."
        )
    if review.state is ReviewState.PREPARING:
        missing = len(missing_inputs(review))
        if missing:
            return _(
                "%(count)s of %(all)s inputs still say nothing. Then the meeting is held and recorded.",
                count=missing,
                all=len(review.inputs),
            )
        return _("Every input is filled. Hold the meeting and record it.")
    if review.state is ReviewState.HELD:
        return _("Top management reads the pack and approves it. Approval freezes the pack for ever.")
    if waiting is not None:
        return _("%(code)s is written and waits for top management to issue it.", code=waiting.code)
    return _("Nothing more to do here. The decisions are tracked as actions until the next review.")


def board(review: Review, person: Person) -> list[dict[str, Any]]:
    """The inputs in the order of the standard: who writes, what is there, may the person write."""
    return [
        {
            "row": row,
            "title": input_title(row.key.value),
            "filled": input_filled(row),
            "mine": may_write(row, person),
        }
        for row in ordered(review)
    ]


def page(review: Review, person: Person) -> dict[str, Any]:
    """Everything the page of a review shows."""
    rows = board(review, person)
    frozen = queries.frozen_pack(review) if review.frozen else None
    added = supplements.of_review(review, person) if review.frozen else []
    waiting = next((each for each in added if each.state is SupplementState.WRITTEN), None)
    return {
        "supplements": [(each, words_of(each)) for each in added],
        "may_correct": review.frozen and waiting is None and person.may(P.REVIEW_PREPARE),
        "next_words": next_words(review, waiting),
        "offers": REVIEW.offers(review, person),
        "inputs": rows,
        "filled": sum(row["filled"] for row in rows),
        "may_decide": may_decide(review, person),
        "may_plan": may_plan(review, person),
        "may_follow": may_follow(review) and person.may(P.REVIEW_PREPARE),
        "may_attend": _may_attend(review, person),
        "signed_in": signing_in.latest(review),
        "may_ask": may_plan(review, person) and bool(review.inputs),
        "files": queries.frozen_hashes(review) if review.frozen else [],
        "frozen": frozen,
        "signatures": signing.signatures(review) if frozen else [],
        "may_sign": signing.may_sign(review, person),
        "sealing": from_json(frozen.snapshot).meta.sealing if frozen else None,
        "history": trail.history(review),
    }


def _may_attend(review: Review, person: Person) -> bool:
    """Whether the reader may sign that they were there, and has not yet."""
    invited = signing_in.place_of(review, person) is not None
    ready = review.state in OPEN and review.meets_on <= today()
    return invited and ready and person.id not in signing_in.latest(review)


def words_of(row: ReviewSupplement) -> str:
    """What a supplement corrects, in words."""
    decision = row.decision
    key = "" if row.input_key is None else row.input_key.value
    return corrected(key, decision.code if decision else "", decision.text if decision else "")


def supplement_page(row: ReviewSupplement, person: Person) -> dict[str, Any]:
    """Everything the page of a supplement shows."""
    frozen = supplements.frozen(row)
    return {
        "row": row,
        "review": row.review,
        "title": title_of(row.number, row.review.code),
        "corrects": words_of(row),
        "offers": SUPPLEMENT.offers(row, person),
        "frozen": frozen,
        "pack_sha256": frozen_sha256(row.review),
        "made": CODEC.read(frozen.snapshot) if frozen else None,
        "files": supplements.files(row),
        "history": trail.history(row),
    }


def frozen_sha256(review: Review) -> str:
    """SHA-256 of the frozen pack; "" before approval."""
    frozen = queries.frozen_pack(review)
    return "" if frozen is None else frozen.sha256


def pack_page(review: Review) -> dict[str, Any]:
    """The pack as a page: the same values as on paper."""
    pack, sha256 = exports.pack_of(review)
    known = origins.read(
        [block for one in pack.inputs for block in one.blocks], pack.meta.period_from, pack.meta.period_to
    )
    sources = Sources.of(pack)
    return {
        "pack": pack,
        "sha256": sha256,
        "lights": lights(pack.lights, known),
        "warnings": [tell(line) for line in pack.warnings],
        **around(pack, sha256),
        "sections": [(one, input_title(one.key), blocks(one.blocks, known, sources)) for one in pack.inputs],
        "since": _since(pack),
        "supplements": [(each, words_of(each)) for each in supplements.issued(review)] if pack.frozen else [],
        "organisation": tell(pack.meta.organisation),
        "scope": tell(pack.meta.scope),
        "cross": cross_table(pack.inputs),
        "clauses_of": lambda one: clauses(one.answers or ()),
    }


def _since(pack: Pack) -> dict[str, Any] | None:
    """What changed since the last review; None for packs of before."""
    if pack.since is None:
        return None
    told = [(tell(each.said), TONES[each.tone], each.input_key) for each in pack.since.changes]
    return {"title": changed_title(pack.since.code), "changes": told, "none": unchanged(pack)}


def of_input(row: ReviewInput, compiled: tuple[Block, ...]) -> dict[str, Any]:
    """Everything the page of an input shows."""
    before, after = queries.neighbours(row)
    known = origins.read(compiled, row.review.period_from, row.review.period_to)
    return {
        "title": input_title(row.key.value),
        "blocks": blocks(compiled, known, Sources(compiled, compile_files.in_use(), now(), str(zone()))),
        "before": before,
        "after": after,
        "answers": clauses(answers(row.key, row.review.standards)),
    }
