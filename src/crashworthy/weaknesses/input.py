"""Weaknesses that show on input that the author did not think of."""

from crashworthy.core.weakness import Family, Severity, Weakness
from crashworthy.weaknesses.references import asvs, rfc

CRASH_ON_INPUT = Weakness(
    id="crash-on-input",
    title="An input makes the handler fail with a server error",
    family=Family.INPUT,
    severity=Severity.MINOR,
    cwe=248,
    cost="Clients see a server error and retry, alerts ring, and real failures drown among them.",
    tasks=("endpoint-implementation", "input-validation"),
    proven_by=(
        "A good request with one input changed is answered with a 500, an exception that reaches the framework's "
        "top or a closed connection when it is sent alone to a fresh copy. A 501 to 504 that is said on purpose is "
        "an answer; what the API's own description allows is rated worse than what it forbids."
    ),
    mend=(
        "Say what an input has to be once, at the edge, by a Pydantic model, a form or a typed path parameter, so "
        "that anything else is a 4xx. Bound numbers, lengths and depth as well, for a database refuses what its "
        "columns cannot hold, and let lookups that find nothing answer 404. Stricter input refuses some clients "
        "that got through before. An error handler that makes a 400 of every exception mends nothing: it blames the "
        "caller for the next real fault."
    ),
    references=(
        asvs("2.2.1"),
        rfc(9110, "15.5.1"),
    ),
)

WEDGED_BY_ONE_REQUEST = Weakness(
    id="wedged-by-one-request",
    title="After one request, valid requests that worked before fail",
    family=Family.INPUT,
    severity=Severity.BLOCKER,
    cwe=404,
    cost="Anybody can take the service down with one request, and it stays down until somebody restarts it.",
    tasks=("endpoint-implementation", "database-queries", "performance-optimisation"),
    proven_by=(
        "After one request, or a hundred plain reads at once, valid requests that work on a fresh copy and after a "
        "harmless request get a 5xx, no answer, or JSON with a bare NaN or Infinity that no strict parser reads, also "
        "when tried again after a pause. A 4xx is no failure, a process that ended is told as a crash, and who is only "
        "slow, or refuses, while the crowd is there is well."
    ),
    mend=(
        "Give back what a request takes (connections, locks, files, slots) by `with` or `finally`, so that an "
        "exception gives it back too. Roll a failed transaction back before its connection is used again, and take "
        "from pools with a time limit. Refuse what later requests could not read before it is stored. A restart by "
        "a health check only hides this, and ends all requests that were under way."
    ),
    references=(asvs("13.2.6"),),
)

WEAKNESSES = (CRASH_ON_INPUT, WEDGED_BY_ONE_REQUEST)
