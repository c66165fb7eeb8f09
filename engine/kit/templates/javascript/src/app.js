// Between the plugin interface and the provider. Imports what only the host has;
// so tests do not load it.
import http from "muster:provider/http@{{interface}}";
import log from "muster:provider/host@{{interface}}";
import text from "muster:provider/text@{{interface}}";
import { Session as Kit } from "./muster.js";
import { Service } from "./service.js";

const host = {
  send: (request) => http.send(request),
  log: (level, message) => log.log(level, message),
  decode: (bytes) => text.decode(bytes),
  encode: (words) => text.encode(words),
};

class Session extends Kit {}

export const provider = {
  Session,
  open: (settings) => Kit.open(Session, Service, settings, host),
};
