"""The main pages hold to WCAG 2.2 AA as far as a machine can tell (axe), in both languages, on desk and tablet."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.house.world import World
from tests.live import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}


def addresses(world: World) -> list[str]:
    """A list, a record, a form and a figure of each domain."""
    reviews, typed = world.more["reviews"], world.more["typed"]
    return [
        "/", "/dashboard", "/search?q=事件", "/programme/", "/programme/audits", f"/programme/audits/{world.audit.id}",
        "/programme/audits/new", f"/programme/audits/{world.other_audit.id}/team", "/findings/",
        f"/findings/{world.findings['planned'].id}", f"/findings/new?item_id={world.item.id}",
        f"/findings/{world.findings['effectiveness_due'].id}/step/close", "/findings/actions",
        f"/findings/actions/{world.action.id}", f"/audits/{world.audit.id}/fieldwork",
        f"/audits/{world.audit.id}/checklists", "/checklists", f"/checklists/versions/{world.template_draft.id}/edit",
        "/indicators/", f"/indicators/{typed.id}", "/indicators/sheet", "/indicators/import/outages", "/reviews/",
        f"/reviews/{reviews['preparing'].id}", f"/reviews/inputs/{reviews['preparing'].inputs[2].id}",
        f"/reviews/{reviews['approved'].id}/pack", "/organisation/", "/organisation/processes", "/organisation/roles",
        "/organisation/profile", "/trail", *newer_addresses(world),
    ]  # fmt: skip


def newer_addresses(world: World) -> list[str]:
    """The same of planning, competence, agenda, reports, dossiers, certification and standards."""
    year, audit, other = world.planned["programme"].year, world.audit.id, world.other_audit.id
    cycle, texts = world.more["cycle"]["certificate"].id, world.more["texts"]
    return [
        "/programme/proposals", f"/programme/proposals/{world.planned['proposal'].id}",
        f"/programme/proposals/lines/{world.planned['line'].id}", f"/programme/{year}/coverage",
        f"/programme/{year}/versions/1", f"/programme/{year}/gaps", f"/programme/{year}/workload",
        "/programme/waivers", f"/programme/waivers/{world.waiver.id}", f"/programme/audits/{other}/waivers/new",
        "/competence/", "/competence/gaps", "/competence/1", "/competence/new",
        f"/audits/{audit}/plan", f"/audits/{audit}/meetings", f"/audits/{other}/plan/slots/new", "/calendar",
        f"/audits/{audit}/report/", f"/audits/{audit}/report/words", f"/audits/{audit}/report/step/issue",
        f"/dossiers/year/{year}", f"/dossiers/audit/{audit}",
        f"/certification/{cycle}", f"/certification/{cycle}/gaps", "/certification/rules", f"/certification/{cycle}/edit",
        "/standards/", f"/standards/{texts['kept'].id}", "/standards/import", "/standards/crosswalk",
    ]  # fmt: skip


def breaches(page: Page) -> list[str]:
    """What axe objects to: rule, and the first place of each."""
    found: dict[str, Any] = Axe().run(page, options=RULES).response
    return [
        f"{page.url}: {rule['id']} ({rule['impact']}) at {node['target']}: {node['failureSummary'][:200]}"
        for rule in found["violations"]
        for node in rule["nodes"][:2]
    ]


CROSSED = [
    ("desk", "zh", 0),
    ("tablet", "en", 1),
    *(
        pytest.param(viewport, language, half, marks=pytest.mark.long)
        for viewport, language, half in (
            ("desk", "zh", 1), ("tablet", "en", 0), ("desk", "en", 0), ("desk", "en", 1), ("tablet", "zh", 0), ("tablet", "zh", 1)
        )
    ),
]  # fmt: skip
"""Every page once in every run, half of them in each language and size; all pairs of all pages with -m long."""


@pytest.mark.parametrize(("viewport", "language", "half"), CROSSED)
def test_main_pages_hold_to_the_accessibility_rules(
    world: World, page_for: Callable[..., Page], viewport: str, language: str, half: int
):
    places = addresses(world)[half::2]
    page, found = page_for(world.people.manager, viewport, language), []
    for url in places:
        page.goto(url)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        found += breaches(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_holds_to_them_in_light_and_dark(browsers: Browsers, scheme: Any):
    for language in ("zh", "en"):
        page = browsers.window("phone", language)
        page.emulate_media(color_scheme=scheme)
        page.goto(f"/login?lang={language}")
        assert not (found := breaches(page)), "\n".join(found)


def test_dark_pages_keep_enough_contrast(world: World, page_for: Callable[..., Page]):
    places = addresses(world)
    page, found = page_for(world.people.manager, "desk", "en"), []
    page.emulate_media(color_scheme="dark")
    for url in places[:: max(1, len(places) // 8)]:
        page.goto(url)
        found += breaches(page)
    assert not found, "\n".join(found)


def test_an_unnamed_button_would_be_noticed(browsers: Browsers):
    page = browsers.window()
    page.goto("/login")
    page.evaluate("() => document.querySelector('form').append(document.createElement('button'))")
    assert "button-name" in " ".join(breaches(page))
