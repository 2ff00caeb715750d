"""Small files that the libraries for their kinds read."""

from __future__ import annotations

import base64
import io
import struct
import wave
import xml.etree.ElementTree as ET
import zipfile

import pytest

from crashworthy.lab.traffic.files import sample_file


def content(name: str, media_type: str = "") -> tuple[str, bytes]:
    file = sample_file(name, media_type)
    assert isinstance(file, dict)
    return str(file["content_type"]), base64.b64decode(str(file["base64"]))


@pytest.mark.parametrize(
    ("name", "media_type", "kind", "start"),
    [
        ("avatar", "", "image/png", b"\x89PNG"),
        ("photo_jpg", "", "image/jpeg", b"\xff\xd8\xff"),
        ("file", "image/jpeg", "image/jpeg", b"\xff\xd8\xff"),
        ("archive", "", "application/zip", b"PK"),
        ("resume", "", "application/pdf", b"%PDF"),
        ("feed", "", "application/xml", b"<?xml"),
        ("import_file", "", "text/csv", b"id,"),
        ("calendar", "", "text/calendar", b"BEGIN:VCALENDAR\r\n"),
        ("file", "text/vcard", "text/vcard", b"BEGIN:VCARD\r\n"),
        ("clip", "", "video/mp4", b"\x00\x00\x00\x18ftypisom"),
        ("voice", "", "audio/wav", b"RIFF"),
        ("file", "application/octet-stream", "text/plain", b"sample"),
    ],
)
def test_the_kind_is_what_is_asked_for(name: str, media_type: str, kind: str, start: bytes) -> None:
    found, data = content(name, media_type)
    assert found == kind
    assert data.startswith(start)


def test_archives_and_xml_are_well_formed() -> None:
    with zipfile.ZipFile(io.BytesIO(content("archive")[1])) as archive:
        assert archive.testzip() is None
    assert ET.fromstring(content("feed")[1]).find("item/id") is not None
    assert content("photo_jpg")[1].endswith(b"\xff\xd9")


def test_films_and_sounds_can_be_opened() -> None:
    with wave.open(io.BytesIO(content("sound")[1])) as sound:
        assert sound.getnframes() == 80
    film, boxes = content("video")[1], []
    while film:
        length, kind = struct.unpack(">I4s", film[:8])
        boxes.append((kind, length))
        film = film[length:]
    assert boxes == [(b"ftyp", 24), (b"moov", 116)]
