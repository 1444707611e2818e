"""Days and texts in both languages are written for the reader of the sentence they stand in."""

import re
from datetime import date

import pytest
from flask_babel import force_locale, lazy_gettext

from audit_app.certification import library
from audit_app.core.bilingual import in_own_language
from audit_app.core.days import SaidDay, month, written

FIFTH = date(2026, 3, 5)


def test_a_day_and_a_month_are_written_in_the_language_of_the_reply(app):
    with app.test_request_context():
        with force_locale("en"):
            assert (written(FIFTH), month(FIFTH)) == ("5 Mar 2026", "Mar 2026")
        with force_locale("zh_Hans_CN"):
            assert (written(FIFTH, weekday=True), month(FIFTH)) == ("2026年3月5日 周四", "2026年3月")


def test_a_day_in_a_lazy_sentence_waits_for_the_reader(app):
    sentence = lazy_gettext("The last internal audit ended on %(day)s.", day=SaidDay(FIFTH))
    with app.test_request_context():
        with force_locale("en"):
            assert "5 Mar 2026" in str(sentence)
        with force_locale("zh_Hans_CN"):
            assert "2026年3月5日" in str(sentence)


@pytest.mark.parametrize(
    ("text", "chinese", "english"),
    [
        ("本组织规定 / our own rule", "本组织规定", "our own rule"),
        ("ISO/IEC 17021-1:2015", "ISO/IEC 17021-1:2015", "ISO/IEC 17021-1:2015"),
        ("一 / 二", "一 / 二", "一 / 二"),
        ("contract / annex 3", "contract / annex 3", "contract / annex 3"),
    ],
)
def test_of_a_text_in_both_languages_the_reader_meets_one(app, text, chinese, english):
    with app.test_request_context():
        with force_locale("zh_Hans_CN"):
            assert in_own_language(text) == chinese
        with force_locale("en"):
            assert in_own_language(text) == english


def test_the_rules_that_ship_speak_no_chinese_to_an_english_reader(app):
    with app.test_request_context(), force_locale("en"):
        for scheme in library.shipped():
            for text in (scheme["title"], *(rule["source"] for rule in scheme["rules"])):
                assert not re.search("[\u4e00-\u9fff]", in_own_language(text)), text
