"""Why a file is not taken: a stable code and what to do, never the file's name or anything out of it."""

from __future__ import annotations

from dispatch.files.limits import MEGABYTE
from dispatch.kernel.errors import DomainError, Forbidden, NotFound


def too_big(limit_bytes: int) -> DomainError:
    """``file.too_big``: the file, the upload or all files of the ticket together."""
    return DomainError(
        "file.too_big",
        "文件过大，请压缩后重新上传，或分几次上传。",
        status=413,
        field="file",
        limit_megabytes=limit_bytes // MEGABYTE,
    )


def type_refused() -> DomainError:
    """``file.type_refused``: not one of the kinds that we can make safe, whatever it calls itself."""
    return DomainError(
        "file.type_refused",
        "不接受此类文件。可上传 JPEG、PNG、WebP 图片，PDF、DOCX、XLSX、纯文本文档，MP3、WAV、AMR 录音。",
        status=415,
        field="file",
    )


def active_content() -> DomainError:
    """``file.type_refused``: a document that runs something or calls for something from elsewhere."""
    return DomainError(
        "file.type_refused",
        "文档含有宏、脚本、内嵌程序或外部引用，不能上传，请另存为不含这些内容的文档。",
        status=415,
        field="file",
    )


def broken() -> DomainError:
    """``file.broken``: begins like a kind we take, but cannot be read to its end."""
    return DomainError("file.broken", "文件已损坏或内容不完整，请重新保存后再上传。", field="file")


def empty() -> DomainError:
    """``file.broken``: nothing in it."""
    return DomainError("file.broken", "文件是空的，请选择有内容的文件。", field="file")


def unfolds_too_far() -> DomainError:
    """``file.too_big``: small as sent, and too much once it is unfolded."""
    return DomainError("file.too_big", "文件展开后过大，请缩小图片尺寸或精简文档后再上传。", status=413, field="file")


def too_many(limit: int) -> DomainError:
    """``file.too_many``: in one upload, or on the ticket."""
    return DomainError("file.too_many", "文件数量超过上限，请减少文件后再上传。", field="file", limit=limit)


def not_holding() -> Forbidden:
    """A unit that sees the ticket but does not handle it."""
    return Forbidden("file.not_holding", "只有办理本单的单位可以上传或移除材料。")


def unknown() -> NotFound:
    """The one answer for a file that never was, was removed, or is not for this person."""
    return NotFound("file.unknown", "没有这个文件，或您无权查看。")
