"""The built wheel is complete, and works in an empty environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import ROOT, tracked

PACKAGES = ("dispatch", "assessment", "migrations")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the tree, with setuptools from the lock."""
    copy = tmp_path_factory.mktemp("source")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("wsgi.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(copy / "dist"), str(copy)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (built,) = (copy / "dist").glob("*.whl")
    return built


def test_ship_every_file_when_the_wheel_is_built(wheel: Path) -> None:
    shipped = set(zipfile.ZipFile(wheel).namelist())
    assets = [path.relative_to(ROOT) for path in (ROOT / "dispatch/console/static/vendor").rglob("*") if path.is_file()]
    ours = [path for path in (*tracked(), *assets) if path.parts[0] in PACKAGES and path.suffix not in {".md", ".po"}]
    assert len(assets) >= 11
    assert sorted(str(path) for path in ours if str(path) not in shipped) == []


def test_answer_when_the_wheel_is_installed_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "venv"
    uv = [sys.executable, "-m", "uv", "-q"]
    subprocess.run([*uv, "venv", "--python", sys.executable, str(place)], check=True)
    installing = [*uv, "pip", "install", "--python", str(place / "bin" / "python")]
    subprocess.run([*installing, "--constraints", str(ROOT / "requirements.lock"), str(wheel)], check=True)
    words = ["due", "--from", "2026-11-23T10:00:00+08:00", "--limit", "5wd"]
    home = {"HOTLINE_HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}
    told = subprocess.run(
        [str(place / "bin" / "hotline"), *words], env=home, cwd=tmp_path, capture_output=True, text=True
    )
    assert (told.returncode, told.stdout) == (0, "2026-12-01T00:00:00+08:00\n"), told.stderr
