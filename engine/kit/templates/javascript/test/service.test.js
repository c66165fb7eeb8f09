import assert from "node:assert/strict";
import { test } from "node:test";
import { Session } from "../src/muster.js";
import { Service } from "../src/service.js";

const everybody = { groups: [], under: [], exceptGroups: [], exceptUnder: [], report: [] };

/** The host's side: a service that answers, and the converters. */
function host(send) {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decode = (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      return null;
    }
  };
  return { send, decode, encode: (text) => new TextEncoder().encode(text), log: () => {} };
}

const answer = (status, body) => ({ status, headers: [], body: new TextEncoder().encode(body) });

/** A service with these people, two a page. */
const service = (people) => (request) => {
  const url = new URL(request.target, "http://service.example");
  assert.equal(request.endpoint, "api");
  assert.equal(url.pathname, "/people");
  const from = Number(url.searchParams.get("after") ?? 0);
  const page = { total: people.length, people: people.slice(from, from + 2) };
  if (from + 2 < people.length) page.next = String(from + 2);
  return answer(200, JSON.stringify(page));
};

const open = (send) => Session.open(Session, Service, JSON.stringify({ path: "/people" }), host(send));

/** Reads to the end; pages are unpacked again. */
function read(send, startAt = { tag: "start" }, scope = everybody) {
  const session = open(send);
  session.start({ attributes: ["mail"], scope, pageSize: 500, startAt });
  const result = { people: [], problems: [], cursors: [] };
  for (;;) {
    const { page, resume, end } = session.next();
    result.people.push(...unpacked(page));
    result.problems.push(...page.problems);
    if (resume !== null) result.cursors.push([result.people.length, resume]);
    if (end !== null) return { ...result, coverage: end.coverage };
  }
}

function unpacked({ data, valueEnds, cellEnds, statuses, columns }) {
  const values = valueEnds.map((end, at) => new TextDecoder().decode(data.slice(valueEnds[at - 1] ?? 0, end)));
  const cells = cellEnds.map((end, at) => values.slice(cellEnds[at - 1] ?? 0, end));
  const width = 2 + columns.length;
  return statuses.map((status, at) => {
    const [id, , mail] = cells.slice(at * width, (at + 1) * width);
    return { id: id[0], status: status.tag, mail };
  });
}

const anna = { id: 1, mail: "anna@example.org", active: true };
const björn = { id: 2, mail: "björn@example.org 👩‍🚀", active: false };
const chloé = { id: "3", mail: null };

test("everybody is read, page by page", () => {
  const { people, coverage } = read(service([anna, björn, chloé]));
  assert.deepEqual(people, [
    { id: "1", status: "active", mail: ["anna@example.org"] },
    { id: "2", status: "blocked", mail: ["björn@example.org 👩‍🚀"] },
    { id: "3", status: "unknown", mail: [] },
  ]);
  assert.equal(coverage.tag, "complete");
  assert.equal(coverage.val.sourceCount, 3);
});

test("a read goes on where it broke off", () => {
  const whole = read(service([anna, björn, chloé]));
  for (const [before, cursor] of whole.cursors) {
    const rest = read(service([anna, björn, chloé]), { tag: "resume", val: cursor });
    assert.deepEqual(rest.people, whole.people.slice(before));
    assert.equal(rest.coverage.tag, "complete");
    assert.equal(rest.coverage.val.entries, 3);
  }
});

test("a list that is shorter than its total is not complete", () => {
  const { coverage } = read(() => answer(200, JSON.stringify({ total: 3, people: [anna] })));
  assert.equal(coverage.tag, "partial");
  assert.equal(coverage.val.reason, "truncated");
});

test("what is cut off, or is no page, is a failure", () => {
  const pages = ['{"total": 1, "people": [{"id": 1', "{}", '{"people": null}', '{"people": [], "next": true}'];
  for (const page of pages) {
    assert.throws(() => read(() => answer(200, page)), { kind: "data" }, page);
  }
});

test("failures keep their kind and the service's words", () => {
  const kinds = { 401: "auth", 403: "denied", 404: "config", 429: "throttled", 503: "unavailable" };
  for (const [status, kind] of Object.entries(kinds)) {
    const send = () => answer(Number(status), '{"message": "the service says why"}');
    assert.throws(() => read(send), { kind, message: /: the service says why$/ });
  }
});

test("the host's failures go on as they are", () => {
  const payload = { kind: "unavailable", message: "cannot be reached", hint: null, retryAfterMs: null };
  const send = () => {
    throw Object.assign(new Error("[object Object]"), { payload });
  };
  assert.throws(() => read(send), payload);
});

test("a person without an id is a problem, and a number that was rounded a failure", () => {
  const { people, problems } = read(service([anna, { mail: "x" }]));
  assert.equal(people.length, 1);
  assert.equal(problems[0].message, "has no `id`");
  const rounded = () => answer(200, '{"people": [{"id": 12345678901234567890}]}');
  assert.throws(() => read(rounded), { kind: "data" });
});

test("groups are refused, not overlooked", () => {
  const scope = { ...everybody, groups: ["staff"] };
  assert.throws(() => read(service([anna]), { tag: "start" }, scope), { kind: "config" });
});

test("a check tells what was found", () => {
  assert.equal(open(service([anna])).check(everybody)[0].message, "1 people, and no more");
  assert.equal(open(() => answer(401, "")).check(everybody)[0].outcome, "failed");
});
