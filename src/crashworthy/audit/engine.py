"""Runs the rules over a parsed folder."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from crashworthy.audit.registry import all_rules
from crashworthy.audit.rule import Context, Hit, Rule
from crashworthy.audit.suppression import suppressions
from crashworthy.core.suspicion import Suspicion
from crashworthy.source.tree import SourceTree


@dataclass(frozen=True)
class Suppressed:
    """A suspicion that a comment in the source silences, with the reason given there."""

    suspicion: Suspicion
    reason: str


@dataclass(frozen=True)
class AuditResult:
    """What the rules say of a folder.

    `unread` are (path, reason) of what no rule saw: a folder with unread files is not clean. `rules` are the ids of
    the rules that ran.
    """

    suspicions: tuple[Suspicion, ...]
    unread: tuple[tuple[str, str], ...]
    rules: tuple[str, ...]
    suppressed: tuple[Suppressed, ...] = ()


def audit(
    tree: SourceTree,
    *,
    only: frozenset[str] = frozenset(),
    skip: frozenset[str] = frozenset(),
    rules: Iterable[Rule] | None = None,
) -> AuditResult:
    """Run the rules over a folder that `parse_folder` read.

    `only` and `skip` hold ids of rules or weaknesses; an empty `only` means all.
    """
    chosen = [rule for rule in (all_rules() if rules is None else rules) if _is_chosen(rule, only, skip)]
    unread = list(tree.unread)
    if tree.analysis is None:
        return AuditResult((), (*unread, (".", "the folder was not analysed")), ())
    incomplete = {run.function.file.path for run in tree.analysis.runs if not run.is_complete}
    unread += [(path, "too intricate: parts of it were not followed to the end") for path in sorted(incomplete)]
    context = Context(tree, tree.analysis)
    found = [suspicion for rule in chosen for suspicion in _suspicions(rule, context)]
    found.sort(key=lambda one: (one.location.file, one.location.line, one.rule))
    texts = {file.path: file.text for file in tree.files}
    kept: list[Suspicion] = []
    silenced: list[Suppressed] = []
    for suspicion in found:
        here = suppressions(texts.get(suspicion.location.file, "")).get(suspicion.location.line, {})
        reason = here.get(suspicion.rule) or here.get(suspicion.weakness)
        if reason is None:
            kept.append(suspicion)
        else:
            silenced.append(Suppressed(suspicion, reason))
    return AuditResult(tuple(kept), tuple(unread), tuple(rule.id for rule in chosen), tuple(silenced))


def _is_chosen(rule: Rule, only: frozenset[str], skip: frozenset[str]) -> bool:
    names = {rule.id, rule.weakness.id}
    return (not only or not names.isdisjoint(only)) and names.isdisjoint(skip)


def _suspicions(rule: Rule, context: Context) -> list[Suspicion]:
    """The rule's hits, each place once, with the operations of all hits there."""
    places: dict[tuple[str, int, str], list[Hit]] = {}
    for hit in rule.find(context):
        place = (hit.scope.file.path, getattr(hit.node, "lineno", 1), hit.message)
        places.setdefault(place, []).append(hit)
    seen: Counter[tuple[str, ...]] = Counter()
    found: list[Suspicion] = []
    for _, hits in sorted(places.items(), key=lambda item: item[0]):
        first = hits[0]
        location = first.scope.location(first.node)
        parts = (rule.id, location.file, location.symbol or "", _normalised(first.node))
        operations = {name for hit in hits for name in hit.operations}
        found.append(
            Suspicion(
                weakness=rule.weakness.id,
                rule=rule.id,
                location=location,
                message=first.message,
                operations=tuple(sorted(operations or context.tree.operations_reaching(location))),
                fingerprint=_fingerprint(parts, seen[parts]),
            )
        )
        seen[parts] += 1
    return found


def _normalised(node: ast.AST) -> str:
    """The code at a place without layout, so that neither moved lines nor a formatter change it."""
    try:
        return ast.unparse(node)
    except (ValueError, RecursionError, AttributeError):
        return type(node).__name__


def _fingerprint(parts: tuple[str, ...], occurrence: int) -> str:
    return hashlib.sha256("\0".join([*parts, str(occurrence)]).encode()).hexdigest()[:20]
