"""Roll-call of all models: relationships named by string, and Alembic, need every table known."""

from audit_app.accounts import models as accounts
from audit_app.certification import models as certification
from audit_app.checklists import field_models
from audit_app.checklists import models as checklists
from audit_app.core import counters
from audit_app.evidence import models as evidence
from audit_app.findings import models as findings
from audit_app.indicators import models as indicators
from audit_app.notifications import models as notifications
from audit_app.planning import models as planning
from audit_app.programme import models as programme
from audit_app.programme import record_models
from audit_app.reviews import models as reviews
from audit_app.trail import models as trail

MODULES = (
    counters,
    trail,
    accounts,
    evidence,
    notifications,
    programme,
    record_models,
    checklists,
    field_models,
    findings,
    planning,
    indicators,
    reviews,
    certification,
)
