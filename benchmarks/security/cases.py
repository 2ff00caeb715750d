"""The services: tests/sick_services, by weakness, each sick one with its healthy twins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.weakness import Family
from crashworthy.lab.databases.postgresql_binaries import find_postgresql
from crashworthy.weaknesses.catalogue import CATALOGUE
from sick_services.catalog import ALL, EXPERIMENTS, SickService
from sick_services.stand import service_file

# The families of the catalogue whose weaknesses somebody exploits.
FAMILIES = frozenset({Family.INJECTION, Family.ACCESS, Family.EXPOSURE, Family.CROSSSITE, Family.RESOURCE})


@dataclass(frozen=True, eq=False)
class Case:
    """One file: a service that is sick of `weakness`, or healthy of it."""

    weakness: str
    service: SickService
    name: str

    @property
    def is_sick(self) -> bool:
        """Whether the weakness is there."""
        return bool(self.name == self.service.sick)

    @property
    def file(self) -> Path:
        """The service."""
        return Path(service_file(self.weakness.replace("-", "_"), self.name))

    @property
    def experiment(self) -> str:
        """The id of the experiment that tries it."""
        return str(EXPERIMENTS[self.weakness.replace("-", "_")])

    @property
    def title(self) -> str:
        """For messages; one file may be tried at several operations."""
        operation = self.service.operation
        tried = " + ".join(operation) if isinstance(operation, tuple) else operation
        return f"{self.weakness}/{self.name} at {tried or 'the start'}"


def weaknesses() -> list[str]:
    """Ids of all weaknesses of these families."""
    return [id_ for id_, weakness in CATALOGUE.items() if weakness.family in FAMILIES]


def cases(only: Sequence[str]) -> Iterator[Case]:
    """All services of weaknesses whose id holds one of `only`; those that need PostgreSQL where it is installed."""
    for folder, listed in ALL.items():
        weakness = folder.replace("_", "-")
        if weakness not in CATALOGUE or CATALOGUE[weakness].family not in FAMILIES:
            continue
        if not any(part in weakness for part in only):
            continue
        for service in listed:
            if service.postgresql and not _has_postgresql():
                continue
            for name in filter(None, (service.sick, *service.healthy)):
                yield Case(weakness, service, name)


def _has_postgresql() -> bool:
    try:
        find_postgresql()
    except CrashworthyError:
        return False
    return True
