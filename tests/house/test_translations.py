"""The Chinese wording is complete, and the tool that says so can say otherwise."""

import re

import pytest
from babel.messages.catalog import Catalog

from tests.house.files import ROOT, tracked
from tools import po, translations


def test_every_sentence_has_its_chinese_and_nothing_is_left_over():
    assert po.check() == []


@pytest.fixture
def small_app(tmp_path, monkeypatch):
    """An app of one package, `findings`, with one sentence in Python and two in a template."""
    app = tmp_path / "audit_app"
    (app / "findings").mkdir(parents=True)
    (app / "findings" / "__init__.py").write_text("")
    (app / "findings" / "routes.py").write_text('say = _("Closed by %(name)s", name="x")\n')
    (app / "templates" / "findings").mkdir(parents=True)
    (app / "templates" / "findings" / "index.html").write_text(
        '{{ _("Findings") }}{{ ngettext("%(num)s day", "%(num)s days", 2) }}'
    )
    (app / "templates" / "base.html").write_text('{{ _("Sign out") }}')
    monkeypatch.setattr(po, "APP", app)
    monkeypatch.setattr(po, "TEMPLATES", app / "templates")
    monkeypatch.setattr(po, "TRANSLATIONS", app / "translations")
    monkeypatch.setattr(translations, "TRANSLATIONS", app / "translations")
    return app


CHINESE = {
    'msgid "Findings"\nmsgstr ""': 'msgid "Findings"\nmsgstr "审核发现"',
    'msgid "Closed by %(name)s"\nmsgstr ""': 'msgid "Closed by %(name)s"\nmsgstr "%(name)s 关闭"',
    'msgstr[0] ""': 'msgstr[0] "%(num)s 天"',
    'msgid "Sign out"\nmsgstr ""': 'msgid "Sign out"\nmsgstr "退出"',
}


def translate(*packages: str) -> None:
    """Fill in the Chinese of the small app."""
    assert po.main(list(packages)) == 0
    for package in packages:
        text = po.po_file(package).read_text(encoding="utf-8")
        for english, chinese in CHINESE.items():
            text = text.replace(english, chinese)
        po.po_file(package).write_text(text, encoding="utf-8")


def test_a_package_gets_its_own_sentences_and_web_gets_the_common_ones(small_app):
    translate("findings", "web")
    assert {key[1] for key in po.known("findings")} == {"Findings", "Closed by %(name)s", "%(num)s day"}
    assert {key[1] for key in po.known("web")} == {"Sign out"}
    assert po.check() == []


def test_a_sentence_without_chinese_is_reported(small_app):
    po.main(["--all"])
    assert "findings.po: 'Findings': no Chinese" in po.check()


def test_a_lost_placeholder_is_reported(small_app):
    translate("findings", "web")
    path = po.po_file("findings")
    path.write_text(path.read_text(encoding="utf-8").replace("%(name)s 关闭", "已关闭"), encoding="utf-8")
    assert po.check() == ["findings.po: 'Closed by %(name)s': placeholders differ: '已关闭'"]


def test_a_sentence_that_is_gone_from_the_code_is_reported_and_then_dropped(small_app):
    translate("findings", "web")
    (small_app / "findings" / "routes.py").write_text("")
    assert po.check() == ["findings.po: 'Closed by %(name)s': unused"]
    po.main(["findings"])
    assert po.check() == []


def test_a_fuzzy_sentence_is_reported(small_app):
    translate("findings", "web")
    path = po.po_file("web")
    text = path.read_text(encoding="utf-8").replace('msgid "Sign out"', '#, fuzzy\nmsgid "Sign out"')
    path.write_text(text, encoding="utf-8")
    assert po.check() == ["web.po: 'Sign out': fuzzy"]


def test_one_sentence_said_in_two_ways_is_reported(small_app):
    (small_app / "templates" / "base.html").write_text('{{ _("Sign out") }}{{ _("Findings") }}')
    translate("findings", "web")
    path = po.po_file("web")
    path.write_text(path.read_text(encoding="utf-8").replace("审核发现", "发现"), encoding="utf-8")
    assert len(po.check()) == 1
    assert "said in two ways" in po.check()[0]


def test_refreshing_a_complete_catalogue_changes_no_byte(small_app):
    translate("findings", "web")
    po.main(["--all"])
    before = po.po_file("findings").read_bytes()
    po.main(["--all"])
    assert po.po_file("findings").read_bytes() == before


def test_only_what_is_older_than_its_source_is_compiled_again(small_app):
    translate("findings", "web")
    assert len(translations.compile_all()) == 2
    assert translations.compile_all() == []
    po.po_file("web").unlink()
    assert translations.compile_all() == []
    assert not po.po_file("web").with_suffix(".mo").exists()


def test_a_sentence_that_gains_a_plural_keeps_its_chinese():
    catalogue = Catalog(locale=po.LOCALE)
    plural, single = catalogue.add(("one", "many"), ("",)), catalogue.add("single", "一个")
    assert po.translation_for(plural, single) == ("一个",)
    assert po.translation_for(single, plural) == ""


def test_chinese_that_ships_as_data_is_punctuated_as_chinese():
    """Names, formulas and notes of the shipped files; lists of words to recognise are not prose, and
    the letter of an input, "l)", keeps its bracket.
    """
    narrow = re.compile(r"[\u4e00-\u9fff][,;:?!()]|([,;:?!(]|(?<![a-z])\))[\u4e00-\u9fff]")
    files = [path for path in tracked("audit_app/*.yaml") if "profiles" not in path.parts]
    assert files
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if narrow.search(line) and not line.lstrip().startswith(("#", "- {", "{"))
    ]
    assert found == []
