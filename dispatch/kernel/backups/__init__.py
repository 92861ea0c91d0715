"""One file that holds the whole database, made from a single snapshot and restored all or nothing."""

from dispatch.kernel.backups.archive import BackupError
from dispatch.kernel.backups.dump import backup, has_tables
from dispatch.kernel.backups.load import restore

__all__ = ["BackupError", "backup", "has_tables", "restore"]
