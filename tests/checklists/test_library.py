from pathlib import Path
from typing import Any

import pytest
import yaml

from audit_app.checklists import library

ACCOUNTS = Path(library.__file__).parents[1] / "accounts" / "library"
HEAD = {
    "key": "mine",
    "version": "1",
    "title_en": "Mine",
    "title_zh": "我的",
    "standard": "House rules",
    "edition": "2026",
    "attribution_en": "Ours",
    "attribution_zh": "自编",
    "licence": "ours",
    "response_kind": "grade",
}
HEADING = {"number": "1", "parent": None, "title_en": "One", "title_zh": "一", "assessable": False}
QUESTION = {
    "number": "1.10",
    "parent": "1",
    "title_en": "Ten",
    "title_zh": "十",
    "assessable": True,
    "prompt_en": "Is it so?",
    "prompt_zh": "是否如此?",
}


def template(key: str) -> library.TemplateSource:
    return next(source for source in library.shipped() if source.key == key)


def processes() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((ACCOUNTS / "processes.yaml").read_text(encoding="utf-8"))
    return data


def written(folder: Path, *items: Any, **head: str) -> Path:
    path = folder / "mine.yaml"
    data = {**HEAD, **head, "items": list(items)}
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def test_the_iso_template_has_62_assessable_of_86_clauses() -> None:
    source = template("iso20000-1-2018")
    assert (len(source.items), len(source.assessable)) == (86, 62)


def test_the_27001_template_asks_30_of_the_41_clauses_of_4_to_10() -> None:
    source = template("iso27001-2022")
    assert (len(source.items), len(source.assessable)) == (41, 30)


def test_fitsm_has_82_requirements_17_general_and_65_process() -> None:
    numbers = [item.number for item in template("fitsm-3.0").assessable]
    assert len(numbers) == 82
    assert sum(number.startswith("GR") for number in numbers) == 17
    assert sum(number.startswith("PR") for number in numbers) == 65


def test_fitsm_names_its_owner_and_licence_and_says_whose_translation_it_is() -> None:
    source = template("fitsm-3.0")
    for words in (source.attribution_en, source.attribution_zh):
        assert "FitSM © ITEMO e.V., www.fitsm.eu, CC BY 4.0" in words
    assert "translation" in source.attribution_en
    assert "译文" in source.attribution_zh
    assert source.licence == "CC-BY-4.0"


@pytest.mark.parametrize("key", ["iso20000-1-2018", "iso27001-2022", "fitsm-3.0"])
def test_every_item_speaks_both_languages_and_chinese_is_chinese(key: str) -> None:
    def chinese(text: str) -> bool:
        return any("\u4e00" <= char <= "\u9fff" for char in text)

    for item in template(key).items:
        pairs = [(item.title_en, item.title_zh)]
        if item.assessable:
            pairs.append((item.prompt_en or "", item.prompt_zh or ""))
        for english, translated in pairs:
            assert not chinese(english), item.number
            assert chinese(translated), item.number


def test_every_assessable_clause_belongs_to_a_process_and_the_template_says_which() -> None:
    owners: dict[str, list[str]] = {}
    for process in processes()["processes"]:
        for clause in process["clauses"]:
            owners.setdefault(clause, []).append(process["code"])
    assert {item.number: item.processes for item in template("iso20000-1-2018").assessable} == owners


@pytest.mark.parametrize("key", ["iso27001-2022", "fitsm-3.0"])
def test_the_items_of_other_standards_point_at_known_processes(key: str) -> None:
    codes = {process["code"] for process in processes()["processes"]}
    assert all(item.processes and set(item.processes) <= codes for item in template(key).assessable)


def test_the_thirteen_legacy_processes_in_five_groups_agree_with_the_processes() -> None:
    data = processes()
    groups = data["legacy_groups"]
    assert len(groups) == 5
    legacy = [each for group in groups for each in group["processes"]]
    assert [each["number"] for each in legacy] == list(range(1, 14))
    said = {code: each["number"] for each in legacy for code in each["codes"]}
    known = {each["code"]: each["legacy_process"] for each in data["processes"]}
    assert said == {code: number for code, number in known.items() if number is not None}


def test_a_good_file_of_ones_own_is_read(tmp_path: Path) -> None:
    source = library.load(written(tmp_path, HEADING, QUESTION))
    assert [item.number for item in source.assessable] == ["1.10"]


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ((HEADING, QUESTION, QUESTION), "number used twice: 1.10"),
        ((QUESTION,), "item 1.10: parent 1 is not an earlier item"),
        ((HEADING, {**QUESTION, "prompt_zh": None}), "item 1.10: .*prompt_zh is missing"),
        ((HEADING, {k: text for k, text in QUESTION.items() if k != "title_zh"}), "item 1.10: title_zh: "),
        ((HEADING, {**QUESTION, "title_en": "  "}), "item 1.10: title_en: "),
        ((HEADING, {**QUESTION, "number": 1.1}), "item 1.1: number: "),
        ((HEADING, {**QUESTION, "hint": "?"}), "item 1.10: hint: "),
        ((HEADING, {**QUESTION, "evidence_en": "log"}), "item 1.10: .*evidence_zh is missing"),
        (({**HEADING, "assessable": True},), "item 1: .*needs prompt_en and prompt_zh"),
        ((HEADING, {**QUESTION, "assessable": False}), "item 1.10: .*must be assessable"),
        (("just text",), "item no. 1: "),
        ((), "items: "),
    ],
)
def test_a_mistake_in_a_file_names_the_item(tmp_path: Path, items: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(library.TemplateError, match=rf"mine\.yaml: .*{sentence}"):
        library.load(written(tmp_path, *items))


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [", ""])
def test_a_file_that_is_no_template_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(library.TemplateError, match=r"mine\.yaml"):
        library.load(path)


def test_the_templates_are_read_once() -> None:
    assert library.shipped()[0] is library.shipped()[0]
