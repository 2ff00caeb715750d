"""Weaknesses that show when something the service depends on is slow, wrong or gone."""

from crashworthy.core.weakness import Family, Severity, Weakness
from crashworthy.weaknesses.references import asvs

HELD_BY_SLOW_DEPENDENCY = Weakness(
    id="held-by-slow-dependency",
    title="A slow dependency holds requests without a time limit",
    family=Family.DEPENDENCY,
    severity=Severity.MAJOR,
    cwe=1088,
    cost="One partner that stops answering takes the workers with it, and soon every page of the service.",
    tasks=("third-party-integration", "performance-optimisation"),
    proven_by=(
        "A request that takes less than 2 s while its dependency answers gets no answer for 10 s while a stand-in "
        "accepts the connection and says nothing, or one byte a second. An error in time is an answer, and nothing "
        "is claimed of what happens after the 10 s."
    ),
    mend=(
        "Give every outbound call a deadline for the whole call, and answer 503, or with what is known, when it "
        "passes. The timeout of a client such as `requests` or `httpx` counts each read, so that an answer that "
        "drips goes on for ever: put `asyncio.timeout` around it, or read the body against a clock. In `async` code "
        "use an asynchronous client, and hold neither a lock nor a connection of a pool while you wait. A short "
        "limit gives up on answers that would still have come: take it from the latency objective."
    ),
    references=(
        asvs("13.2.6"),
        asvs("16.5.2"),
    ),
)

WEAKNESSES = (HELD_BY_SLOW_DEPENDENCY,)
