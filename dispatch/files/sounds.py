"""Recordings: walked frame by frame, and only the sound kept: tags, pictures and whatever hides between are left behind."""

from __future__ import annotations

from dispatch.files import refusals

MP3, WAV, AMR = "audio/mpeg", "audio/wav", "audio/amr"
AMR_NARROW, AMR_WIDE = b"#!AMR\n", b"#!AMR-WB\n"
KEPT_CHUNKS = (b"fmt ", b"fact", b"data")

# Bytes of a frame after its head, by the frame type in its head (RFC 4867; 3GPP TS 26.101 and 26.201).
_NARROW = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0}
_WIDE = {0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0}

# MPEG audio layer III: kbit/s by index, of version 1 and of versions 2 and 2.5; Hz by version and index.
_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HERTZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_FEWEST_FRAMES = 3  # fewer than these may be chance
_OLD_TAG_BYTES = 128
_TAG_HEAD = 10


def rewrite_amr(content: bytes) -> bytes:
    """The recording if every frame to the very end is one. Raises ``file.broken``."""
    magic, sizes = (AMR_WIDE, _WIDE) if content.startswith(AMR_WIDE) else (AMR_NARROW, _NARROW)
    place = len(magic)
    if place >= len(content):
        raise refusals.broken()
    while place < len(content):
        head = content[place]
        size = sizes.get(head >> 3 & 0x0F)
        if size is None or head & 0x83:  # the padding bits of a frame's head are zero
            raise refusals.broken()
        place += 1 + size
    if place != len(content):
        raise refusals.broken()
    return content


def rewrite_wav(content: bytes) -> bytes:
    """A RIFF of the format and the samples only. Raises ``file.broken``."""
    place, kept = 12, {}
    while place + 8 <= len(content):
        name, size = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        body = content[place + 8 : place + 8 + size]
        if len(body) != size or (name in kept and name in KEPT_CHUNKS):
            raise refusals.broken()
        if name in KEPT_CHUNKS:
            kept[name] = name + size.to_bytes(4, "little") + body + bytes(size % 2)
        place += 8 + size + size % 2
    if b"fmt " not in kept or b"data" not in kept or len(kept[b"data"]) == 8:
        raise refusals.broken()
    sound = b"WAVE" + b"".join(kept[name] for name in KEPT_CHUNKS if name in kept)
    return b"RIFF" + len(sound).to_bytes(4, "little") + sound


def rewrite_mp3(content: bytes) -> bytes:
    """The run of MPEG layer III frames, tags before and behind it left out. Raises ``file.broken``."""
    begin = place = _after_tags(content)
    frames = 0
    while (size := _frame_bytes(content, place)) and place + size <= len(content):
        place, frames = place + size, frames + 1
    rest = content[place:]
    is_cut = size > 0  # a recorder that was switched off: half a last frame
    is_tag = rest.startswith(b"APETAGEX") or (rest.startswith(b"TAG") and len(rest) == _OLD_TAG_BYTES)
    if frames < _FEWEST_FRAMES or not (is_cut or is_tag or not rest.strip(b"\0")):
        raise refusals.broken()
    return content[begin:place]


def _after_tags(content: bytes) -> int:
    """Where the sound begins: behind the ID3v2 tags, of which there may be several."""
    place = 0
    while content[place : place + 3] == b"ID3" and place + _TAG_HEAD <= len(content):
        size = 0
        for byte in content[place + 6 : place + _TAG_HEAD]:
            size = size << 7 | byte & 0x7F
        place += _TAG_HEAD + size
    return len(content) - len(content[place:].lstrip(b"\0"))


def _frame_bytes(content: bytes, place: int) -> int:
    """Length of the layer III frame that begins at ``place``, whether or not all of it is there; 0 where none begins."""
    head = int.from_bytes(content[place : place + 4], "big")
    version, layer = head >> 19 & 3, head >> 17 & 3
    rate, hertz = head >> 12 & 15, head >> 10 & 3
    if head >> 21 != 0x7FF or layer != 1 or version == 1 or rate in (0, 15) or hertz == 3:
        return 0
    per_frame, rates = (144, _RATES_1) if version == 3 else (72, _RATES_2)
    return per_frame * rates[rate] * 1000 // _HERTZ[version][hertz] + (head >> 9 & 1)
