"""Sentences and icons of templates: quick, and still in the right language and escaped."""

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale, gettext, lazy_gettext
from jinja2 import Undefined

from audit_app.web import icons


@pytest.fixture(autouse=True)
def request_of_nobody(app: Flask):
    with app.test_request_context("/?lang=en"):
        yield


def test_a_forced_language_counts_for_its_block_only():
    said = '{{ _("Findings") }}'
    assert render_template_string(said) == "Findings" == gettext("Findings")
    with force_locale("zh_Hans_CN"):
        assert render_template_string(said) == "审核发现" == gettext("Findings")
    assert render_template_string(said) == "Findings" == gettext("Findings")


def test_chinese_sentences_with_a_number_are_found():
    counted = '{{ ngettext("%(num)s day late", "%(num)s days late", n) }}'
    assert render_template_string(counted, n=1) == "1 day late"
    assert render_template_string(counted, n=2) == "2 days late"
    with force_locale("zh_Hans_CN"):
        assert "late" not in render_template_string(counted, n=2)


def test_facts_put_into_a_sentence_are_escaped_and_a_doubled_percent_is_one():
    said = render_template_string('{{ _("By %(name)s", name="<b>") }}{{ _("100 %%") }}')
    assert said == "By &lt;b&gt;100 %"


def test_a_sentence_that_waits_for_its_language_is_escaped_too():
    waits = lazy_gettext("By %(name)s", name="<b>")
    assert render_template_string("{{ waits }}", waits=waits) == "By &lt;b&gt;"
    assert render_template_string('{{ waits ~ "<" }}', waits=waits) == "By &lt;b&gt;&lt;"
    assert render_template_string('{{ _("By %(name)s", name=waits) }}', waits=waits) == "By By &lt;b&gt;"
    assert str(waits) == "By <b>"  # a paper, a workbook and a mail are no pages


def test_an_icon_escapes_its_label_and_is_silent_without_one():
    assert 'aria-hidden="true"' in icons.icon("x") == icons.icon("x", Undefined())
    assert 'aria-label="&lt;Close&gt;"' in icons.icon("x", "<Close>")
    assert 'class="icon big"' in icons.icon("x", **{"class": "big"})


def test_an_icon_takes_no_attribute_it_would_leave_out():
    with pytest.raises(TypeError, match="width"):
        icons.icon("x", width="9")


def test_the_sprite_is_found_below_a_prefix(app: Flask):
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/audits"}):
        assert icons.sprite() == "/audits/static/vendor/icons.svg"
