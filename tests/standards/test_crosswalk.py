"""The crosswalk: strict reading, clauses that exist, and the places where standards look alike and are not."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask_babel import force_locale

from audit_app.checklists import library
from audit_app.standards import crosswalk
from audit_app.standards.naming import Cited, bare_clause, cited, upwards

SMS, ISMS, QMS, FITSM = crosswalk.shipped().standards
TEMPLATES = {SMS: "iso20000-1-2018", ISMS: "iso27001-2022", FITSM: "fitsm-3.0"}


def template(standard: str) -> library.TemplateSource:
    return next(each for each in library.shipped() if each.key == TEMPLATES[standard])


def listed(standard: str) -> set[str]:
    return {each for topic in crosswalk.shipped().topics for each in topic.clauses.get(standard, [])}


@pytest.mark.parametrize("standard", TEMPLATES)
def test_every_clause_named_exists_in_the_shipped_checklist(standard: str) -> None:
    assert len(listed(standard)) > 20
    assert listed(standard) - {item.number for item in template(standard).items} == set()


@pytest.mark.parametrize("standard", TEMPLATES)
def test_the_standard_as_a_template_stores_it_is_known(standard: str) -> None:
    source = template(standard)
    assert crosswalk.edition_of(f"{source.standard}:{source.edition}") == standard


def test_every_clause_of_the_harmonised_structure_has_a_topic_in_27001() -> None:
    without = [item.number for item in template(ISMS).assessable if not crosswalk.topic_of(ISMS, item.number)]
    assert without == []


def test_what_has_no_counterpart_in_20000_1_and_fitsm_is_known_and_short() -> None:
    def without(standard: str) -> set[str]:
        return {
            item.number for item in template(standard).assessable if not crosswalk.topic_of(standard, item.number)
        }  # fmt: skip

    assert without(SMS) == {"8.2.1", "8.2.3.2", "8.2.5", "8.3.1", "8.4.1", "8.4.2"}
    assert without(FITSM) == {"GR5.1", "PR1.1", "PR6.5"}


def test_no_clause_stands_in_two_topics_of_the_same_standard() -> None:
    for standard in crosswalk.shipped().standards:
        places = [each for topic in crosswalk.shipped().topics for each in topic.clauses.get(standard, [])]
        assert len(places) == len(set(places)), standard


def test_every_topic_joins_at_least_two_standards_and_speaks_both_languages(app: Flask) -> None:
    for topic in crosswalk.shipped().topics:
        assert len(topic.clauses) >= 2, topic.key
        with force_locale("en"):
            english = crosswalk.topic_name(topic.key)
        with force_locale("zh_Hans_CN"):
            chinese = crosswalk.topic_name(topic.key)
        assert english.isascii(), topic.key
        assert any("\u4e00" <= each <= "\u9fff" for each in chinese), topic.key


@pytest.mark.parametrize(
    ("topic", "sms", "isms", "qms", "fitsm"),
    [
        ("nonconformity", "10.1.2", "10.2", "10.2.1", "GR7.1"),
        ("improvement", "10.2", "10.1", "10.3", "PR14.3"),
        ("management_plan", "6.3", "", "", "GR4.1"),
        ("planned_changes", "", "6.3", "6.3", ""),
        ("risks", "6.1.2", "6.1.1", "6.1.2", ""),
        ("security_risks", "8.7.3.2", "6.1.2", "", "PR6.2"),
        ("incidents_and_requests", "8.6.1", "", "", "PR9.6"),
        ("change", "8.5.1.3", "", "8.5.6", "PR12.5"),
        ("release", "8.5.3", "", "", "PR13.1"),
        ("suppliers", "8.3.4.1", "", "8.4.2", "PR8.4"),
        ("customers", "8.3.2", "", "9.1.2", "PR7.6"),
        ("measurement", "9.1", "9.1", "9.1.3", "GR6.1"),
        ("knowledge", "7.6", "", "7.1.6", ""),
        ("resources", "7.1", "7.1", "7.1.4", ""),
    ],
)
def test_equal_subjects_meet_and_look_alikes_do_not(
    topic: str, sms: str, isms: str, qms: str, fitsm: str
) -> None:
    for standard, clause in zip((SMS, ISMS, QMS, FITSM), (sms, isms, qms, fitsm), strict=True):
        if clause:
            assert crosswalk.topic_of(standard, clause) == topic, (standard, clause)
        else:
            assert standard not in crosswalk.clauses_of(topic)


def test_releases_of_results_in_9001_are_not_releases_of_services() -> None:
    assert crosswalk.topic_of(QMS, "8.6") == ""


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (SMS, SMS),
        ("ISO/IEC 20000-1:2018 + Amd 1:2024", SMS),
        ("ISO/IEC 20000-1", SMS),
        ("iso 20000-1 : 2018", SMS),
        ("ISO/IEC 27001:2022 + Amd 1:2024", ISMS),
        ("FitSM-1:3.0", FITSM),
        ("FitSM-1 3.0", FITSM),
        ("ISO/IEC 20000-1:2011", ""),  # another edition has other clauses under the same numbers
        ("ISO/IEC 27001:2013", ""),
        ("ISO/IEC 20000-10:2018", ""),
        ("House rules", ""),
        ("", ""),
    ],
)
def test_a_standard_is_known_by_its_usual_names_and_another_edition_is_not(given: str, meant: str) -> None:
    assert crosswalk.edition_of(given) == meant
    assert bool(crosswalk.topic_of(given, "4.2")) is (bool(meant) and meant != FITSM)


@pytest.mark.parametrize(
    "clause", ["8.5.1.2", "Clause 8.5.1.2", "条款 8.5.1.2", "8.5.1.2-3", "8.5.1.2 a)", " 8.5.1.2. "]
)
def test_a_clause_is_found_however_a_sheet_writes_it(clause: str) -> None:
    assert crosswalk.topic_of(SMS, clause) == "change"


@pytest.mark.parametrize("clause", ["", "8", "A.5.1", "99.1", "."])
def test_what_no_topic_lists_has_none(clause: str) -> None:
    assert crosswalk.topic_of(SMS, clause) == ""


def test_an_unknown_topic_has_no_name_and_no_clauses(app: Flask) -> None:
    assert (crosswalk.topic_name("weather"), crosswalk.clauses_of("weather")) == ("", {})


def test_citations_and_clauses_are_read_apart() -> None:
    assert cited("ISO/IEC 20000-1:2018 + Amd 1:2024") == Cited("20000-1", "2018")
    assert cited("Framework contract, annex B") == Cited("framework contract, annex b")
    assert bare_clause("第8.6.1条") == "8.6.1"
    assert upwards("PR9.6") == ["PR9.6", "PR9"]


def written(folder: Path, topics: list[dict[str, Any]]) -> Path:
    path = folder / "own.yaml"
    path.write_text(yaml.safe_dump({"standards": [SMS, ISMS], "topics": topics}), encoding="utf-8")
    return path


GOOD = {"key": "a", "title_en": "A", "title_zh": "甲", "clauses": {SMS: ["4.1"], ISMS: ["4.1"]}}


@pytest.mark.parametrize(
    ("topics", "sentence"),
    [
        ([GOOD, GOOD], "topic used twice: a"),
        ([GOOD, GOOD | {"key": "b"}], "clause in two places: 4.1"),
        ([GOOD | {"clauses": {SMS: ["4.1"], QMS: ["4.1"]}}], "is not one of the standards"),
        ([GOOD | {"clauses": {SMS: ["4.1"]}}], "clauses"),
        ([GOOD | {"clauses": {SMS: [4.1], ISMS: ["4.1"]}}], "clauses"),
        ([GOOD | {"title_zh": " "}], "title_zh"),
        ([GOOD | {"note": "?"}], "note"),
        ([], "topics"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, topics: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(crosswalk.CrosswalkError, match=rf"own\.yaml: .*{sentence}"):
        crosswalk.load(written(tmp_path, topics))


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(crosswalk.CrosswalkError, match="cannot be read"):
        crosswalk.load(tmp_path / "nowhere.yaml")
