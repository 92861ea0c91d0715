"""Files of every kind, made here: small, sound, and the unsound ones that people try."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib

from PIL import Image

GPS_INFO, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
CONTENT_TYPES = '<?xml version="1.0"?><Types><Default Extension="xml" ContentType="application/xml"/></Types>'


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), colour: str = "green", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind)
    return out.getvalue()


def photograph(orientation: int = 1, size: tuple[int, int] = (640, 480)) -> bytes:
    """A JPEG as a telephone writes it: camera, place, comment."""
    image = Image.new("RGB", size, "green")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "SecretPhone", orientation
    exif[GPS_INFO] = {1: "N", 2: (39.0, 54.0, 20.0), 3: "E", 4: (116.0, 23.0, 50.0)}
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"taken by Secret Person")
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_bomb(edge: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that says it has ``edge`` squared pixels."""
    head = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 2_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf(extra: str = "") -> bytes:
    return f"%PDF-1.4\n1 0 obj<</Type/Catalog{extra}>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n".encode()


def office(parts: dict[str, bytes | str] | None = None, *, main: str = "word/document.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        whole: dict[str, bytes | str] = {"[Content_Types].xml": CONTENT_TYPES, main: "<document/>"}
        for name, body in (whole | (parts or {})).items():
            packed.writestr(name, body)
    return out.getvalue()


def relations(kind: str, target: str) -> str:
    return f'<Relationships><Relationship Id="r1" Type="http://x/{kind}" Target="{target}" TargetMode="External"/></Relationships>'


def wav(seconds: float = 0.1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\1\2" * int(8000 * seconds))
    return out.getvalue()


def mp3(frames: int = 5, tag: bytes = b"") -> bytes:
    """Silent layer III frames of 128 kbit/s at 44.1 kHz: 417 bytes each; ``tag`` as the body of an ID3v2 tag before them."""
    size = len(tag)
    head = b"ID3\3\0\0" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0)) + tag if tag else b""
    return head + (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def amr(frames: int = 4) -> bytes:
    return b"#!AMR\n" + (bytes([7 << 3 | 4]) + bytes(31)) * frames


SOUND = {
    "JPEG": (picture("JPEG"), "image/jpeg"),
    "PNG": (picture("PNG"), "image/png"),
    "WebP": (picture("WEBP"), "image/jpeg"),
    "PNG with holes": (picture("PNG", mode="RGBA"), "image/png"),
    "PNG of a palette": (picture("PNG", mode="P", colour="red"), "image/png"),
    "grey JPEG": (picture("JPEG", mode="L", colour="gray"), "image/jpeg"),
    "CMYK JPEG": (picture("JPEG", mode="CMYK", colour="red"), "image/jpeg"),
    "PDF": (pdf(), "application/pdf"),
    "text": ("垃圾三天没人清运。\r\n附近 <5 米> 有异味".encode(), "text/plain"),
    "GBK text": ("垃圾三天没人清运".encode("gb18030"), "text/plain"),
    "MP3": (mp3(), "audio/mpeg"),
    "tagged MP3": (mp3(tag=b"\0" * 200), "audio/mpeg"),
    "MP3 with an old tag": (mp3() + b"TAG" + bytes(125), "audio/mpeg"),
    "MP3 cut short": (mp3()[:-100], "audio/mpeg"),
    "WAV": (wav(), "audio/wav"),
    "AMR": (amr(), "audio/amr"),
    "DOCX": (office(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "XLSX": (office(main="xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "DOCX with a link": (
        office({"word/_rels/document.xml.rels": relations("hyperlink", "http://example.invalid/")}),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = {
    "program": (b"MZ\x90\0\3\0\0\0" + bytes(200), "file.type_refused"),
    "Linux program": (b"\x7fELF\2\1\1" + bytes(200), "file.type_refused"),
    "shell script": (b"#!/bin/sh\nrm -rf /\n", "file.type_refused"),
    "SVG": (SVG, "file.type_refused"),
    "SVG behind a mark": (b"\xef\xbb\xbf\n" + SVG, "file.type_refused"),
    "SVG in UTF-16": (SVG.decode().encode("utf-16"), "file.type_refused"),
    "HTML": (b"<!DOCTYPE html><html><body>x</body></html>", "file.type_refused"),
    "HTML below words": ("投诉材料\n".encode() + b"<script>alert(1)</script>", "file.type_refused"),
    "GIF": (picture("GIF"), "file.type_refused"),
    "TIFF": (picture("TIFF"), "file.type_refused"),
    "zip": (office(main="a.txt"), "file.type_refused"),
    "zip of both kinds": (office({"xl/workbook.xml": "<x/>"}), "file.type_refused"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "file.type_refused"),
    "nothing": (b"", "file.broken"),
    "blanks": (b" \n\t ", "file.broken"),
    "half a JPEG": (photograph()[:800], "file.broken"),
    "head of a PNG": (b"\x89PNG\r\n\x1a\n" + bytes(50), "file.broken"),
    "page that begins as a picture": (b"\xff\xd8\xff<script>alert(1)</script>", "file.broken"),
    "PNG bomb": (png_bomb(), "file.too_big"),
    "PDF cut": (pdf()[:-7], "file.broken"),
    "PDF and a zip": (pdf() + office(), "file.broken"),
    "PDF with a script": (pdf("/OpenAction<</S/JavaScript/JS(x)>>"), "file.type_refused"),
    "PDF with a hidden script": (pdf("/OpenAction<</S/J#61vaScript/JS(x)>>"), "file.type_refused"),
    "PDF that starts a program": (pdf("/AA<</S/Launch>>"), "file.type_refused"),
    "macros": (office({"word/vbaProject.bin": b"x"}), "file.type_refused"),
    "macros by type": (
        office(
            {
                "[Content_Types].xml": CONTENT_TYPES.replace(
                    "application/xml", "application/vnd.ms-word.document.macroEnabled.main+xml"
                )
            }
        ),
        "file.type_refused",
    ),
    "embedded program": (office({"word/embeddings/oleObject1.bin": b"MZ"}), "file.type_refused"),
    "far template": (
        office({"word/_rels/settings.xml.rels": relations("attachedTemplate", "http://x/")}),
        "file.type_refused",
    ),
    "far picture": (office({"word/_rels/document.xml.rels": relations("image", "http://x/")}), "file.type_refused"),
    "entities": (office({"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "file.type_refused"),
    "zip bomb": (office({"word/media/a.bin": bytes(120_000_000)}), "file.too_big"),
    "steep zip": (office({"word/media/a.bin": bytes(30_000_000)}), "file.too_big"),
    "climbing zip": (office({"../../etc/passwd": "x"}), "file.broken"),
    "cut zip": (office()[:-30], "file.broken"),
    "MP3 of one frame": (mp3(1), "file.broken"),
    "MP3 and a page": (mp3() + b"<html>", "file.broken"),
    "WAV without samples": (wav(0), "file.broken"),
    "WAV cut": (wav()[:-40], "file.broken"),
    "AMR and a page": (amr() + b"<html>", "file.broken"),
}
