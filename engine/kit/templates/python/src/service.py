"""People of a JSON service: `GET PATH?limit=500&after=TOKEN`, page by page."""

from urllib.parse import quote

from muster import Batch, Rows, complete, expect_everybody, flag, get, members, one, texts, token


class Service:
    def __init__(self, settings, host):
        self.path = settings["path"]
        self.host = host

    def start(self, attributes, scope, cursor):
        expect_everybody(scope)
        self.attributes = attributes
        self.after = cursor

    def next(self):
        after = "" if self.after is None else "&after=" + quote(self.after, safe="")
        page = get(self.host, "api", f"{self.path}?limit=500{after}")
        rows = Rows(self.attributes)
        for index, person in enumerate(members(page, "people")):
            key = one(person, "id")
            if key is None:
                rows.problem(f"$.people[{index}]", "has no `id`")
                continue
            values = [texts(person, attribute) for attribute in self.attributes]
            rows.add(key, flag(one(person, "active")), values)
        self.after = token(page, "next")
        return Batch(rows, self.after, complete(page.get("total")) if self.after is None else None)
