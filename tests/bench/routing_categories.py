"""The category model on real complaints: grouped five-fold figures, calibration, speed beside the bare library, size, memory."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

from dispatch.kernel.clock import SystemClock
from dispatch.learning import model_file, training
from dispatch.learning.model import Model
from dispatch.learning.quality import Quality, quality
from dispatch.learning.rows import Row
from tests.bench import city, complaint_rows, servers
from tests.bench.complaint_rows import Rows
from tests.bench.figures import percentile, ratio
from tests.bench.home import Home, temporary_home
from tests.bench.machine import hotline, run
from tests.bench.report import Report, megabytes, say, table, tell, verdict

AIM_RAW, AIM_ECE, AIM_RATE, AIM_RATIO, AIM_P99 = 0.89, 0.05, 500.0, 0.8, 15.0
AIM_TRAIN_SECONDS, AIM_TRAIN_BYTES = 120.0, 1.5e9
AIM_RSS, AIM_PSS = 350e6, 250e6
TIMED, ROUNDS = 2_000, 5


@dataclass
class Unseen:
    """Answers about rows when their whole family was kept out of the training."""

    truth: list[str]
    answers: list[str]
    sure: list[float]
    places: list[int]
    folds: list[Quality]

    def among(self, is_wanted: Callable[[int], bool]) -> Quality:
        """The figures of some of the rows, pooled over the folds."""
        at = [index for index, place in enumerate(self.places) if is_wanted(place)]
        return quality([self.truth[i] for i in at], [self.answers[i] for i in at], [self.sure[i] for i in at])


def measure(seeds: Sequence[int], report: Report) -> None:
    """Five folds for each seed; then speed, size, training as a command, and a web worker with the model in it."""
    tell("routing-categories: reading the labelled complaints and matching copies")
    try:
        found = complaint_rows.load()
    except FileNotFoundError as error:
        say(f"routing-categories needs the shared data (HOTLINE_SHARED_DATA): {error.filename} is absent")
        return
    runs = [_unseen(found, seed) for seed in seeds]
    _tell_quality(found, runs, seeds, report)
    _speed(found, report)
    with temporary_home() as home:
        city.load_city(home)
        _commands(found, home, report)


def _unseen(found: Rows, seed: int) -> Unseen:
    made = Unseen([], [], [], [], [])
    for number, (train, test) in enumerate(complaint_rows.folds(found, seed), start=1):
        model = training.train([found.rows[i] for i in train], SystemClock().now()).model
        told = model.suggest_many([found.rows[i].text for i in test])
        truth = [found.rows[i].label for i in test]
        made.folds.append(quality(truth, [label for label, _ in told], [sure for _, sure in told]))
        made.truth += truth
        made.answers += [label for label, _ in told]
        made.sure += [sure for _, sure in told]
        made.places += test
        tell(f"routing-categories: seed {seed}, fold {number}, macro-F1 {made.folds[-1].macro_f1:.4f}")
    return made


def _tell_quality(found: Rows, runs: list[Unseen], seeds: Sequence[int], report: Report) -> None:
    lone = _without_copy(found)
    say(
        f"\nSplit: grouped 5-fold, seeds {', '.join(map(str, seeds))}; {len(found.rows)} rows ({found.raw} raw, "
        f"{len(found.rows) - found.raw} segmented with the blanks removed) in {len(set(found.family))} families of rows that say "
        f"the same; {found.raw - len(lone)} raw rows have a segmented copy, {len(lone)} have none"
    )
    folds = [fold for one in runs for fold in one.folds]
    raw = [one.among(lambda place: place < found.raw) for one in runs]
    alone = [one.among(lambda place: place in lone) for one in runs]
    whole = [one.among(lambda _place: True) for one in runs]
    rows = [
        [
            "all rows, folds",
            *_spread([one.macro_f1 for one in folds]),
            _mean([one.ece for one in folds]),
            str(len(folds)),
        ],
        [
            "all rows, pooled",
            *_spread([one.macro_f1 for one in whole]),
            _mean([one.ece for one in whole]),
            str(whole[0].rows),
        ],
        [
            "raw rows, pooled",
            *_spread([one.macro_f1 for one in raw]),
            _mean([one.ece for one in raw]),
            str(raw[0].rows),
        ],
    ]
    table("Categories: 7 labels, every row unseen", ["", "macro-F1", "sd", "ECE", "n"], rows)
    say(f"raw rows without any copy: {alone[0].hits} of {alone[0].rows} right")
    raw_f1, ece = mean(one.macro_f1 for one in raw), mean(one.ece for one in whole)
    say(verdict(f"macro-F1 on unseen raw rows {raw_f1:.4f} (aim ≥ {AIM_RAW})", raw_f1 >= AIM_RAW))
    say(verdict(f"calibration error {ece:.4f} on {whole[0].rows} rows (aim ≤ {AIM_ECE})", ece <= AIM_ECE))
    for line in whole[0].labels:
        say(
            f"  {line.label}: precision {line.precision:.3f}, recall {line.recall:.3f}, F1 {line.f1:.3f}, {line.support} rows"
        )
    for line in whole[0].bins:
        say(
            f"  sure {line.low:.1f}–{line.high:.1f}: {line.count} rows, confidence {line.confidence:.3f}, right {line.accuracy:.3f}"
        )
    report.note("routing-categories", {"folds": [one.macro_f1 for one in folds], "raw": raw_f1, "ece": ece})


def _without_copy(found: Rows) -> set[int]:
    """Raw rows whose family holds no segmented row."""
    copied = set(found.family[found.raw :])
    return {place for place in range(found.raw) if found.family[place] not in copied}


def _speed(found: Rows, report: Report) -> None:
    """Ours and the bare library on the same texts in turn; then single decisions with their evidence."""
    tell("routing-categories: speed")
    texts = [row.text for row in found.rows]
    began = time.process_time()
    model = training.train(found.rows, SystemClock().now()).model
    trained = time.process_time() - began
    body = model_file.write(model)
    began = time.perf_counter()
    model_file.read(body)
    loaded = 1000 * (time.perf_counter() - began)
    bare = _bare(found.rows)
    some = texts[:: len(texts) // TIMED][:TIMED]
    ours_rates, bare_rates = [], []
    for _ in range(ROUNDS):
        ours_rates.append(_rate(model.suggest_many, some))
        bare_rates.append(_rate(bare, some))
    elapsed, worked = (sorted(one) for one in zip(*_singles(model, texts[: found.raw]), strict=True))
    rate, beside = median(ours_rates), ratio(ours_rates, bare_rates)
    lines = [["ours", f"{rate:.0f}"], ["bare TfidfVectorizer + LinearSVC", f"{median(bare_rates):.0f}"]]
    table(f"Batch of {len(some)} texts on one core, medians of {ROUNDS} rounds in turn", ["", "texts/s"], lines)
    p50, p99, busy = percentile(elapsed, 50), percentile(elapsed, 99), percentile(worked, 99)
    say(verdict(f"{rate:.0f} texts/s a core (aim ≥ {AIM_RATE:.0f})", rate >= AIM_RATE))
    say(verdict(f"{beside:.2f} × the bare vectoriser and model (aim ≥ {AIM_RATIO})", beside >= AIM_RATIO))
    told = f"one decision with evidence p50 {p50:.1f} ms, p99 {p99:.1f} ms (aim ≤ {AIM_P99:.0f}); of the processor p99 {busy:.1f} ms"
    say(verdict(told, p99 <= AIM_P99))
    say(f"file {len(body) / 1e6:.1f} MB, {len(model.vocabulary)} runs, loaded in {loaded:.0f} ms")
    say(f"trained in {trained:.0f} s of processor time")
    report.note(
        "routing-categories-speed",
        {"ours": ours_rates, "bare": bare_rates, "p50": p50, "p99": p99, "p99_cpu": busy, "load": loaded},
    )


def _bare(rows: Sequence[Row]) -> Callable[[Sequence[str]], Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=3, sublinear_tf=True)
    table_ = vectoriser.fit_transform([row.text for row in rows])
    fitted = LinearSVC(C=training.STRENGTH, class_weight="balanced", random_state=0).fit(
        table_, [row.label for row in rows]
    )
    return lambda texts: fitted.predict(vectoriser.transform(texts))


def _rate(ask: Callable[[Sequence[str]], Any], texts: Sequence[str]) -> float:
    began = time.process_time()
    ask(texts)
    return len(texts) / (time.process_time() - began)


def _singles(model: Model, texts: Sequence[str]) -> list[tuple[float, float]]:
    """(elapsed, of the processor) milliseconds of each decision."""
    found = []
    for text in texts:
        title, _, body = text.partition("\n")
        began, worked = time.perf_counter(), time.thread_time()
        model.suggest(title, body)
        found.append((1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - worked)))
    return found


def _commands(found: Rows, home: Home, report: Report) -> None:
    """``hotline train`` as a command, then the web with the model in it."""
    tell("routing-categories: hotline train, then the web with the model")
    path = _written(found.rows, home.folder / "labelled.csv")
    done = run([hotline(), "train", str(path)], home.environment, home.folder / "train.log")
    say(
        verdict(
            f"hotline train: {done.seconds:.0f} s, {megabytes(done.max_rss)} MB (aim < {AIM_TRAIN_SECONDS:.0f} s, "
            f"< {megabytes(AIM_TRAIN_BYTES)} MB)",
            done.seconds < AIM_TRAIN_SECONDS and done.max_rss < AIM_TRAIN_BYTES,
        )
    )
    with servers.ours(home) as server:
        one, _together = server.memory()
    is_met = one.rss <= AIM_RSS and one.pss <= AIM_PSS
    say(
        verdict(
            f"a web worker with the sample city and the model: {megabytes(one.rss)} MB RSS, {megabytes(one.pss)} MB PSS "
            f"(aim ≤ {megabytes(AIM_RSS)}, ≤ {megabytes(AIM_PSS)})",
            is_met,
        )
    )
    report.note(
        "routing-categories-memory", {"train": done.max_rss, "seconds": done.seconds, "rss": one.rss, "pss": one.pss}
    )


def _written(rows: Sequence[Row], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("text", "label"), *rows])
    return path


def _spread(values: Sequence[float]) -> list[str]:
    return [f"{mean(values):.4f}", f"{stdev(values):.4f}" if len(values) > 1 else "–"]


def _mean(values: Sequence[float]) -> str:
    return f"{mean(values):.4f}"
