"""How long the prior takes for 1,000 tasks. Goal: 0.1 s."""

from __future__ import annotations

import argparse
import time

import numpy as np
from rich.console import Console

from crashworthy.roles.catalogue import tasks as all_tasks
from crashworthy.roles.prior import shipped_prior

LENGTH = 16


def speed(console: Console, options: argparse.Namespace) -> None:  # noqa: ARG001 - the parts have one signature
    model = shipped_prior()
    words = [
        word for task in all_tasks().values() for text in (task.description, *task.phrases) for word in text.split()
    ]
    random = np.random.default_rng(1)
    # As long as the tasks that were rated, and no two alike.
    texts = [" ".join(random.choice(words, size=LENGTH)) for _ in range(1000)]
    began, busy = time.perf_counter(), time.process_time()
    for text in texts:
        model.of_text(text)
    wall, busy = time.perf_counter() - began, time.process_time() - busy
    console.print(
        f"1,000 tasks by the prior, at their first sight: {wall:.3f} s, of which {busy:.3f} s on the processor"
    )
