"""Where a task's figures come from: the sources and the arithmetic, down to the ids of runs, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import numpy as np

from crashworthy.roles.belief.model import SHARED, logistic
from crashworthy.roles.detection import USUAL_BUDGET_S, WORTH, Detection, detection_of, share_of_budget, shares
from crashworthy.roles.estimate import PRIOR_TRIES, Beta, quantile
from crashworthy.roles.evidence import TaskEvidence, Work
from crashworthy.roles.model import Role, Stage
from crashworthy.roles.prior import PriorModel
from crashworthy.roles.score import RoleAssessment, TaskAssessment
from crashworthy.roles.skills import FEWEST_RUNS

NO_EXPERIMENT = "no experiment"
"""In place of a share of evidence, where no weakness that is tried speaks about the task."""


def explain(role: Role, each: TaskAssessment, model: PriorModel) -> Iterator[tuple[str, list[str]]]:
    """Headings, each with its lines."""
    yield "Reach: what share of it a model can take over, by published ratings", list(_reach(each, model))
    yield "Evidence: AI-written changes at their first try", list(_evidence(each))
    yield "Done to the standard", list(_done(each))
    yield "Stage", list(_stage(each))
    yield "Published elsewhere", list(_published(role, each, model))
    yield "Runs", list(_runs(each.evidence))


def agreement(tasks: tuple[TaskAssessment, ...]) -> tuple[int, int]:
    """In how many tasks our stage is the published one, of how many that have one."""
    pairs = [(each.decision.stage, stage) for each in tasks if (stage := published_stage(each)) is not None]
    return sum(ours == theirs for ours, theirs in pairs), len(pairs)


_FROM_PEOPLE = {Stage.HUMAN: 0, Stage.AI_ASSISTED: 1, Stage.AT_RISK: 2, Stage.AUTOMATED: 3}


def against_published(tasks: tuple[TaskAssessment, ...]) -> Iterator[str]:
    """How ours compare with stages published elsewhere, and why they differ where they do."""
    same, compared = agreement(tasks)
    if not compared:
        return
    differ = [(each, theirs) for each in tasks if (theirs := published_stage(each)) not in (None, each.decision.stage)]
    yield (
        f"In {same} of {compared} tasks ours is the stage that another source publishes, without its data or method."
        + (" The others differ:" if differ else "")
    )
    handed = [each for each, theirs in differ if theirs in (Stage.AUTOMATED, Stage.AT_RISK)]
    further = [each for each, theirs in differ if theirs and _FROM_PEOPLE[each.decision.stage] > _FROM_PEOPLE[theirs]]
    rest = [each for each, _ in differ if each not in handed and each not in further]
    if handed:
        seen = ", ".join(
            f"{sum(work.held for work in works)} of {len(works)} ({each.task.title})"
            for each in handed
            if (works := each.evidence.by("ai"))
        )
        yield (
            f"{_titles(handed)}: handed over there; here nothing is before this team's ledger shows that it holds "
            "often enough." + (f" Of its AI-written changes held at first try: {seen}." if seen else "")
        )
    if rest:
        wide = sum(each.estimate.interval[1] >= each.costs.assist for each in rest)
        reach = f"In {wide} of {len(rest)} the interval reaches to where they do, so evidence can turn it."
        yield (
            f"{_titles(rest)}: drafted by AI there; here fewer drafts than would pay are expected to come out right. "
            + (reach if wide else "No interval reaches to where they do.")
        )
    if further:
        yield f"{_titles(further)}: further from people here, by this ledger's evidence or by what an error costs."


def _titles(tasks: list[TaskAssessment]) -> str:
    return ", ".join(each.task.title for each in tasks)


def published_stage(each: TaskAssessment) -> Stage | None:
    """The stage that another source gives the task."""
    return next((figure.stage for figure in each.task.figures if figure.stage is not None), None)


def how_much_is_known(assessment: RoleAssessment) -> str:
    """What the figures rest on, in one or two sentences."""
    moved = [each for each in assessment.tasks if each.evidence.by("ai")]
    if not assessment.changes:
        return (
            "The ledger says nothing about these tasks yet: all of this is published opinion, and its authors "
            "disagree. `crashworthy test PATH --author ai` adds evidence."
        )
    changes = f"{assessment.changes} change{'s' * (assessment.changes != 1)}"
    if not moved:
        return (
            f"{changes} in the ledger, none known to be AI-written, so nothing is moved. "
            "Say --author ai, or sign the commits."
        )
    rest = len(assessment.tasks) - len(moved)
    others = (
        f"; the other {rest} {'has' if rest == 1 else 'have'} none of {'its' if rest == 1 else 'their'} own, and move"
        f"{'s' * (rest == 1)} with the others, a part of the way."
        if rest
        else "."
    )
    return f"Evidence of {changes} moves {len(moved)} of {len(assessment.tasks)} tasks{others}"


def _reach(each: TaskAssessment, model: PriorModel) -> Iterator[str]:
    prior = each.prior
    for anchor in each.task.anchors:
        label = model.labels.get(anchor)
        if label is None:
            yield f"O*NET task {anchor}: not among the rated tasks"
            continue
        line = f"O*NET task {anchor} ({label.occupation}): people {label.human}, GPT-4 {label.gpt4}"
        yield line + (f", {label.usage:g} % of conversations with Claude" if label.usage is not None else "")
    if prior is None:
        yield "No basis: no rated anchor, and too little of the wording is familiar. It can be anything from 0 to 1."
    else:
        yield f"E0 counts 0, E2 0.5, E1 1: people {prior.human:.2f}, GPT-4 {prior.gpt4:.2f}, by {prior.basis}"
        bounds = f"{prior.low:.2f} to {prior.high:.2f}"
        yield f"Range with the raters' disagreement: {bounds}, meant to hold 80 % of such tasks"
    yield f"Reach = {_beta(each.estimate.reach)}"


def _evidence(each: TaskAssessment) -> Iterator[str]:
    if not each.evidence.weaknesses:
        yield "No experiment speaks about this task yet; only what other tasks show moves it, a part of the way."
    worth = shares(each.evidence.weaknesses)
    for known, weaknesses in sorted(_alike(each.evidence.weaknesses), key=lambda pair: -sum(worth[w] for w in pair[1])):
        counted = "; ".join(map(str, known.measured)) or "not measured yet"
        share = sum(worth[weakness] for weakness in weaknesses)
        together, of_each = (" together", " of each") if len(weaknesses) > 1 else ("", "")
        yield (
            f"{', '.join(weaknesses)}: {share:.0%} of what goes wrong with it{together}; found where it is with "
            f"probability {known.mean:.2f}: {counted}{of_each}"
        )
    if each.evidence.weaknesses:
        worths = ", ".join(f"{origin} {worth:g}" for origin, worth in WORTH.items())
        yield f"A known defect counts by its origin: {worths}; one hit and one miss are added, for modesty"
        yield "What goes wrong is shared as among all defects listed in the examples' WRONG.md"
    works = each.evidence.by("ai")
    held = [work for work in works if work.held]
    if held:
        tried = sum(worth[weakness] for work in held for weakness in work.tried) / len(held)
        yield f"Held at first try: {len(held)}, with {tried:.0%} of what goes wrong tried; the rest counts nothing"
        reached = sum(share_of_budget(work.budget_s) for work in held) / len(held)
        yield f"Their budgets reach {reached:.0%} of what a run of {USUAL_BUDGET_S:g} s finds"
        silent = sum(work.followed and not work.escaped for work in held)
        if silent:
            yield f"Of them {silent} were followed by incidents imported a quarter later, of which none speaks of them"
    if len(works) > len(held):
        worths = " + ".join(f"{work.broken:g}" for work in works if not work.held)
        yield f"Broke at first try: {len(works) - len(held)}, worth {worths} (a minor defect is a quarter)"
    escaped = sum(work.escaped for work in works)
    if escaped:
        yield f"Held and broke in production: {escaped}; they count as broken, and against the experiments"
    if not works:
        yield "AI-written changes in the ledger: none"
    for author in ("human", "unknown"):
        others = each.evidence.by(author)
        if others:
            kept = sum(work.held for work in others)
            yield f"For comparison, author {author}: {kept} of {len(others)} held at first try (adds nothing)"


def _alike(weaknesses: tuple[str, ...]) -> Iterator[tuple[Detection, list[str]]]:
    """Weaknesses of which the same was measured, together."""
    grouped: dict[tuple[str, ...], tuple[Detection, list[str]]] = {}
    for weakness in weaknesses:
        known = detection_of(weakness)
        grouped.setdefault(tuple(map(str, known.measured)), (known, []))[1].append(weakness)
    yield from grouped.values()


def _done(each: TaskAssessment) -> Iterator[str]:
    believed = each.estimate
    tries = Beta(*PRIOR_TRIES)
    yield (
        f"Before evidence: reach · Beta({tries.a:g}, {tries.b:g}), the weight of two tries around one half; "
        f"median {logistic(np.array(believed.prior.mean)):.2f}"
    )
    if believed.evidence_share:
        alike = f"tasks that take the same have {SHARED:.0%} of it in common"
        yield f"Evidence took away {believed.evidence_share:.0%} of the doubt; {alike}"
    low, high = believed.interval
    yield (
        f"Mean {believed.mean:.2f}; median {quantile(believed.draws, 0.5):.2f}; 90 % interval {low:.2f} to {high:.2f}, "
        f"from {len(believed.draws)} draws"
    )
    adds = 100 * each.task.share * believed.mean
    yield f"Share of the role's time: {each.task.share:.0%}, so it adds {adds:.1f} to the score"


def _stage(each: TaskAssessment) -> Iterator[str]:
    demands, at = each.task.demands, each.costs
    yield (
        f"Takes routine {demands.routine:g}, judgement {demands.judgement:g}, ambiguity {demands.ambiguity:g}: "
        f"review costs {at.review:.2f} of the work, so a draft pays from {at.assist:.0%}"
    )
    yield (
        f"Takes stakes {demands.stakes:g}, feedback {demands.feedback:g}: what escapes costs {at.escape:.1f} times the "
        f"work, so handing over pays when {at.hand_over:.0%} of what AI writes holds"
    )
    yield from _reviewed(each)
    yield ", ".join(f"{stage.value} {share:.0%}" for stage, share in each.decision.probabilities.items())
    close = " It is nearly a toss: the next evidence can turn it." if each.decision.close else ""
    yield f"{each.decision.stage.value}: {each.decision.reason}.{close}"
    yield from _turns(each)


def _reviewed(each: TaskAssessment) -> Iterator[str]:
    """What reviews really took, beside what the costs assume; of few changes nothing, for they may be one person's."""
    timed = [work for work in each.evidence.by("ai") if work.review_minutes is not None]
    if not timed:
        return
    if len(timed) < FEWEST_RUNS:
        yield f"Reviews were timed for {len(timed)}; their time shows from {FEWEST_RUNS} changes on"
        return
    middle = median(work.review_minutes or 0.0 for work in timed)
    line = f"Reviewing took {middle:.0f} minutes, the median of {len(timed)} changes"
    ratios = [(work.review_minutes or 0.0) / work.by_hand_minutes for work in timed if work.by_hand_minutes is not None]
    if len(ratios) >= FEWEST_RUNS:
        line += f"; {median(ratios):.2f} of the work by hand, where the costs above take {each.costs.review:.2f}"
    yield line


def _turns(each: TaskAssessment) -> Iterator[str]:
    if not each.evidence.weaknesses:
        return
    if each.turn.held:
        yield f"{each.turn.held} more AI-written changes that hold in a row, fully tried, would move it up."
    elif each.decision.stage in (Stage.HUMAN, Stage.AI_ASSISTED):
        yield "No row of held changes alone would move it up: too much of what could be wrong is not found yet."
    if each.turn.broken:
        yield f"{each.turn.broken} more in a row that break would move it down."


def _published(role: Role, each: TaskAssessment, model: PriorModel) -> Iterator[str]:
    sources = {source.id: source for source in role.sources}
    for figure in each.task.figures:
        source = sources[figure.source]
        what = figure.stage.value if figure.stage else f"{figure.value:g}" if figure.value is not None else ""
        yield f"{figure.says}: {what} ({source.title}, {source.year}{', ' + source.url if source.url else ''})"
    for occupation in role.occupations:
        if occupation in model.applicability:
            measured = model.applicability[occupation]
            yield f"AI applicability of {occupation}: {measured:.3f} of 1 (Tomlinson et al.: Working with AI, 2025)"
    if each.task.anchors:
        yield "E0, E1, E2 by people and GPT-4: Eloundou et al.: GPTs are GPTs, 2024, data release"
        yield "Share of conversations: Anthropic Economic Index, February 2025"


def _runs(evidence: TaskEvidence) -> Iterator[str]:
    if not evidence.works:
        yield "None says anything about this task."
    for work in evidence.works:
        yield _work(work)
        for defect in work.defects:
            yield f"    {defect.run} {defect.finding}: {defect.title} ({defect.weakness}, {defect.severity.value})"
    if evidence.silent_runs:
        yield f"{evidence.silent_runs} more tried nothing that speaks about it, decided nothing, or were interrupted."


def _work(work: Work) -> str:
    tried = "held at first try" if work.held else "broke at first try"
    if work.held:
        tried += f", with {', '.join(work.tried)} tried"
    if work.escaped:
        tried += ", and broke in production"
    rounds = "does not hold yet" if work.rounds is None else f"held after {work.rounds} run{'s' * (work.rounds != 1)}"
    commit = work.commit[:10] if work.commit else "no commit"
    return f"{work.author}, {commit}: {tried}; {rounds}; runs {', '.join(work.runs)}"


def _beta(beta: Beta) -> str:
    return f"Beta({beta.a:.2f}, {beta.b:.2f}), mean {beta.mean:.2f}"
