"""What is wrong with a new file, beside the other document and the units that it will meet."""

from __future__ import annotations

from datetime import datetime

from dispatch.catalogue.documents import Document
from dispatch.directory.snapshot import Reference
from dispatch.kernel.errors import DomainError
from dispatch.routing import catalogue as catalogues
from dispatch.routing import taxonomy as taxonomies
from dispatch.routing.catalogue import Catalogue
from dispatch.routing.catalogue_checks import faults_of as entry_faults
from dispatch.routing.sheet import Fault, read_sheet, refuse
from dispatch.routing.taxonomy import Taxonomy
from dispatch.routing.taxonomy_checks import faults_of as taxonomy_faults


def faults_of(document: Document, text: str, reference: Reference) -> list[Fault]:
    """Each fault with line and column, under the units and the other document of ``reference``; none: it may come into force."""
    if document is Document.TAXONOMY:
        rows, faults = read_sheet(text, taxonomies.COLUMNS)
        return faults or taxonomy_faults(rows)
    rows, faults = read_sheet(text, catalogues.COLUMNS)
    faults = faults or entry_faults(rows)
    return faults or Catalogue.read(text).check(reference.taxonomy, reference.by_code)


def sound(document: Document, text: str, reference: Reference, *, effective_from: datetime) -> Taxonomy | Catalogue:
    """What the file says, checked against what holds when it comes into force. Raises ``<document>.unreadable``."""
    faults = faults_of(document, text, reference.at(effective_from))
    if faults:
        raise refuse(document, document.word, faults)
    return Taxonomy.read(text) if document is Document.TAXONOMY else Catalogue.read(text)


def notes_of(document: Document, text: str, reference: Reference) -> list[str]:
    """What is no fault and yet worth knowing before a sound file comes into force: entries and limits left without a category."""
    if document is Document.CATALOGUE:
        return []
    codes = Taxonomy.read(text).categories
    named = {one.category for one in reference.catalogue.entries} | {row.category for row in reference.policy.limits}
    lost = sorted(one for one in named if one and not any(code.startswith(one) for code in codes))
    return [f"派单目录或时限政策中的分类“{one}”在这份分类表中没有，相应条目将用不上。" for one in lost]


def sentences(error: DomainError) -> list[str]:
    """The faults that a refusal names, one by one."""
    named = error.details.get("problems")
    return [str(one) for one in named] if isinstance(named, list) else [error.message]
