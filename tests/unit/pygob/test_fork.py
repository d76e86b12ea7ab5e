"""A process forked while other threads read and write: what they were at goes on without them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")

# The child has only the thread that forked: what another thread held when it was lost, nobody gives back.
SCRIPT = """
import os, signal, threading
from dataclasses import dataclass
import pygob
from pygob import types
from pygob._definitions.known_definitions import KNOWN_DEFINITIONS

busy, done = threading.Event(), threading.Event()

def slow():
    busy.set()
    done.wait()
    return int

@dataclass
class Slow:
    X: "slow()"

@dataclass
class Quick:
    X: int

def describe():
    pygob.dumps(Slow(1))

def learn():
    with KNOWN_DEFINITIONS._lock:
        busy.set()
        done.wait()

thread = threading.Thread(target={work})
thread.start()
busy.wait()
child = os.fork()
if not child:
    signal.alarm(30)
    data = pygob.dumps(Quick(5))
    ok = pygob.loads(data, Quick) == Quick(5)
    done.set()
    ok = ok and pygob.loads(pygob.dumps(Slow(6)), Slow) == Slow(6)
    reader = pygob.GobReader()
    reader.feed(data)
    reader.next_value()
    os._exit(0 if ok and reader.is_recognised else 1)
_, status = os.waitpid(child, 0)
done.set()
thread.join()
raise SystemExit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.parametrize("work", ["learn", "describe"])
def test_a_child_does_not_wait_for_the_threads_of_its_parent(work: str) -> None:
    script = SCRIPT.replace("{work}", work)
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0
