"""Signatures that stand at a fixed place: containers, recordings, programs, fonts and databases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import itemgetter

BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
"""MIME Sniffing, "binary data byte"."""

_LOOKED_AT = 1 << 16  # bytes
_START = 2  # bytes; no signature is shorter

Signature = tuple[int, bytes, str]
"""Where it stands (offset in bytes), the bytes, and the media type that they tell."""
_CONTAINERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1f\x8b\x08", "application/gzip"),  # RFC 1952, 2.3.1
    (0, b"7z\xbc\xaf'\x1c", "application/x-7z-compressed"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),  # RFC 8878, 3.1.1
    (0, b"BZh", "application/x-bzip2"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"LZIP\x01", "application/lzip"),
    (0, b"\x04\x22\x4d\x18", "application/x-lz4"),
    (0, b"\x1f\x9d", "application/x-compress"),
    (0, b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
    (0, b"ITSF\x03\x00\x00\x00", "application/vnd.ms-htmlhelp"),
    (0, b"\x60\xea", "application/x-arj"),
    (2, b"-lh", "application/x-lzh-compressed"),
    (0, b"!<arch>\n", "application/x-archive"),
    (0, b"\xc7\x71", "application/x-cpio"),
    (0, b"\x71\xc7", "application/x-cpio"),
    (0, b"070701", "application/x-cpio"),
    (0, b"070707", "application/x-cpio"),
    (0, b"\xed\xab\xee\xdb", "application/x-rpm"),
    (0, b"!BDN", "application/vnd.ms-outlook-pst"),  # [MS-PST] 2.2.2.6
    (0, b"xar!", "application/x-xar"),
    (0, b"ADSEGMENTEDFILE", "application/x-ad1"),
    (0, b"EVF\x09\x0d\x0a\xff\x00", "application/x-ewf"),
    (0x8001, b"CD001", "application/x-iso9660-image"),  # ECMA-119, 8.1
    (0, b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),  # [MS-OXTNEF] 2.1.3.1
)
_RECORDINGS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"\x0b\x77", "audio/ac3"),  # ETSI TS 102 366, 4.4.1
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01", "application/mxf"),  # SMPTE 377M
    (0, b"#!AMR", "audio/amr"),
    (0, b"MThd\x00\x00\x00\x06", "audio/midi"),
    (0, b".snd\x00\x00", "audio/basic"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"),  # ISO/IEC 13818-1, pack header
    (0, b"\x00\x00\x01\xb3", "video/mpeg"),  # ISO/IEC 13818-2, sequence header
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", "video/x-ms-asf"),
    (0, b".RMF\x00\x00\x00", "application/vnd.rn-realmedia"),
    (0, b"caff\x00\x01", "audio/x-caf"),
    (0, b"wvpk", "audio/x-wavpack"),
    (0, b"MAC ", "audio/x-ape"),
    (4, b"moov", "video/quicktime"),
    (4, b"mdat", "video/quicktime"),
    (4, b"wide", "video/quicktime"),
)
_MACHINERY: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xca\xfe\xba\xbe", "application/java-vm"),
    (0, b"dex\n", "application/vnd.android.dex"),
    (0, b"\x00asm\x01\x00\x00\x00", "application/wasm"),
    (0, b"\x4c\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),  # [MS-SHLLINK] 2.1
    (0, b"regf", "application/x-ms-registry-hive"),
    (0, b"ElfFile\x00", "application/x-ms-evtx"),
    (0, b"\x00\x01\x00\x00Standard Jet DB", "application/vnd.ms-access"),
    (0, b"\x00\x01\x00\x00Standard ACE DB", "application/vnd.ms-access"),
    (0, b"\x00\x01\x00\x00\x00", "font/ttf"),
    (0, b"true\x00", "font/ttf"),
    (0, b"OTTO\x00", "font/otf"),
    (0, b"ttcf\x00", "font/collection"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"bplist00", "application/x-plist"),
    (0, b"PAR1", "application/vnd.apache.parquet"),
    (0, b"ORC", "application/x-orc"),
    (0, b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
    (0, b"\xa1\xb2\xc3\xd4", "application/vnd.tcpdump.pcap"),
    (0, b"\x0a\x0d\x0d\x0a", "application/x-pcapng"),
    (0, b"LUKS\xba\xbe", "application/x-luks"),
    (0, b"conectix", "application/x-vhd"),
    (0, b"QFI\xfb", "application/x-qcow2"),
    (0, b"KDMV", "application/x-vmdk"),
)


class Signatures:
    """Signatures found by their first bytes: most heads begin like none of them."""

    def __init__(self, table: Iterable[Signature]) -> None:
        """The order of `table` is that of preference."""
        self._places: dict[int, dict[bytes, list[tuple[int, Signature]]]] = {}
        for rank, one in enumerate(table):
            starts = self._places.setdefault(one[0], {})
            starts.setdefault(one[1][:_START], []).append((rank, one))

    def standing(self, head: bytes) -> Iterable[Signature]:
        """Return the signatures that stand in their places, in order of preference."""
        likely = [
            one
            for offset, starts in self._places.items()
            for one in starts.get(head[offset : offset + _START], ())
        ]
        likely.sort(key=itemgetter(0))
        return [one for _, one in likely if head.startswith(one[1], one[0])]


_ALL = Signatures(_CONTAINERS + _RECORDINGS + _MACHINERY)

# ISO/IEC 14496-12, 4.3: the major brand; what is not here is `video/mp4`.
_BRANDS = {
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"M4P ": "audio/mp4",
    b"qt  ": "video/quicktime",
    b"3gp": "video/3gpp",
    b"3g2": "video/3gpp2",
    b"3ge": "video/3gpp",
    b"3gg": "video/3gpp",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"crx ": "image/x-canon-cr3",
    b"jp2 ": "image/jp2",
}
_FORMS = {
    b"WAVE": "audio/wav",
    b"AVI ": "video/x-msvideo",
    b"WEBP": "image/webp",
    b"AIFF": "audio/aiff",
    b"AIFC": "audio/aiff",
}
_OGG = (
    (b"\x80theora", "video/ogg"),
    (b"\x01vorbis", "audio/ogg"),
    (b"OpusHead", "audio/ogg"),
    (b"Speex   ", "audio/ogg"),
    (b"\x7fFLAC", "audio/ogg"),
)
_EBML = b"\x1a\x45\xdf\xa3"
_PACKETS = (188, 192, 204)  # bytes of an MPEG transport packet, plain, with time, with parity
_LAYERS = re.compile(rb"\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd]")  # MPEG audio sync, layer II or III


def fixed(head: bytes) -> str | None:
    """Return the media type that a signature at a fixed place tells, or `None`.

    A signature of printable characters alone may be the beginning of a sentence: it counts only
    before bytes that no text has.
    """
    binary = BINARY.search(head[:_LOOKED_AT]) is not None
    for _, magic, kind in _ALL.standing(head):
        if binary or BINARY.search(magic):
            return kind
    return recording(head) if binary else None


def recording(head: bytes) -> str | None:
    """Return the media type of a sound or film (or of an image in the same boxes), or `None`."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return _BRANDS.get(brand) or _BRANDS.get(brand[:3]) or "video/mp4"
    if head[:4] in (b"RIFF", b"FORM") and head[8:12] in _FORMS:
        return _FORMS[head[8:12]]
    if head.startswith(b"OggS"):
        return next((kind for mark, kind in _OGG if mark in head[:4096]), "application/ogg")
    if head.startswith(_EBML):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if _is_transport_stream(head):
        return "video/mp2t"
    return "audio/mpeg" if _is_mpeg_audio(head) else _adts(head)


def _is_transport_stream(head: bytes) -> bool:
    """Tell ISO/IEC 13818-1 packets by their sync bytes, five in a row."""
    return b"G" in (head[:1], head[4:5]) and any(
        head[first : first + 5 * size : size] == b"G" * 5 and len(head) > 5 * size
        for size in _PACKETS
        for first in (0, 4)
    )


def _is_mpeg_audio(head: bytes) -> bool:
    """Tell an MPEG audio frame header (ISO/IEC 11172-3, 2.4.1.3) with legal fields."""
    if len(head) < 4 or not _LAYERS.match(head):
        return False
    legal = head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3
    return legal and b"\x00" in head


def _adts(head: bytes) -> str | None:
    """Tell an AAC frame header (ISO/IEC 13818-7, 6.2) with legal fields."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return None
    return "audio/aac" if head[2] >> 2 & 15 < 13 and b"\x00" in head else None
