"""The words of the objectives in a pack, by key; as with ``phrases``, a key in use is never renamed."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.core.labels import Label
from audit_app.indicators.objective_models import ObjectiveState
from audit_app.indicators.objective_standing import Reading

ENUMS: dict[str, type[Label]] = {"objective_state": ObjectiveState, "reading": Reading}
PHRASES: dict[str, Any] = {
    "col.objective": _l("Service management objective"),
    "col.latest_of": _l("Latest figures of its indicators"),
    "col.result": _l("Result"),
    "table.objectives": _l("Objectives"),
    "objective.summary": _l(
        "Objectives: %(open)s in force, of them %(on)s on target, %(behind)s behind and %(rest)s without all "
        "figures; closed in the period: %(achieved)s achieved, %(failed)s not achieved."
    ),
    "objective.figure": _l("%(code)s %(value)s (target %(target)s)"),
    "objective.no_target": _l("%(code)s %(value)s (no target)"),
    "objective.silent": _l("%(code)s without a value"),
}
