"""How alike a line of a job description and a known task are, by the rare words that they share.

Each task is known by its title, its description and the phrases in which people word it. Words count by how few
tasks use them (inverse document frequency: Spärck Jones, 1972), after their endings are cut. A phrase is alike by how
much of it stands in the line, and a little by how much of the line is in it; a task by its most alike phrase.

What it cannot do: understand. "Design" of logos and of systems are told apart only by the words beside it, so every
match shows its words and its similarity, and below the threshold the answer is that the task is not known.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from crashworthy.roles.catalogue import folder, tasks
from crashworthy.roles.model import Task

THRESHOLD = 0.5
"""Below it there is no basis. `benchmarks/roles --part mapping` shows what other thresholds would cost."""
_OF_PHRASE = 0.6
"""How much it counts which share of the phrase stands in the line, against which share of the line the task knows."""
_USED_BY = 8
"""A word that no task uses weighs like one that this many use: it may be another trade's, or only a product's name."""
_NEXT = 0.8
"""A further task of the same line must be this alike, compared with the first, in the words that are left."""

_COMPOUNDS = (
    (re.compile(r"\bon[- ]call\b"), "oncall"),
    (re.compile(r"\bone[- ](?:on|to)[- ]ones?\b|\b1[:-]1s?\b"), "oneonone"),
)
"""Words that say something only together."""
_WORD = re.compile(r"[a-z0-9][a-z0-9+#]*(?:/[a-z]{2})?")
_ENDINGS = (
    *("fully", "ful", "ations", "ation", "ments", "ment", "ities", "ity", "ings", "ing", "ions", "ion"),
    *("ers", "er", "ors", "or", "ies", "es", "ed", "s", "e", "y"),
)
_SHORTEST_STEM = 3
_WORTH_OF_ANYTHING = 0.35
"""What words are worth that go with anything, against others; by themselves they are never enough."""


class Match(NamedTuple):
    """A known task, how alike it is (0 to 1), and the words that say so."""

    task: str
    similarity: float
    words: tuple[str, ...]


def matches(line: str, *, most: int = 3) -> tuple[Match, ...]:
    """The most alike tasks, whatever their similarity, the most alike first."""
    return _ranked(_stems(line), _known())[:most]


def mapped(line: str) -> tuple[Match, ...]:
    """The tasks that a line speaks of: none when nothing is alike enough, several when its words name several."""
    words, found = _stems(line), list[Match]()
    while words and len(found) < _MOST_PER_LINE:
        best = next(iter(_ranked(words, _known())), None)
        if best is None or best.similarity < max(THRESHOLD, _NEXT * found[0].similarity if found else 0.0):
            break
        if best.task not in {match.task for match in found}:
            found.append(best)
        words = {stem: word for stem, word in words.items() if word not in best.words}
    return tuple(found)


_MOST_PER_LINE = 4


class _Known(NamedTuple):
    """Of each task its phrases as sets of stems, and what each stem is worth."""

    phrases: Mapping[str, tuple[frozenset[str], ...]]
    words: Mapping[str, frozenset[str]]
    worth: Mapping[str, float]
    unseen: float

    def sum(self, stems: Iterable[str]) -> float:
        """What the stems are worth together."""
        return math.fsum(self.worth[stem] for stem in stems)


def _ranked(words: Mapping[str, str], known: _Known) -> tuple[Match, ...]:
    line = math.fsum(known.worth.get(stem, known.unseen) for stem in words)
    found = []
    for task, phrases in known.phrases.items():
        of_line = words.keys() & known.words[task]
        best, shared = 0.0, frozenset[str]()
        for phrase in phrases:
            common = phrase & of_line
            if not common - _of_anything() and not (common == phrase and len(phrase) > 1):
                continue
            of_phrase = known.sum(common) / known.sum(phrase)
            if of_phrase > best:
                best, shared = of_phrase, common
        if not best:
            continue
        alike = best**_OF_PHRASE * (known.sum(of_line) / line) ** (1 - _OF_PHRASE)
        found.append(Match(task, round(alike, 3), tuple(words[stem] for stem in words if stem in shared)))
    return tuple(sorted(found, key=lambda match: (-match.similarity, match.task)))


@cache
def _known() -> _Known:
    phrases = {task.id: _phrases(task) for task in tasks().values()}
    words = {task: frozenset[str]().union(*each) for task, each in phrases.items()}
    used = Counter(stem for each in words.values() for stem in each)
    worth = {stem: math.log(1 + len(phrases) / count) for stem, count in used.items()}
    worth |= {stem: _WORTH_OF_ANYTHING * worth[stem] for stem in _of_anything() & worth.keys()}
    return _Known(phrases, words, worth, unseen=math.log(1 + len(phrases) / _USED_BY))


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(tomllib.loads((folder() / "words.toml").read_text(encoding="utf-8"))[kind].split())


@cache
def _of_anything() -> frozenset[str]:
    return frozenset(_stems(" ".join(_words("anything"))))


def _phrases(task: Task) -> tuple[frozenset[str], ...]:
    texts = (task.title, task.description, *_alternatives(task.phrases))
    return tuple(frozenset(_stems(text)) for text in texts)


def _alternatives(texts: Iterable[str]) -> Iterable[str]:
    """Each text, and each name of a list of products by itself: "k6, JMeter or Locust" is three."""
    for text in texts:
        yield text
        parts = re.split(r",\s*|\s+(?:or|and)\s+", text)
        if len(parts) > 1:
            yield from (part for part in parts if part[:1].isupper() and len(part.split()) <= _LONGEST_NAME)


_LONGEST_NAME = 2


def _stems(text: str) -> dict[str, str]:
    """Stems with the word that each came from, in the order of the text."""
    plain = text.lower()
    for pattern, name in _COMPOUNDS:
        plain = pattern.sub(name, plain)
    words = (word for word in _WORD.findall(plain) if word not in _words("empty"))
    return {_stem(word): word for word in words}


def _stem(word: str) -> str:
    # Two rounds: "pipelines" and "optimisations" shed a plural first.
    word = word.replace("ization", "isation").replace("ize", "ise").replace("izing", "ising")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
