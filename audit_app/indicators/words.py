"""Words of the indicators in the trail."""

from typing import Any

from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, Any] = {
    "indicator.load": _l("loaded the indicator from the register that ships"),
    "indicator.add": _l("added the indicator"),
    "indicator.edit": _l("changed the indicator"),
    "indicator.change": _l("recorded a change of the process: limits begin anew"),
    "indicator.change_back": _l("took back a change of the process"),
    "indicator.redefine": _l("redefined what is measured"),
    "indicator.target": _l("set a target"),
    "indicator.target_back": _l("took back a target"),
    "measurement.enter": _l("entered a value"),
    "measurement.change": _l("changed a value"),
    "values.import": _l("imported monthly values"),
    "tickets.import": _l("imported a ticket log"),
    "outages.import": _l("imported an outage log"),
}
FIELDS: dict[str, Any] = {
    "formula_en": _l("Formula in English"),
    "formula_zh": _l("Formula in Chinese"),
    "numerator_en": _l("Numerator in English"),
    "numerator_zh": _l("Numerator in Chinese"),
    "denominator_en": _l("Denominator in English"),
    "denominator_zh": _l("Denominator in Chinese"),
    "note_en": _l("How to read it, in English"),
    "note_zh": _l("How to read it, in Chinese"),
    "unit": _l("Unit"),
    "direction": _l("Better"),
    "value_kind": _l("Kind of figure"),
    "measure": _l("Computed as"),
    "kind": _l("Kind"),
    "before": _l("Definition before"),
    "target": _l("Target"),
    "low": _l("Lower end of the band"),
    "high": _l("Upper end of the band"),
    "decimals": _l("Digits shown after the point"),
    "value": _l("Value"),
    "numerator": _l("Numerator"),
    "denominator": _l("Denominator"),
    "comment": _l("Comment"),
    "period": _l("Month"),
    "source": _l("Source"),
    "extra": _l("Details"),
    "reason": _l("Reason"),
    "taken_back_reason": _l("Why it was taken back"),
    "taken_back_at": _l("Taken back"),
    "taken_back_by_id": _l("Taken back by"),
}
