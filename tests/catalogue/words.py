"""Small files of both kinds for tests."""

from __future__ import annotations

TAXONOMY = "code,name,parent_code,keywords"
CATALOGUE = "category,area,kind,place,lead,supports,limit,not_to_streets,basis_zh"

# Every matter goes to the township or the district, else a person decides.
GENERAL = (",,,township,township,,,,属地", ",,,district,district,,,,属地", ",,,none,awaiting_dispatch,,,,人工")


def taxonomy(*rows: str) -> str:
    return "\n".join([TAXONOMY, *rows]) + "\n"


def catalogue(*rows: str, general: tuple[str, ...] = GENERAL) -> str:
    return "\n".join([CATALOGUE, *general, *rows]) + "\n"
