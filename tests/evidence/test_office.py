"""Office files are told by their parts, not by their name, and refused when they would harm who opens them."""

import io
import zipfile

import pytest
from openpyxl import Workbook
from werkzeug.datastructures import FileStorage

from audit_app.core import packed
from audit_app.core.errors import Refused
from audit_app.evidence import queries, services, sniff
from tests.evidence import made
from tests.findings import factory

OLE = sniff.SIGNATURES[3][0]


@pytest.fixture
def finding(people):
    return factory.at(people, "issued")


def attach(finding, content, people, name="report.docx"):
    return services.attach(finding, FileStorage(io.BytesIO(content), filename=name), by=people.manager)


@pytest.mark.parametrize(
    ("main", "ending"),
    [("word/document.xml", "wordprocessingml.document"), ("xl/workbook.xml", "spreadsheetml.sheet"),
     ("ppt/presentation.xml", "presentationml.presentation")],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "no ending", "a.jpg"])
def test_its_parts_tell_the_kind_whatever_the_name(finding, people, main, ending, name):
    assert attach(finding, made.office(main), people, name).media_type.endswith(ending)


def test_a_real_workbook_is_taken(finding, people):
    out = io.BytesIO()
    book = Workbook()
    book.active.append(["a", 1])
    book.save(out)
    assert attach(finding, out.getvalue(), people).media_type.endswith("spreadsheetml.sheet")


def test_a_document_with_a_workbook_behind_its_chart_is_taken(finding, people):
    within = made.office("xl/workbook.xml")
    assert attach(finding, made.office(word__embeddings__chart=within), people).size


def lying(content):
    """The same archive with a password mark on each part."""
    return content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")


BOMB = b"0" * 30_000_000
REFUSED = [
    (made.archive({"a.txt": "x"}), "cannot be attached: photos"),
    (made.archive({"META-INF/MANIFEST.MF": "x", "A.class": "x"}), "cannot be attached: photos"),
    (made.archive({"word/document.xml": "x"}), "cannot be attached: photos"),
    (made.office(xl__workbook=b"", **{"xl__workbook.xml": "<x/>"}), "cannot be attached: photos"),
    (made.office(**{"word__vbaProject.bin": b"x"}), "holds macros"),
    (made.office(word__media__big=BOMB), "unpacks to far more"),
    (made.office(**{f"word__{each}.xml": "<a/>" for each in range(5_001)}), "thousands of parts"),
    (made.office(**{"..__..__x.xml": "<a/>"}), "point out of it"),
    (made.office(**{"__etc__passwd": "x"}), "point out of it"),
    (made.archive({"[Content_Types].xml": "", "word/document.xml": "", "C:\\x.xml": ""}), "point out of it"),
    (made.office(deep=made.archive({"x": made.archive({"y": "z"})})), "archives within archives"),
    (made.office(deep=made.archive({"x": BOMB})), "unpacks to far more"),
    (made.office(**{"word__styles.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "not what an office file holds"),
    (lying(made.office()), "locked with a password"),
    (made.office()[:-30], "damaged or incomplete"),
    (OLE + b"\x00" * 2000 + "Root Entry".encode("utf-16-le"), "cannot be attached: photos"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "words"), REFUSED, ids=range(len(REFUSED)))
def test_an_archive_that_harms_is_refused_with_a_sentence_and_leaves_nothing(finding, people, content, words):
    with pytest.raises(Refused, match=words) as refused:
        attach(finding, content, people)
    assert refused.value.field == "files"
    assert queries.of(finding) == []
    assert [each for each in services.path_of("00").parent.parent.rglob("*") if each.is_file()] == []


def test_two_parts_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = made.archive(
            [("[Content_Types].xml", ""), ("word/document.xml", "a"), ("word/document.xml", "b")]
        )
    with pytest.raises(packed.Unsafe) as unsafe:
        packed.check(io.BytesIO(content))
    assert unsafe.value.fault is packed.Fault.DAMAGED


def test_the_sum_of_what_unpacks_has_a_limit():
    content = made.archive({str(each): b"0" * 900 for each in range(20)}, zipfile.ZIP_STORED)
    packed.check(io.BytesIO(content), packed.Limits(unpacked=18_000))
    with pytest.raises(packed.Unsafe):
        packed.check(io.BytesIO(content), packed.Limits(unpacked=17_999))


@pytest.mark.parametrize("stream", ["WordDocument", "Workbook", "PowerPoint Document"])
def test_documents_of_the_formats_before_2007_are_taken(finding, people, stream):
    content = OLE + b"\x00" * 2000 + stream.encode("utf-16-le")
    assert attach(finding, content, people, "old.doc").media_type == "application/x-ole-storage"
