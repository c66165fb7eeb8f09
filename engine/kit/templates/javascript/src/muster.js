// What a provider is written against: failures, records, pages, and how far a read
// went. Yours to change. Knows nothing of the host: what a provider may call comes
// as an object, in tests as well.

/** Why something could not be done. The kinds are those of `wit/deps/muster/muster.wit`. */
export class Failure extends Error {
  constructor(kind, message, { hint = null, retryAfterMs = null } = {}) {
    super(message);
    Object.assign(this, { kind, hint, retryAfterMs });
  }

  /** As the plugin interface has it. */
  record() {
    const { kind, message, hint, retryAfterMs } = this;
    return { kind, message, hint, retryAfterMs };
  }
}

/** What a status means: the kind of failure, a sentence, and what to do. */
function meaning(status) {
  if (status === 401) return ["auth", "the credential is not accepted", "see whether the secret is right, has expired or was revoked"];
  if (status === 403) return ["denied", "the credential may not do this", "give the credential the right to read people"];
  if (status === 404) return ["config", "there is no such thing", "see whether the URL has the right path"];
  if (status === 429) return ["throttled", "too many requests", null];
  if (status === 501) return ["unsupported", "it cannot do this", null];
  if (status === 408 || status === 425 || status >= 500) return ["unavailable", "it does not work now", null];
  if (status >= 400) return ["config", "it refuses the request", null];
  return ["data", "which is unexpected", null];
}

/** Sends a GET and reads its JSON; every answer but success is a failure. */
export function get(host, endpoint, target) {
  const headers = [["accept", "application/json"]];
  const answer = host.send({ method: "get", endpoint, target, headers, body: new Uint8Array() });
  const what = `GET ${target.split("?")[0]}`;
  if (answer.status < 200 || answer.status > 299) {
    const [kind, sentence, hint] = meaning(answer.status);
    const words = explained(host, answer.body);
    throw new Failure(kind, `${what}: the service answered ${answer.status}, ${sentence}${words}`, {
      hint,
      retryAfterMs: retryAfter(answer.headers),
    });
  }
  return json(host, what, answer.body);
}

function json(host, what, body) {
  const text = host.decode(body);
  if (text === null || text === undefined) throw new Failure("data", `${what}: the answer is not UTF-8`);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new Failure("data", `${what}: the answer cannot be read: ${error.message}`);
  }
}

/** What a service says of its error, under the usual names. */
function explained(host, body) {
  try {
    const page = JSON.parse(host.decode(body));
    const error = typeof page.error === "object" ? page.error : page;
    const words = [error.detail, error.error_description, error.message, error.title, error.error];
    const said = words.find((text) => typeof text === "string" && text.trim() !== "");
    return said === undefined ? "" : `: ${said.replace(/\s+/g, " ").slice(0, 300)}`;
  } catch {
    return "";
  }
}

function retryAfter(headers) {
  const found = headers.find(([name]) => name.toLowerCase() === "retry-after");
  const seconds = Number(found?.[1]);
  return found && seconds >= 0 && seconds < 1e9 ? Math.ceil(seconds * 1000) : null;
}

/** A member that must be a list: a page without it is no empty page. */
export function list(page, name) {
  const found = member(page, name);
  if (!Array.isArray(found)) throw new Failure("data", `the answer has no list \`${name}\``);
  return found;
}

// A name like `constructor` is no member of a record that does not have it.
function member(record, name) {
  const isObject = typeof record === "object" && record !== null;
  return isObject && Object.hasOwn(record, name) ? record[name] : undefined;
}

/**
 * The texts that a path such as `name.given` leads to; a list stands for its
 * elements. Nothing, `null` and objects are no text, an empty text is one.
 */
export function texts(record, path) {
  let found = [record];
  for (const name of path.split(".")) {
    found = found.flat(Infinity).map((value) => member(value, name));
  }
  return found.flat(Infinity).map(text).filter((value) => value !== null);
}

function text(value) {
  if (typeof value === "string") {
    if (!isWhole(value)) throw new Failure("data", "the answer has half a character (a lone surrogate)");
    return value;
  }
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "number") return null;
  // JavaScript has rounded it already, and somebody else may have the same number now.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new Failure("data", "the answer has a number that is too large for JavaScript", {
      hint: "ask the service for it as a text",
    });
  }
  return String(value);
}

function isWhole(value) {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(value);
}

/** The only text that a path leads to; none if there are none or several, or it is empty. */
export function one(record, path) {
  const found = texts(record, path);
  return found.length === 1 && found[0] !== "" ? found[0] : null;
}

/** What a service says with `active: true` or `false`; anything else opens no account and blocks none. */
export function flag(active) {
  switch (active?.toLowerCase()) {
    case "true":
      return { tag: "active" };
    case "false":
      return { tag: "blocked", val: "disabled" };
    default:
      return { tag: "unknown" };
  }
}

/**
 * The token of the next page; none on the last. Whatever is no token is a failure:
 * to take it for none would make a last page of one that others follow.
 */
export function token(page, name) {
  const found = member(page, name);
  if (found === undefined || found === null || found === "") return null;
  const said = typeof found === "string" || typeof found === "number" ? text(found) : null;
  if (said === null) throw new Failure("data", `the answer's \`${name}\` is no token of a next page`);
  return said;
}

/** Refuses groups and units, for sources without: to overlook them would let in whom the policy leaves out. */
export function expectEverybody(scope) {
  for (const [kind, names] of [
    ["group", [...scope.groups, ...scope.exceptGroups, ...scope.report]],
    ["unit", [...scope.under, ...scope.exceptUnder]],
  ]) {
    if (names.length > 0) {
      const message = `the policy names the ${kind} \`${names[0]}\`, and this provider knows no ${kind}s`;
      throw new Failure("config", message, { hint: `take the ${kind}s out of the policy` });
    }
  }
}

/** Everybody was delivered: as many as the source counts, in all pages together. */
export function complete(count) {
  const number = typeof count === "string" ? Number(count) : count;
  const isCount = Number.isSafeInteger(number) && number >= 0;
  return { count: isCount ? number : null, facts: [["last page", "reached"]] };
}

/** People of one page, packed: all values one after the other, and where each ends. */
export class Rows {
  constructor(attributes) {
    this.columns = attributes.map((name) => ({ name, kind: "text" }));
    this.words = [];
    this.end = 0;
    this.valueEnds = [];
    this.cellEnds = [];
    this.statuses = [];
    this.problems = [];
  }

  /** Adds a person; `values` has a list for each attribute. */
  add(id, status, values, groups = []) {
    this.statuses.push(status);
    for (const cell of [[id], [...new Set(groups)], ...values]) {
      for (const value of cell) {
        this.words.push(value);
        this.end += bytes(value);
        this.valueEnds.push(this.end);
      }
      this.cellEnds.push(this.valueEnds.length);
    }
  }

  /** A record that is no person. About `nobody`, it takes away the read's proof of absence. */
  problem(place, message, subject = { tag: "nobody" }) {
    this.problems.push({ place, message, subject });
  }

  page(host) {
    const { columns, valueEnds, cellEnds, statuses, problems } = this;
    return { columns, data: host.encode(this.words.join("")), valueEnds, cellEnds, statuses, problems };
  }
}

/** Bytes of a text in UTF-8. */
function bytes(value) {
  let length = value.length;
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    if (unit > 0x7f) length += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return length;
}

/** A provider that is being asked. The rows of pages before travel in the cursor. */
export class Session {
  static open(Class, Source, settings, host) {
    return guarded(() => {
      const session = new Class();
      session.source = new Source(JSON.parse(settings), host);
      session.host = host;
      return session;
    });
  }

  check(scope) {
    const what = "read the first page";
    try {
      this.start({ attributes: [], scope, pageSize: 10, startAt: { tag: "start" } });
      const { page, end } = this.next();
      const people = page.statuses.length;
      const [problem] = page.problems;
      if (problem) return [step(what, "warning", `${people} people; ${problem.place}: ${problem.message}`)];
      if (people === 0 && end) return [step(what, "warning", "it is there, and nobody is in it")];
      return [step(what, "ok", `${people} people, and ${end ? "no more" : "more to come"}`)];
    } catch (failure) {
      return [step(what, "failed", failure.message, failure.hint)];
    }
  }

  attributes() {
    return [];
  }

  start(request) {
    guarded(() => {
      const { tag, val } = request.startAt;
      if (tag === "since") throw new Failure("unsupported", "this provider cannot tell what has changed");
      const [count, cursor] = tag === "resume" ? resumed(this.host, val) : [0, null];
      this.delivered = count;
      this.source.start(request, cursor);
    });
  }

  next() {
    return guarded(() => {
      const { rows, resume, end } = this.source.next();
      this.delivered += rows.statuses.length;
      const cursor = resume === null ? null : this.host.encode(`${this.delivered}:${resume}`);
      const page = rows.page(this.host);
      return { page, resume: cursor, end: end === null ? null : ended(end, this.delivered) };
    });
  }
}

function step(what, outcome, message, hint = null) {
  return { what, outcome, message, hint: hint ?? null };
}

function resumed(host, bytes) {
  const match = /^(\d{1,15}):([^]*)$/.exec(host.decode(bytes) ?? "");
  if (match === null) throw new Failure("stale-cursor", "this is no cursor to go on from");
  return [Number(match[1]), match[2]];
}

/** Holds the source's count against what was delivered. */
function ended({ count, facts }, delivered) {
  const evidence = { entries: delivered, sourceCount: count, facts };
  if (count === null || count === delivered) return { coverage: { tag: "complete", val: evidence }, next: null };
  const reason = delivered < count ? "truncated" : "drifted";
  const message = `the source counts ${count} people, and ${delivered} were delivered`;
  return { coverage: { tag: "partial", val: { reason, message, evidence } }, next: null };
}

/** Lets out failures of the plugin interface only: anything else is a defect of the plugin. */
function guarded(act) {
  try {
    return act();
  } catch (error) {
    if (error instanceof Failure) throw error.record();
    // The host's own failures go on as they are; the engine wraps them in an error.
    const known = error?.payload ?? error;
    if (typeof known?.kind === "string") throw known;
    throw new Failure("internal", `${error?.name ?? "Error"}: ${error?.message ?? error}`).record();
  }
}
