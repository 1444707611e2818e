"""Shape and wording of what is typed about indicators."""

from decimal import Decimal
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, StringField
from wtforms.validators import Optional

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person, Process
from audit_app.imports import parsing
from audit_app.indicators import levels, objective_standing, profiles
from audit_app.indicators.measures import MEASURES
from audit_app.indicators.models import Direction, Frequency, Indicator, Measurement, Source, ValueKind
from audit_app.indicators.periods import Month
from audit_app.web.forms import (
    BaseForm,
    RadioField,
    choice,
    day,
    long_text,
    required,
    row,
    rows_as_choices,
    text,
)

UNITS = [
    ("%", "%"),
    ("n", _l("number")),
    ("h", _l("hours")),
    ("min", _l("minutes")),
    ("score", _l("score")),
    ("currency", _l("money")),
    ("n/person/day", _l("number per person and day")),
]
BAD_NUMBER = _l("Write a number, such as 97.5.")


def number_text(value: Any) -> str:
    """A number as a person types it: no needless digits, no exponent."""
    return "" if value is None else f"{Decimal(str(value)).normalize():f}"


class NumberField(StringField):
    """A number typed as people write it (97.5, 1,234, 97,5 %); what is not one is refused in words."""

    data: Any

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(
            label,
            validators=[Optional()],
            render_kw={"inputmode": "decimal", "autocomplete": "off"},
            **kwargs,
        )

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else number_text(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Text into a Decimal; empty is None."""
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if typed:
            try:
                self.data = parsing.number(typed)
            except parsing.Unreadable as error:
                raise ValueError(str(BAD_NUMBER)) from error


class MonthField(StringField):
    """A month, sent by the browser's own picker as 2026-03."""

    data: Any

    def __init__(self, label: Any, *, need: bool = True, **kwargs: Any) -> None:
        super().__init__(label, render_kw={"type": "month", "placeholder": "2026-03"}, **kwargs)
        self.need = need

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else str(self.data or "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Text into a Month."""
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not typed and not self.need:
            return
        try:
            self.data = Month.of(parsing.month(typed))
        except (parsing.Unreadable, ValueError) as error:
            raise ValueError(_("Choose a month, such as 2026-03.")) from error


class IndicatorForm(BaseForm):
    """The definition of an indicator."""

    code = text(_l("Code"), need=True, longest=20, description=_l("Short and lasting, such as SLA."))
    clause = text(
        _l("Clause"), longest=40, description=_l("Clause of ISO/IEC 20000-1 that it serves, such as 8.6.1.")
    )
    name_en = text(_l("Name in English"))
    name_zh = text(_l("Name in Chinese"))
    formula_en = long_text(_l("Formula in English"), longest=1000, rows=2)
    formula_zh = long_text(_l("Formula in Chinese"), longest=1000, rows=2)
    source = choice(_l("Source"), Source.choices())
    measure = choice(_l("Computed as"), [], need=False, description=_l("For figures out of a log only."))
    unit = choice(_l("Unit"), UNITS)
    value_kind = choice(
        _l("Kind of figure"),
        ValueKind.choices(),
        description=_l("A ratio and a mean are worked out from numerator and denominator."),
    )
    direction = choice(_l("Better"), Direction.choices())
    frequency = choice(
        _l("How often measured"),
        Frequency.choices(),
        default=Frequency.MONTHLY.value,
        description=_l("A value belongs into the last month of its period: a quarter ends in March, June …"),
    )
    target = NumberField(_l("Target"), description=_l("Empty when none is set."))
    low = NumberField(_l("Lower end of the band"))
    high = NumberField(_l("Upper end of the band"))
    decimals = choice(
        _l("Digits shown after the point"), [(n, str(n)) for n in range(5)], coerce=int, default=1
    )
    numerator_en = text(_l("Numerator in English"))
    numerator_zh = text(_l("Numerator in Chinese"))
    denominator_en = text(_l("Denominator in English"))
    denominator_zh = text(_l("Denominator in Chinese"))
    note_en = long_text(_l("How to read it, in English"), longest=1000, rows=2)
    note_zh = long_text(_l("How to read it, in Chinese"), longest=1000, rows=2)
    process_id = row(_l("Process"))
    owner_id = row(_l("Indicator owner"), description=_l("Is reminded to enter last month's value."))
    objective_id = row(_l("Service management objective"), description=_l("The one it measures (6.2)."))
    service_id = row(_l("Service"), description=_l("Where it tells of one service of the catalogue alone."))
    active = BooleanField(_l("In use"), default=True)
    meaning = choice(
        _l("If the definition changed"),
        [("", "—"), ("wording", _l("Only the wording: the same is measured")),
         ("other", _l("Something else is measured from a month on"))],
        need=False,
        description=_l("Needed when formula, numerator, denominator, unit, direction or computation differ."),
    )  # fmt: skip
    since = MonthField(_l("Measured otherwise since"), need=False)
    why = long_text(_l("Why it is measured otherwise"), longest=1000, rows=2)

    def offer(self, indicator: Indicator | None = None) -> "IndicatorForm":
        """Fill the choices; what is chosen already stays in the list. The targets of one that is there are
        set from a month on, on a page of their own.
        """
        for name in ("meaning", "since", "why") if indicator is None else ("target", "low", "high"):
            del self[name]
        kept_process, kept_owner = (indicator.process, indicator.owner) if indicator else (None, None)
        self.process_id.choices = rows_as_choices(_with(accounts.processes(), kept_process), empty=True)
        self.owner_id.choices = rows_as_choices(_with(accounts.active_people(), kept_owner), empty=True)
        aims = objective_standing.choices()
        if indicator is not None and indicator.objective is not None and not indicator.objective.in_force:
            aims = [*aims, *objective_standing.named([indicator.objective])]
        self.objective_id.choices = [("", "—"), *aims]
        self.service_id.choices = rows_as_choices(levels.services(), empty=True)
        known: list[tuple[Any, Any]] = [(each.key, each.label) for each in MEASURES.values()]
        if indicator is not None and indicator.source is Source.SYSTEM:
            known.append((indicator.measure, indicator.name))
        self.measure.choices = [("", "—"), *known]
        if indicator is None or indicator.source is not Source.SYSTEM:
            self.source.choices = [each for each in Source.choices() if each[0] != Source.SYSTEM.value]
        return self


def _with(rows: list[Any], present: Person | Process | None) -> list[Any]:
    return rows if present is None or present in rows else [*rows, present]


class ValueForm(BaseForm):
    """The value of one month."""

    month = MonthField(_l("Month"), validators=[required()])
    value = NumberField(_l("Value"))
    numerator = NumberField(_l("Numerator"))
    denominator = NumberField(_l("Denominator"))
    comment = long_text(_l("Comment"), longest=2000, rows=3, description=_l("A missed target needs one."))
    reason = long_text(
        _l("Why the value of a closed month changes"),
        longest=1000,
        rows=3,
        description=_l(
            "Somebody else reads it and approves or refuses. Until then the value stays as it is."
        ),
    )

    def shape(self, indicator: Indicator) -> "ValueForm":
        """A count has no numerator and denominator; the others name what theirs count."""
        if indicator.value_kind is ValueKind.COUNT:
            del self.numerator
            del self.denominator
            return self
        self.value.description = _("Leave it empty when you give numerator and denominator.")
        self.numerator.description, self.denominator.description = indicator.numerator, indicator.denominator
        return self

    def show_stored(self, stored: Measurement | None, *, closed: bool) -> None:
        """Fill in what is stored for the month; remember its version (0: nothing was there). A ``closed``
        month asks for the reason.
        """
        if not closed or stored is None:
            del self.reason
        if self.is_submitted():
            return
        self.version.data = str(stored.version if stored is not None else 0)
        for name in ("value", "numerator", "denominator", "comment"):
            if stored is not None and name in self:
                self[name].data = getattr(stored, name)
        if stored is not None and stored.denominator is not None:
            self.value.data = None

    def facts(self) -> dict[str, Any]:
        """Arguments of the service."""
        version = self.version.data or ""
        values: dict[str, Any] = self.values()
        words: dict[str, Any] = {name: values[name] or "" for name in ("comment", "reason") if name in values}
        return {**values, **words, "version": int(version) if version.isdecimal() else None}


class TargetForm(BaseForm):
    """What is aimed at from a month on."""

    month = MonthField(_l("From this month on"))
    target = NumberField(_l("Target"), description=_l("Empty: from this month on there is no target."))
    low = NumberField(_l("Lower end of the band"))
    high = NumberField(_l("Upper end of the band"))
    reason = long_text(
        _l("Why the target changes"),
        need=True,
        longest=1000,
        rows=3,
        description=_l("Such as: agreed with the customer in the new service level agreement."),
    )

    def shape(self, indicator: Indicator) -> "TargetForm":
        """A band has two ends, anything else one target."""
        for name in ("target",) if indicator.direction is Direction.BAND else ("low", "high"):
            del self[name]
        return self


class ChangeForm(BaseForm):
    """A recognised change of the process."""

    month = MonthField(_l("From this month on"))
    reason = long_text(
        _l("What has changed"),
        need=True,
        longest=1000,
        rows=3,
        description=_l("Such as: a second shift at the service desk, a new tool, another supplier."),
    )


class CorrectionForm(BaseForm):
    """What is decided about a proposed correction."""

    decision = RadioField(
        _l("Decision"),
        choices=[
            ("approve", _l("Approve: the new value takes its place")),
            ("refuse", _l("Refuse: it stays")),
        ],
        validators=[required()],
    )
    reason = long_text(
        _l("Reason"), longest=1000, rows=3, description=_l("A refusal needs one; the proposer reads it.")
    )


class TakeBackForm(BaseForm):
    """A recognised change that was none."""

    reason = long_text(_l("Why it is taken back"), need=True, longest=1000, rows=2)


class UploadForm(BaseForm):
    """The first step of an import of monthly values."""

    file = FileField(_l("File"), description=_l("Excel workbook or CSV, up to 60 MB."))


def profile_choices(kind: Any) -> list[tuple[str, str]]:
    """The shipped profiles of a kind (LogProfile or OutageProfile) by their titles in the reader's
    language.
    """
    language = getattr(get_locale(), "language", "en")
    found = [profiles.get_profile(name, kind) for name in profiles.profile_names(kind)]
    return [(each.name, each.title.get(language) or each.title.get("en") or each.name) for each in found]


class LogForm(BaseForm):
    """The first step of an import of a ticket log."""

    file = FileField(
        _l("File"), description=_l("CSV as your tool exports it, or a ZIP or GZ with one CSV in it.")
    )
    profile = choice(_l("How the log is written"), [], need=False)
    zone = text(
        _l("Time zone of the log"),
        longest=60,
        description=_l("Such as Asia/Shanghai; empty takes that of the profile. Its clock makes the months."),
    )
    profile_file = FileField(
        _l("Or your own profile (YAML)"),
        description=_l(
            "Column names, date format, marks for missing and the row-per-update rule of another tool."
        ),
    )


class OutageForm(LogForm):
    """The first step of an import of an outage log."""

    target = NumberField(
        _l("Availability target in percent"), description=_l("Empty leaves the target as it is.")
    )
    target_from = MonthField(
        _l("From this month on"),
        need=False,
        description=_l("Empty: from this month on, or from the beginning where nothing was measured yet."),
    )
    watched_from = day(_l("Watched from"))
    watched_to = day(_l("Watched to"))
    services = long_text(
        _l("Services in production"),
        longest=5000,
        rows=4,
        description=_l(
            "One a line, those without an outage too; with dates of its own: Mail, 2026-01-05, 2026-03-31."
        ),
    )
    leave_out = long_text(
        _l("Services to leave out"),
        longest=2000,
        rows=2,
        description=_l("One a line: test targets, for example."),
    )


class SourceForm(BaseForm):
    """What is kept about a source of files."""

    name = text(_l("Name of the source"), need=True, longest=120)
    pattern = text(
        _l("Names of the files"),
        need=True,
        longest=255,
        description=_l("A star stands for anything, such as tickets-*.csv."),
    )
    owner_id = row(_l("Owner"), description=_l("Hears when a file fails, waits or does not come."))
    due_day = choice(
        _l("Expected by day of the month"),
        [("", "–"), *((n, str(n)) for n in range(1, 29))],
        need=False,
        coerce=lambda given: int(given) if given else None,
    )
    active = BooleanField(_l("In use"), default=True)
