"""Verbs of the indicators: the only code that changes rows. One door for routes, command line and demo."""

from audit_app.indicators.changes import recognise, take_back
from audit_app.indicators.corrections import approve as approve_correction
from audit_app.indicators.corrections import refuse as refuse_correction
from audit_app.indicators.entry import enter_measurement
from audit_app.indicators.objectives import (
    add_objective,
    close_objective,
    edit_objective,
    reopen_objective,
)
from audit_app.indicators.outages import import_outages, preview_outages
from audit_app.indicators.register import add_indicator, edit_indicator, load_register
from audit_app.indicators.switching_on import switch_on
from audit_app.indicators.targets import set_target, take_target_back
from audit_app.indicators.tickets import import_tickets, preview_tickets
from audit_app.indicators.values_import import import_measurements, preview_measurements

__all__ = [
    "add_indicator",
    "add_objective",
    "approve_correction",
    "close_objective",
    "edit_indicator",
    "edit_objective",
    "enter_measurement",
    "import_measurements",
    "import_outages",
    "import_tickets",
    "load_register",
    "preview_measurements",
    "preview_outages",
    "preview_tickets",
    "recognise",
    "refuse_correction",
    "reopen_objective",
    "set_target",
    "switch_on",
    "take_back",
    "take_target_back",
]
