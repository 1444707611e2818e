"""Form base: plain values out, refusals in, and a stale save that shows both versions."""

from datetime import date
from enum import Enum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, StringField, TextAreaField
from wtforms import RadioField as PlainRadioField
from wtforms import SelectField as PlainSelectField
from wtforms import SelectMultipleField as PlainSelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published types
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from audit_app.core.db import db
from audit_app.core.errors import Conflict, Refused


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _to_int(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


def _as_choices(choices: Any) -> Any:
    return [each if isinstance(each, SelectChoice) else SelectChoice(*each[:2]) for each in choices or ()]


_KEPT: Any = PlainSelectField.choices
"""The property of the library (its published types take it for a plain value)."""


class Pairs:
    """Takes (value, label) pairs, as ``Label.choices()`` gives them, where WTForms wants its own class."""

    def __init__(self, *args: Any, choices: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, choices=_as_choices(choices), **kwargs)  # type: ignore[call-arg]  # a mixin

    @property
    def choices(self) -> Any:
        """The choices as WTForms keeps them."""
        return _KEPT.fget(self)

    @choices.setter
    def choices(self, choices: Any) -> None:
        _KEPT.fset(self, _as_choices(choices))


class SelectField(Pairs, PlainSelectField):
    """One of several, in a list that folds."""


class RadioField(Pairs, PlainRadioField):
    """One of several, all shown."""


class SelectMultipleField(Pairs, PlainSelectMultipleField):
    """Several of several."""


class BaseForm(FlaskForm):
    """Mother of all forms.

    ``version`` carries the version of the record that was shown; :meth:`check_fresh` notices a stale save
    and fills
    ``conflicts`` with (label, stored, yours), which the form page prints.
    """

    version = HiddenField(default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"version", "csrf_token"} & set(self._fields):
            self._fields[name].render_kw = {"id": False}  # a page may hold two forms, and an id only once
        self.conflicts: list[tuple[Any, Any, Any]] = []
        self.refusals: list[Any] = []

    def values(self) -> dict[str, Any]:
        """The typed facts by field name, ready for a service: no CSRF token, no version, no files left
        empty."""
        return {
            name: field.data
            for name, field in self._fields.items()
            if name not in {"csrf_token", "version"} and field.type != "SubmitField"
        }

    def add_refusal(self, refused: Refused) -> None:
        """Show a rule's sentence on the field it names, or above the form."""
        if refused.field and refused.field in self._fields:
            field = self._fields[refused.field]
            field.errors = [*field.errors, str(refused)]
        else:
            self.refusals.append(str(refused))

    def check_fresh(self, subject: Any) -> bool:
        """False when somebody saved ``subject`` after this form was shown.

        Both versions are then put in ``conflicts`` and the form takes the new version number, so that saving
        again is
        a decision and not an accident.
        """
        if not self.version.data or str(subject.version) == str(self.version.data):
            return True
        for name, field in self._fields.items():
            stored = getattr(subject, name, None)
            if (
                name not in {"csrf_token", "version"}
                and hasattr(subject, name)
                and not _same(stored, field.data)
            ):
                self.conflicts.append((field.label.text, _text(stored), _text(field.data)))
        self.version.data = str(subject.version)
        self.version.raw_data = [self.version.data]
        self.refusals.append(
            _(
                "Somebody else saved this record while you were typing. Compare the two below, change what "
                "is needed and save again. Nothing you typed is lost."
            )
        )
        return False

    def show_version(self, subject: Any) -> None:
        """Remember the version shown (call when the form is first displayed)."""
        if not self.is_submitted():
            self.version.data = str(subject.version)


def _same(stored: Any, typed: Any) -> bool:
    """Whether both say the same; a choice comes back as the value that is stored, not as its label."""
    if isinstance(stored, Enum) and str(stored.value) == str(typed):
        return True
    return _text(stored) == _text(typed)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(_text(each) for each in value)
    return str(getattr(value, "label", None) or getattr(value, "name", None) or value)


def refused_or(form: BaseForm, act: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a service; a refusal becomes a message on the form and the answer None (the route re-renders with
    422).

    The caller's request is rolled back by its 422, so nothing is half-done.
    """
    try:
        return act(*args, **kwargs)
    except Conflict:
        raise
    except Refused as refused:
        db.session.rollback()
        form.add_refusal(refused)
        return None


def required() -> InputRequired:
    """Required, with a sentence that says what to do."""
    return InputRequired(_l("Please fill in this field."))


def text(label: Any, *, need: bool = False, longest: int = 200, **kwargs: Any) -> StringField:
    """One line of text."""
    return StringField(label, validators=_checks(need, longest), filters=[_stripped], **kwargs)


def long_text(
    label: Any, *, need: bool = False, longest: int = 10000, rows: int = 4, **kwargs: Any
) -> TextAreaField:
    """Several lines of text."""
    return TextAreaField(
        label, validators=_checks(need, longest), filters=[_stripped], render_kw={"rows": rows}, **kwargs
    )


def day(label: Any, *, need: bool = False, **kwargs: Any) -> DateField:
    """A calendar day."""
    return DateField(label, validators=[required() if need else Optional()], **kwargs)


def choice(label: Any, choices: Any, *, need: bool = True, coerce: Any = str, **kwargs: Any) -> SelectField:
    """One of a few; with ``need=False`` an empty choice comes first."""
    return SelectField(
        label, choices=choices, validators=[required() if need else Optional()], coerce=coerce, **kwargs
    )


def row(label: Any, *, need: bool = False, **kwargs: Any) -> SelectField:
    """A select over database rows by id; the route fills ``choices`` (see :func:`rows_as_choices`). None
    when empty."""
    return SelectField(label, coerce=_to_int, validators=[required()] if need else [Optional()], **kwargs)


TICKED: dict[str, Any] = {"widget": ListWidget(prefix_label=False), "option_widget": CheckboxInput()}
"""Several rows as boxes to tick: on a tablet nobody knows the keys of a list box."""


def rows(label: Any, **kwargs: Any) -> SelectMultipleField:
    """Several database rows by id."""
    return SelectMultipleField(label, coerce=int, **kwargs)


def rows_as_choices(items: Any, *, empty: bool = False, show: Any = None) -> list[tuple[Any, Any]]:
    """Choices of a select from rows with ``id`` and ``name``; ``empty`` puts a blank one first."""
    pairs: list[tuple[Any, Any]] = [(each.id, show(each) if show else each.name) for each in items]
    return ([("", "—")] if empty else []) + pairs


def _checks(need: bool, longest: int) -> list[Any]:
    limit = Length(max=longest, message=_l("At most %(max)d characters, please.", max=longest))
    return [required() if need else Optional(), limit]
