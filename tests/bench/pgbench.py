"""The floor: pgbench writes the same rows with prepared statements, no Python in between."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

from dispatch.kernel.services import binaries
from tests.bench.figures import Figures
from tests.bench.home import Home
from tests.bench.rows import Row, Sample

# Expressions over the ids that the script draws first; pgbench puts the numbers in.
DRAWN = {
    "ticket_id": ":ticket_id",
    "voice_id": ":voice_id",
    "ticket_no": "lpad(CAST(:ticket_id AS text), 16, '0')",
    "key_digest": "sha256(convert_to('pgbench ' || CAST(:ticket_id AS text), 'UTF8'))",
}
DRAW = "SELECT nextval('ticket_id_seq') AS ticket_id, nextval('voice_voice_id_seq') AS voice_id \\gset"


def program() -> Path | None:
    """pgbench, beside the embedded server's own programs; None where this build has none."""
    found = binaries.installation()[0] / "pgbench"
    return found if found.is_file() else None


def write_scripts(samples: list[Sample], folder: Path) -> list[Path]:
    """One script per sample; pgbench picks among them at random."""
    paths = []
    for number, sample in enumerate(samples):
        path = folder / f"intake{number}.sql"
        path.write_text("\n".join(["BEGIN;", DRAW, *map(_insert, sample.items()), "COMMIT;", ""]), "utf-8")
        paths.append(path)
    return paths


def drive(home: Home, scripts: list[Path], clients: int, seconds: float) -> Figures:
    """Run ``clients`` sessions for ``seconds``; latencies from its per-transaction log."""
    prefix = home.folder / "pgbench"
    command = [str(program()), "--no-vacuum", "--protocol=prepared", f"--client={clients}"]
    command += [f"--jobs={min(clients, 2)}", f"--time={max(1, round(seconds))}", "--log", f"--log-prefix={prefix}"]
    command += [f"--file={path}" for path in scripts]
    result = subprocess.run([*command, home.conninfo], capture_output=True, text=True, check=False)
    if result.returncode != 0 or "ERROR" in result.stderr:
        raise RuntimeError(f"pgbench failed: {result.stderr[-2000:]}")
    taken: list[float] = []
    for path in home.folder.glob("pgbench.*"):
        # client, number, microseconds, script, second and microsecond of its end
        taken += [int(line.split()[2]) / 1e6 for line in path.read_text().splitlines()]
        path.unlink()
    return Figures.of(taken, max(1, round(seconds)))


def _insert(item: tuple[str, list[Row]]) -> str:
    name, rows = item
    tuples = ", ".join(f"({', '.join(_value(column, value) for column, value in row.items())})" for row in rows)
    columns = ", ".join(f'"{column}"' for column in rows[0])
    return f"INSERT INTO {name} ({columns}) VALUES {tuples};"


def _value(column: str, value: Any) -> str:
    if column in DRAWN and value is not None:
        return DRAWN[column]
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, bytes):
        return _quoted("\\x" + value.hex())
    if isinstance(value, datetime):
        return _quoted(value.isoformat())
    return _quoted(json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value))


def _quoted(text: str) -> str:
    """A literal on one line without a colon: pgbench would take what follows one for the name of a variable."""
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a").replace("\n", "\\n")
    return f"E'{escaped}'"
