"""Shape and wording of what is typed about people and the organisation."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from audit_app.accounts import queries
from audit_app.accounts.library import assessable_clauses, clause_order, clause_subject, legacy_processes
from audit_app.accounts.models import Department, Person, Process, Site
from audit_app.accounts.permissions import Role
from audit_app.core.db import Base
from audit_app.web.forms import (
    BaseForm,
    SelectMultipleField,
    choice,
    day,
    long_text,
    row,
    rows_as_choices,
    text,
)

LANGUAGES = [("zh", "中文"), ("en", "English")]
IMPORTANCE = [(3, _l("High")), (2, _l("Normal")), (1, _l("Low"))]


def checks(label: Any, **kwargs: Any) -> SelectMultipleField:
    """Several of a list, as check boxes."""
    return SelectMultipleField(
        label, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), **kwargs
    )


def with_present(rows: list[Any], *present: Any) -> list[Any]:
    """Rows to choose from, and those chosen already although they are out of use by now."""
    return rows + [each for each in present if each is not None and each not in rows]


def clause_choices(*present: str) -> list[tuple[str, str]]:
    """Clauses to choose from, each with the process it belongs to; ``present`` ones are kept in the list."""
    known = sorted({*assessable_clauses(), *present}, key=clause_order)
    return [(clause, f"{clause} {clause_subject(clause)}".strip()) for clause in known]


class ChoosingForm(BaseForm):
    """A form whose choices are rows: when a save is stale, both versions are shown by name and not by
    number."""

    def values(self) -> dict[str, Any]:
        """As in :class:`BaseForm`; text that was not sent is empty text."""
        texts = {name for name, field in self._fields.items() if isinstance(field, StringField)}
        return {
            name: "" if value is None and name in texts else value for name, value in super().values().items()
        }

    def stored(self, subject: Any) -> dict[str, Any]:
        """What is in the database now, by field name, in the shape of the field's data."""
        names = [
            name for name in self._fields if name not in {"csrf_token", "version"} and hasattr(subject, name)
        ]
        return {name: _ids(getattr(subject, name)) for name in names}

    def check_fresh(self, subject: Any) -> bool:
        """As in :class:`BaseForm`, with the names of what was chosen."""
        if super().check_fresh(subject):
            return True
        pairs = [(self[name], in_words(self[name], value)) for name, value in self.stored(subject).items()]
        self.conflicts = [
            (field.label.text, value, in_words(field, field.data))
            for field, value in pairs
            if value != in_words(field, field.data)
        ]
        return False


def _ids(value: Any) -> Any:
    """Rows as their ids, the shape in which a field of choices keeps them."""
    if isinstance(value, list):
        return [_ids(each) for each in value]
    return getattr(value, "id", None) if isinstance(value, Base) else value


def in_words(field: Any, value: Any) -> str:
    """The data of a field as a person reads it: labels of what was chosen, dates in ISO 8601."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    values = value if isinstance(value, list | tuple) else [value]
    labels = {str(each.value): str(each.label) for each in getattr(field, "choices", None) or ()}
    return ", ".join(labels.get(str(each), str(each)) for each in values if each not in (None, ""))


class PersonForm(ChoosingForm):
    """A person, as an administrator sees them."""

    name = text(_l("Name"), need=True, longest=100)
    email = text(_l("E-mail address"), need=True, longest=255)
    job_title = text(_l("Job title"), longest=100)
    department_id = row(_l("Department"))
    language = choice(_l("Language"), LANGUAGES)
    valid_until = day(
        _l("Access ends after"),
        description=_l("For guests such as certification auditors; empty means no end."),
    )
    roles = checks(_l("Roles"), choices=Role.choices())
    active = BooleanField(_l("May sign in"), default=True)

    def offer(self, person: Person | None = None) -> "PersonForm":
        """Fill the choices; the person's own department stays in the list."""
        rows = with_present(queries.departments(), person.department if person else None)
        self.department_id.choices = rows_as_choices(rows, empty=True)
        if person is not None and not self.is_submitted():
            self.roles.data = [role.value for role in person.role_set]
        return self

    def stored(self, subject: Any) -> dict[str, Any]:
        """The roles are rows there and values here."""
        return {**super().stored(subject), "roles": [role.value for role in Role if role in subject.role_set]}

    def facts(self) -> dict[str, Any]:
        """Arguments of the services."""
        values = self.values()
        values.pop("password", None)
        department = _one(Department, values.pop("department_id"))
        return {**values, "department": department}


class NewPersonForm(PersonForm):
    """A new person also gets a first password."""

    password = text(
        _l("First password"),
        longest=128,
        description=_l("Leave it empty and a password is made and shown to you once."),
    )


class EraseForm(ChoosingForm):
    """Why personal data are erased."""

    reason = long_text(
        _l("Reason"),
        need=True,
        longest=500,
        description=_l("For example: by the wish of the person of 3 March. Without the name itself."),
    )


class ProfileForm(ChoosingForm):
    """What people may change about themselves."""

    name = text(_l("Name"), need=True, longest=100)
    job_title = text(_l("Job title"), longest=100)
    language = choice(_l("Language"), LANGUAGES)


class _NamedForm(ChoosingForm):
    code = text(_l("Code"), need=True, longest=20)
    name_en = text(_l("Name in English"))
    name_zh = text(_l("Name in Chinese"))


class SiteForm(_NamedForm):
    """A site."""

    active = BooleanField(_l("In use"), default=True)

    def offer(self, _site: Site | None = None) -> "SiteForm":
        """Nothing to choose from."""
        return self

    def facts(self) -> dict[str, Any]:
        """Arguments of the services."""
        return self.values()


class DepartmentForm(_NamedForm):
    """A department."""

    site_id = row(_l("Site"), need=True)
    head_id = row(_l("Head"))
    active = BooleanField(_l("In use"), default=True)

    def offer(self, department: Department | None = None) -> "DepartmentForm":
        """Fill the choices."""
        sites = with_present(queries.sites(), department.site if department else None)
        heads = with_present(queries.active_people(), department.head if department else None)
        self.site_id.choices = rows_as_choices(sites)
        self.head_id.choices = rows_as_choices(heads, empty=True)
        return self

    def facts(self) -> dict[str, Any]:
        """Arguments of the services."""
        values = self.values()
        site, head = _one(Site, values.pop("site_id")), _one(Person, values.pop("head_id"))
        return {**values, "site": site, "head": head}


class ProcessForm(_NamedForm):
    """A process with its owner and clauses."""

    owner_id = row(_l("Process owner"))
    department_id = row(_l("Department"))
    importance = choice(
        _l("Importance"),
        IMPORTANCE,
        coerce=int,
        default=2,
        description=_l("Weighs in the audit programme (9.2.2)."),
    )
    legacy_number = row(_l("Process of the 2005 edition"))
    clauses = checks(_l("Clauses"))
    active = BooleanField(_l("In use"), default=True)

    def offer(self, process: Process | None = None) -> "ProcessForm":
        """Fill the choices."""
        owners = with_present(queries.active_people(), process.owner if process else None)
        departments = with_present(queries.departments(), process.department if process else None)
        self.owner_id.choices = rows_as_choices(owners, empty=True)
        self.department_id.choices = rows_as_choices(departments, empty=True)
        self.legacy_number.choices = [("", "—")] + [
            (each.number, f"{each.number} {each.name}") for each in legacy_processes()
        ]
        self.clauses.choices = clause_choices(*(process.clauses if process else ()))
        return self

    def facts(self) -> dict[str, Any]:
        """Arguments of the services."""
        values = self.values()
        owner, department = (
            _one(Person, values.pop("owner_id")),
            _one(Department, values.pop("department_id")),
        )
        return {**values, "owner": owner, "department": department}


class OrganisationForm(ChoosingForm):
    """The facts that stand on every document."""

    name_en = text(_l("Name in English"), need=True)
    name_zh = text(_l("Name in Chinese"), need=True)
    scope_en = long_text(_l("Scope of the management system in English"), longest=2000)
    scope_zh = long_text(_l("Scope of the management system in Chinese"), longest=2000)
    confidentiality_en = text(_l("Confidentiality marking in English"), longest=100)
    confidentiality_zh = text(_l("Confidentiality marking in Chinese"), longest=100)
    code_prefix = text(
        _l("Start of document codes"),
        need=True,
        longest=20,
        description=_l("SMS gives codes such as SMS-IA-2026-01."),
    )
    audit_standard = text(_l("Audits follow"), longest=60)
    independence_months = IntegerField(
        _l("Months until former work no longer conflicts"),
        default=12,
        validators=[
            InputRequired(_l("Please fill in this field.")),
            NumberRange(0, 120, _l("Choose a number of months between 0 and 120.")),
        ],
        description=_l(
            "Within this time nobody audits, or verifies in, a department or process they worked in."
        ),
    )


def _one(model: Any, row_id: int | None) -> Any:
    return queries.one(model, row_id) if row_id else None
