"""Small documents that become large when they are read, and harmless ones of the same kind and size.

What they become is bounded, so that a service that reads them whole survives: some hundred megabytes.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import struct
import zipfile
import zlib
from dataclasses import dataclass

from crashworthy.core.value import Json
from crashworthy.lab.experiments.injection.entities import with_entities

LARGE = 160 * 1024 * 1024
_CHUNK = 1024 * 1024
_SIDE = 12_000
"""Pixels: below the number at which Pillow refuses an image by itself (178 956 970)."""


@dataclass(frozen=True)
class Bomb:
    """`large` becomes `LARGE` bytes or more, `plain` is of about the same size and stays as it is. `kind` in words."""

    kind: str
    large: bytes
    plain: bytes


def zip_bomb() -> Bomb:
    """A zip file of one member, all zeros, beside one of as many random bytes."""
    large = _zip(zlib_zeros=True)
    return Bomb("zip file", large, _zip(zlib_zeros=False, size=len(large)))


def gzip_bomb(document: bytes) -> Bomb:
    """A JSON document with much white space behind it, compressed; beside it with random letters in no field."""
    large = io.BytesIO()
    with gzip.GzipFile(fileobj=large, mode="wb", compresslevel=9, mtime=0) as out:
        out.write(document)
        for _ in range(LARGE // _CHUNK):
            out.write(b" " * _CHUNK)
    spaces = b"".join(random.Random(7).choices((b" ", b"\n", b"\t", b"\r"), k=4 * len(large.getvalue())))  # noqa: S311
    return Bomb("gzip body", large.getvalue(), gzip.compress(document + spaces, mtime=0))


def image_bomb() -> Bomb:
    """A black-and-white PNG of many pixels, all white, beside a small one with as many bytes of comment."""
    row = b"\x00" + b"\xff" * (_SIDE // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join([*(packer.compress(row) for _ in range(_SIDE)), packer.flush()])
    large = _png(_SIDE, pixels)
    small = _png(8, zlib.compress(b"\x00\xff" * 8), _noise(len(large)))
    return Bomb("image", large, small)


def entity_bomb(document: str) -> Bomb:
    """Entities of entities, each ten of the one before (CWE-776), beside as many that are not used.

    Expat since 2.4.1 refuses them by itself, and libxml2 since 2.14 even where it is told that documents are huge;
    older ones are still installed.
    """
    word = "x" * 16
    declared = [f'<!ENTITY e0 "{word}">']
    declared += [f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 8)]
    declarations = "".join(declared)
    large = with_entities(document, declarations, "&e7;").encode()
    return Bomb("XML document", large, with_entities(document, declarations, "&e0;").encode())


def as_json(value: Json) -> bytes:
    """A document as it is sent."""
    return json.dumps(value).encode("ascii")


def _zip(*, zlib_zeros: bool, size: int = 0) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        member = zipfile.ZipInfo("data.txt", (2020, 1, 1, 0, 0, 0))
        member.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(member, "w") as out:
            if zlib_zeros:
                for _ in range(LARGE // _CHUNK):
                    out.write(bytes(_CHUNK))
            else:
                out.write(_noise(size))
    return made.getvalue()


def _png(side: int, pixels: bytes, comment: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    text = chunk(b"tEXt", b"Comment\x00" + comment.replace(b"\x00", b" ")) if comment else b""
    return b"\x89PNG\r\n\x1a\n" + head + text + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)  # noqa: S311 - the same bytes each time
