"""The text of a mail: in its reader's language, the most pressing first, each thing with its own link."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from flask_babel import force_locale
from flask_babel import gettext as _

from audit_app.accounts.language import LOCALES
from audit_app.accounts.models import Person
from audit_app.config import Settings
from audit_app.core.clock import local
from audit_app.core.days import written
from audit_app.notifications import kinds, words
from audit_app.notifications.models import Notice

MOST = 100
"""Notices written out in one mail; the rest is counted, and waits in the application."""
POLICY = SMTP.clone(cte_type="7bit")  # not every server takes eight bits


@dataclass(frozen=True)
class Links:
    """Addresses that a mail leads to: what a notice speaks of, the list of notices, one's own choices."""

    thing: Callable[[Notice], str]
    everything: str = ""
    choices: str = ""


@dataclass(frozen=True)
class Enclosed:
    """A calendar that goes with a mail: its name, its iCalendar text, and the method it is sent with."""

    filename: str
    text: str
    method: str


ENCLOSE: dict[str, Callable[[Notice], Enclosed | None]] = {}
"""What encloses a calendar with a notice, by kind of notice; each domain is asked by ``domains.py``."""


def new_message_id(settings: Settings) -> str:
    """A name for a mail that nothing else in the world has."""
    return make_msgid("notices", domain=settings.mail_from.rpartition("@")[2] or "localhost")


def compose(
    settings: Settings,
    person: Person,
    notices: Sequence[Notice],
    links: Links,
    *,
    message_id: str,
    at: datetime,
) -> EmailMessage:
    """One mail with these notices (at least one). ``at`` is its Date header."""
    ordered = sorted(notices, key=lambda each: (kinds.of(each.kind).heap, each.day, each.id))
    mail = EmailMessage(POLICY)
    with force_locale(LOCALES[person.language]):
        mail["Subject"] = " ".join(subject_of(ordered).split())
        body = "\n".join(_lines(person, ordered, links))
        enclosed = {found.filename: found for each in ordered if (found := _enclosed(each)) is not None}
    mail["From"] = settings.mail_from
    mail["To"] = person.email
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"  # no answering machine answers it (RFC 3834)
    mail["Content-Language"] = "zh-CN" if person.language == "zh" else "en"
    mail.set_content(body)
    for each in enclosed.values():
        mail.add_attachment(
            each.text, subtype="calendar", filename=each.filename, params={"method": each.method}
        )
    return mail


def _enclosed(notice: Notice) -> Enclosed | None:
    return ENCLOSE[notice.kind](notice) if notice.kind in ENCLOSE else None


def subject_of(ordered: Sequence[Notice]) -> str:
    """The most pressing notice, and how many there are."""
    first = words.render(ordered[0].kind, ordered[0].facts)[0]
    if len(ordered) == 1:
        return first
    return _("%(count)d notices – %(first)s", count=len(ordered), first=first)


def _lines(person: Person, ordered: Sequence[Notice], links: Links) -> list[str]:
    lines = [_("Hello %(name)s,", name=person.name)]
    heap = None
    for notice in ordered[:MOST]:
        kind = kinds.of(notice.kind)
        if kind.heap is not heap:
            heap = kind.heap
            lines += ["", "", f"━━ {heap.label} ━━"]
        lines += ["", *_item(notice, links)]
    if len(ordered) > MOST:
        lines += ["", _("… and %(count)d more in the application.", count=len(ordered) - MOST)]
    lines += ["", "", "--", *_foot(links)]
    return [*lines, ""]


def _item(notice: Notice, links: Links) -> list[str]:
    title, body = words.render(notice.kind, notice.facts)
    days = []
    until = notice.facts.get("until")
    due = date.fromisoformat(until) if until else None
    if due is not None and written(due) not in body:
        days.append(_("Due %(day)s", day=written(due, weekday=True)))
    if notice.day <= local(notice.queued_at).date():  # some are counted by a day still to come
        days.append(_("Since %(day)s", day=written(notice.day, weekday=True)))
    inner = [*body.split("\n"), " · ".join(days), links.thing(notice)]
    return [f"■ {' '.join(title.split())}", *(f"  {line}" for line in inner if line)]


def _foot(links: Links) -> list[str]:
    found = []
    if links.everything:
        found.append(_("The same list in the application: %(url)s", url=links.everything))
    if links.choices:
        found.append(_("When and about what you are written to: %(url)s", url=links.choices))
    return found
