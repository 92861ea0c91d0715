"""The backup file: a tar with one gzipped COPY text per table, a manifest, and the manifest's digest."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

FORMAT = "hotline-backup"
FORMAT_VERSION = 1
BLOCK_BYTES = 1 << 20
MANIFEST, DIGEST = "manifest.json", "manifest.sha256"
WITHOUT_KEYS = "本备份不含密钥：身份库的加密密钥与盲索引密钥须另行保管，没有它们无法读出诉求人身份。"


class BackupError(Exception):
    """A backup cannot be made, read or restored; the message is one clear Chinese sentence."""


@dataclass(frozen=True)
class Table:
    """One table in the archive: its rows in COPY's text form, the columns in that order, the digest of the gzipped file."""

    name: str
    columns: list[str]
    file: str
    sha256: str


@dataclass
class Manifest:
    """What the archive holds and where it came from. ``sequences``: name → [last value, whether it was handed out]."""

    version: str
    made_at: str
    server_version: int
    revisions: list[str]
    tables: list[Table] = field(default_factory=list)
    sequences: dict[str, tuple[int, bool]] = field(default_factory=dict)


class Writer:
    """Adds tables to the tar under construction."""

    def __init__(self, tar: tarfile.TarFile, folder: Path, manifest: Manifest) -> None:
        self._tar, self._folder, self.manifest = tar, folder, manifest

    def add_table(self, name: str, columns: list[str], blocks: Iterable[bytes | bytearray | memoryview]) -> None:
        """Store the rows of one table; they pass through a temporary file, since tar wants the size first."""
        with tempfile.TemporaryFile(dir=self._folder) as spool:
            with gzip.GzipFile(fileobj=spool, mode="wb", compresslevel=1, mtime=0) as packed:
                for block in blocks:
                    packed.write(block)
            file = f"tables/{len(self.manifest.tables):04}.copy.gz"
            entry = tarfile.TarInfo(file)
            entry.size, entry.mode = spool.tell(), 0o600
            self.manifest.tables.append(Table(name, columns, file, _digest(spool)))
            spool.seek(0)
            self._tar.addfile(entry, spool)

    def close(self) -> None:
        """Write the manifest and its digest."""
        content = {"format": FORMAT, "format_version": FORMAT_VERSION, "note": WITHOUT_KEYS, **asdict(self.manifest)}
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()
        for name, data in ((MANIFEST, text), (DIGEST, hashlib.sha256(text).hexdigest().encode())):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o600
            self._tar.addfile(entry, io.BytesIO(data))


@contextmanager
def writing(path: Path, manifest: Manifest) -> Iterator[Writer]:
    """Write the archive ``path`` (mode 0600): whole at the end of the block, or not at all."""
    try:
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise BackupError(f"无法写入 {path}({error.strerror})") from None
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                writer = Writer(tar, path.parent, manifest)
                yield writer
                writer.close()
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError as error:
        raise BackupError(f"写入 {path} 失败({error.strerror})") from error
    finally:
        Path(draft).unlink(missing_ok=True)


class Reader:
    """A verified archive."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar, self.manifest = tar, manifest

    def blocks(self, table: Table) -> Iterator[bytes]:
        """The rows of ``table`` in COPY's text form, block by block."""
        with _member(self._tar, table.file) as file, gzip.GzipFile(fileobj=file) as rows:
            while block := rows.read(BLOCK_BYTES):
                yield block


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open the archive ``path`` once its manifest and every table in it match their digests; else BackupError."""
    try:
        with tarfile.open(path, "r:") as tar:
            manifest = _verified_manifest(tar)
            for table in manifest.tables:
                with _member(tar, table.file) as file:
                    if _digest(file) != table.sha256:
                        raise BackupError(f"备份文件已损坏：表 {table.name} 与清单中的摘要不符")
            yield Reader(tar, manifest)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise BackupError(
            f"无法读取备份文件 {path}({getattr(error, 'strerror', None) or '不是完整的备份文件'})"
        ) from error


def _verified_manifest(tar: tarfile.TarFile) -> Manifest:
    with _member(tar, MANIFEST) as file, _member(tar, DIGEST) as digest:
        text = file.read()
        if hashlib.sha256(text).hexdigest().encode() != digest.read():
            raise BackupError("备份文件已损坏：清单与其摘要不符")
    content = json.loads(text)
    if content.pop("format") != FORMAT or content.pop("format_version") != FORMAT_VERSION:
        raise BackupError("不认识的备份格式：它可能由更新的版本所做")
    content.pop("note")
    tables = [Table(**table) for table in content.pop("tables")]
    sequences = {name: (value, called) for name, (value, called) in content.pop("sequences").items()}
    return Manifest(**content, tables=tables, sequences=sequences)


@contextmanager
def _member(tar: tarfile.TarFile, name: str) -> Iterator[BinaryIO]:
    try:
        file = tar.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise BackupError(f"不是完整的备份文件：缺少 {name}")
    with file:
        yield file  # type: ignore[misc]  # a reader with read and seek is all that is asked


def _digest(file: BinaryIO | tempfile._TemporaryFileWrapper[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(BLOCK_BYTES):
        digest.update(block)
    return digest.hexdigest()
