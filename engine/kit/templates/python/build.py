"""Builds the component: `python3 build.py`, after `pip install -r requirements.txt`."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOL = "componentize-py"


def tool() -> str:
    """The tool of this Python, or of `.venv` beside this file."""
    places = [Path(sys.executable).parent, HERE / ".venv" / "bin", HERE / ".venv" / "Scripts"]
    for place in places:
        for name in (TOOL, f"{TOOL}.exe"):
            if (place / name).is_file():
                return str(place / name)
    return TOOL


def main() -> None:
    command = [tool(), "--wit-path", "wit", "--world", "plugin", "componentize"]
    # The system's interfaces are stubbed out: the component reaches nothing but
    # what `wit/world.wit` names.
    command += ["--stub-wasi", "--python-path", "src", "app", "--output", "{{name}}.wasm"]
    try:
        sys.exit(subprocess.run(command, cwd=HERE).returncode)
    except FileNotFoundError:
        sys.exit(f"{TOOL} is missing: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt")


main()
