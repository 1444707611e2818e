"""The kinds of answer: how each is set up by the author, read from a device, judged and said in words.

Beside its verdict a question can take a reply: yes or no, a score, a number, a date, a choice, words. A reply
is kept as text in one canonical form, so that the same reply is the same bytes on every device. Where the
author said what is in order, the reply proposes the verdict; the auditor may give another, with the reason in
the note.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Protocol

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit_app.accounts.models import in_reader_language
from audit_app.checklists.models import ResponseKind, Verdict
from audit_app.core.errors import Refused

Settings = Mapping[str, Any]
LONGEST = 5_000
"""Characters of a reply."""
Judged = Literal["conform", "minor", "major", "observation", "ofi", "good_practice"]
Failed = Literal["minor", "major", "observation", "ofi"]
NUMBER = r"^-?(0|[1-9]\d{0,14})(\.\d{1,6})?$"
"""A number as it is kept: no plus sign, no leading zeros, a point before at most six decimals."""


class NotReadable(ValueError):
    """A reply that its kind does not know."""


class Asked(Protocol):
    """What a reply is judged by: a question, or its copy in an audit."""

    kind: Any
    settings: Any


class Kind:
    """A kind of answer. The plain one takes no reply: the verdict is the whole answer."""

    replies = False

    class Shape(BaseModel):
        """What the author sets; everything has a default."""

        model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    def set_up(self, given: Settings) -> dict[str, Any]:
        """The settings, checked and completed. Raises :class:`Refused`."""
        try:
            found = self.Shape.model_validate(dict(given))
        except ValidationError as error:
            place = error.errors()[0]["loc"]
            raise Refused(
                self.wrong(str(place[0]) if place else ""), str(place[0]) if place else ""
            ) from error
        return found.model_dump(mode="json")

    def wrong(self, field: str) -> Any:
        """The sentence about a setting that cannot be."""
        return _l("Check the settings of this question: one of them is not possible.")

    def read(self, reply: str, settings: Settings) -> str:
        """The reply in its canonical form. Raises :class:`NotReadable`."""
        raise NotReadable(reply)

    def judge(self, reply: str, settings: Settings, on: date) -> Verdict | None:
        """The verdict a reply proposes on a day; None where the author left it to the auditor."""
        return None

    def said(self, reply: str, settings: Settings) -> str:
        """The reply in the reader's language."""
        return reply

    def rule(self, settings: Settings) -> str:
        """What is in order, in the reader's language; "" when nothing was set."""
        return ""

    def tokens(self, settings: Settings) -> list[tuple[str, str]]:
        """Replies that a later question can depend on, with their words."""
        return []


class YesNo(Kind):
    """Yes or no; one of them is in order."""

    replies = True

    class Shape(Kind.Shape):
        """``good`` is the answer that is in order; the other proposes ``otherwise``."""

        good: Literal["yes", "no"] = "yes"
        otherwise: Failed = "minor"

    def read(self, reply: str, settings: Settings) -> str:
        """yes or no."""
        if reply not in ("yes", "no"):
            raise NotReadable(reply)
        return reply

    def judge(self, reply: str, settings: Settings, on: date) -> Verdict | None:
        """Conform, or what the author said of the other answer."""
        return Verdict.CONFORM if reply == settings["good"] else Verdict(settings["otherwise"])

    def said(self, reply: str, settings: Settings) -> str:
        """Yes or No."""
        return _("Yes") if reply == "yes" else _("No")

    def rule(self, settings: Settings) -> str:
        """Which of them is in order."""
        return _("In order: %(reply)s", reply=self.said(settings["good"], settings))

    def tokens(self, settings: Settings) -> list[tuple[str, str]]:
        """Both."""
        return [("yes", _("Yes")), ("no", _("No"))]


SCORES = {
    "0": _l("Not there"),
    "1": _l("Depends on persons"),
    "2": _l("Repeated"),
    "3": _l("Defined and followed"),
    "4": _l("Measured and improved"),
}
"""The five levels of capability in our own words; FitSM assessments count from 0 likewise."""


class Score(Kind):
    """A level of capability from 0 to 4."""

    replies = True

    class Shape(Kind.Shape):
        """From ``target`` on it is in order; below, ``below`` is proposed."""

        target: int = Field(default=2, ge=0, le=4)
        below: Failed = "observation"

    def read(self, reply: str, settings: Settings) -> str:
        """One digit."""
        if reply not in SCORES:
            raise NotReadable(reply)
        return reply

    def judge(self, reply: str, settings: Settings, on: date) -> Verdict | None:
        """Conform from the target on."""
        return Verdict.CONFORM if int(reply) >= settings["target"] else Verdict(settings["below"])

    def said(self, reply: str, settings: Settings) -> str:
        """The digit with its words."""
        return f"{reply} – {SCORES[reply]}"

    def rule(self, settings: Settings) -> str:
        """The target."""
        return _("In order: from %(target)s", target=settings["target"])

    def tokens(self, settings: Settings) -> list[tuple[str, str]]:
        """All five."""
        return [(key, self.said(key, settings)) for key in SCORES]


class Number(Kind):
    """A number with its unit, inside limits or free."""

    replies = True

    class Shape(Kind.Shape):
        """``low`` and ``high`` belong to what is in order; outside, ``outside`` is proposed."""

        low: str | None = Field(default=None, pattern=NUMBER)
        high: str | None = Field(default=None, pattern=NUMBER)
        unit: str = Field(default="", max_length=30)
        outside: Failed = "minor"

    def set_up(self, given: Settings) -> dict[str, Any]:
        """Limits in the right order."""
        found = super().set_up(given)
        if found["low"] and found["high"] and Decimal(found["low"]) > Decimal(found["high"]):
            raise Refused(_l("The lower limit is above the upper one. Change one of the two."), "low")
        return found

    def wrong(self, field: str) -> Any:
        """About a limit that is no number."""
        if field in ("low", "high"):
            return _l("Write a number with a point before the decimals, e.g. 99.5.")
        return super().wrong(field)

    def read(self, reply: str, settings: Settings) -> str:
        """At most 15 digits and 6 decimals, written as short as it can be."""
        try:
            found = Decimal(reply)
        except InvalidOperation as error:
            raise NotReadable(reply) from error
        if not found.is_finite() or abs(found) >= 10**15 or found != round(found, 6):
            raise NotReadable(reply)
        text = f"{found.normalize():f}"
        return "0" if text in ("-0", "0") else text

    def judge(self, reply: str, settings: Settings, on: date) -> Verdict | None:
        """Conform inside the limits, both included; nothing without limits."""
        low, high = settings["low"], settings["high"]
        if low is None and high is None:
            return None
        found = Decimal(reply)
        inside = (low is None or found >= Decimal(low)) and (high is None or found <= Decimal(high))
        return Verdict.CONFORM if inside else Verdict(settings["outside"])

    def said(self, reply: str, settings: Settings) -> str:
        """The number with its unit."""
        return f"{reply} {settings['unit']}".strip()

    def rule(self, settings: Settings) -> str:
        """The limits."""
        low, high, unit = settings["low"], settings["high"], settings["unit"]
        if low is not None and high is not None:
            return _("In order: %(low)s to %(high)s", low=low, high=self.said(high, settings))
        if low is not None:
            return _("In order: at least %(low)s", low=f"{low} {unit}".strip())
        return _("In order: at most %(high)s", high=self.said(high, settings)) if high is not None else ""


class Day(Kind):
    """A calendar day, that must not lie too long before the audit begins."""

    replies = True

    class Shape(Kind.Shape):
        """At most ``within_days`` before the first day of the audit; older, ``older`` is proposed."""

        within_days: int | None = Field(default=None, ge=0, le=36_500)
        older: Failed = "minor"

    def wrong(self, field: str) -> Any:
        """About a number of days that is none."""
        return _l("Write the days as a whole number, e.g. 365, or leave it empty.")

    def read(self, reply: str, settings: Settings) -> str:
        """ISO 8601, from 1900 to 2200."""
        try:
            found = date.fromisoformat(reply)
        except ValueError as error:
            raise NotReadable(reply) from error
        if found.isoformat() != reply or not 1900 <= found.year <= 2200:
            raise NotReadable(reply)
        return reply

    def judge(self, reply: str, settings: Settings, on: date) -> Verdict | None:
        """Conform when it is recent enough; nothing without a limit."""
        if settings["within_days"] is None:
            return None
        oldest = on - timedelta(days=settings["within_days"])
        return Verdict.CONFORM if date.fromisoformat(reply) >= oldest else Verdict(settings["older"])

    def rule(self, settings: Settings) -> str:
        """How old it may be."""
        days = settings["within_days"]
        return _("In order: at most %(days)s days before the audit", days=days) if days is not None else ""


class Option(BaseModel):
    """A choice in both languages, with the verdict it proposes, if any."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    key: str = Field(pattern=r"^[a-z0-9]{1,12}$")
    en: str = Field(default="", max_length=100)
    zh: str = Field(default="", max_length=100)
    verdict: Judged | Literal[""] = ""


class Choice(Kind):
    """One of a few that the author named."""

    replies = True

    class Shape(Kind.Shape):
        """Two to twelve choices."""

        options: list[Option] = Field(min_length=2, max_length=12)

    def set_up(self, given: Settings) -> dict[str, Any]:
        """Every choice has words, and no two the same."""
        found = super().set_up(given)
        words = [(each["en"] or each["zh"]).strip() for each in found["options"]]
        keys = {each["key"] for each in found["options"]}
        if not all(words) or len(set(words)) < len(words) or len(keys) < len(words):
            raise Refused(_l("Give every choice words of its own, in English or in Chinese."), "options")
        return found

    def wrong(self, field: str) -> Any:
        """About the number of choices."""
        return _l("Name two to twelve choices, one per line.")

    def read(self, reply: str, settings: Settings) -> str:
        """The key of a choice."""
        if reply not in {each["key"] for each in settings["options"]}:
            raise NotReadable(reply)
        return reply

    def judge(self, reply: str, settings: Settings, on: date) -> Verdict | None:
        """What the author said of this choice."""
        verdict = _option(reply, settings).get("verdict")
        return Verdict(verdict) if verdict else None

    def said(self, reply: str, settings: Settings) -> str:
        """The words of the choice."""
        found = _option(reply, settings)
        return in_reader_language(found.get("en", ""), found.get("zh", "")) or reply

    def rule(self, settings: Settings) -> str:
        """The choices that are in order."""
        good = [
            each["key"] for each in settings["options"] if each["verdict"] in ("conform", "good_practice")
        ]
        names = ", ".join(self.said(key, settings) for key in good)
        return _("In order: %(reply)s", reply=names) if names else ""

    def tokens(self, settings: Settings) -> list[tuple[str, str]]:
        """All choices."""
        return [(each["key"], self.said(each["key"], settings)) for each in settings["options"]]


class Words(Kind):
    """A text; the verdict stays with the auditor."""

    replies = True

    def read(self, reply: str, settings: Settings) -> str:
        """Anything that is not empty."""
        if not reply.strip() or len(reply) > LONGEST:
            raise NotReadable(reply)
        return reply


class Photo(Kind):
    """A photo of the thing itself: the reply is the picture, so no text is kept."""


KINDS: dict[ResponseKind, Kind] = {
    ResponseKind.GRADE: Kind(),
    ResponseKind.YES_NO: YesNo(),
    ResponseKind.SCORE: Score(),
    ResponseKind.NUMBER: Number(),
    ResponseKind.DATE: Day(),
    ResponseKind.CHOICE: Choice(),
    ResponseKind.TEXT: Words(),
    ResponseKind.PHOTO: Photo(),
}
"""One row per kind."""


def read(asked: Asked, reply: str) -> str:
    """The reply to a question in its canonical form; "" stays "". Raises :class:`NotReadable`."""
    return KINDS[asked.kind].read(reply, asked.settings) if reply else ""


def judge(asked: Asked, reply: str, on: date) -> Verdict | None:
    """The verdict that a reply proposes in an audit that begins ``on`` a day; None when none."""
    return KINDS[asked.kind].judge(reply, asked.settings, on) if reply else None


def said(asked: Asked, reply: str) -> str:
    """The reply in the reader's language. What an older version of the question allowed is shown as it is."""
    kind = KINDS[asked.kind]
    try:
        return kind.said(kind.read(reply, asked.settings), asked.settings) if reply else ""
    except NotReadable:
        return reply


def rule(asked: Asked) -> str:
    """What is in order, in the reader's language."""
    return KINDS[asked.kind].rule(asked.settings)


def tokens(asked: Asked) -> list[tuple[str, str]]:
    """What a later question can depend on: the replies of this one, then its verdicts, with their words."""
    verdicts = [(each.value, str(each.label)) for each in Verdict if each is not Verdict.OPEN]
    return [*KINDS[asked.kind].tokens(asked.settings), *verdicts]


def _option(reply: str, settings: Settings) -> dict[str, Any]:
    return next((each for each in settings["options"] if each["key"] == reply), {})
