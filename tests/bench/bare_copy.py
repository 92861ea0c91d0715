"""``python -m tests.bench.bare_copy CONNINFO FILE``: COPY the file as it is into one table of text, in one transaction."""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg

PIECE_BYTES = 1 << 20


def main(conninfo: str, file: Path) -> None:
    """No check, no index, no key: the floor that an import stands on."""
    with psycopg.connect(conninfo) as connection, file.open("rb") as stream:
        columns = stream.readline().decode().strip().split(",")
        stream.seek(0)
        connection.execute(f"CREATE TABLE bare ({', '.join(f'{name} text' for name in columns)})")
        with connection.cursor().copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as copy:
            while piece := stream.read(PIECE_BYTES):
                copy.write(piece)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
