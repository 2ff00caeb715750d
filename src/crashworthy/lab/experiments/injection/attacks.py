"""All attacks, the worst first. A new one is a line here."""

from __future__ import annotations

from crashworthy.lab.experiments.injection.attack import Attack
from crashworthy.lab.experiments.injection.entities import Entity
from crashworthy.lab.experiments.injection.files import Archive, Traversal
from crashworthy.lab.experiments.injection.formula import Formula
from crashworthy.lab.experiments.injection.interpreter import Code, Template
from crashworthy.lab.experiments.injection.lines import Header, Log, Mail
from crashworthy.lab.experiments.injection.model_output import ModelOutput
from crashworthy.lab.experiments.injection.objects import Unpickled
from crashworthy.lab.experiments.injection.process import Argument, Command
from crashworthy.lab.experiments.injection.prompt import Prompt
from crashworthy.lab.experiments.injection.queries import Directory, Documents
from crashworthy.lab.experiments.injection.request import Forgery
from crashworthy.lab.experiments.injection.sql import Sql

ATTACKS: tuple[Attack, ...] = (
    Sql(),
    Documents(),
    Directory(),
    Command(),
    Code(),
    Template(),
    Traversal(),
    Archive(),
    Entity(),
    Forgery(),
    Unpickled(),
    Argument(),
    Header(),
    Mail(),
    Prompt(),
    ModelOutput(),
    Log(),
    Formula(),
)
