"""Repeats among a million tickets: how many are found again when they are told otherwise, how fast, and what intake pays for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from unittest.mock import patch

import psycopg
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from dispatch.access.vault import Reporter, Vault
from dispatch.directory.snapshot import Reference, reference
from dispatch.kernel.clock import SystemClock
from dispatch.kernel.db import engine_options
from dispatch.kernel.person import Person
from dispatch.likeness import services as likeness
from dispatch.merging.repeats import Asked, Repeats, repeats
from dispatch.tickets import intake
from dispatch.tickets.history import NULL, escaped
from tests.bench import city, machine, worded
from tests.bench.figures import percentile
from tests.bench.home import Home, temporary_home
from tests.bench.paraphrase import ONE_RULE, RULES, paraphrase
from tests.bench.report import Report, say, table, tell, verdict
from tests.bench.worded import Said

SQL = Path(__file__).parent / "routing_repeats.sql"
SEED = 12345
CHUNK = 20_000
OPERATOR = Person(1, "bench", "bench", frozenset({"operator"}), frozenset({"ticket.accept"}), None, None)
AIM_RECALL, AIM_PRECISION, AIM_MILLISECONDS = 0.85, 0.90, 50.0
FIRST = 5
INTAKES, ROUNDS = 150, 6


@dataclass(frozen=True)
class Stock:
    """What stands in the database: the real ones first, under the ids 1 …; ``at``: now."""

    home: Home
    engine: Engine
    known: list[Said]
    at: datetime
    city: Reference
    worked: list[float] = field(default_factory=list)  # milliseconds of our processor, of each question


@dataclass
class Found:
    """Of one rule: how many were asked, found among the first five, and first; how many answers there were."""

    asked: int = 0
    among: int = 0
    first: int = 0
    answered: int = 0


def measure(count: int, questions: int, report: Report) -> None:
    """``count`` tickets, ``questions`` of each rule."""
    with temporary_home() as home:
        city.load_city(home)
        engine = create_engine(str(home.config.database_url), **engine_options(statement_timeout_seconds=3600))
        stock = _stock(home, engine, count)
        found, milliseconds = _ask_all(stock, questions)
        whole = _ask_whole(stock, questions)
        cost = _intake_cost(stock)
        sizes = _sizes(home)
        engine.dispose()
    _print(count, stock, found, milliseconds, whole)
    _print_cost(cost, sizes)
    report.note(
        "routing-repeats",
        {"tickets": count, "rules": {rule: vars(one) for rule, one in found.items()}, "milliseconds": milliseconds}
        | {"whole_milliseconds": whole, "intake": cost, "bytes": sizes},
    )


def _stock(home: Home, engine: Engine, count: int) -> Stock:
    known, random, at = worded.real(), Random(SEED), SystemClock().now()
    if not known:
        say("the real complaints are absent (HOTLINE_SHARED_DATA): set texts stand in for them, the figures say little")
        known = list(dict.fromkeys(worded.strangers([], 2_000, random)))
    tell(f"repeats: {count} tickets by SQL, {len(known)} of them real")
    with engine.begin() as connection:
        for statement in filter(str.strip, SQL.read_text("utf-8").split(";\n")):
            connection.execute(text(statement), {"first": 1, "last": count, "at": at})
    others = worded.strangers(known, count - len(known), random)
    with home.connect() as bare, bare.transaction():
        for start in range(0, count, CHUNK):
            size = min(CHUNK, count - start)
            said = [known[n] if n < len(known) else next(others) for n in range(start, start + size)]
            _copy(bare, start, said, at)
            if start % (CHUNK * 5) == 0:
                tell(f"repeats: words and signatures of {start + size} tickets")
    with home.connect() as bare:
        bare.execute("VACUUM (ANALYZE) ticket, text_entry, voice, likeness")
        bare.execute("CHECKPOINT")
    with Session(engine) as session:
        return Stock(home, engine, known, at, reference(session, at))


def _copy(bare: psycopg.Connection[Any], start: int, said: Sequence[Said], at: datetime) -> None:
    words, signs = [], []
    for ticket_id, one in enumerate(said, start + 1):
        for kind, body in (("title", one.title), ("text", one.text)):
            words.append(f"{ticket_id}\t{kind}\t1\t{escaped(body)}\t\\\\x00\t{at.isoformat()}\n")
        made = likeness.rows_of(ticket_id, one.title, one.text, received_at=at - timedelta(days=1))
        signs += ["\t".join(NULL if value is None else str(value) for value in row.values()) + "\n" for row in made]
    with bare.cursor() as cursor:
        columns = "ticket_id, kind, version, body, digest, created_at"
        for head, lines in ((f"text_entry ({columns})", words), (f"likeness ({', '.join(likeness.COLUMNS)})", signs)):
            with cursor.copy(f"COPY {head} FROM STDIN".encode()) as copy:
                copy.write("".join(lines))


def _ask_all(stock: Stock, questions: int) -> tuple[dict[str, Found], list[float]]:
    """Every rule, by words alone; the exact texts too."""
    random, milliseconds = Random(SEED + 1), []
    found = {"exact": Found(), **{rule: Found() for rule in RULES}}
    twins = _twins(stock.known)
    for rule, one in found.items():
        tell(f"repeats: {questions} × {rule}")
        for number in random.sample(range(len(stock.known)), min(questions, len(stock.known))):
            original = stock.known[number]
            whole = f"{original.title}\n{original.text}"
            told = whole if rule == "exact" else paraphrase(whole, rule, random)
            title, _, body = told.partition("\n")
            answer, taken = _ask(stock, Asked(title, body))
            milliseconds.append(taken)
            _count(one, answer, twins[original.text])
    return found, milliseconds


def _twins(known: Sequence[Said]) -> dict[str, set[int]]:
    """By text: the ids under which the same was said; some messages were really sent again."""
    twins: dict[str, set[int]] = {}
    for ticket_id, one in enumerate(known, 1):
        twins.setdefault(one.text, set()).add(ticket_id)
    return twins


def _count(one: Found, answer: Repeats, right: set[int]) -> None:
    ids = [item.ticket.ticket_id for item in answer.items]
    one.asked += 1
    one.answered += bool(ids)
    one.among += bool(right & set(ids[:FIRST]))
    one.first += bool(right & set(ids[:1]))


def _ask_whole(stock: Stock, questions: int) -> list[float]:
    """Milliseconds with everything known: words, telephone, place and category, of tickets all over the stock."""
    random, taken = Random(SEED + 2), []
    with stock.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT ticket_id, place_code, category FROM ticket ORDER BY sha256(ticket_id::text::bytea) LIMIT :most"
            ),
            {"most": 3 * questions},
        ).all()
        said = "SELECT max(body) FILTER (WHERE kind = 'title'), max(body) FILTER (WHERE kind = 'text') FROM text_entry"
        for ticket_id, place, category in rows:
            title, body = connection.execute(text(f"{said} WHERE ticket_id = :id"), {"id": ticket_id}).one()
            told = paraphrase(body, random.choice(ONE_RULE), random)
            phone = sha256(str(ticket_id * 7 % 700_000).encode()).digest()
            taken.append(_ask(stock, Asked(title, told, place, category, [phone]))[1])
    return taken


def _ask(stock: Stock, asked: Asked) -> tuple[Repeats, float]:
    with Session(stock.engine) as session:
        session.connection()
        began, worked = time.perf_counter(), time.process_time()
        answer = repeats(session, asked, person=OPERATOR, rules=stock.city.procedure, at=stock.at)
        stock.worked.append(1000 * (time.process_time() - worked))
        return answer, 1000 * (time.perf_counter() - began)


def _intake_cost(stock: Stock) -> dict[str, list[float]]:
    """Milliseconds per intake of our and of PostgreSQL's processor, with the signature and without, in turn."""
    bodies = city.complaints(INTAKES)
    vault = Vault(stock.home.config.vault_keys, stock.home.config.blind_index_keys)
    signed = likeness.rows_of
    cost: dict[str, list[float]] = {"with": [], "without": [], "with, PostgreSQL": [], "without, PostgreSQL": []}
    for turn in range(2 * (ROUNDS + 1)):
        name = "with" if turn % 2 else "without"
        with patch.object(likeness, "rows_of", signed if turn % 2 else lambda *_, **__: []):
            ours, theirs = _take_in(stock, bodies, vault)
        if turn >= 2:  # the first of each warms up
            cost[name].append(ours)
            cost[f"{name}, PostgreSQL"].append(theirs)
    return cost


def _take_in(stock: Stock, bodies: Sequence[Any], vault: Vault) -> tuple[float, float]:
    with Session(stock.engine) as session:
        backend = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        session.commit()
        before, theirs = time.process_time(), machine.cpu_seconds([backend])
        for one in bodies:
            what = intake.Intake(
                kind=one.kind,
                title=one.title,
                text=one.text,
                address=one.address,
                reporter=Reporter(one.reporter_name, one.reporter_phone),
            )
            intake.accept(session, what, reference=stock.city, vault=vault, actor=city.ACTOR, at=stock.at)
            session.commit()
        spent = time.process_time() - before, machine.cpu_seconds([backend]) - theirs
    return 1000 * spent[0] / len(bodies), 1000 * spent[1] / len(bodies)


def _sizes(home: Home) -> dict[str, int]:
    with home.connect() as bare:
        row = bare.execute("SELECT pg_table_size('likeness'), pg_indexes_size('likeness')").fetchone()
    assert row is not None
    return {"table": int(str(row[0])), "indexes": int(str(row[1]))}


def _print(count: int, stock: Stock, found: dict[str, Found], words: list[float], whole: list[float]) -> None:
    lines = [
        [rule, str(one.asked), f"{one.among / one.asked:.3f}", f"{one.first / max(1, one.answered):.3f}"]
        for rule, one in found.items()
    ]
    heading = f"Repeats by words alone among {count:,} tickets, {len(stock.known):,} of them real"
    table(heading, ["what was done to the text", "asked", f"recall@{FIRST}", "precision@1"], lines)
    ruled = [found[rule] for rule in ONE_RULE]
    recall = sum(one.among for one in ruled) / sum(one.asked for one in ruled)
    first = sum(one.first for one in ruled) / max(1, sum(one.answered for one in ruled))
    exact = found["exact"].among / found["exact"].asked
    say(verdict(f"exact repeats found: {exact:.3f} (aim 1.00)", exact == 1))
    say(verdict(f"paraphrases by one rule: recall@{FIRST} {recall:.3f} (aim ≥ {AIM_RECALL})", recall >= AIM_RECALL))
    say(verdict(f"precision@1 {first:.3f} (aim ≥ {AIM_PRECISION})", first >= AIM_PRECISION))
    for name, taken in (("by words", words), ("by words, telephone, place and category", whole)):
        p50, p95, p99 = (percentile(sorted(taken), share) for share in (50, 95, 99))
        line = f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms (aim ≤ {AIM_MILLISECONDS:.0f}), p99 {p99:.1f} ms"
        say(verdict(line, p95 <= AIM_MILLISECONDS))
    p50, p95 = (percentile(sorted(stock.worked), share) for share in (50, 95))
    say(f"        of it our own processor time: p50 {p50:.1f} ms, p95 {p95:.1f} ms")


def _print_cost(cost: dict[str, list[float]], sizes: dict[str, int]) -> None:
    mid = {name: median(values) for name, values in cost.items()}
    for name, of in (("our processor time", ""), ("PostgreSQL's", ", PostgreSQL")):
        with_it, without = mid[f"with{of}"], mid[f"without{of}"]
        say(f"{name} per intake: {with_it:.2f} ms with the signature, {without:.2f} without: {with_it / without:.2f} ×")
    say(f"table {sizes['table'] / 1e6:.0f} MB, indexes {sizes['indexes'] / 1e6:.0f} MB")
