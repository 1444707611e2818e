"""The pages of people and organisation, through the client."""

import pytest
from flask import Flask

from audit_app.accounts import services
from audit_app.accounts.models import Department, Organisation, Person, Process
from audit_app.accounts.permissions import Permission, Role
from audit_app.core.db import db

PAGES = [
    "/organisation/",
    "/organisation/roles",
    "/organisation/sites",
    "/organisation/departments",
    "/organisation/processes",
    "/organisation/processes?edition=2005",
    "/organisation/profile",
]
MANAGERS_PAGES = [
    "/organisation/edit",
    "/organisation/sites/new",
    "/organisation/departments/new",
    "/organisation/processes/new",
    "/organisation/processes/1",
    "/organisation/departments/1",
]
ADMINS_PAGES = [
    "/organisation/people",
    "/organisation/people/new",
    "/organisation/people/1",
    "/organisation/people/1/edit",
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("url", PAGES + MANAGERS_PAGES + ADMINS_PAGES)
def test_every_page_is_clean_html_in_both_languages(people, client_for, parsed, url, language):
    people.admin.language = language
    services.load_processes(by=None)
    db.session.commit()
    reply = client_for(people.admin).get(url)
    assert reply.status_code == 200
    assert parsed(reply).find(".//h1") is not None


@pytest.mark.parametrize("url", ADMINS_PAGES[:2] + MANAGERS_PAGES)
def test_a_process_owner_does_not_enter_what_others_manage(people, client_for, url):
    assert client_for(people.owner).get(url).status_code == 403


def test_another_persons_record_does_not_exist_for_an_auditor(people, client_for):
    client = client_for(people.auditor)
    assert client.get(f"/organisation/people/{people.owner.id}").status_code == 404
    assert client.get(f"/organisation/people/{people.auditor.id}").status_code == 200


def test_an_administrator_adds_a_person_and_sees_the_made_password_once(people, client_for, app: Flask):
    client = client_for(people.admin)
    reply = client.post(
        "/organisation/people/new",
        data={
            "name": "李 雷",
            "email": "Li.Lei@Example.org",
            "language": "zh",
            "roles": ["auditor", "process_owner"],
            "department_id": str(people.ops.id),
            "active": "y",
        },
    )
    assert reply.status_code == 200
    person = db.session.query(Person).filter_by(email="li.lei@example.org").one()
    assert person.role_set == {Role.AUDITOR, Role.PROCESS_OWNER}
    assert person.department_id == people.ops.id
    assert "data-copy=" in reply.text
    assert "data-copy=" not in client.get(f"/organisation/people/{person.id}").text


def test_an_address_taken_is_refused_beside_its_field_and_nothing_typed_is_lost(people, client_for, parsed):
    reply = client_for(people.admin).post(
        "/organisation/people/new",
        data={
            "name": "Twin",
            "email": "owner@example.org",
            "language": "en",
            "roles": ["auditor"],
            "active": "y",
        },
    )
    assert reply.status_code == 422
    page = parsed(reply)
    assert page.find(".//*[@id='email-error']") is not None
    assert page.find(".//input[@name='name']").get("value") == "Twin"


def test_a_change_of_roles_signs_the_person_out(people, client_for):
    browser = client_for(people.auditor)
    assert browser.get("/organisation/profile").status_code == 200
    reply = client_for(people.admin).post(
        f"/organisation/people/{people.auditor.id}/edit",
        data={
            "name": "Ana Auditor",
            "email": "auditor@example.org",
            "language": "en",
            "roles": ["process_owner"],
            "version": str(people.auditor.version),
            "active": "y",
        },
    )
    assert reply.status_code == 303
    assert browser.get("/organisation/profile").status_code == 302


def test_a_stale_save_shows_both_versions_by_name(people, client_for, parsed):
    client, url = client_for(people.admin), f"/organisation/processes/{people.inc.id}"
    facts = {
        "code": "INC",
        "name_en": "Incidents",
        "name_zh": "事件管理",
        "importance": "2",
        "clauses": ["8.6.1"],
    }
    first = client.post(url, data={**facts, "owner_id": str(people.owner2.id), "version": "1", "active": "y"})
    assert first.status_code == 303
    second = client.post(url, data={**facts, "owner_id": str(people.owner.id), "version": "1", "active": "y"})
    assert second.status_code == 422
    assert "Otto Owner" in second.text
    assert "Olga Owner" in second.text
    parsed(second)
    db.session.expire_all()
    assert people.inc.owner_id == people.owner2.id


def test_the_language_is_kept_with_the_person_and_in_the_session_before_sign_in(
    people, client_for, app: Flask
):
    reply = client_for(people.owner).post(
        "/organisation/language", data={"language": "zh", "next": "/organisation/?"}
    )
    assert (reply.status_code, reply.location) == (303, "/organisation/")
    db.session.expire_all()
    assert people.owner.language == "zh"
    stranger = app.test_client()
    stranger.post("/organisation/language", data={"language": "zh", "next": "//evil.example"})
    assert 'lang="zh-Hans"' in stranger.get("/login").text


@pytest.mark.parametrize("name", ["people", "sites", "departments", "processes"])
def test_each_list_leaves_as_a_workbook(people, client_for, name):
    reply = client_for(people.admin).get(f"/organisation/{name}.xlsx")
    assert reply.status_code == 200
    assert reply.data.startswith(b"PK")


def test_master_data_is_added_through_its_forms(people, client_for):
    client = client_for(people.manager)
    assert (
        client.post(
            "/organisation/sites/new", data={"code": "sh", "name_en": "Shanghai", "name_zh": ""}
        ).status_code
        == 303
    )
    assert (
        client.post(
            "/organisation/departments/new",
            data={
                "code": "NET",
                "name_en": "Network",
                "name_zh": "网络部",
                "site_id": str(people.site.id),
                "head_id": "",
            },
        ).status_code
        == 303
    )
    assert (
        client.post(
            "/organisation/processes/new",
            data={
                "code": "PRB",
                "name_en": "Problems",
                "name_zh": "问题管理",
                "importance": "3",
                "clauses": ["8.6.3"],
                "legacy_number": "10",
                "owner_id": str(people.owner.id),
            },
        ).status_code
        == 303
    )
    made = db.session.query(Process).filter_by(code="PRB").one()
    assert (made.clauses, made.legacy_number, made.legacy_zh) == (["8.6.3"], 10, "问题管理")
    assert db.session.query(Department).filter_by(code="NET").one().site_id == people.site.id


def test_the_organisation_is_edited(people, client_for):
    reply = client_for(people.manager).post(
        "/organisation/edit",
        data={
            "name_en": "Harbour",
            "name_zh": "海港",
            "code_prefix": "itsm",
            "independence_months": "12",
            "version": "1",
        },
    )
    assert reply.status_code == 303
    db.session.expire_all()
    assert db.session.get(Organisation, 1).code_prefix == "ITSM"


def test_nobody_ends_their_own_access(people, client_for):
    client_for(people.admin).post(f"/organisation/people/{people.admin.id}/access/end")
    db.session.expire_all()
    assert people.admin.active


def test_the_matrix_names_every_permission_once():
    from audit_app.accounts.matrix import GROUPS

    named = [permission for _title, lines in GROUPS for permission, _words in lines]
    assert sorted(named) == sorted(Permission)


def test_chinese_sentences_with_a_number_are_found_for_every_number(people, client_for):
    people.admin.language = "zh"
    for number in (1, 2, 7):
        with client_for(people.admin).application.test_request_context("/"):
            from flask_babel import force_locale, ngettext

            with force_locale("zh_Hans_CN"):
                said = ngettext(
                    "%(num)s audit is late: it should have begun or been reported.",
                    "%(num)s audits are late: they should have begun or been reported.",
                    number,
                )
        assert said.startswith(f"{number} 次审核")
