"""Starts an emulated signer for each test that asks for one. `MAYFLY` is the program, `mayfly`
unless told; `MAYFLY_CLIENT` the folder of a client in Python (test/interop/python)."""
import json
import os
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

import pytest

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, os.environ.get("MAYFLY_CLIENT", str(HERE.parents[1] / "interop/python")))

MAYFLY = shlex.split(os.environ.get("MAYFLY", "mayfly"))
WORDS = ["abandon"] * 11 + ["about"]
WAYS = {"pty": [], "tcp": ["--tcp", "127.0.0.1:0"]}


@dataclass
class Signer:
    """An emulator's process and what it says."""

    process: subprocess.Popen
    events: list[dict] = field(default_factory=list)

    def event(self, name: str) -> dict:
        """The next event of that name."""
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == name:
                return self.events[-1]
        raise AssertionError(f"the emulator ended before it said {name}: {self.events}")

    def screen(self, kind: str) -> list[str]:
        """The lines of the next screen of that kind."""
        while self.event("screen")["kind"] != kind:
            pass
        return self.events[-1]["lines"]

    @property
    def port(self) -> str:
        """As pyserial opens it."""
        path = next(one["path"] for one in self.events if one["event"] == "listening")
        return path.replace("tcp://", "socket://")

    def press(self, button: str) -> None:
        self.process.stdin.write(json.dumps({"name": "A", "press": button}) + "\n")
        self.process.stdin.flush()


@pytest.fixture(params=WAYS)
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Signer]:
    command = [*MAYFLY, "emulate", "--json", "--home", str(tmp_path), "--approve", "ask",
               "--with-parent", *WAYS[request.param], "--insecure-mnemonic", *WORDS]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    try:
        started = Signer(process)
        started.event("listening")
        yield started
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
