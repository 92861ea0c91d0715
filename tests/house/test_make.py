"""The two commands and their building blocks."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.house.tree import ROOT, read, tracked

PROMISED = {"demo", "test", "test-deep", "lint", "types", "bench", "screenshots", "clean"}


def make(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run make as a person would, without the settings of a make that runs these tests."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    return subprocess.run(
        ["make", "-C", str(ROOT), "--no-print-directory", *words], env=env, cwd=cwd, capture_output=True, text=True
    )


def targets() -> set[str]:
    """Every target that has a rule."""
    return set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))


def test_list_every_target_when_make_is_called_alone(tmp_path: Path) -> None:
    told = make(cwd=tmp_path)
    assert told.returncode == 0
    assert set(re.findall(r"^  make ([a-z-]+)", told.stdout, re.MULTILINE)) == targets()


def test_offer_every_promised_target_when_help_is_read() -> None:
    assert targets() >= PROMISED


def test_depend_on_no_file_when_a_target_has_a_folder_of_its_name() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == targets()


def test_do_nothing_twice_when_all_is_installed(tmp_path: Path) -> None:
    make("install", cwd=tmp_path)
    again = make("install", cwd=tmp_path)
    assert (again.returncode, again.stdout.strip()) == (0, "install: .venv is up to date")


def test_be_executable_when_make_or_ci_calls_a_script() -> None:
    scripts = [path for path in tracked() if path.parent.name == ".ci" and not path.suffix]
    assert [str(path) for path in scripts if not os.access(ROOT / path, os.X_OK)] == []
    assert Path(".ci/run") in scripts


def test_read_as_plain_sh_when_a_script_says_so() -> None:
    for path in [*tracked()]:
        if not path.suffix and read_first_line(path) == "#!/bin/sh":
            subprocess.run(["sh", "-n", str(ROOT / path)], check=True)


def read_first_line(path: Path) -> str:
    """The first line of a script; of anything binary, something that is none."""
    with (ROOT / path).open("rb") as file:
        return file.readline(80).decode(errors="replace").strip()


def test_run_tests_lint_types_and_smoke_when_ci_runs() -> None:
    steps = [line.split(" 2>")[0] for line in read(".ci/run").splitlines()]
    assert [step for step in steps if step in {"make test", "make lint types", ".ci/smoke"}] == [
        "make test",
        "make lint types",
        ".ci/smoke",
    ]
    assert "set -euo pipefail" in steps


def test_fail_at_the_end_when_the_browser_is_missing(tmp_path: Path) -> None:
    """The tests' script in a folder of its own, where pytest is content and the browser is marked missing."""
    for part in (".ci", ".make", ".venv/bin"):
        (tmp_path / part).mkdir(parents=True)
    for name in ("test", "lib.sh"):
        (tmp_path / ".ci" / name).write_text(read(f".ci/{name}"))
    python = tmp_path / ".venv/bin/python"
    python.write_text("#!/bin/sh\nexit 0\n")
    python.chmod(0o755)
    content = subprocess.run(["sh", ".ci/test"], cwd=tmp_path, capture_output=True, text=True)
    (tmp_path / ".make" / "browser-missing").write_text("apt-get install chromium\n")
    missing = subprocess.run(["sh", ".ci/test"], cwd=tmp_path, capture_output=True, text=True)
    assert (content.returncode, missing.returncode) == (0, 1)
    assert "apt-get install chromium" in missing.stderr
