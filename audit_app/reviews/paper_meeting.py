"""The meeting on paper: its agenda, what was said on each topic, who signed that they were there."""

from collections.abc import Iterator
from typing import Literal

from flask_babel import gettext as _

from audit_app.exports.document import Block, Callout, Grid, GridColumn, Heading, Text
from audit_app.exports.values import Badge, Pen, listed
from audit_app.reviews.models import key_of
from audit_app.reviews.pack import Attendee, Pack, Topic
from audit_app.reviews.telling import DASH, tell_moment


def topic_title(topic: Topic) -> str:
    """Words of its own, else letter and words of the input."""
    return topic.title or (f"{topic.input_key}) {key_of(topic.input_key).label}" if topic.input_key else DASH)


def participants(pack: Pack) -> Grid:
    """Who was invited, who came or stood in, and how they signed."""
    signed = any(row.signature is not None for row in pack.participants)
    words = {None: _("not recorded yet"), 1: _("present"), 0: _("absent")}
    tones = {None: "neutral", 1: "good", 0: "warn"}
    return Grid(
        (
            GridColumn(_("Name"), 26),
            GridColumn(_("Function"), 34),
            GridColumn(_("Attendance"), 20),
            *((GridColumn(_("Signature"), 26),) if signed else ()),
        ),
        tuple(
            (
                row.name,
                row.function or function_of(pack, row.name),
                (
                    Badge(_("%(name)s stood in", name=row.deputy), "good")
                    if row.deputy
                    else Badge(words[row.attended], tones[row.attended])
                ),
                *((signature(pack, row),) if signed else ()),
            )
            for row in pack.participants
        ),
        compact=True,
    )


def function_of(pack: Pack, name: str) -> str:
    """What somebody without a function of their own does in the meeting."""
    return _("Chair") if name == pack.meta.chair else DASH


def agenda(pack: Pack, level: Literal[1, 2] = 1) -> Iterator[Block]:
    """The agenda with its hours; nothing for a pack of before that has none."""
    if not pack.agenda:
        return
    yield Heading(_("Agenda"), level)
    yield agenda_grid(pack)


def agenda_grid(pack: Pack) -> Grid:
    """The agenda as a table with its sum."""
    columns = (
        GridColumn(_("Time"), 16),
        GridColumn(_("Topic"), 50),
        GridColumn(_("Speaker"), 20),
        GridColumn(_("Duration in minutes"), 14, "right"),
    )
    rows = tuple(
        (f"{each.starts}–{each.ends}", topic_title(each), each.speaker or DASH, each.minutes)
        for each in pack.agenda or ()
    )
    total = sum(each.minutes for each in pack.agenda or ())
    return Grid(columns, rows, compact=True, total=("", _("Total"), "", total))


def said_on(pack: Pack, key: str) -> Iterator[Block]:
    """What was said on an input, where something was noted."""
    for each in pack.agenda or ():
        if each.input_key == key and each.notes.strip():
            yield Callout(each.notes, "neutral", _("Discussion notes"))


def all_said(pack: Pack) -> Iterator[Block]:
    """What was said, topic by topic, those without a note in one line."""
    silent = []
    for each in pack.agenda or ():
        if each.notes.strip():
            yield Heading(topic_title(each), 3)
            yield Text(each.notes)
        else:
            silent.append(topic_title(each))
    if silent:
        yield Text(_("Looked at without a note: %(topics)s.", topics=listed(silent)), "note")


def signature(pack: Pack, row: Attendee) -> Pen | str:
    """How somebody signed that they were there: the strokes, or the words, with the time; a dash without."""
    one = row.signature
    if one is None:
        return DASH
    at = tell_moment(one.at, pack.meta.zone)
    if not one.lines:
        return _("Signed in the system, %(at)s", at=at)
    return Pen(tuple(map(_stroke, one.lines)), (one.width, one.height), at)


def _stroke(line: str) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(part) for part in point.split(",")) for point in line.split())
