"""The organisation and its people, made by the services of accounts."""

from typing import Any

from audit_app.accounts import queries
from audit_app.accounts import services as accounts
from audit_app.accounts.permissions import Role
from audit_app.checklists import services as checklists
from audit_app.demo.story import Story, texts
from audit_app.indicators import services as indicators

PASSWORD = "harbour-demo-2000"  # noqa: S105  # printed on purpose: the demo has no secrets
DOMAIN = "harbour-cloud.example"


def found(story: Story) -> None:
    """Found the organisation: facts, sites, people, departments, process owners, libraries."""
    facts = texts("organisation")
    admin = _people(story, facts["people"])
    accounts.set_organisation(**facts["organisation"], by=admin)
    for site in facts["sites"]:
        story.sites[site["code"]] = accounts.add_site(**site, by=admin)
    for each in facts["departments"]:
        given = dict(each)
        given["site"], given["head"] = story.sites[given["site"]], story.people[given["head"]]
        story.departments[each["code"]] = accounts.add_department(**given, by=admin)
    _settle(story, facts["people"], admin)
    _owners(story, facts["owners"], admin)
    checklists.load_shipped(by=admin)
    indicators.load_register(by=story.people["lin"])


def _people(story: Story, people: list[dict[str, Any]]) -> Any:
    """Everybody, the administrator first: without one there is nobody to add the others. All have the one
    printed password, so it is hashed once; that takes a quarter of a second on purpose."""
    hashed = ""
    for each in sorted(people, key=lambda one: one["key"] != "he"):
        story.people[each["key"]] = added = accounts.add_person(
            email=f"{each['email']}@{DOMAIN}",
            name=each["name"][story.language],
            roles=[Role(role) for role in each["roles"]],
            language=story.language if each["home"] else _other(story.language),
            password=PASSWORD,
            job_title=each["title"][story.language],
            by=story.people.get("he"),
            hashed=hashed,
        )
        hashed = added.password or ""
    return story.people["he"]


def _other(language: str) -> str:
    return "en" if language == "zh" else "zh"


def _settle(story: Story, people: list[dict[str, Any]], admin: Any) -> None:
    """Give people their departments, which need their heads first."""
    for each in people:
        person = story.people[each["key"]]
        if not each["department"]:
            continue
        accounts.edit_person(
            person,
            email=person.email,
            name=person.name,
            roles=person.role_set,
            department=story.departments[each["department"]],
            language=person.language,
            job_title=person.job_title,
            by=admin,
        )


def _owners(story: Story, owners: dict[str, tuple[str, str, int]], admin: Any) -> None:
    accounts.prepare(by=admin)
    for process in queries.processes(all_=True):
        owner, department, importance = owners[process.code]
        accounts.edit_process(
            process,
            code=process.code,
            name_en=process.name_en,
            name_zh=process.name_zh,
            owner=story.people[owner],
            department=story.departments[department],
            clauses=process.clauses,
            importance=importance,
            legacy_number=process.legacy_number,
            by=admin,
        )
        story.processes[process.code] = process
