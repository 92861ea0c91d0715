"""What a file is follows from its content, and what is kept is written anew."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dispatch.files.inspection import inspect
from dispatch.files.limits import shipped_limits
from dispatch.files.names import safe_name
from dispatch.kernel.errors import DomainError
from tests.files import samples

LIMITS = shipped_limits()


@pytest.mark.parametrize("kind", samples.SOUND)
def test_inspect_keeps_a_file_when_it_is_sound(kind: str) -> None:
    content, media_type = samples.SOUND[kind]
    kept = inspect(content, LIMITS)
    assert (kept.media_type, kept.thumbnail is not None) == (media_type, media_type.startswith("image/"))
    assert inspect(content, LIMITS) == kept
    assert inspect(kept.body, LIMITS).media_type == media_type


@pytest.mark.parametrize("kind", samples.REFUSED)
def test_inspect_refuses_with_a_stable_code_when_a_file_is_unsound(kind: str) -> None:
    content, code = samples.REFUSED[kind]
    with pytest.raises(DomainError) as refused:
        inspect(content, LIMITS)
    assert refused.value.code == code


def said_of(content: bytes) -> str:
    """The media type of what is kept, or the code of the refusal."""
    try:
        return inspect(content, LIMITS).media_type
    except DomainError as refused:
        return refused.code


@given(st.binary(max_size=600), st.sampled_from(sorted(samples.SOUND)), st.integers(0, 600))
def test_inspect_keeps_or_refuses_and_never_fails_when_bytes_are_random(noise: bytes, kind: str, place: int) -> None:
    content = samples.SOUND[kind][0]
    for tried in (noise, content[:place] + noise + content[place:], content[:place] + noise + content[place + 4 :]):
        assert isinstance(said_of(tried), str)


def test_picture_loses_place_and_camera_when_kept() -> None:
    content = samples.photograph()
    assert b"SecretPhone" in content
    kept = inspect(content, LIMITS)
    for body in (kept.body, kept.thumbnail or b""):
        with Image.open(io.BytesIO(body)) as image:
            assert (dict(image.getexif()), image.info.get("comment")) == ({}, None)
        assert b"Secret" not in body


def test_picture_stands_upright_when_the_camera_lay_on_its_side() -> None:
    kept = inspect(samples.photograph(orientation=6), LIMITS)
    with Image.open(io.BytesIO(kept.body)) as image:
        red, green, _blue = image.convert("RGB").getpixel((image.width - 5, 5))  # type: ignore[misc]
        assert image.size == (480, 640)
        assert red > 200 > 100 > green


def test_picture_shrinks_when_it_is_larger_than_what_is_kept() -> None:
    kept = inspect(samples.photograph(size=(6000, 4000)), LIMITS)
    with Image.open(io.BytesIO(kept.body)) as image, Image.open(io.BytesIO(kept.thumbnail or b"")) as small:
        assert max(image.size) == LIMITS.picture_edge
        assert max(small.size) == LIMITS.picture_thumbnail


@pytest.mark.parametrize("stowaway", [b"<script>alert(1)</script>", samples.office(), samples.pdf(), b"MZ" + bytes(99)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_leaves_the_stowaway_behind_when_it_is_two_files_in_one(kind: str, stowaway: bytes) -> None:
    kept = inspect(samples.picture(kind) + stowaway, LIMITS)
    assert stowaway not in kept.body
    assert kept.media_type in ("image/jpeg", "image/png")


def test_office_is_packed_anew_when_something_stands_before_or_behind_it() -> None:
    kept = inspect(samples.office() + b"", LIMITS).body
    with zipfile.ZipFile(io.BytesIO(kept)) as packed:
        assert packed.comment == b""
        assert sorted(packed.namelist()) == ["[Content_Types].xml", "word/document.xml"]
    with pytest.raises(DomainError, match=r"file\.type_refused"):
        inspect(b"<html>" + samples.office(), LIMITS)


def test_tags_and_extra_chunks_go_when_a_recording_is_kept() -> None:
    tagged = inspect(samples.mp3(tag=b"<script>Secret</script>"), LIMITS).body
    assert tagged == samples.mp3()
    sound = samples.wav()
    listed = (
        sound[:4] + (len(sound)).to_bytes(4, "little") + sound[8:] + b"LIST" + (6).to_bytes(4, "little") + b"Secret"
    )
    assert inspect(listed, LIMITS).body == sound


def test_text_is_utf8_when_it_was_written_on_windows() -> None:
    assert inspect("垃圾\r\n没人管".encode("gb18030"), LIMITS).body.decode() == "垃圾\n没人管"


def test_bomb_is_refused_before_it_unfolds_when_a_picture_says_it_is_huge() -> None:
    bomb = samples.png_bomb()
    assert len(bomb) < 10_000
    tracemalloc.start()
    with pytest.raises(DomainError, match=r"file\.too_big"):
        inspect(bomb, LIMITS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_file_is_refused_when_one_byte_too_long() -> None:
    text = b"a" * 100
    assert inspect(text, replace(LIMITS, file_bytes=100)).body == text
    with pytest.raises(DomainError, match=r"file\.too_big"):
        inspect(text + b"a", replace(LIMITS, file_bytes=100))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("现场.jpg", "现场.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\fake\\照片.JPEG", "照片.jpg"),
        ("发票\u202egpj.exe", "发票gpj.exe.jpg"),
        ("a\x00b\r\nc.jpg", "ab c.jpg"),
        ('<b>"x"|*.png', "_b__x___.jpg"),
        ("", "文件.jpg"),
        (" ..", "文件.jpg"),
        ("con.jpg", "_con.jpg"),
        ("长" * 300, "长" * 80 + ".jpg"),
    ],
)
def test_name_is_safe_when_shown_and_saved(name: str, kept: str) -> None:
    assert safe_name(name, "image/jpeg", 80) == kept


@given(st.text())
def test_name_has_no_path_and_nothing_invisible_when_anything_is_typed(name: str) -> None:
    kept = safe_name(name, "application/pdf", 80)
    assert kept.endswith(".pdf")
    assert not set(kept) & set('/\\<>:"|?*\0\r\n\u202e\u2066\u200b')
    assert len(kept) <= 90
