"""Shape and wording of input."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.certification import queries
from audit_app.certification.models import Scheme, Unit
from audit_app.core.db import db
from audit_app.web.forms import BaseForm, choice, day, long_text, row, rows_as_choices, text


class CycleForm(BaseForm):
    """The facts of a cycle that the organisation knows itself."""

    standard = text(_l("Standard"), need=True, default="ISO/IEC 20000-1:2018")
    body = text(_l("Certification body"), need=True)
    scheme_id = row(_l("Rules"), need=True, description=_l("The windows are computed from these."))
    operating_since = day(_l("In operation since"), description=_l("Begin of the trial operation."))
    scope = long_text(_l("Scope of the certificate"), longest=2000, rows=3)
    review_before_on = day(
        _l("Management review kept on paper, day"),
        description=_l("Only when one met before this system was in use."),
    )
    review_before_note = text(_l("Where its minutes are kept"), longest=1000)

    def fill(self) -> None:
        """Choices."""
        self.scheme_id.choices = rows_as_choices(queries.schemes())

    def facts(self) -> dict[str, Any]:
        """The facts for the service."""
        found = {name: "" if value is None else value for name, value in self.values().items()}
        scheme = db.session.get(Scheme, found.pop("scheme_id"))
        dates = {name: found[name] or None for name in ("operating_since", "review_before_on")}
        return found | dates | {"scheme": scheme}


class DecisionForm(BaseForm):
    """What stands on the certificate."""

    decided_on = day(
        _l("Decided on"), need=True, description=_l("The day on the certificate, not the day it came.")
    )
    valid_until = day(_l("Valid until"), description=_l("Left empty, the rule of the scheme sets it."))
    number = text(_l("Number of the certificate"), longest=100)


class ReasonForm(BaseForm):
    """A step that needs its reason."""

    reason = long_text(_l("Reason"), longest=2000, rows=3)


class RuleForm(BaseForm):
    """One period and where it is written."""

    amount = IntegerField(
        _l("How many"),
        validators=[
            InputRequired(_l("Give a number from 0 to 3650.")),
            NumberRange(0, 3650, _l("Give a number from 0 to 3650.")),
        ],
    )
    unit = choice(_l("Counted in"), Unit.choices())
    source = text(
        _l("Source"),
        longest=500,
        description=_l("Document, edition and clause, or the contract with the body."),
    )


class SchemeForm(BaseForm):
    """The rules of one body, beginning with those of another scheme."""

    title = text(_l("Document and edition"), need=True)
    body = text(_l("Certification body"))
    like_id = row(_l("Begin with the rules of"), need=True)

    def fill(self) -> None:
        """Choices."""
        self.like_id.choices = rows_as_choices(queries.schemes())


class PlanForm(BaseForm):
    """What closes a gap."""

    measure = long_text(_l("What will be done"), longest=2000, rows=3)
    owner_id = row(_l("Who does it"))
    due_on = day(_l("Due"))
    progress = IntegerField(
        _l("Progress in percent"), default=0,
        validators=[
            InputRequired(_l("Progress is a percentage from 0 to 100.")),
            NumberRange(0, 100, _l("Progress is a percentage from 0 to 100.")),
        ],
    )  # fmt: skip
    note = long_text(_l("What was done, where it can be seen"), longest=2000, rows=2)

    def fill(self) -> None:
        """Choices."""
        self.owner_id.choices = rows_as_choices(accounts.active_people(), empty=True)

    def facts(self) -> dict[str, Any]:
        """The facts for the service."""
        found = self.values()
        owner = found.pop("owner_id")
        return {
            "measure": found["measure"] or "",
            "owner": db.session.get(Person, owner) if owner else None,
            "due_on": found["due_on"],
            "progress": found["progress"],
            "note": found["note"] or "",
        }


class DeadlineForm(BaseForm):
    """The deadline a certification body sets for a finding."""

    body_reference = text(_l("Number at the certification body"), longest=100)
    body_due_on = day(_l("Deadline of the certification body"), need=True)


def filled(kind: type[BaseForm], subject: Any) -> Any:
    """A form showing what a record holds."""
    names = [name for name in dir(kind) if hasattr(getattr(kind, name), "field_class") and name != "version"]
    return kind(data={name: getattr(subject, name) for name in names if hasattr(subject, name)})
