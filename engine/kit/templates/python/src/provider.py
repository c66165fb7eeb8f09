"""Between the plugin interface and the service; only inside a component can it be loaded.

The resource `session` of the interface `provider` is the class `Session` of this
module: componentize-py finds them by these names. The imports are made by it, too:
`componentize-py -d wit -w plugin bindings DIR` writes them for an editor.
"""

from componentize_py_types import Err
from muster import ACTIVE, DISABLED, Answer, Failure
from wit_world.exports import provider as out
from wit_world.imports import host, http, people, types


class Host:
    """What the provider may call."""

    def get(self, endpoint, target):
        request = http.Request(http.Method.GET, endpoint, target, [("accept", "application/json")], b"")
        answer = http.send(request)
        return Answer(answer.status, answer.headers, answer.body)

    def log(self, message):
        host.log(host.Level.INFO, message)


class guarded:
    """Lets out failures of the plugin interface only: anything else is a defect of the plugin."""

    def __enter__(self):
        return self

    def __exit__(self, _kind, error, _trace):
        if error is None or isinstance(error, Err):
            return False
        if not isinstance(error, Failure):
            error = Failure("internal", f"{type(error).__name__}: {error}")
        raise Err(record(error))


def record(failure):
    kind = types.FailureKind[failure.kind.replace("-", "_").upper()]
    return types.Failure(kind, failure.message, failure.hint, failure.retry_after_ms)


class Session(out.Session):
    def __init__(self, source):
        self.source = source
        self.delivered = 0

    def check(self, scope):
        what = "read the first page"
        try:
            self.start(out.ReadRequest([], scope, 10, out.ReadFrom_Start()))
            batch = self.next()
        except Err as error:
            return [out.CheckStep(what, out.StepResult.FAILED, error.value.message, error.value.hint)]
        count, problems = len(batch.page.statuses), batch.page.problems
        if problems:
            message = f"{count} people; {problems[0].place}: {problems[0].message}"
            return [out.CheckStep(what, out.StepResult.WARNING, message, None)]
        if count == 0 and batch.end is not None:
            return [out.CheckStep(what, out.StepResult.WARNING, "it is there, and nobody is in it", None)]
        message = f"{count} people, and " + ("more to come" if batch.end is None else "no more")
        return [out.CheckStep(what, out.StepResult.OK, message, None)]

    def attributes(self):
        return []

    def start(self, request):
        with guarded():
            cursor, self.delivered = None, 0
            if isinstance(request.start_at, out.ReadFrom_Since):
                raise Failure("unsupported", "this provider cannot tell what has changed")
            if isinstance(request.start_at, out.ReadFrom_Resume):
                self.delivered, cursor = resumed(request.start_at.value)
            self.source.start(request.attributes, request.scope, cursor)

    def next(self):
        with guarded():
            batch = self.source.next()
            self.delivered += len(batch.rows.statuses)
            # The rows of the pages before travel in front of the cursor.
            resume = None if batch.resume is None else f"{self.delivered}:{batch.resume}".encode()
            end = None if batch.end is None else out.End(covered(batch.end, self.delivered), None)
            return out.Batch(page(batch.rows), resume, end)


def resumed(cursor):
    try:
        count, rest = cursor.decode().split(":", 1)
        return int(count), rest
    except ValueError as error:
        raise Failure("stale-cursor", "this is no cursor to go on from") from error


def covered(coverage, delivered):
    """Holds the source's count against what was delivered."""
    evidence = out.Evidence(delivered, coverage.count, coverage.facts)
    if coverage.count in (None, delivered):
        return out.Coverage_Complete(evidence)
    is_less = delivered < coverage.count
    reason = out.PartialReason.TRUNCATED if is_less else out.PartialReason.DRIFTED
    message = f"the source counts {coverage.count} people, and {delivered} were delivered"
    return out.Coverage_Partial(out.Shortfall(reason, message, evidence))


def page(rows):
    columns = [people.Column(name, people.ColumnKind.TEXT) for name in rows.attributes]
    problems = [people.Problem(place, message, subject(key)) for place, message, key in rows.problems]
    statuses = [STATUSES.get(one, UNKNOWN) for one in rows.statuses]
    return people.Page(columns, bytes(rows.data), rows.value_ends, rows.cell_ends, statuses, problems)


# One object for all people.
STATUSES = {
    ACTIVE: people.Status_Active(),
    DISABLED: people.Status_Blocked(people.BlockCause.DISABLED),
}
UNKNOWN = people.Status_Unknown()


def subject(key):
    return people.Subject_Nobody() if key is None else people.Subject_Id(key)
