"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const W = JSON.parse($("words").textContent);
  const HELD = W.kinds.indexOf("held"), NOTED = W.kinds.indexOf("noted");
  const LINE = 34, TALLEST = 8e6, PRINTED = 2000;
  const view = $("view"), space = $("space"), box = $("rows"), detail = $("detail");
  const rows = [];
  const blocks = [...document.querySelectorAll("script.rows")];
  let shown = [], active = 0, chosen = -1, order = null, texts = null, height = 0;

  const read = (block) => {
    for (const row of JSON.parse(block.textContent)) rows.push(row);
    block.remove();
  };
  const el = (name, attributes = {}, ...inside) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...inside);
    return node;
  };
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const count = (n) => n.toLocaleString("en");

  // What a row is searched by; made when somebody searches for the first time.
  const textOf = (row) => {
    let text = row[1] + "\n" + row[2] + "\n" + row[3] + "\n" + W.reasons[row[4]].join("\n");
    for (const f of row[6]) text += "\n" + W.fields[f[0]] + "\n" + f[3] + "\n" + f[4];
    return plain(text);
  };

  const filters = () => {
    const tests = [];
    const kind = $("kind").value, reason = $("reason").value, field = $("field").value;
    const cause = $("cause").value, held = $("held").value, words = plain($("q").value).split(/\s+/).filter(Boolean);
    if (kind) { const k = W.kinds.indexOf(kind); tests.push((i) => rows[i][0] === k); }
    if (reason) {
      const any = W.reasons.map(([code]) => code === reason);
      tests.push((i) => any[rows[i][4]]);
    }
    const f = W.fields.indexOf(field), c = W.causes.indexOf(cause);
    if (field || cause) {
      tests.push((i) => rows[i][6].some((v) => (!field || v[0] === f) && (!cause || v[1] === c)));
    }
    if (held === "changes") tests.push((i) => rows[i][0] < HELD);
    if (held === "held back") tests.push((i) => rows[i][0] === HELD);
    if (held === "noted") tests.push((i) => rows[i][0] === NOTED);
    if (words.length) {
      texts ??= [];
      tests.push((i) => {
        const text = (texts[i] ??= textOf(rows[i]));
        return words.every((word) => text.includes(word));
      });
    }
    return tests;
  };

  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const keys = {
    kind: (row) => row[0],
    name: (row) => row[1],
    reason: (row) => W.reasons[row[4]][1],
    values: (row) => row[6].map((v) => W.fields[v[0]]).join(" "),
  };
  const sorted = (places) => {
    if (!order) return places;
    const { key, down } = order, of = places.map((i) => [keys[key](rows[i]), i]);
    const less = key === "kind" ? (a, b) => a[0] - b[0] : (a, b) => collator.compare(a[0], b[0]);
    of.sort((a, b) => (less(a, b) || a[1] - b[1]));
    if (down) of.reverse();
    return of.map(([, i]) => i);
  };

  const apply = (keep = false) => {
    const tests = filters(), places = [];
    for (let i = 0; i < rows.length; i++) if (tests.every((test) => test(i))) places.push(i);
    shown = sorted(places);
    active = Math.min(keep ? active : 0, Math.max(0, shown.length - 1));
    fit();
    $("grid").setAttribute("aria-rowcount", shown.length + 1);
    $("count").textContent = shown.length === W.rows
      ? `${count(W.rows)} rows` : `${count(shown.length)} of ${count(W.rows)} rows`;
    if (!keep) view.scrollTop = 0;
    draw();
  };

  // A short list is short; the end of a long one is a whole row.
  const fit = () => {
    view.style.height = Math.max(2, Math.min(shown.length, Math.floor(Math.min(innerHeight * 0.7, 736) / LINE))) * LINE + "px";
    height = Math.min(shown.length * LINE, TALLEST);
    space.style.height = height + "px";
  };

  // Which row stands at the top: of very many, the scroll bar tells a proportion.
  const room = () => Math.max(1, Math.floor(view.clientHeight / LINE));
  const top = () => {
    const most = Math.max(0, shown.length - room());
    if (shown.length * LINE <= TALLEST) return Math.min(most, Math.floor(view.scrollTop / LINE));
    return Math.round((view.scrollTop / Math.max(1, height - view.clientHeight)) * most);
  };
  const bring = (at) => {
    const first = top(), fits = room();
    if (at >= first && at < first + fits) return;
    const most = Math.max(1, shown.length - fits);
    const wanted = Math.max(0, at < first ? at : at - fits + 1);
    view.scrollTop = shown.length * LINE <= TALLEST
      ? wanted * LINE : (wanted / most) * (height - view.clientHeight);
  };

  const value = (v) => {
    const node = el("span", { class: "v" });
    node.append(el("del", {}, v[3]), " \u2192 ", el("ins", {}, v[4]));
    return node;
  };
  const brief = (row) => {
    const values = row[6];
    if (row[0] === 0) return values.map((v) => W.fields[v[0]]).join(", ");
    if (values.length === 1) {
      const node = el("span", {}, W.fields[values[0][0]] + ": ");
      node.append(value(values[0]));
      return node;
    }
    return values.map((v) => W.fields[v[0]]).join(", ");
  };
  const cell = (column, inside) => el("div", { role: "gridcell", "aria-colindex": column }, inside);
  const line = (at) => {
    const row = rows[shown[at]], kind = W.kinds[row[0]];
    const node = el("div", {
      role: "row", class: "row", "aria-rowindex": at + 2, "data-at": at,
      tabindex: at === active ? 0 : -1, "aria-selected": shown[at] === chosen,
    });
    node.append(cell(1, el("span", { class: "act a-" + kind }, kind)), cell(2, el("bdi", {}, row[1] || "\u2014")),
      cell(3, W.reasons[row[4]][1]), cell(4, brief(row)));
    return node;
  };
  let drawn = "";
  const draw = () => {
    const first = top(), last = Math.min(shown.length, first + room() + 2);
    const had = box.contains(document.activeElement);
    const nodes = [];
    for (let at = first; at < last; at++) nodes.push(line(at));
    box.replaceChildren(...nodes);
    drawn = first + ":" + last;
    // The rows can always be reached with Tab.
    if (nodes.length && !box.querySelector('[tabindex="0"]')) nodes[0].tabIndex = 0;
    if (had) box.querySelector(`[data-at="${active}"]`)?.focus({ preventScroll: true });
  };
  const move = (to) => {
    active = Math.max(0, Math.min(shown.length - 1, to));
    bring(active);
    draw();
    box.querySelector(`[data-at="${active}"]`)?.focus({ preventScroll: true });
  };

  const policy = (at) => (at < 0 ? "" : el("span", { class: "line" }, " " + W.lines[at]));
  const told = (row) => {
    const [code, text] = W.reasons[row[4]], kind = W.kinds[row[0]], part = el("div");
    part.append(el("p", {}, el("span", { class: "act a-" + kind }, kind), " " + text, policy(row[5])),
      el("p", { class: "faint" }, code));
    const list = el("dl");
    for (const v of row[6]) {
      const cause = row[0] === 0 ? "" : el("span", { class: "faint" }, " " + W.causes[v[1]]);
      list.append(el("dt", {}, W.fields[v[0]], cause, policy(v[2])), el("dd", {}, value(v)));
    }
    part.append(list);
    return part;
  };
  const choose = (at, go) => {
    const row = rows[shown[at]];
    if (!row) return;
    chosen = shown[at];
    active = at;
    const facts = [row[2] && "id " + row[2], row[3] && "account " + row[3]].filter(Boolean).join(", ");
    detail.replaceChildren(el("h3", {}, el("bdi", {}, row[1] || "\u2014")), el("p", { class: "faint" }, facts), told(row));
    for (const other of rows) {
      const same = other !== row && (row[3] ? other[3] === row[3] || (!other[3] && other[1] === row[1]) : row[1] && other[1] === row[1]);
      if (same) detail.append(told(other));
    }
    draw();
    if (go) detail.focus();
  };

  view.addEventListener("scroll", () => requestAnimationFrame(() => {
    const first = top();
    if (drawn !== first + ":" + Math.min(shown.length, first + room() + 2)) draw();
  }), { passive: true });
  addEventListener("resize", () => { fit(); draw(); });
  box.addEventListener("click", (event) => {
    const node = event.target.closest(".row");
    if (node) { choose(+node.dataset.at, false); box.querySelector(`[data-at="${active}"]`)?.focus({ preventScroll: true }); }
  });
  $("grid").addEventListener("keydown", (event) => {
    if (!event.target.closest("#rows")) return;
    const at = +event.target.closest(".row").dataset.at, page = room() - 1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: shown.length - 1 }[event.key];
    if (to !== undefined) move(to);
    else if (event.key === "Enter" || event.key === " ") choose(at, true);
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); $("q").focus(); $("q").select(); }
    if (event.key === "Escape" && detail.contains(event.target)) move(active);
    if (event.key === "ArrowDown" && event.target === $("q")) { event.preventDefault(); move(active); }
  });
  let wait = 0;
  $("q").addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(apply, 120); });
  $("filter").addEventListener("change", (event) => { if (event.target !== $("q")) apply(); });
  $("filter").addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  $("filter").addEventListener("reset", () => setTimeout(apply));
  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => {
      const key = button.dataset.sort, head = button.parentElement, was = head.getAttribute("aria-sort");
      for (const one of head.parentElement.children) one.setAttribute("aria-sort", "none");
      const next = { none: "ascending", ascending: "descending", descending: "none" }[was];
      head.setAttribute("aria-sort", next);
      order = next === "none" ? null : { key, down: next === "descending" };
      apply();
    });
  }
  for (const button of document.querySelectorAll(".alike")) {
    button.addEventListener("click", () => {
      $("filter").reset();
      for (const id of ["kind", "reason", "field", "cause"]) $(id).value = button.dataset[id] || "";
      setTimeout(() => { apply(); $("people").scrollIntoView(); move(0); });
    });
  }
  addEventListener("beforeprint", () => {
    const body = el("tbody");
    for (const i of shown.slice(0, PRINTED)) {
      const row = rows[i], values = el("td");
      for (const v of row[6]) values.append(el("div", {}, W.fields[v[0]] + ": ", value(v)));
      body.append(el("tr", {}, el("td", {}, W.kinds[row[0]]), el("td", {}, el("bdi", {}, row[1])), el("td", {}, W.reasons[row[4]][1]), values));
    }
    const more = shown.length - PRINTED;
    $("print").replaceChildren(el("table", {}, body), more > 0 ? el("p", {}, `\u2026 and ${count(more)} more: filter the list to print them.`) : "");
  });
  addEventListener("afterprint", () => $("print").replaceChildren());

  // The first people are shown at once; the others follow without holding up the page.
  const more = () => {
    const until = performance.now() + 24;
    while (blocks.length && performance.now() < until) read(blocks.shift());
    if (blocks.length) setTimeout(more); else { document.body.dataset.ready = "1"; apply(true); }
  };
  if (blocks.length) read(blocks.shift());
  apply();
  document.body.dataset.first = Math.round(performance.now());
  more();
})();
