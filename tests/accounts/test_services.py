"""What the verbs on people and organisation keep and refuse."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.accounts import queries, services
from audit_app.accounts.library import assessable_clauses, legacy_processes, shipped_processes
from audit_app.accounts.permissions import Role
from audit_app.accounts.sorting import sort_key
from audit_app.core.clock import today
from audit_app.core.errors import Refused
from audit_app.trail import queries as trail

GOOD = {"email": "new@example.org", "name": "New", "roles": [Role.AUDITOR], "password": "long enough words"}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "OWNER@example.org"}, "email"),
        ({"name": " "}, "name"),
        ({"roles": []}, "roles"),
        ({"password": "short"}, "password"),
        ({"language": "fr"}, "language"),
    ],
)
def test_a_doubtful_person_is_refused_at_the_field(people, facts, field):
    with pytest.raises(Refused) as refused:
        services.add_person(**{**GOOD, **facts}, by=people.admin)
    assert refused.value.field == field


def test_the_password_is_hashed_and_never_enters_the_trail(people):
    person = services.add_person(**GOOD, by=people.admin)
    assert "long enough" not in person.password
    services.set_password(person, "another good one", by=people.admin)
    assert all("password" not in entry.changes for entry in trail.history(person))


@pytest.mark.parametrize("verb", ["deactivate", "password", "roles", "until"])
def test_whatever_changes_rights_ends_the_sessions(people, verb):
    person, before = people.auditor, people.auditor.fs_uniquifier
    facts = {
        "email": person.email,
        "name": person.name,
        "roles": person.role_set,
        "department": None,
        "language": "en",
    }
    if verb == "deactivate":
        services.deactivate(person, by=people.admin)
    elif verb == "password":
        services.set_password(person, "another good one", by=people.admin)
    else:
        change = {"roles": [Role.READ_ONLY]} if verb == "roles" else {"valid_until": today()}
        services.edit_person(person, **{**facts, **change}, by=people.admin)
    assert person.fs_uniquifier != before


def test_a_new_name_alone_ends_no_session(people):
    person, before = people.auditor, people.auditor.fs_uniquifier
    services.edit_profile(person, name="Anna", language="zh", by=person)
    assert (person.fs_uniquifier, person.language) == (before, "zh")


@pytest.mark.parametrize(
    "change", [{"active": False}, {"roles": [Role.AUDITOR]}, {"valid_until": today() - timedelta(days=1)}]
)
def test_the_last_administrator_stays(people, change):
    facts = {
        "email": "admin@example.org",
        "name": "Ada",
        "roles": [Role.ADMINISTRATOR],
        "department": None,
        "language": "en",
    }
    with pytest.raises(Refused):
        services.edit_person(people.admin, **{**facts, **change}, by=people.manager)
    second = services.add_person(**{**GOOD, "roles": [Role.ADMINISTRATOR]}, by=people.admin)
    services.edit_person(people.admin, **{**facts, **change}, by=second)


def test_nobody_locks_out_themselves(people):
    services.add_person(**{**GOOD, "roles": [Role.ADMINISTRATOR]}, by=people.admin)
    with pytest.raises(Refused, match="Nobody ends their own access"):
        services.deactivate(people.admin, by=people.admin)


def test_the_processes_of_the_standard_are_loaded_once_and_grouped_by_the_thirteen(people):
    added = services.load_processes(by=people.admin)
    assert len(added) == len(shipped_processes()) - 3
    assert services.load_processes(by=people.admin) == []
    assert [each.number for each in legacy_processes()] == list(range(1, 14))
    assert people.inc.legacy_number is None
    covered = {clause for process in queries.processes() for clause in process.clauses}
    assert set(assessable_clauses()) <= covered


def test_a_code_is_given_once(people):
    with pytest.raises(Refused) as refused:
        services.add_department("ops", "Twin", "", people.site, by=people.admin)
    assert refused.value.field == "code"


def test_clauses_alone_move_the_version_of_a_process(people):
    version = people.inc.version
    services.edit_process(
        people.inc,
        code="INC",
        name_en="I",
        name_zh="I",
        owner=people.owner,
        clauses=["8.6.1", "8.6.2"],
        by=people.admin,
    )
    assert people.inc.version == version + 1
    assert people.inc.clauses == ["8.6.1", "8.6.2"]


def test_chinese_names_sort_by_sound_and_after_latin_ones():
    names = ["张伟", "王芳", "bob", "李雷", "Alice", "陈静"]
    assert sorted(names, key=sort_key) == ["Alice", "bob", "陈静", "李雷", "王芳", "张伟"]


@given(st.text(max_size=300))
def test_a_sort_key_is_made_of_any_name_and_fits_its_column(name):
    assert len(sort_key(name)) <= 200
