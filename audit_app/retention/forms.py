"""The one field of a period."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired

from audit_app.web.forms import BaseForm


class PeriodForm(BaseForm):
    """How long."""

    days = IntegerField(_l("Days"), validators=[InputRequired(_l("Please fill in this field."))])
