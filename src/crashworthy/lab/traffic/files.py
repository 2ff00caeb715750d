"""Small valid files for uploads, by what a field's name asks for."""

from __future__ import annotations

import base64
import io
import struct
import wave
import zipfile
import zlib
from collections.abc import Sequence

from crashworthy.core.value import Json
from crashworthy.lab.traffic.names import words

COLUMNS = "x-columns"
"""Names that the first line of a table must have, as a keyword of a file's schema."""


def sample_file(name: str, media_type: str = "", *, encoded: bool = False, columns: Sequence[str] = ()) -> Json:
    """A file for a multipart field as `encode.prepare` takes it, or its Base64 text where `encoded`.

    Its kind is that of `media_type`, such as "image/jpeg" or ".zip", else what the field's name asks for. A table has
    the `columns`, where they are known.
    """
    asked = {*words(media_type.partition(";")[0])}
    kinds = asked if asked & _KNOWN else {*words(name)}
    if kinds & {"jpeg", "jpg"}:
        return _file("sample.jpg", "image/jpeg", _JPEG, encoded=encoded)
    if kinds & {"image", "picture", "photo", "avatar", "logo", "thumbnail", "cover", "png", "icon"}:
        return _file("sample.png", "image/png", _png(), encoded=encoded)
    if kinds & {"zip", "archive", "backup", "bundle"}:
        return _file("sample.zip", "application/zip", _zip(), encoded=encoded)
    if kinds & {"pdf", "document", "invoice", "resume", "cv"}:
        return _file("sample.pdf", "application/pdf", _PDF, encoded=encoded)
    if kinds & {"calendar", "ics"}:
        return _file("sample.ics", "text/calendar", _CALENDAR, encoded=encoded)
    if kinds & {"vcard", "vcf"}:
        return _file("sample.vcf", "text/vcard", _CARD, encoded=encoded)
    if kinds & {"mp4", "video", "movie", "clip"}:
        return _file("sample.mp4", "video/mp4", _mp4(), encoded=encoded)
    if kinds & {"wav", "audio", "sound", "recording", "voice"}:
        return _file("sample.wav", "audio/wav", _wav(), encoded=encoded)
    if kinds & {"json"}:
        return _file("sample.json", "application/json", b'[{"id": 1, "name": "sample"}]', encoded=encoded)
    if kinds & {"xml", "feed", "opml"}:
        return _file("sample.xml", "application/xml", _XML, encoded=encoded)
    if columns or kinds & {"csv", "import", "sheet", "table", "row"}:
        names = list(columns) or ["id", "name"]
        table = f"{','.join(names)}\n{','.join(['1', *['sample'] * (len(names) - 1)])}\n"
        return _file("sample.csv", "text/csv", table.encode(), encoded=encoded)
    return _file("sample.txt", "text/plain", b"sample text\n", encoded=encoded)


def file_of(media_type: str, unique: str) -> tuple[str | None, str | None]:
    """A whole body of that type: as text, or in Base64 where it is none.

    What such a file is known by holds the `unique` text (RFC 5545, section 3.8.4.7): two of a kind are two things.
    """
    file = sample_file("", media_type)
    assert isinstance(file, dict)
    content = base64.b64decode(str(file["base64"]))
    try:
        return content.decode("utf-8").replace("UID:sample", f"UID:sample-{unique}"), None
    except UnicodeDecodeError:
        return None, str(file["base64"])


def _file(name: str, kind: str, content: bytes, *, encoded: bool) -> Json:
    text = base64.b64encode(content).decode("ascii")
    return text if encoded else {"filename": name, "content_type": kind, "base64": text}


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x33\x66\x99")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _mp4() -> bytes:
    """A film of no length: its brand and the header of a film (ISO/IEC 14496-12, sections 4.3 and 8.2.2)."""

    def box(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data) + 8) + kind + data

    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    header = struct.pack(">IIIIIIH10x", 0, 0, 0, 1000, 0, 0x10000, 0x100) + matrix + bytes(24) + struct.pack(">I", 1)
    return box(b"ftyp", b"isom" + struct.pack(">I", 0x200) + b"isommp41") + box(b"moov", box(b"mvhd", header))


def _wav() -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(160))
    return content.getvalue()


_PDF = (
    b"%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)

_XML = b'<?xml version="1.0" encoding="UTF-8"?>\n<items><item><id>1</id><name>sample</name></item></items>\n'

# RFC 5545, section 3.4, and RFC 6350, section 6: lines end in CRLF.
_CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//crashworthy//EN\r\nBEGIN:VEVENT\r\nUID:sample\r\n"
    b"DTSTAMP:20300101T000000Z\r\nDTSTART:20300102T090000Z\r\nDTEND:20300102T100000Z\r\nSUMMARY:Sample\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)
_CARD = b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:sample\r\nFN:Sample\r\nEND:VCARD\r\n"

# A grey square, baseline, with its own quantisation and Huffman tables (ITU-T T.81).
_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP////////////////////////////////////////////////////////////////////////////"
    "//////////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z"
)

_KNOWN = frozenset({
    "jpeg", "jpg", "png", "zip", "pdf", "json", "xml", "csv", "image", "calendar", "vcard", "mp4", "video", "wav",
    "audio",
})  # fmt: skip


def _zip() -> bytes:
    """An archive of one file, the same bytes each time."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("sample.txt", (2020, 1, 1, 0, 0, 0)), "sample text\n")
    return content.getvalue()
