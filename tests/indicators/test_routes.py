"""The pages of the indicators, through the client."""

from io import BytesIO
from pathlib import Path

import pytest

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.indicators import entry, queries, services
from audit_app.indicators.models import Import, Indicator, Measurement, TicketRow
from audit_app.indicators.periods import Month

DATA = Path(__file__).parents[1] / "data"
LAST = Month.of(today()).previous()


@pytest.fixture
def register(people):
    services.load_register(by=None)
    for back, value in enumerate((95, 91, 88)):
        services.enter_measurement(
            one("CSR"), LAST.plus(-back), numerator=value, denominator=100, by=people.manager
        )
    services.enter_measurement(one("CAP"), LAST, value=91, comment="Storage nearly full.", by=people.manager)
    db.session.commit()
    return people


def one(code: str) -> Indicator:
    found = queries.by_code(code)
    assert found is not None
    return found


def get(client, url):
    reply = client.get(url)
    assert reply.status_code == 200, (url, reply.status_code)
    return reply


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_clean_html_in_both_languages(register, client_for, parsed, language):
    register.manager.language = language
    made = services.import_outages(
        DATA / "outages.csv", profile="statuspage", target=99.9, by=register.manager
    )
    db.session.commit()
    client = client_for(register.manager)
    urls = [
        "/indicators/",
        "/indicators/?state=missed&q=a",
        "/indicators/?q=zzz",
        "/indicators/new",
        "/indicators/sheet",
        "/indicators/sheet?owner=mine",
        "/indicators/imports",
        f"/indicators/imports/{made.stored.id}",
        "/indicators/import",
        "/indicators/import/tickets",
        "/indicators/import/outages",
    ]
    for code in ("CSR", "CAP", "AVL", "DWN", "AUD", "TRN"):
        urls += [f"/indicators/{one(code).id}", f"/indicators/{one(code).id}/edit"]
    urls += [
        f"/indicators/{one('AVL').id}?months=all",
        f"/indicators/{one('CSR').id}/enter",
        f"/indicators/{one('TRN').id}/enter?month=2026-01",
        f"/indicators/{one('UAC').id}/enter",
    ]
    for url in urls:
        assert parsed(get(client, url)).find(".//h1") is not None


def test_the_register_of_a_new_installation_says_what_to_do(people, client_for, parsed):
    page = get(client_for(people.manager), "/indicators/")
    parsed(page)
    assert "The register is empty" in page.text
    assert 'href="/indicators/switch-on"' in page.text


def test_readers_see_and_do_not_touch(register, client_for):
    client = client_for(register.reader)
    get(client, "/indicators/")
    get(client, f"/indicators/{one('CSR').id}")
    for url in (
        "/indicators/new",
        "/indicators/sheet",
        "/indicators/import",
        f"/indicators/{one('CSR').id}/enter",
    ):
        assert client.get(url).status_code == 403
    assert client_for(register.owner).get("/indicators/new").status_code == 403


def test_an_indicator_that_does_not_exist_is_not_found(register, client_for):
    assert client_for(register.manager).get("/indicators/99999").status_code == 404


def test_a_name_is_changed_and_a_stale_save_shows_both(register, client_for, parsed):
    client, csr = client_for(register.manager), one("CSR")
    facts = {
        "code": "CSR", "name_en": "Change success rate", "name_zh": "变更成功率", "source": "manual", "unit": "%",
        "value_kind": "ratio", "direction": "higher", "frequency": "monthly", "decimals": "1", "version": "1",
        "active": "y",
    }  # fmt: skip
    assert client.post(f"/indicators/{csr.id}/edit", data={**facts, "clause": "8.5.2"}).status_code == 303
    db.session.expire_all()
    assert one("CSR").clause == "8.5.2"
    stale = client.post(f"/indicators/{csr.id}/edit", data={**facts, "clause": "8.5"})
    assert stale.status_code == 422
    assert "Somebody else saved" in stale.text
    parsed(stale)
    bad = client.post(f"/indicators/{csr.id}/edit", data={**facts, "version": "2", "direction": "lower"})
    assert bad.status_code == 422
    assert "say whether the same is still measured" in bad.text


def test_a_month_is_entered_corrected_and_the_old_value_stays_in_the_history(register, client_for):
    client, trn = client_for(register.manager), one("TRN")
    url, month = f"/indicators/{trn.id}/enter", str(LAST)
    sent = {
        "month": month,
        "numerator": "18",
        "denominator": "20",
        "version": "0",
        "comment": "Two were ill.",
    }
    assert client.post(url, data=sent).status_code == 303
    again = client.post(url, data=sent | {"numerator": "20"})
    assert again.status_code == 422
    assert "Somebody else saved" in again.text
    assert client.post(url, data=sent | {"numerator": "19", "version": "1"}).status_code == 303
    db.session.expire_all()
    stored = entry.at(one("TRN"), LAST)
    assert stored is not None
    assert stored.value == 95
    page = client.get(f"/indicators/{trn.id}").text
    assert "changed a value" in page
    assert ">90<" in page


def test_a_value_that_cannot_be_is_refused_beside_its_field(register, client_for, parsed):
    reply = client_for(register.manager).post(
        f"/indicators/{one('TRN').id}/enter", data={"month": str(LAST), "value": "120", "version": "0"}
    )
    assert reply.status_code == 422
    assert parsed(reply).find(".//*[@id='value-error']") is not None


def test_on_the_sheet_good_rows_are_saved_and_bad_ones_keep_what_was_typed(register, client_for, parsed):
    client, trn, sup, csr = client_for(register.manager), one("TRN"), one("SUP"), one("CSR")
    sent = {
        f"value-{trn.id}": "97.5",
        f"value-{sup.id}": "nearly all",
        f"version-{trn.id}": "0",
        f"version-{sup.id}": "0",
        f"numerator-{csr.id}": "95",
        f"denominator-{csr.id}": "100",
        f"version-{csr.id}": "1",
    }
    reply = client.post(f"/indicators/sheet?month={LAST}", data=sent)
    assert reply.status_code == 207
    parsed(reply)
    assert "nearly all" in reply.text
    db.session.expire_all()
    assert entry.at(one("TRN"), LAST).value.__str__() == "97.5"
    assert entry.at(one("SUP"), LAST) is None
    assert entry.at(one("CSR"), LAST).version == 1
    assert client.post(f"/indicators/sheet?month={LAST}", data={}).status_code == 303


def test_on_the_sheet_a_row_somebody_else_saved_meanwhile_is_not_written_over(register, client_for):
    csr = one("CSR")
    reply = client_for(register.manager).post(
        f"/indicators/sheet?month={LAST}",
        data={f"numerator-{csr.id}": "1", f"denominator-{csr.id}": "2", f"version-{csr.id}": "0"},
    )
    assert reply.status_code == 207
    assert "Somebody else saved this month" in reply.text
    db.session.expire_all()
    assert entry.at(one("CSR"), LAST).value == 95


def look_at(client, kind, content, name="values.csv", **more):
    reply = client.post(
        f"/indicators/import/{kind}",
        data={"file": (BytesIO(content), name), **more},
        content_type="multipart/form-data",
    )
    assert reply.status_code == 303, reply.text
    return reply.location


def test_a_table_of_values_is_looked_at_and_then_stored(register, client_for, parsed):
    client = client_for(register.manager)
    url = look_at(client, "values", b"code,2026-01,2026-02\nTRN,90,\nCSAT,86.5,88\n")
    parsed(get(client, url))
    assert db.session.query(Import).count() == 0
    reply = client.post(url)
    assert reply.status_code == 303, reply.text
    assert entry.at(one("CSAT"), Month(2026, 2)).value == 88
    assert entry.at(one("TRN"), Month(2026, 2)) is None
    assert client.get(url).status_code == 404


def test_text_where_numbers_belong_is_named_by_row_and_column_and_nothing_is_half_imported(
    register, client_for, parsed
):
    client = client_for(register.manager)
    url = look_at(client, "values", b"code,month,value\nTRN,2026-01,90\nCSAT,2026-01,good\nXYZ,2026-01,3\n")
    page = get(client, url)
    parsed(page)
    assert "“good” is not a number" in page.text
    assert "XYZ" in page.text
    assert "“value” (C)" in page.text
    refused = client.post(url)
    assert refused.status_code == 422
    assert db.session.query(Import).count() == 0
    assert entry.at(one("TRN"), Month(2026, 1)) is None
    assert client.post(url, data={"good_only": "yes"}).status_code == 303
    assert entry.at(one("TRN"), Month(2026, 1)).value == 90


def test_the_columns_may_be_chosen_by_hand(register, client_for):
    client = client_for(register.manager)
    url = look_at(client, "values", b"when,what,how much\n2026-01,TRN,90\n2026-02,TRN,91\n")
    assert "No column of values" in get(client, url).text
    page = get(client, url + "?indicator=B&month=A&value=C")
    assert "2026-02" in page.text
    assert client.post(url, data={"indicator": "B", "month": "A", "value": "C"}).status_code == 303
    assert entry.at(one("TRN"), Month(2026, 2)).value == 91


def test_an_upload_belongs_to_the_person_and_may_be_given_up(register, client_for):
    url = look_at(client_for(register.manager), "values", b"code,2026-01,2026-02\nTRN,90,91\n")
    assert client_for(register.owner).get(url).status_code == 404
    assert client_for(register.manager).post(url + "/drop").status_code == 303
    assert client_for(register.manager).get(url).status_code == 404


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, b"just words\n"])
def test_a_file_that_is_no_table_is_refused_in_words(register, client_for, parsed, content):
    client = client_for(register.manager)
    reply = client.post(
        "/indicators/import/values",
        data={"file": (BytesIO(content), "kpi.xlsx")},
        content_type="multipart/form-data",
    )
    if reply.status_code == 303:
        reply = client.get(reply.location)
    assert reply.status_code in (200, 422)
    parsed(reply)
    assert "tone-danger" in reply.text


TICKETS = """number,opened,resolved,sla_met
T1,2026-01-05 08:00,2026-01-05 10:00,yes
T2,2026-01-06 08:00,2026-01-06 14:00,no
"""


def test_a_ticket_log_is_looked_at_and_then_stored(register, client_for, parsed):
    client = client_for(register.manager)
    url = look_at(client, "tickets", TICKETS.encode(), "log.csv", profile="generic")
    page = get(client, url)
    parsed(page)
    assert "50.00 %" in page.text
    assert "4.00 h" in page.text
    assert db.session.query(TicketRow).count() == 0
    reply = client.post(url)
    assert reply.status_code == 303
    assert db.session.query(TicketRow).count() == 2
    assert entry.at(one("SLA"), Month(2026, 1)).value == 50
    parsed(get(client, reply.location))


def test_a_log_of_another_tool_needs_only_a_profile_of_its_own(register, client_for):
    profile = """kind: tickets
name: ours
title: {en: Ours}
dates: ["%d.%m.%Y"]
rows: {rule: last}
columns: {number: Nr, opened: Start, resolved: Ende, sla_met: OK}
sla_words: {means_yes: [ja], means_no: [nein]}
"""
    log = "Nr,Start,Ende,OK\nA,05.01.2026,,nein\nA,05.01.2026,06.01.2026,ja\n"
    client = client_for(register.manager)
    url = look_at(
        client,
        "tickets",
        log.encode(),
        "log.csv",
        profile="generic",
        profile_file=(BytesIO(profile.encode()), "ours.yaml"),
    )
    assert "24.00 h" in get(client, url).text
    assert client.post(url).status_code == 303
    assert db.session.query(Import).one().profile == "ours"


def test_a_wrong_profile_and_a_wrong_mapping_say_what_is_wrong(register, client_for, parsed):
    client = client_for(register.manager)
    reply = client.post(
        "/indicators/import/tickets",
        data={
            "file": (BytesIO(TICKETS.encode()), "log.csv"),
            "profile": "generic",
            "profile_file": (BytesIO(b"kind: tickets\n"), "p.yaml"),
        },
        content_type="multipart/form-data",
    )
    assert reply.status_code == 422
    parsed(reply)
    url = look_at(client, "tickets", TICKETS.encode(), "log.csv", profile="servicenow")
    page = get(client, url)
    assert "has no column “opened_at”" in page.text
    assert client.post(url).status_code == 422


def test_outages_are_imported_with_the_time_watched_and_a_target(register, client_for, parsed):
    client = client_for(register.manager)
    log = "service,start,end\nMail,2026-01-05 08:00,2026-01-05 20:00\n"
    url = look_at(
        client,
        "outages",
        log.encode(),
        "outages.csv",
        profile="outages",
        target="99.5",
        watched_from="2026-01-01",
        watched_to="2026-02-28",
        services="Mail\nWeb",
    )
    parsed(get(client, url))
    assert client.post(url).status_code == 303
    db.session.expire_all()
    assert one("AVL").goal(Month(2026, 1)).target.__str__() == "99.5"
    january, february = (entry.at(one("AVL"), Month(2026, n)) for n in (1, 2))
    assert january.extra["services"]["Web"]["availability"] == 100.0
    assert round(january.value, 3).__str__() == "99.194"
    assert february.value == 100
    assert entry.at(one("DWN"), Month(2026, 1)).value == 720


def test_half_a_window_is_refused(register, client_for):
    reply = client_for(register.manager).post(
        "/indicators/import/outages",
        data={
            "file": (BytesIO(b"service,start,end\n"), "o.csv"),
            "profile": "outages",
            "watched_from": "2026-01-01",
        },
        content_type="multipart/form-data",
    )
    assert reply.status_code == 422


@pytest.mark.parametrize(
    "url",
    ["export.xlsx", "export.xlsx?lang=zh", "series.xlsx", "imports.xlsx", "{id}/export.xlsx?months=all"],
)
def test_each_list_leaves_as_a_workbook(register, client_for, url):
    reply = client_for(register.reader).get("/indicators/" + url.format(id=one("CSR").id))
    assert reply.status_code == 200
    assert reply.data.startswith(b"PK")


def test_lists_need_as_many_queries_for_many_rows_as_for_few(register, client_for, queries_of):
    client = client_for(register.manager)
    few = {
        url: queries_of(client, url)
        for url in ("/indicators/", "/indicators/sheet", f"/indicators/{one('CSR').id}")
    }
    for number in range(30):
        made = services.add_indicator(
            code=f"X{number}",
            name_en=f"Extra {number}",
            direction="lower",
            unit="n",
            value_kind="count",
            process_id=register.inc.id,
            owner_id=register.manager.id,
            by=None,
        )
        services.enter_measurement(made, LAST, value=number, by=register.manager)
    for back in range(3, 12):
        services.enter_measurement(one("CSR"), LAST.plus(-back), value=90, by=register.manager)
    db.session.commit()
    assert db.session.query(Measurement).count() > 40
    for url, count in few.items():
        assert queries_of(client, url) == count, url
