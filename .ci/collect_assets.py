"""Copy the few files that the pages use from node_modules to the console, each with a precompressed twin."""

import gzip
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "dispatch" / "console" / "static" / "vendor"

# Where a file is in node_modules, and its place below static/vendor. The icon font keeps its folder: its style sheet names it.
FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
    "bootstrap-icons/font/bootstrap-icons.min.css": "bootstrap-icons.min.css",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff2": "fonts/bootstrap-icons.woff2",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
}
# A woff2 is compressed in itself.
COMPRESSED = {".css", ".js"}


def compressed(path: Path) -> Path:
    """The precompressed twin of a file: a.js → a.js.gz."""
    return path.with_name(path.name + ".gz")


def is_complete() -> bool:
    """Whether every file and twin is there."""
    for name in FILES.values():
        target = VENDOR / name
        if not target.is_file() or (target.suffix in COMPRESSED and not compressed(target).is_file()):
            return False
    return True


def without_map(text: bytes) -> bytes:
    """The text without its pointer to a source map, which we do not ship: a browser's tools would ask for it in vain."""
    lines = [line for line in text.splitlines(keepends=True) if b"sourceMappingURL=" not in line or len(line) > 200]
    return b"".join(lines)


def collect() -> None:
    """Fill static/vendor anew. The gzip header holds no time: the same files give the same bytes."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, name in FILES.items():
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        content = (ROOT / "node_modules" / source).read_bytes()
        if target.suffix in COMPRESSED:
            content = without_map(content)
            compressed(target).write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
        target.write_bytes(content)


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if is_complete() else 1)
    collect()
