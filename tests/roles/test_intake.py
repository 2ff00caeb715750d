"""Duties are read from text, Markdown and PDF, with the time that they take where the file says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.roles.intake import Duty, duties_of, read_duties

POSTING = """\
# Backend developer
We are a fast-growing company with a kitchen.

## What you will do
- 30 % Design **REST** APIs
- Review [pull requests](https://example.org): 4 h
* Be on call. Write reports.
"""


def pdf(*lines: str) -> bytes:
    """A PDF with one page and these lines."""
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))
    return body + head + tail


def test_lists_are_what_is_done_and_prose_around_them_is_not() -> None:
    assert duties_of(POSTING) == (
        Duty("Design REST APIs", 30.0),
        Duty("Review pull requests", 10.0),
        Duty("Be on call"),
        Duty("Write reports"),
    )


def test_of_a_posting_only_what_is_done_is_read() -> None:
    posting = """Backend Engineer
We are a friendly company in Lisbon.
What you will do
Build REST APIs
Join the on-call rotation
Requirements
5 years of Python
Benefits
25 days of holidays
"""
    assert [duty.text for duty in duties_of(posting)] == ["Build REST APIs", "Join the on-call rotation"]
    assert [
        duty.text for duty in duties_of("- Build APIs\n- Tune queries\n- Review code\n## Benefits\n- Free coffee")
    ] == [
        "Build APIs",
        "Tune queries",
        "Review code",
    ]


def test_without_a_list_sentences_count() -> None:
    assert [duty.text for duty in duties_of("You tune databases. You review code!")] == [
        "You tune databases",
        "You review code!",
    ]


def test_a_pdf_is_read(tmp_path: Path) -> None:
    file = tmp_path / "posting.pdf"
    file.write_bytes(pdf("- Design REST APIs", "- Review pull requests", "- Tune slow queries"))
    assert [duty.text for duty in read_duties(file)] == [
        "Design REST APIs",
        "Review pull requests",
        "Tune slow queries",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"%PDF-1.4 broken", "PDF that cannot be read"), (b"\xff\xfe\x00", "neither text"), (b"  \n", "holds no line")],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(CrashworthyError, match=said):
        read_duties(file)
