"""Real texts with coded places (A市, A3区, A7县) moved into the sample city."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import IO, Final

from dispatch.demo.places import DemoPlace, choose_city
from dispatch.demo.texts import Complaint, reporter
from dispatch.kernel.errors import DomainError
from dispatch.routing.places import PlaceUnit
from dispatch.routing.taxonomy import shipped_taxonomy

_COLUMNS: Final = frozenset({"title", "body"})
_HAS_ADDRESS: Final = 0.9
_MASKED: Final = re.compile(r"〔[^〕]{0,8}〕|\*{3,}")
_CITY: Final = re.compile(r"(?:西地省|湖楚省)?[A-Z]市|西地省")
_CODE: Final = re.compile(
    r"(?:西地省)?(?:[A-Z]市)?(?:[A-Z]\d{0,2}[区县]市?|[A-Z]\d{1,2}市)(?:[\u4e00-\u9fff]{2,4}?(?:街道|镇|乡)(?![长政]))?"
)
# The first word that occurs decides; complaints without any are complaints.
_KINDS: Final = (
    ("感谢", "praise"),
    ("表扬", "praise"),
    ("举报", "report"),
    ("投诉", "complaint"),
    ("建议", "suggestion"),
    ("咨询", "consultation"),
    ("请问", "consultation"),
    ("求助", "help"),
    ("请求", "help"),
    ("希望", "help"),
)


def real(path: Path, units: Iterable[PlaceUnit], rng: Random) -> Iterator[Complaint]:
    """Complaints of a CSV or CSV.gz with the columns ``title,body``, one row at a time, in the order of the file.

    Each row gets a street-township of the demo's districts, dealt evenly: its codes become that district, a street
    named after a code becomes that street, and nine of ten get it as the address. Raises ``DomainError``
    (``demo.complaints_unreadable``) for other files.
    """
    places = list(choose_city(units).places)
    hand: list[DemoPlace] = []
    for row in _rows(path):
        if not hand:
            hand = rng.sample(places, len(places))
        yield _move(row["title"], row["body"], hand.pop(), rng)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with _open(path) as source:
            reader = csv.DictReader(line.replace("\0", "") for line in source)
            if not set(reader.fieldnames or ()) >= _COLUMNS:
                raise DomainError("demo.complaints_unreadable", f"文件 {path.name} 缺少 title 或 body 列。")
            yield from (row for row in reader if row["title"] or row["body"])
    except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
        raise DomainError("demo.complaints_unreadable", f"无法读取文件 {path.name}：{error}") from error


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _move(title: str, body: str, place: DemoPlace, rng: Random) -> Complaint:
    title, body = _localise(title or "", place), _localise(body or "", place)
    community = rng.choice(place.communities) if place.communities else ""
    full = f"{place.district_name}{place.name}{community}"
    has_address = rng.random() < _HAS_ADDRESS
    name, phone = reporter(rng)
    scores = shipped_taxonomy().classify(title, body)
    return Complaint(
        title=title,
        text=body,
        address=full if has_address else "",
        kind=_kind(title),
        category_hint=scores[0].code if scores else "",
        reporter_name=name,
        reporter_phone=phone,
        township_code=place.code if has_address else "",
        names_place=has_address,
    )


def _localise(text: str, place: DemoPlace) -> str:
    def local(match: re.Match[str]) -> str:
        return f"{place.district_name}{place.name}" if match[0].endswith(("街道", "镇", "乡")) else place.district_name

    return _CITY.sub("北京市", _CODE.sub(local, _MASKED.sub("", text)))


def _kind(title: str) -> str:
    found = [(title.index(word), kind) for word, kind in _KINDS if word in title]
    return min(found)[1] if found else "complaint"
