"""What goes wrong in a year of an organisation, in one pack: it comes out right, or says why not, on page, paper and in
the workbook alike.

A target changed in mid-year, months without a case, months nobody measured, a log in which tickets reopen, clocks that
change while a service is down, an indicator redefined, people who left, names that few fonts hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine

from audit_app.accounts import services as accounts
from audit_app.core.db import db
from audit_app.exports.values import speaking
from audit_app.indicators import definitions, services
from audit_app.indicators.models import Indicator
from audit_app.indicators.periods import Month, Span
from audit_app.reviews import exports, requests
from audit_app.reviews import services as reviews
from audit_app.reviews.attendance import Place
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.exports import LOCALES
from audit_app.reviews.models import Review
from audit_app.reviews.pack import Input, Line, Name, Pack, Plot, Remark, Table
from audit_app.reviews.pack import Month as Label
from audit_app.reviews.requests import Wish
from audit_app.reviews.telling import tell
from tests.databases import Databases
from tests.indicators.world import agreed, mail
from tests.indicators.world import at as moment
from tests.people import People, invite
from tests.reviews import factory
from tests.reviews.agreeing import disagreements
from tests.reviews.reading import Book, Page, Paper, numbers, squeezed
from tests.reviews.world import World, application, page

MONTHS = [Month(2025, 6).plus(step) for step in range(12)]
"""Up to 2026-05; the review looks at the last six."""
SPRING = Month(2026, 3)
POINTS = (0, 1, 2, 500)
RARE = "𠮷野 䶮 𬭎 Zoe\u0308 O\u0301 شيماء 🙂"
"""A name of CJK extensions, combining marks, a script from right to left, an emoji."""
TICKETS = """number,opened,responded,resolved,priority,category,reopened
T-1,2026-04-02 02:00,2026-04-02 02:10,2026-04-02 05:00,P1,Mail,2
T-2,2026-04-02 02:00,2026-04-02 02:20,2026-04-02 05:00,P1,Mail,0
T-3,2026-04-02 02:00,2026-04-02 02:10,2026-04-02 05:00,P1,Mail,1
T-4,2026-04-02 02:00,2026-04-02 02:10,2026-04-02 05:00,P1,Mail,0
"""
OUTAGES = """service,start,end,planned
Mail,2026-03-08T06:30,2026-03-08T07:30,
Mail,2026-03-20T16:00,2026-03-20T16:10,
"""


@dataclass
class Forms:
    """A pack and its three forms in one language."""

    pack: Pack
    language: str
    page: Page
    paper: Paper
    book: Book

    def say(self, words: Any) -> bool:
        """Whether all three say it."""
        text = squeezed(str(words))
        return all(form.says(text) for form in (self.page, self.paper, self.book))

    def told(self, key: str, start: str) -> list[str]:
        """Remarks of an input whose phrase begins so, in words; each of them stands in all three."""
        blocks = [each for each in self._input(key).blocks if isinstance(each, Remark)]
        with speaking(LOCALES[self.language]):
            found = [tell(each.said) for each in blocks if each.said.key.startswith(start)]
        assert found, (key, start)
        assert all(map(self.say, found)), found
        return found

    def plots(self, key: str) -> list[Plot]:
        """Charts of an input."""
        return [each for each in self._input(key).blocks if isinstance(each, Plot)]

    def rows(self, key: str, title: str) -> list[Any]:
        """Rows of the tables of an input with that title."""
        tables = [each for each in self._input(key).blocks if isinstance(each, Table)]
        return [row for each in tables if getattr(each.title, "key", "") == title for row in each.rows]

    def numbers(self, words: str) -> list[Decimal]:
        """Numbers of a sentence."""
        return numbers(words)

    def _input(self, key: str) -> Input:
        (one,) = (each for each in self.pack.inputs if each.key == key)
        return one


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The year, and a review that is being prepared."""
    folder = tmp_path_factory.mktemp("bad")
    with application(databases, folder) as app, time_machine.travel(factory.TODAY, tick=False):
        people = invite()
        people.owner2.name = RARE
        known = factory.register()
        for row in list(known.values()):  # The register at large says nothing here and costs a page each.
            row.active = row.code in ("CSR", "CSAT", "AVL", "DWN", "ROP", "TKT", "OBJ")
        _target_in_mid_year(known["CSR"], people)
        _redefined(known["CSAT"], people)
        _logs(folder, people)
        review = factory.preparing(people)
        _those_who_left(review, people)
        db.session.commit()
        yield World(app, people, review)


def _target_in_mid_year(row: Indicator, people: People) -> None:
    """At least 90 from the beginning, 95 from March; no case in January, nobody measured February."""
    for target in list(row.targets):
        services.take_target_back(target, "试验", by=None)
    services.set_target(row, 90, by=people.manager)
    for month in MONTHS:
        good, whole = (0, 0) if month == Month(2026, 1) else (92, 100)
        if month != Month(2026, 2):
            services.enter_measurement(row, month, numerator=good, denominator=whole, by=people.manager)
    services.set_target(row, 95, month=SPRING, reason=f"SLA {RARE}", by=people.manager)


def _redefined(row: Indicator, people: People) -> None:
    """Measured otherwise from March on, and much higher since."""
    for month in MONTHS:
        services.enter_measurement(row, month, value=95 if month >= SPRING else 60, by=people.manager)
    kept = ("code", "name_en", "name_zh", *definitions.KEPT, "source", "clause", "active")
    facts = {name: getattr(row, name) for name in kept} | {"formula_en": "answers of 4 and 5 / answers × 100"}
    services.edit_indicator(
        row, by=people.manager, meaning="other", since=SPRING, why=f"{RARE} asked", **facts
    )


def _logs(folder: Path, people: People) -> None:
    """Tickets of which two reopen; a service of New York that was down while its clocks were put forward."""
    service = mail(people)
    agreed(service, people, target="99.9", zone="America/New_York", kind="week", week=("01:00-04:00",) * 7)
    for name, rows in (("log.csv", TICKETS), ("Mail.csv", OUTAGES)):
        (folder / name).write_text(rows, encoding="utf-8")
    services.import_tickets(folder / "log.csv", "generic", by=people.manager)
    span = Span(moment("2026-03-01"), moment("2026-04-01"))
    services.import_outages(
        folder / "Mail.csv", by=people.manager, observed={"Mail": span}, profile="outages"
    )


def _those_who_left(review: Review, people: People) -> None:
    """Olga was asked for h and e and is invited; she leaves, and h alone goes to somebody else."""
    h, e = (
        requests.assign_input(reviews.input_of(review, key), owner=people.owner, by=people.manager)
        for key in "he"
    )
    accounts.deactivate(people.owner, by=people.admin)
    requests.ask_all(review, {h.id: Wish(people.owner2)}, by=people.manager)
    reviews.write_input(review, "h", text=f"{RARE}: as it is.", by=people.owner2)
    assert e.owner is people.owner


@pytest.fixture(scope="module")
def pack(world: World) -> Pack:
    """The pack of the year, with charts of no, one, two and 500 points under input k."""
    made = compile_pack(world.review)
    inputs = [
        replace(one, blocks=tuple(map(drawn, POINTS))) if one.key == "k" else one for one in made.inputs
    ]
    return replace(made, inputs=tuple(inputs))


def drawn(count: int) -> Plot:
    """A chart of so many points, every seventh of them unknown where there are many."""
    labels = tuple(Label(Month(1980, 1).plus(place).first) for place in range(count))
    values = tuple(
        None if count > 2 and place % 7 == 3 else Decimal(place * 37 % 101) for place in range(count)
    )
    title = Name(f"{count} points", f"{count} 个点")
    return Plot("line", title, labels, (Line(title, values),), unit="%", target=Decimal(50), higher=1)


@pytest.fixture(scope="module", params=["zh", "en"])
def forms(request: pytest.FixtureRequest, world: World, pack: Pack) -> Forms:
    """The pack as page, paper and workbook."""
    language = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exports, "pack_of", lambda _review: (pack, "ab" * 32))
        shown = Page(page(world, f"/reviews/{world.review.id}/pack?lang={language}"))
    files = {kind: exports.render(pack, language, kind) for kind in ("pdf", "xlsx")}
    return Forms(pack, language, shown, Paper(files["pdf"]), Book(files["xlsx"]))


def test_the_three_forms_say_the_same(forms):
    assert disagreements(forms.pack, forms.language, forms.page, forms.paper, forms.book) == []


def test_a_target_changed_in_mid_year_is_told_with_its_reason_and_judges_no_month_before(forms):
    (changed,) = forms.told("h", "indicator.target_changed")
    assert all(each in changed for each in ("2026-03", "90", "95", RARE))
    (missed,) = (each for each in forms.told("h", "indicator.missed") if "CSR" in each)
    assert {3, 4} <= {*forms.numbers(missed)}
    (chart,) = (each for each in forms.plots("h") if "CSR" in tell(each.title))
    assert [target for target in chart.targets if target] == [90] * 9 + [95] * 3
    assert chart.target is None


def test_a_month_without_a_case_and_a_month_nobody_measured_are_told_apart(forms):
    (no_case,) = forms.told("h", "indicator.no_case")
    (gap,) = (each for each in forms.told("h", "indicator.gap") if "CSR" in each)
    assert "2026-01" in no_case
    assert "2026-02" not in no_case
    assert "2026-02" in gap
    assert "2026-01" not in gap
    (chart,) = (each for each in forms.plots("h") if "CSR" in tell(each.title))
    assert chart.lines[0].values[7:9] == (None, None)


def test_tickets_that_reopen_are_counted_once_each(forms):
    (told,) = (each for each in forms.told("h", "indicator.missed") if "ROP" in each)
    assert Decimal("50.00") in forms.numbers(told)
    rows = {tell(row[0]): row for row in forms.rows("h", "table.values") if tell(row[2]) == "2026-04"}
    value, top, bottom = (rows["ROP"][place] for place in (3, 7, 8))
    assert [str(value.value), str(top), str(bottom)] == ["50", "2", "4"]
    assert rows["TKT"][3].value == 4


def test_an_outage_while_clocks_are_put_forward_counts_its_real_minutes(forms):
    """1:30 to 3:30 on the wall of 8 March are 60 minutes, and the service owes three hours a day less the lost one."""
    (row,) = forms.rows("h", "table.sla")
    assert [row[place].value for place in (3, 5, 8)] == [31 * 180 - 60, 60, 60]


def test_old_and_new_definition_are_never_one_line(forms):
    (told,) = forms.told("e", "indicator.redefined")
    assert RARE in told
    (chart,) = (each for each in forms.plots("e") if "CSAT" in tell(each.title))
    now, before = (line.values for line in chart.lines)
    assert [value is None for value in now] == [True] * 9 + [False] * 3
    assert [value is None for value in before] == [False] * 9 + [True] * 3


def test_who_left_is_named_and_what_was_passed_on_is_not(forms):
    with speaking(LOCALES[forms.language]):
        left = [tell(each) for each in forms.pack.warnings if each.key.startswith("warn.left")]
    assert len(left) == 2
    assert all("Olga" in words and forms.say(words) for words in left)
    assert forms.say(f"{RARE}: as it is.")
    (h,) = (each for each in forms.pack.inputs if each.key == "h")
    assert (h.owner, h.author) == (RARE, RARE)


def test_the_page_before_the_review_names_who_left_and_where_to_pass_it_on(world, forms):
    shown = page(world, f"/dashboard/review?lang={forms.language}").decode()
    assert shown.count("Olga") >= 2
    for address in ("requests", "places"):
        assert f"/reviews/{world.review.id}/{address}" in shown


def test_a_deputy_takes_the_place_of_who_left(world):
    people, review = world.people, world.review
    with db.session.begin_nested() as nested:
        reviews.set_places(
            review, {people.owner.id: Place("Head of operations", deputy=people.owner2)}, by=people.manager
        )
        assert [each.key for each in compile_pack(review).warnings if each.key.startswith("warn.left")] == [
            "warn.left_input"
        ]
        nested.rollback()


def test_charts_of_no_one_two_and_500_points_are_drawn_or_say_why_not(forms):
    with speaking(LOCALES[forms.language]):
        nothing = {"zh": "无数据", "en": "No data"}[forms.language]
    charts = {
        count: next(c for c in forms.page.charts if c.title.startswith(f"{count} ")) for count in POINTS
    }
    assert {count: len(chart.rows) for count, chart in charts.items()} == {count: count for count in POINTS}
    assert nothing in charts[0].words
    assert forms.paper.says(squeezed(nothing))
    assert len(charts[500].option["series"][0]["data"]) == 500


def test_paper_says_what_the_number_of_a_character_means(forms):
    for char in "𠮷🙂ش":
        assert f"[U+{ord(char):04X}]" in forms.paper.text
    assert "Zoë Ó" in "".join(forms.paper.pages)
    words = {"zh": "本文件所用字体缺少个别字符", "en": "Some characters are not in the font of this paper."}
    assert forms.paper.says(squeezed(words[forms.language]))
