"""Documents: text written anew as UTF-8, DOCX and XLSX unpacked under caps and packed anew, PDF looked through."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from dispatch.files import refusals
from dispatch.files.limits import Limits

PDF, TEXT = "application/pdf", "text/plain"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

CONTENT_TYPES = "[Content_Types].xml"
MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
BLOCK_BYTES = 1 << 16
SMALLEST_RATIO_BYTES = 1 << 20  # below this a high ratio harms nobody: a nearly empty sheet packs very well
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same document gives the same bytes
UNREADABLE = (BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, NotImplementedError, KeyError)

_RUNS = re.compile(
    rb"vbaProject|macroEnabled|activeX|/oleObject|attachedTemplate|application/x-ms|ms-office\.vba", re.IGNORECASE
)
_RUNNING_PART = re.compile(r"(?:^|/)(?:vba\w*\.bin|activeX/|embeddings/)", re.IGNORECASE)
_EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
_LINK = b"/hyperlink"  # the one tie to elsewhere that waits for a click
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_PDF_RUNS = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia)\b")
_PDF_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_MARKUP = re.compile(
    r"<\s*(?:!doctype|!entity|\?xml|\?php|html|head|body|svg|script|iframe|object|embed|style|meta|link|img)\b",
    re.IGNORECASE,
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")


def read_pdf(content: bytes) -> bytes:
    """The document as it is, if it is whole, ends where it says, and runs nothing. Served as an attachment only."""
    end = content.rstrip(b"\0\t\r\n\f ")
    if not end.endswith(b"%%EOF") or b"startxref" not in content:
        raise refusals.broken()
    # Names may be written in hexadecimal: /J#61vaScript.
    if _PDF_RUNS.search(_PDF_HEX.sub(lambda pair: bytes.fromhex(pair[1].decode()), content)):
        raise refusals.active_content()
    return end + b"\n"


def rewrite_text(content: bytes) -> bytes:
    """Words as UTF-8 with plain line ends. Raises ``file.type_refused`` for anything else: programs, markup, scripts."""
    words = _decoded(content).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if _CONTROL.search(words) or words.startswith("#!") or _MARKUP.search(words):
        raise refusals.type_refused()
    return words.encode()


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):  # what Windows in China writes where nobody chose
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refusals.type_refused()


def rewrite_office(content: bytes, limits: Limits) -> tuple[bytes, str]:
    """(document, media type) of a DOCX or XLSX packed anew part by part. Raises one of the refusals."""
    try:
        with ZipFile(BytesIO(content)) as packed:
            media_type = _kind(packed)
            if len(packed.infolist()) > limits.document_entries:
                raise refusals.unfolds_too_far()
            return _packed_anew(packed, len(content), limits), media_type
    except UNREADABLE as error:
        raise refusals.broken() from error


def _kind(packed: ZipFile) -> str:
    names = set(packed.namelist())
    kinds = {kind for part, kind in MAIN_PARTS.items() if part in names}
    if CONTENT_TYPES not in names or len(kinds) != 1:
        raise refusals.type_refused()
    return kinds.pop()


def _packed_anew(packed: ZipFile, sent_bytes: int, limits: Limits) -> bytes:
    out, unfolded, seen = BytesIO(), 0, set[str]()
    most = min(limits.document_unfolded_bytes, max(sent_bytes * limits.document_ratio, SMALLEST_RATIO_BYTES))
    with ZipFile(out, "w", ZIP_DEFLATED) as anew:
        for entry in packed.infolist():
            if entry.is_dir():
                continue
            _check_part(entry, seen)
            body = _unfolded(packed, entry, most - unfolded)
            unfolded += len(body)
            _check_body(entry.filename, body)
            anew.writestr(ZipInfo(entry.filename, EPOCH), body, ZIP_DEFLATED)
    return out.getvalue()


def _check_part(entry: ZipInfo, seen: set[str]) -> None:
    name = entry.filename
    if name.startswith("/") or "\\" in name or ".." in name.split("/") or name.lower() in seen or entry.flag_bits & 1:
        raise refusals.broken()
    if _RUNNING_PART.search(name):
        raise refusals.active_content()
    seen.add(name.lower())


def _unfolded(packed: ZipFile, entry: ZipInfo, most: int) -> bytes:
    """One part, counted while it unfolds: what its head says is not to be trusted."""
    body = bytearray()
    with packed.open(entry) as part:
        while block := part.read(BLOCK_BYTES):
            body += block
            if len(body) > most:
                raise refusals.unfolds_too_far()
    return bytes(body)


def _check_body(name: str, body: bytes) -> None:
    """Parts that a reader acts upon: entities that unfold, programs, and what would be fetched from elsewhere."""
    low = name.lower()
    is_wiring = name == CONTENT_TYPES or low.endswith(".rels")
    if low.endswith((".xml", ".rels", ".vml")) and _ENTITIES.search(body):
        raise refusals.active_content()
    if is_wiring and (_RUNS.search(body) or any(_LINK not in tie for tie in _EXTERNAL.findall(body))):
        raise refusals.active_content()
