"""Pictures are drawn anew: what a camera or somebody else hid in a file is not kept, and the photo stays upright."""

import hashlib
import io
import random

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.evidence import pictures, queries, services
from audit_app.trail import queries as trail
from tests.evidence import made
from tests.findings import factory


def file(content, name="photo.jpg"):
    return FileStorage(io.BytesIO(content), filename=name)


@pytest.fixture
def finding(people):
    return factory.at(people, "issued")


def kept(finding, content, by):
    stored = services.attach(finding, file(content), by=by)
    return stored, services.path_of(stored.sha256).read_bytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_maker_remarks_and_what_was_appended_are_gone(finding, people, kind):
    content = made.camera(kind=kind)
    assert made.SECRET in content
    stored, bytes_ = kept(finding, content, people.manager)
    assert made.SECRET not in bytes_
    assert b"Maker" not in bytes_
    assert stored.sha256 == hashlib.sha256(bytes_).hexdigest()
    assert stored.size == len(bytes_)
    with Image.open(io.BytesIO(bytes_)) as picture:
        assert (picture.format, picture.size) == (kind, (64, 32))
        assert dict(picture.getexif()) == {}
        assert not {"exif", "comment", "Comment", "xmp", "icc_profile"} & set(picture.info)


def test_the_trail_tells_both_hashes(finding, people):
    content = made.camera()
    stored, _bytes = kept(finding, content, people.manager)
    details = next(iter(trail.history(finding, 1))).facts["details"]
    assert details["sha256"] == stored.sha256
    assert details["received"] == hashlib.sha256(content).hexdigest() != stored.sha256


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_as_it_was_held(finding, people, orientation):
    _stored, bytes_ = kept(finding, made.camera(orientation=orientation), people.manager)
    with Image.open(io.BytesIO(bytes_)) as picture:
        wide, high = picture.size
        assert (wide, high) == ((64, 32) if orientation < 5 else (32, 64))
        red = {
            1: (32, 2),
            2: (32, 2),
            3: (32, 29),
            4: (32, 29),
            5: (2, 32),
            6: (29, 32),
            7: (29, 32),
            8: (2, 32),
        }
        shade = picture.convert("RGB").getpixel(red[orientation])
        assert shade[0] > 200, shade
        assert shade[2] < 60, shade


def test_a_photo_keeps_its_quality_and_does_not_grow(finding, people):
    out, noise = io.BytesIO(), random.Random(7)
    image = Image.new("RGB", (320, 240))
    image.putdata([(noise.randrange(256), x % 256, 90) for x in range(320 * 240)])
    image = image.resize((640, 480), Image.Resampling.BICUBIC)
    image.save(out, "JPEG", quality=72)
    _stored, bytes_ = kept(finding, out.getvalue(), people.manager)
    assert 0.85 < len(bytes_) / len(out.getvalue()) < 1.02
    with Image.open(out) as before, Image.open(io.BytesIO(bytes_)) as after:
        pairs = zip(
            before.convert("L").get_flattened_data(), after.convert("L").get_flattened_data(), strict=True
        )
        assert sum(abs(one - two) for one, two in pairs) / (640 * 480) < 1.5


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16", "CMYK"])
def test_every_kind_of_colour_is_kept(finding, people, mode):
    out = io.BytesIO()
    Image.new("RGB" if mode in ("P", "LA", "RGBA") else "L", (20, 10), "white").convert(mode).save(
        out, "JPEG" if mode == "CMYK" else "PNG"
    )
    _stored, bytes_ = kept(finding, out.getvalue(), people.manager)
    with Image.open(io.BytesIO(bytes_)) as picture:
        assert picture.size == (20, 10)
        assert picture.mode == ("RGB" if mode == "CMYK" else mode)


def refused(finding, content, people, words):
    with pytest.raises(Refused, match=words) as told:
        services.attach(finding, file(content), by=people.manager)
    assert told.value.field == "files"
    assert queries.of(finding) == []
    assert [each for each in services.path_of("00").parent.parent.rglob("*") if each.is_file()] == []


def test_more_pixels_than_are_taken_are_refused_before_they_are_unpacked(finding, people):
    out = io.BytesIO()
    Image.new("1", (9_000, 8_000)).save(out, "PNG")
    assert len(out.getvalue()) < 20_000
    refused(finding, out.getvalue(), people, "more than 64 million pixels")


def test_a_bomb_of_a_thousand_million_pixels_is_refused(finding, people):
    content = bytearray(made.picture())
    content[16:24] = (40_000).to_bytes(4, "big") * 2  # width and height of the header; its checksum follows
    import zlib

    content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
    refused(finding, bytes(content), people, "more than 64 million pixels")


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_a_picture_that_moves_is_refused(finding, people, kind):
    refused(finding, made.moving(kind), people, "it holds several pictures")


def test_the_second_picture_that_phones_put_behind_a_photo_is_left_out(finding, people):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(
        out, "MPO", save_all=True, append_images=[Image.new("RGB", (20, 15), "blue")]
    )
    _stored, bytes_ = kept(finding, out.getvalue(), people.manager)
    with Image.open(io.BytesIO(bytes_)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (40, 30))
        assert getattr(picture, "n_frames", 1) == 1


def test_a_jpeg_of_thousands_of_passes_is_refused(finding, people):
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, "JPEG", progressive=True)
    content = out.getvalue()
    last = content.rindex(b"\xff\xda")
    refused(
        finding, content[:-2] + content[last:-2] * 200 + b"\xff\xd9", people, "cannot be read as a picture"
    )


def test_pictures_that_are_too_large_together_are_sent_one_after_the_other(finding, people, monkeypatch):
    monkeypatch.setattr(services, "MOST_PIXELS_AT_ONCE", 300)
    files = [file(made.picture((24, 16 + each)), f"{each}.png") for each in range(3)]
    taken = services.attach_all(finding, files, by=people.manager)
    assert [each.filename for each in taken.kept] == ["0.png"]
    assert ["too large to be sent all at once" in str(words) for words in taken.refused] == [True, True]


def test_a_record_that_is_full_says_so(finding, people, monkeypatch):
    monkeypatch.setattr(services, "MOST_ON_SUBJECT", 2)
    files = [file(made.picture((24, 16 + each)), f"{each}.png") for each in range(3)]
    taken = services.attach_all(finding, files, by=people.manager)
    assert len(taken.kept) == 2
    assert "as many files as it can (2 files" in str(taken.refused[0])
    db.session.rollback()


def test_a_photo_of_today_is_below_the_limit():
    assert pictures.MOST_PIXELS > 50_000_000, "phones of 2026 make 12, 24 and 48 million pixels"
