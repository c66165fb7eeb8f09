"""What the component exports. componentize-py begins here."""

import json

from provider import Host, Session, guarded
from service import Service
from wit_world import exports


class Provider(exports.Provider):
    def open(self, settings):
        with guarded():
            return Session(Service(json.loads(settings), Host()))
