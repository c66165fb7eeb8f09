// People of a JSON service: `GET PATH?limit=500&after=TOKEN`, page by page.
import { Rows, complete, expectEverybody, flag, get, list, one, texts, token } from "./muster.js";

export class Service {
  constructor(settings, host) {
    this.path = settings.path;
    this.host = host;
  }

  start(request, cursor) {
    expectEverybody(request.scope);
    this.attributes = request.attributes;
    this.after = cursor;
  }

  next() {
    const after = this.after === null ? "" : `&after=${encodeURIComponent(this.after)}`;
    const page = get(this.host, "api", `${this.path}?limit=500${after}`);
    const rows = new Rows(this.attributes);
    list(page, "people").forEach((person, index) => {
      const id = one(person, "id");
      if (id === null) {
        rows.problem(`$.people[${index}]`, "has no `id`");
        return;
      }
      const values = this.attributes.map((attribute) => texts(person, attribute));
      rows.add(id, flag(one(person, "active")), values);
    });
    this.after = token(page, "next");
    return { rows, resume: this.after, end: this.after === null ? complete(page.total) : null };
  }
}
