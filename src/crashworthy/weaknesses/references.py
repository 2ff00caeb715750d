"""References of the catalogue's entries, by the number that each standard gives its parts."""

from __future__ import annotations

from crashworthy.core.weakness import Reference

_ASVS = "https://github.com/OWASP/ASVS/blob/master/5.0/en/"
_CHAPTERS = {
    "1": "0x10-V1-Encoding-and-Sanitization.md",
    "2": "0x11-V2-Validation-and-Business-Logic.md",
    "3": "0x12-V3-Web-Frontend-Security.md",
    "4": "0x13-V4-API-and-Web-Service.md",
    "5": "0x14-V5-File-Handling.md",
    "6": "0x15-V6-Authentication.md",
    "7": "0x16-V7-Session-Management.md",
    "8": "0x17-V8-Authorization.md",
    "9": "0x18-V9-Self-contained-Tokens.md",
    "11": "0x20-V11-Cryptography.md",
    "12": "0x21-V12-Secure-Communication.md",
    "13": "0x22-V13-Configuration.md",
    "14": "0x23-V14-Data-Protection.md",
    "15": "0x24-V15-Secure-Coding-and-Architecture.md",
    "16": "0x25-V16-Security-Logging-and-Error-Handling.md",
}


def asvs(requirement: str) -> Reference:
    """A requirement of OWASP's Application Security Verification Standard 5.0, such as "1.2.4"."""
    chapter = _CHAPTERS[requirement.partition(".")[0]]
    return Reference(title=f"OWASP ASVS 5.0, {requirement}", url=f"{_ASVS}{chapter}")


def rfc(number: int, section: str) -> Reference:
    """A section of a Request for Comments."""
    url = f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"
    return Reference(title=f"RFC {number}, section {section}", url=url)


def cheat_sheet(topic: str) -> Reference:
    """A sheet of OWASP's Cheat Sheet Series, such as "Password Storage"."""
    url = f"https://cheatsheetseries.owasp.org/cheatsheets/{topic.replace(' ', '_')}_Cheat_Sheet.html"
    return Reference(title=f"OWASP {topic} Cheat Sheet", url=url)


IDEMPOTENCY_KEY = Reference(
    title="The Idempotency-Key HTTP header field (IETF draft)",
    url="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/",
)
