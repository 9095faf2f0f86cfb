"""Stacks in processes of their own: the same answer, in the same order, and the same failure."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import os, sys
from model.problems import InputError
from model.resource import Resource
from model.side_by_side import side_by_side
from model.values import UNKNOWN
from model.view import View

os.cpu_count = lambda: 2
def see(stack):
    if stack == "broken":
        raise InputError("it raised; mend it")
    return View(stack, "program", [Resource("urn", "t", str(os.getpid()), {"a": [UNKNOWN]})])

found = side_by_side(see, ["b", "a"])
assert [view.stack for view in found] == ["b", "a"], found
assert found[0].get("urn").props["a"][0] is UNKNOWN
assert str(os.getpid()) not in {view.resources[0].name for view in found}
assert side_by_side(see, ["a"])[0].resources[0].name == str(os.getpid())
try:
    side_by_side(see, ["a", "broken"])
except InputError as error:
    print(error)
"""


def test_stacks_are_seen_in_processes_of_their_own() -> None:
    # In a process of its own, since pytest's has threads, and then nothing is forked.
    ran = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, env=os.environ)
    assert (ran.returncode, ran.stdout) == (0, "it raised; mend it\n"), ran.stderr
