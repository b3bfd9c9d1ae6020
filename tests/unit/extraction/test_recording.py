"""Sound and film say what they are, and what was written into them is not lost."""

from __future__ import annotations

import struct

import pytest

from archive.extraction import NoText, media_type, too_large
from archive.extraction.readers.recording import RecordingReader
from archive.model.objects import Extraction
from tests.unit.extraction.container_maker import sound

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
FRAME = b"\xff\xfb\x90\x64" + bytes(413)  # MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes


def frame(name: bytes, content: bytes) -> bytes:
    return name + struct.pack(">IH", len(content), 0) + content


def song(*frames: bytes) -> bytes:
    """Silence as MP3 behind an ID3v2.3 tag."""
    body = b"".join(frames)
    size = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + size + body + FRAME * 40


def read(data: bytes) -> Extraction:
    assert media_type(data) in RecordingReader.media_types
    return RecordingReader().read(data)


def test_a_sound_has_no_text_and_says_so() -> None:
    found = read(sound("Market day"))
    assert (found.text, found.reason) == (None, NoText.SOUND.value)
    assert found.metadata["title"] == "Market day"
    assert found.metadata["duration"] == "1.000"
    assert (found.metadata["audio-codec"], found.metadata["sampling-rate"]) == ("PCM", "8000")


def test_what_is_written_into_a_song_is_metadata() -> None:
    found = read(
        song(
            frame(b"TIT2", b"\x03" + "장마당 노래".encode()),
            frame(b"TPE1", b"\x03Pak Mi-hyang"),
            frame(b"TYER", b"\x032024"),
            frame(b"COMM", b"\x03eng\x00recorded at the ferry"),
            frame(b"USLT", b"\x03eng\x00words of the song"),
            frame(b"TXXX", b"\x03informant\x00Oh Kwang-su"),
        )
    )
    assert found.metadata["title"] == "장마당 노래"
    assert found.metadata["author"] == "Pak Mi-hyang"
    told = " ".join(found.metadata.values())
    for words in ("recorded at the ferry", "words of the song", "Oh Kwang-su"):
        assert words in told


def test_the_picture_on_a_cover_is_an_attachment() -> None:
    found = read(song(frame(b"APIC", b"\x00image/png\x00\x03\x00" + PICTURE)))
    assert [one.data for one in found.attachments] == [PICTURE]


@pytest.mark.parametrize("kind", ["ID3", "RIFF", "OggS", "fLaC", "ftyp"])
def test_a_recording_that_is_none_has_no_text_either(kind: str) -> None:
    heads = {"ftyp": b"\0\0\0\x20ftypisom", "OggS": b"OggS\0\2", "RIFF": b"RIFF\0\0\0\0WAVE"}
    found = read(heads.get(kind, kind.encode() + b"\0\0\0\0") + bytes(5_000))
    assert (found.text, found.reason) == (None, NoText.SOUND.value)


def test_a_file_that_is_too_large_says_what_to_do_by_its_kind() -> None:
    assert too_large("application/zip") is NoText.UNOPENED
    assert too_large("application/mbox") is NoText.UNOPENED
    assert too_large("video/mp4") is NoText.SOUND
    assert too_large("text/plain") is NoText.TOO_LARGE
