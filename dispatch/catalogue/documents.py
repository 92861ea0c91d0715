"""The two kinds of document that are versioned here, and what each is called, read and checked by. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dispatch.routing.catalogue import Catalogue, shipped_catalogue_text
from dispatch.routing.taxonomy import Taxonomy, shipped_taxonomy_text

# Those on record are immutable and many transactions ask for the same ones.
_taxonomies: dict[str, Taxonomy] = {}
_catalogues: dict[str, Catalogue] = {}


class Document(StrEnum):
    """Which table a file is. The value begins its versions and the codes of its refusals."""

    TAXONOMY = "taxonomy"
    CATALOGUE = "catalogue"

    @property
    def word(self) -> str:
        """What people call it."""
        return KINDS[self].word


@dataclass(frozen=True, slots=True)
class Kind:
    """``shipped``: the text that a city starts with."""

    word: str
    shipped_name: str
    shipped: Callable[[], str]
    read: Callable[[str], Taxonomy | Catalogue]


KINDS = {
    Document.TAXONOMY: Kind("分类表", "随系统提供的分类表", shipped_taxonomy_text, Taxonomy.read),
    Document.CATALOGUE: Kind("派单目录", "随系统提供的派单目录", shipped_catalogue_text, Catalogue.read),
}


def taxonomy_from(version: str, body: str) -> Taxonomy:
    """The taxonomy that a stored file says."""
    if version not in _taxonomies:
        _taxonomies[version] = Taxonomy.read(body)
    return _taxonomies[version]


def catalogue_from(version: str, body: str) -> Catalogue:
    """The catalogue that a stored file says."""
    if version not in _catalogues:
        _catalogues[version] = Catalogue.read(body)
    return _catalogues[version]
