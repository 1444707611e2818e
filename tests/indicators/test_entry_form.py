"""The form of a month's value, sent as no browser would."""

from audit_app.core.db import db
from audit_app.indicators import services
from audit_app.indicators.models import Indicator


def test_a_value_without_its_month_is_refused_with_a_sentence_and_nothing_typed_is_lost(people, client_for):
    services.load_register(by=people.manager)
    csr = db.session.query(Indicator).filter_by(code="CSR").one()
    url = f"/indicators/{csr.id}/enter"
    reply = client_for(people.manager).post(url, data={"value": "91", "comment": "as typed"})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "Please fill in this field." in page
    assert "as typed" in page
