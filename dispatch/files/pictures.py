"""Pictures: decoded under a cap and written anew, so that nothing but the picture is kept: no EXIF, no place, no stowaway."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from dispatch.files import refusals
from dispatch.files.limits import Limits

JPEG, PNG = "image/jpeg", "image/png"
PNG_EFFORT = 4  # of 9: half the time of the usual 6, a few percent larger
WITH_ALPHA = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError)

Image.MAX_IMAGE_PIXELS = None  # counted by ``_open``, against versioned data, before a pixel is decoded


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept, and its thumbnail (JPEG)."""

    body: bytes
    media_type: str
    thumbnail: bytes


def rewrite(content: bytes, kind: str, limits: Limits) -> Picture:
    """Decode ``content`` as ``kind`` (``JPEG``, ``PNG``, ``WEBP``) and write it anew, upright and no larger than the limits say.

    Of a moving picture the first frame stays. Raises ``file.broken``, or ``file.too_big`` for a picture of too many pixels.
    """
    try:
        with _open(content, kind, limits) as opened:
            picture = _upright(opened, limits)
        # PNG stays PNG: writing on a screen turns to mud in JPEG.
        media_type = PNG if kind == "PNG" or picture.mode == "RGBA" else JPEG
        return Picture(_written(picture, media_type, limits), media_type, _thumbnail(picture, limits))
    except UNREADABLE as error:
        raise refusals.broken() from error


def _open(content: bytes, kind: str, limits: Limits) -> Image.Image:
    opened = Image.open(BytesIO(content), formats=[kind])
    width, height = opened.size
    if width * height > (limits.picture_jpeg_pixels if kind == "JPEG" else limits.picture_pixels):
        raise refusals.unfolds_too_far()
    edge, longest = limits.picture_edge, max(width, height)
    # A JPEG is decoded at a half, a quarter or an eighth while that is still no smaller than what is kept.
    opened.draft("RGB", (min(width, width * edge // longest), min(height, height * edge // longest)))
    return opened


def _upright(opened: Image.Image, limits: Limits) -> Image.Image:
    """The pixels alone, turned as the camera said, in one of two modes."""
    has_alpha = opened.mode in WITH_ALPHA or "transparency" in opened.info
    mode = "RGBA" if has_alpha else "RGB"
    pixels = opened if opened.mode == mode else opened.convert(mode)
    pixels.thumbnail((limits.picture_edge, limits.picture_edge))  # before anything else copies all of it
    pixels = ImageOps.exif_transpose(pixels)
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    return clean


def _written(picture: Image.Image, media_type: str, limits: Limits) -> bytes:
    out = BytesIO()
    if media_type == PNG:
        picture.save(out, "PNG", compress_level=PNG_EFFORT)
    else:
        picture.save(out, "JPEG", quality=limits.picture_quality)
    return out.getvalue()


def _thumbnail(picture: Image.Image, limits: Limits) -> bytes:
    small = picture.copy()
    small.thumbnail((limits.picture_thumbnail, limits.picture_thumbnail))
    if small.mode == "RGBA":
        ground = Image.new("RGB", small.size, "white")
        ground.paste(small, mask=small.getchannel("A"))
        small = ground
    return _written(small, JPEG, limits)
