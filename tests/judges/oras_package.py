"""Publishes a file as another client of registries does, or fetches what Muster
has published: `push HOST/REPOSITORY:TAG FILE`, `pull HOST/REPOSITORY:TAG FOLDER`.
"""

import pathlib
import sys

import oras.client

what, target, place = sys.argv[1:]
client = oras.client.OrasClient(insecure=True)
if what == "push":
    file = pathlib.Path(place)
    answer = client.push(
        target,
        files=[f"{file}:application/wasm"],
        disable_path_validation=True,
    )
    assert answer.status_code in (200, 201), answer
    print(answer.headers.get("Docker-Content-Digest"))
else:
    for file in client.pull(target, outdir=place):
        print(file)
