"""Shape and wording of what is typed about objectives."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from audit_app.accounts import queries as accounts
from audit_app.core.clock import today
from audit_app.indicators import objectives
from audit_app.indicators.models import Indicator
from audit_app.indicators.objective_models import Objective, ObjectiveState
from audit_app.web.forms import (
    TICKED,
    BaseForm,
    RadioField,
    day,
    long_text,
    required,
    row,
    rows,
    rows_as_choices,
    text,
)


class ObjectiveForm(BaseForm):
    """An objective and the plan to achieve it: what 6.2.2 asks, one field each."""

    code = text(_l("Code"), need=True, longest=20, description=_l("Short and lasting, such as OBJ-2026-1."))
    owner_id = row(_l("Responsible"), need=True)
    name_en = text(
        _l("Objective in English"), description=_l("What is to be achieved, so that it can be measured.")
    )
    name_zh = text(_l("Objective in Chinese"))
    measures = long_text(_l("What will be done"), need=True, longest=5000)
    resources = long_text(_l("What resources it needs"), longest=2000, rows=2)
    evaluation = long_text(_l("How the result is evaluated"), need=True, longest=2000, rows=2)
    set_on = day(_l("Set on"), need=True)
    due_on = day(_l("Achieved by"), need=True)
    process_id = row(_l("Process"))
    department_id = row(_l("Department"))
    indicator_ids = rows(
        _l("Indicators that measure it"),
        description=_l("Those in use that do not measure another objective in force."),
        validators=[Optional()],
        **TICKED,
    )

    def offer(self, objective: Objective | None = None) -> "ObjectiveForm":
        """Fill the choices; what is chosen already stays in the list."""
        people = accounts.active_people()
        if objective is not None and objective.owner not in people:
            people = [*people, objective.owner]
        self.owner_id.choices = rows_as_choices(people, empty=True)
        self.process_id.choices = rows_as_choices(accounts.processes(), empty=True)
        self.department_id.choices = rows_as_choices(accounts.departments(), empty=True)
        free = objectives.free_indicators(objective)
        self.indicator_ids.choices = rows_as_choices(free, show=_named)
        if not self.is_submitted():
            self.set_on.data = self.set_on.data or today()
            if objective is not None:
                self.indicator_ids.data = [each.id for each in free if each.objective_id == objective.id]
        return self


def _named(indicator: Indicator) -> str:
    return f"{indicator.code} {indicator.name}"


class ClosingForm(BaseForm):
    """How an objective ended."""

    state = RadioField(
        _l("How it ended"),
        choices=[each for each in ObjectiveState.choices() if each[0] != ObjectiveState.IN_FORCE.value],
        validators=[required()],
    )
    closed_on = day(_l("On which day"), need=True)
    result = long_text(
        _l("Why"),
        need=True,
        longest=2000,
        rows=4,
        description=_l("What was reached, or what stood in the way. The review reads it."),
    )


class ReopeningForm(BaseForm):
    """Why a closed objective is in force again."""

    reason = long_text(_l("Why it is in force again"), need=True, longest=1000, rows=2)
