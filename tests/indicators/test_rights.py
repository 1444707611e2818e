"""Who enters which values, on the pages."""

import pytest

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.indicators import entry, queries, services
from audit_app.indicators.models import Indicator
from audit_app.indicators.periods import Month

LAST = Month.of(today()).previous()


@pytest.fixture
def register(people):
    services.load_register(by=None)
    db.session.commit()
    return people


def one(code: str) -> Indicator:
    found = queries.by_code(code)
    assert found is not None
    return found


def get(client, url):
    reply = client.get(url)
    assert reply.status_code == 200
    return reply


def test_a_process_owner_sees_and_saves_only_rows_of_their_own(register, client_for):
    csr, cap, trn = one("CSR"), one("CAP"), one("TRN")
    csr.owner, cap.owner, trn.owner = register.owner, None, None
    csr.process, cap.process, trn.process = None, register.inc, register.chg
    db.session.commit()
    client = client_for(register.owner)
    page = get(client, "/indicators/sheet").get_data(as_text=True)
    assert f'name="value-{csr.id}"' in page
    assert f'name="value-{cap.id}"' in page
    assert f'name="value-{trn.id}"' not in page
    mine = get(client, "/indicators/sheet?owner=mine").get_data(as_text=True)
    assert f'name="value-{csr.id}"' in mine
    assert f'name="value-{cap.id}"' not in mine
    month = LAST.plus(-5)
    client.post(f"/indicators/sheet?month={month}", data={f"value-{trn.id}": "12", f"value-{cap.id}": "70"})
    assert entry.at(trn, month) is None
    assert entry.at(cap, month).value == 70
    assert client.get(f"/indicators/{trn.id}/enter").status_code == 403
    assert (
        client.post(f"/indicators/{trn.id}/enter", data={"month": str(month), "value": "1"}).status_code
        == 403
    )
    for indicator, shown in ((trn, False), (csr, True)):
        page = get(client, f"/indicators/{indicator.id}").get_data(as_text=True)
        assert (f"/indicators/{indicator.id}/enter" in page) is shown
    get(client_for(register.manager), f"/indicators/{trn.id}/enter")
