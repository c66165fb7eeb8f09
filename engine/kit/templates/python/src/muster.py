"""What a provider is written against: failures, records, pages, and how far a read went.

Yours to change. Knows nothing of the host: what a provider may call comes as an
object, in tests as well. `app.py` makes the types of the plugin interface of these.
"""

import json
from dataclasses import dataclass, field

ACTIVE = "active"
DISABLED = "disabled"
UNKNOWN = "unknown"

BOM = b"\xef\xbb\xbf"


class Failure(Exception):
    """Why something could not be done. The kinds are those of `wit/deps/muster/muster.wit`."""

    def __init__(self, kind, message, hint=None, retry_after_ms=None):
        super().__init__(message)
        self.kind, self.message, self.hint, self.retry_after_ms = kind, message, hint, retry_after_ms


@dataclass
class Answer:
    status: int
    headers: list
    body: bytes


MEANINGS = {
    401: ("auth", "the credential is not accepted", "see whether the secret is right, has expired or was revoked"),
    403: ("denied", "the credential may not do this", "give the credential the right to read people"),
    404: ("config", "there is no such thing", "see whether the URL has the right path"),
    408: ("unavailable", "it does not work now", None),
    425: ("unavailable", "it does not work now", None),
    429: ("throttled", "too many requests", None),
    501: ("unsupported", "it cannot do this", None),
}


def meaning(status):
    """What a status means: the kind of failure, a sentence, and what to do."""
    if status in MEANINGS:
        return MEANINGS[status]
    if status >= 500:
        return "unavailable", "it does not work now", None
    if status >= 400:
        return "config", "it refuses the request", None
    return "data", "which is unexpected", None


def get(host, endpoint, target):
    """Sends a GET and reads its JSON object; every answer but success is a failure."""
    answer = host.get(endpoint, target)
    what = "GET " + target.split("?")[0]
    if not 200 <= answer.status <= 299:
        kind, sentence, hint = meaning(answer.status)
        message = f"{what}: the service answered {answer.status}, {sentence}{explained(answer.body)}"
        raise Failure(kind, message, hint, retry_after(answer.headers))
    page = parsed(what, answer.body)
    if not isinstance(page, dict):
        raise Failure("data", f"{what}: the answer is no object")
    return page


def parsed(what, body):
    """JSON whose numbers are texts, with the digits that they have on the page."""
    try:
        return json.loads(
            # Not the codec `utf-8-sig`: it would be imported now, and inside a
            # component there is no file that it could be imported from.
            body.removeprefix(BOM).decode(),
            parse_int=Number,
            parse_float=Number,
            parse_constant=no_constant,
            object_pairs_hook=no_doubles,
        )
    except UnicodeDecodeError as error:
        raise Failure("data", f"{what}: the answer is not UTF-8, from byte {error.start} on") from error
    except RecursionError as error:
        raise Failure("data", f"{what}: the answer is nested too deeply") from error
    except ValueError as error:
        raise Failure("data", f"{what}: the answer cannot be read: {error}") from error


class Number(str):
    """A number, as it is written."""


def no_constant(name):
    raise ValueError(f"{name} is no number of JSON")


def no_doubles(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in its object")
    return members


def explained(body):
    """What a service says of its error, under the usual names."""
    try:
        page = json.loads(body)
        error = page["error"] if isinstance(page.get("error"), dict) else page
    except (ValueError, AttributeError, RecursionError):
        return ""
    for name in ("detail", "error_description", "message", "title", "error"):
        words = error.get(name)
        if isinstance(words, str) and words.strip():
            return ": " + " ".join(words.split())[:300]
    return ""


def retry_after(headers):
    for name, value in headers:
        if name.lower() == "retry-after" and value.strip().isascii() and value.strip().isdigit():
            return int(value) * 1000
    return None


def members(page, name):
    """A member that must be a list: a page without it is no empty page."""
    found = page.get(name)
    if not isinstance(found, list):
        raise Failure("data", f"the answer has no list `{name}`")
    return found


def texts(record, path):
    """The texts that a path such as `name.given` leads to; a list stands for its elements.

    Nothing, `null` and objects are no text, an empty text is one.
    """
    found = [record]
    for name in path.split("."):
        found = [value[name] for value in flat(found) if isinstance(value, dict) and name in value]
    return [value for value in map(text, flat(found)) if value is not None]


def flat(values):
    for value in values:
        if isinstance(value, list):
            yield from flat(value)
        else:
            yield value


def text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return None
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Failure("data", "the answer has half a character (a lone surrogate)") from error
    return value


def one(record, path):
    """The only text that a path leads to; none if there are none or several, or it is empty."""
    found = texts(record, path)
    return found[0] if len(found) == 1 and found[0] else None


def flag(active):
    """What a service says with `active: true` or `false`; anything else opens no account and blocks none."""
    return {"true": ACTIVE, "false": DISABLED}.get((active or "").lower(), UNKNOWN)


def token(page, name):
    """The token of the next page; none on the last.

    Whatever is no token is a failure: to take it for none would make a last page of
    one that others follow.
    """
    found = page.get(name)
    if found is None or found == "":
        return None
    if not isinstance(found, str):
        raise Failure("data", f"the answer's `{name}` is no token of a next page")
    return text(found)


def expect_everybody(scope):
    """Refuses groups and units, for sources without: to overlook them would let in whom the policy leaves out."""
    groups = [*scope.groups, *scope.except_groups, *scope.report]
    units = [*scope.under, *scope.except_under]
    for kind, names in (("group", groups), ("unit", units)):
        if names:
            message = f"the policy names the {kind} `{names[0]}`, and this provider knows no {kind}s"
            raise Failure("config", message, f"take the {kind}s out of the policy")


@dataclass
class Coverage:
    """How far a read went: as many as the source counts, in all pages together."""

    count: int | None
    facts: list = field(default_factory=list)


def complete(count):
    """Everybody was delivered."""
    is_count = isinstance(count, str) and count.isascii() and count.isdigit()
    return Coverage(int(count) if is_count else None, [("last page", "reached")])


class Rows:
    """People of one page, packed: all values one after the other, and where each ends."""

    def __init__(self, attributes):
        self.attributes = attributes
        self.data = bytearray()
        self.value_ends = []
        self.cell_ends = []
        self.statuses = []
        self.problems = []

    def add(self, key, status, values, groups=()):
        """Adds a person; `values` has a list for each attribute."""
        self.statuses.append(status)
        for cell in ([key], dict.fromkeys(groups), *values):
            for value in cell:
                self.data += value.encode()
                self.value_ends.append(len(self.data))
            self.cell_ends.append(len(self.value_ends))

    def problem(self, place, message, key=None):
        """A record that is no person. About nobody, it takes away the read's proof of absence."""
        self.problems.append((place, message, key))


@dataclass
class Batch:
    """A page, the cursor to go on at after it, and, on the last, how far the read went."""

    rows: Rows
    resume: str | None
    end: Coverage | None
