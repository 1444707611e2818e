"""Shape and wording of what is typed about competence."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.accounts import queries as accounts
from audit_app.accounts.forms import ChoosingForm, checks, clause_choices
from audit_app.accounts.library import clause_order
from audit_app.accounts.models import Person
from audit_app.competence import queries
from audit_app.competence.models import Basis, Skill
from audit_app.competence.services import Evaluation
from audit_app.competence.standards import HOME, STANDARDS
from audit_app.core.clock import today
from audit_app.web.forms import BaseForm, choice, day, long_text, row, rows_as_choices, text

SECTIONS = ("4", "5", "6", "7", "8", "9", "10")
YEARS = 3
"""Usual validity of an auditor's registration; only what the form starts with."""


class EvaluationForm(ChoosingForm):
    """On what grounds, since when, until when, by whom."""

    basis = choice(_l("Basis"), Basis.choices())
    grounds = long_text(
        _l("Grounds"),
        need=True,
        longest=2000,
        rows=3,
        description=_l(
            "The course with its hours, the examination, the audits taken part in, who observed them."
        ),
    )
    awarded_on = day(_l("Evaluated on"), need=True)
    ends_on = day(_l("Last day"), description=_l("Empty means without end."))
    evaluated_by = row(_l("Evaluated by"))
    issuer = text(_l("Or issued by"), description=_l("The body outside, with the number of its certificate."))

    def offer_evaluators(self) -> None:
        """Fill the list of colleagues."""
        self.evaluated_by.choices = rows_as_choices(accounts.active_people(), empty=True)

    def evaluation(self) -> Evaluation:
        """The facts common to recording and renewing."""
        chosen = self.evaluated_by.data
        return Evaluation(
            Basis(self.basis.data),
            self.grounds.data or "",
            self.awarded_on.data or today(),  # the field is required
            self.ends_on.data,
            accounts.one(Person, chosen) if chosen else None,
            self.issuer.data or "",
        )


class NewForm(EvaluationForm):
    """Record an evaluation of one or several skills of a person."""

    person = row(_l("Person"), need=True)
    skills = checks(_l("Skills"))
    standard = choice(
        _l("Standard"),
        [(each, each) for each in STANDARDS.values()],
        description=_l("For the skill “The standard”."),
    )
    area = text(
        _l("Discipline or process area"),
        description=_l("For that skill: capacity planning, information security …"),
    )
    clauses = checks(_l("Only these sections or clauses"), description=_l("None ticked means all."))

    def offer(self) -> "NewForm":
        """Fill the choices: those who may audit first, then everybody else."""
        first = queries.auditors()
        others = [each for each in accounts.active_people() if each not in first]
        self.person.choices = rows_as_choices([*first, *others], empty=True)
        self.skills.choices = Skill.choices()
        whole = [(number, _("%(number)s: the whole section", number=number)) for number in SECTIONS]
        self.clauses.choices = sorted(whole + clause_choices(), key=lambda pair: clause_order(pair[0]))
        self.offer_evaluators()
        return self

    def scope(self) -> dict[str, Any]:
        """What the skills are about."""
        return {
            "standard": self.standard.data or "",
            "area": self.area.data or "",
            "clauses": self.clauses.data or [],
        }


class WithdrawForm(BaseForm):
    """Why a competence is revoked."""

    reason = long_text(_l("Reason"), need=True, longest=1000)


def new_defaults(person: int | None, skills: list[str], evaluator: int) -> dict[str, Any]:
    """What the form starts with: three years from today, evaluated by whoever fills it in."""
    first = today()
    return {
        "person": person,
        "skills": [each for each in skills if each in {skill.value for skill in Skill}],
        "standard": HOME,
        "basis": Basis.TRAINING.value,
        "awarded_on": first,
        "ends_on": first.replace(year=first.year + YEARS, day=min(first.day, 28)),
        "evaluated_by": evaluator if evaluator != person else None,
    }
