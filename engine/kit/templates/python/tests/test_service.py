import json
import sys
import unittest
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from muster import Answer, Failure  # noqa: E402
from service import Service  # noqa: E402


@dataclass
class Scope:
    groups: list = field(default_factory=list)
    under: list = field(default_factory=list)
    except_groups: list = field(default_factory=list)
    except_under: list = field(default_factory=list)
    report: list = field(default_factory=list)


class Host:
    """A service that answers what a test says."""

    def __init__(self, answer):
        self.answer = answer

    def get(self, endpoint, target):
        assert endpoint == "api"
        return self.answer(urlsplit(target))


def answer(body, status=200):
    return lambda _: Answer(status, [], body.encode())


def service(people):
    """A service with these people, two a page."""

    def page(target):
        assert target.path == "/people"
        start = int(parse_qs(target.query).get("after", ["0"])[0])
        body = {"total": len(people), "people": people[start : start + 2]}
        if start + 2 < len(people):
            body["next"] = str(start + 2)
        return Answer(200, [], json.dumps(body).encode())

    return page


def unpacked(rows):
    ends = [0, *rows.value_ends]
    values = [bytes(rows.data[a:b]).decode() for a, b in zip(ends, ends[1:])]
    ends = [0, *rows.cell_ends]
    cells = [values[a:b] for a, b in zip(ends, ends[1:])]
    width = 2 + len(rows.attributes)
    return [(cells[at * width][0], status, cells[at * width + 2]) for at, status in enumerate(rows.statuses)]


def read(send, cursor=None, scope=None):
    """Reads to the end: people, problems, cursors with the people before them, coverage."""
    source = Service({"path": "/people"}, Host(send))
    source.start(["mail"], scope or Scope(), cursor)
    people, problems, cursors = [], [], []
    while True:
        batch = source.next()
        people += unpacked(batch.rows)
        problems += batch.rows.problems
        if batch.end is not None:
            return people, problems, cursors, batch.end
        cursors.append((len(people), batch.resume))


ANNA = {"id": 1, "mail": "anna@example.org", "active": True}
BJÖRN = {"id": 2, "mail": "björn@example.org 👩‍🚀", "active": False}
CHLOÉ = {"id": "3", "mail": None}


class Provider(unittest.TestCase):
    def test_everybody_is_read_page_by_page(self):
        people, _, _, coverage = read(service([ANNA, BJÖRN, CHLOÉ]))
        expected = [
            ("1", "active", ["anna@example.org"]),
            ("2", "disabled", ["björn@example.org 👩‍🚀"]),
            ("3", "unknown", []),
        ]
        self.assertEqual(people, expected)
        self.assertEqual(coverage.count, 3)

    def test_a_read_goes_on_where_it_broke_off(self):
        people, _, cursors, _ = read(service([ANNA, BJÖRN, CHLOÉ]))
        self.assertEqual([before for before, _ in cursors], [2])
        for before, cursor in cursors:
            self.assertEqual(read(service([ANNA, BJÖRN, CHLOÉ]), cursor)[0], people[before:])

    def test_what_is_cut_off_or_is_no_page_is_a_failure(self):
        for page in (
            '{"total": 1, "people": [{"id": 1',
            "{}",
            "[]",
            '{"people": null}',
            '{"people": [], "next": true}',
            '{"people": [{"id": 1, "id": 2}]}',
            '{"people": [{"id": "\\ud800"}]}',
            '{"people": [{"id": NaN}]}',
        ):
            with self.subTest(page), self.assertRaises(Failure) as caught:
                read(answer(page))
            self.assertEqual(caught.exception.kind, "data")

    def test_failures_keep_their_kind_and_the_services_words(self):
        kinds = {401: "auth", 403: "denied", 404: "config", 429: "throttled", 503: "unavailable"}
        for status, kind in kinds.items():
            with self.assertRaises(Failure) as caught:
                read(answer('{"message": "the service says why"}', status))
            self.assertEqual(caught.exception.kind, kind)
            self.assertTrue(caught.exception.message.endswith(": the service says why"))

    def test_a_person_without_an_id_is_a_problem_and_numbers_keep_their_digits(self):
        people, problems, _, _ = read(answer('{"people": [{"id": 12345678901234567890}, {"mail": "x"}]}'))
        self.assertEqual(people[0][0], "12345678901234567890")
        self.assertEqual(problems, [("$.people[1]", "has no `id`", None)])

    def test_groups_are_refused_not_overlooked(self):
        with self.assertRaises(Failure) as caught:
            read(service([ANNA]), scope=Scope(groups=["staff"]))
        self.assertEqual(caught.exception.kind, "config")


if __name__ == "__main__":
    unittest.main()
