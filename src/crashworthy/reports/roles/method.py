"""What the figures about roles can and cannot say, in every document that has any."""

from __future__ import annotations

from crashworthy.roles.skills import FEWEST_RUNS


def method() -> tuple[str, ...]:
    """The method and its limits, one statement each."""
    return (
        "An estimate begins as reach times holds: the share that published raters think a model can take over, times "
        "the share of what AI writes that is right at its first try. The AI-written changes of the ledger then move "
        "it. Evidence on one task moves the others a part of the way, the more alike what they take; older evidence "
        "counts for less.",
        '"Held" means that nothing was found. It is worth what was tried, times how often the experiments find what is '
        "there. What was not tried counts as missing, never as success. How much of what goes wrong with a task each "
        "weakness stands for is taken from lists of all defects of three services, which may not be like yours.",
        "Which tasks a change belongs to is read from what it touches, unless somebody said it by hand. A run of "
        "unknown origin speaks about every task whose weaknesses it tried.",
        "An interval holds the truth nine times in ten where the model is right, and it was checked against worlds in "
        "which it is not. It does not cover a wrong judgement of what a task takes or of what errors cost: those are "
        "ours, and a role file of your own can change them.",
        "A stage says which way costs least, not what is right to do with people's work. A score is a share of time, "
        "not of jobs.",
        f"Changes are counted, not people. Nobody is scored by their defects; figures about a team need {FEWEST_RUNS} "
        "runs at least. What a person says of their own tasks and skills is read from their own file and kept nowhere.",
    )
