"""Roll-call of all models: relationships named by string, and Alembic, need every table known."""

from audit_app.accounts import identities, limits, session_models, tenure
from audit_app.accounts import models as accounts
from audit_app.agenda import models as agenda
from audit_app.certification import models as certification
from audit_app.checklists import field_models
from audit_app.checklists import models as checklists
from audit_app.competence import models as competence
from audit_app.core import counters
from audit_app.evidence import models as evidence
from audit_app.findings import cause_models as causes
from audit_app.findings import comment_models, cover_models, deadline_models, old_models, repeat_models
from audit_app.findings import models as findings
from audit_app.improvements import models as improvements
from audit_app.indicators import catalogue_models as catalogue
from audit_app.indicators import correction_models, objective_models, register_models, source_models
from audit_app.indicators import models as indicators
from audit_app.notifications import models as notifications
from audit_app.planning import models as planning
from audit_app.programme import models as programme
from audit_app.programme import record_models, waiver_models
from audit_app.reports import models as reports
from audit_app.retention import models as retention
from audit_app.reviews import after_models, meeting_models, sign_models, supplement_models
from audit_app.reviews import models as reviews
from audit_app.standards import models as standards
from audit_app.trail import models as trail

MODULES = (
    counters,
    trail,
    accounts,
    tenure,
    limits,
    identities,
    session_models,
    evidence,
    notifications,
    standards,
    competence,
    programme,
    record_models,
    waiver_models,
    checklists,
    field_models,
    agenda,
    causes,
    findings,
    deadline_models,
    old_models,
    repeat_models,
    comment_models,
    cover_models,
    planning,
    improvements,
    indicators,
    register_models,
    catalogue,
    objective_models,
    source_models,
    correction_models,
    reports,
    reviews,
    retention,
    sign_models,
    supplement_models,
    meeting_models,
    after_models,
    certification,
)
