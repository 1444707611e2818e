"""Names of downloads: harmless on every system, and never a second header."""

from hypothesis import given
from hypothesis import strategies as st

from audit_app.exports.names import ascii_name, content_disposition, download_name


def test_chinese_names_are_kept_and_have_an_ascii_stand_in() -> None:
    assert download_name("审核报告 2026/07", "pdf") == "审核报告 2026 07.pdf"
    assert ascii_name("审核报告 2026.pdf") == "2026.pdf"
    assert ascii_name("审核.pdf") == "document.pdf"


def test_reserved_names_of_windows_are_avoided() -> None:
    assert download_name("CON", "csv") == "_CON.csv"
    assert download_name("nul.x", "csv") == "_nul.x.csv"


@given(st.text(max_size=200))
def test_no_title_leaves_the_folder_or_the_header(title: str) -> None:
    name = download_name(title, "pdf")
    assert name.endswith(".pdf")
    assert not set(name) & set('/\\:*?"<>|\r\n\0')
    assert not name.startswith(".")
    assert len(name) <= 90
    header = content_disposition(title, "pdf")
    assert header.isascii()
    assert header.isprintable()
