"""The matrix of rights: nothing granted in vain, nothing asked for that nobody holds."""

import ast

from flask import Flask
from flask_babel import force_locale

from audit_app.accounts.permissions import GRANTS, Permission, Role, granted
from tests.house.files import ROOT, tracked
from tests.house.test_words import is_chinese, workflows


def asked_by_routes(app: Flask) -> set[str]:
    marks = [getattr(view, "access", ()) for view in app.view_functions.values()]
    return {each for mark in marks if isinstance(mark, tuple) for each in mark}


def asked_by_workflows() -> set[str]:
    return {str(step.needs) for table in workflows() for step in table.steps if not step.system}


def named_in_rules() -> set[str]:
    """Permissions that a service, query or guard asks for by name (``Permission.X`` or ``P.X``)."""
    found = set()
    for path in tracked("audit_app/*.py"):
        if path.relative_to(ROOT).as_posix() == "audit_app/accounts/permissions.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
                continue
            if node.value.id in {"P", "Permission"} and node.attr in Permission.__members__:
                found.add(str(Permission[node.attr]))
    return found


def test_every_permission_is_granted_to_somebody():
    assert {each for each in Permission if not any(each in grant for grant in GRANTS.values())} == set()


def test_every_permission_is_asked_for_by_a_route_a_step_or_a_rule(app: Flask):
    asked = asked_by_routes(app) | asked_by_workflows() | named_in_rules()
    assert {str(each) for each in Permission} - asked == set()


def test_routes_and_steps_ask_only_for_permissions_that_exist(app: Flask):
    assert (asked_by_routes(app) | asked_by_workflows()) - {str(each) for each in Permission} == set()


def test_every_step_of_every_workflow_can_be_taken_by_some_role():
    stuck = [
        f"{table.name}.{step.name}"
        for table in workflows()
        for step in table.steps
        if not step.system and not any(step.needs in grant for grant in GRANTS.values())
    ]
    assert stuck == []


def test_every_state_of_a_workflow_can_be_reached_or_is_the_first():
    for table in workflows():
        states = type(table.steps[0].to)
        reached = {step.to for step in table.steps}
        first = {frm for step in table.steps for frm in step.frm} - reached
        assert len(first) <= 1, (table.name, first)
        assert reached | first == set(states), table.name


def test_every_role_has_a_line_in_the_matrix_and_a_label_in_both_languages(app: Flask):
    assert set(GRANTS) == set(Role)
    for role in Role:
        with force_locale("en"):
            assert not is_chinese(str(role.label))
        with force_locale("zh_Hans_CN"):
            assert is_chinese(str(role.label))


def test_a_read_only_person_holds_nothing_but_looking():
    assert {each for each in granted(frozenset({Role.READ_ONLY})) if not each.endswith(":see")} == set()


def test_an_administrator_takes_no_part_in_audits_or_reviews():
    assert {
        each for each in granted(frozenset({Role.ADMINISTRATOR})) if not each.endswith((":see", ":manage"))
    } == {
        Permission.IMPROVEMENT_PROPOSE,  # like everybody who works here
        Permission.MEASUREMENT_APPROVE,  # the second pair of eyes where the manager entered the value
    }
