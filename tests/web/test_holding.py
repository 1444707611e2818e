"""Files between two steps of an import: one's own, for a day, written piece by piece."""

import os
import time
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_app.core.errors import NotVisible, Refused
from audit_app.web import holding


class Pieces(BytesIO):
    """A stream that remembers how much was asked of it at once."""

    most = 0

    def read(self, size=-1):
        self.most = max(self.most, size if size is not None and size >= 0 else 1 << 62)
        return super().read(size)


def test_a_held_file_comes_back_with_its_name_and_its_choices(tmp_path):
    held = holding.keep(tmp_path / "uploads", 1, "C:\\logs\\a.csv", BytesIO(b"x,y\n"), profile="generic")
    again = holding.fetch(tmp_path / "uploads", 1, held.token)
    assert again == held
    assert (again.filename, again.facts, again.path.read_bytes()) == (
        "a.csv",
        {"profile": "generic"},
        b"x,y\n",
    )


def test_a_held_file_belongs_to_who_sent_it(tmp_path):
    token = holding.keep(tmp_path, 1, "a.csv", BytesIO(b"x")).token
    for person, guess in (
        (2, token),
        (1, "../../etc/passwd"),
        (1, token[:-1] + "~"),
        (1, ""),
        (1, token + "\n"),
    ):
        with pytest.raises(NotVisible):
            holding.fetch(tmp_path, person, guess)
        holding.drop(tmp_path, person, guess)
    assert holding.fetch(tmp_path, 1, token).path.exists()


def test_what_is_dropped_is_gone(tmp_path):
    token = holding.keep(tmp_path, 1, "a.csv", BytesIO(b"x")).token
    holding.drop(tmp_path, 1, token)
    assert list(tmp_path.iterdir()) == []
    holding.drop(tmp_path, 1, token)
    with pytest.raises(NotVisible):
        holding.fetch(tmp_path, 1, token)


def test_after_a_day_a_held_file_goes_when_the_next_one_comes(tmp_path):
    holding.keep(tmp_path, 1, "a.csv", BytesIO(b"x"))
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - 90_000,) * 2)
    fresh = holding.keep(tmp_path, 2, "b.csv", BytesIO(b"y"))
    assert {path.name for path in tmp_path.iterdir()} == {fresh.path.name, f"{fresh.path.name}.json"}


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is empty"), (b"x" * ((1 << 20) + 1), "larger than 1 MB")]
)
def test_an_empty_or_too_large_file_is_refused_and_leaves_nothing(app, tmp_path, content, words):
    folder = tmp_path / "uploads"
    with app.test_request_context(), pytest.raises(Refused, match=words) as refused:
        holding.keep(folder, 1, "a.csv", BytesIO(content), largest=1 << 20)
    assert refused.value.field == "file"
    assert list(folder.iterdir()) == []


def test_a_file_of_just_the_largest_size_is_taken(tmp_path):
    held = holding.keep(tmp_path, 1, "a.csv", BytesIO(b"x" * 1000), largest=1000)
    assert held.path.stat().st_size == 1000


def test_a_broken_transfer_leaves_nothing(tmp_path):
    class Torn(BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError("the connection broke")
            return super().read(size)

    with pytest.raises(OSError, match="broke"):
        holding.keep(tmp_path, 1, "a.csv", Torn(b"x" * (3 << 20)))
    assert list(tmp_path.iterdir()) == []


def test_a_large_file_is_never_held_in_memory_at_once(tmp_path):
    stream = Pieces(b"x" * (5 << 20))
    assert holding.keep(tmp_path, 1, "a.csv", stream).path.stat().st_size == 5 << 20
    assert stream.most <= 1 << 20


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=300))
def test_a_name_is_only_ever_shown(tmp_path, name):
    held = holding.keep(tmp_path, 1, name, BytesIO(b"x"))
    assert held.path.parent == tmp_path
    assert 0 < len(held.filename) <= 200
    assert not set("/\\\n\x00") & set(held.filename)
    holding.drop(tmp_path, 1, held.token)
