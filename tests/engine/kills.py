"""A `lifeline promote` that is killed (SIGKILL) at a moment of its own story."""

import json
import signal
import subprocess
import sys
import tempfile

from tests.engine.estate import ROOT, Estate


def promote_and_kill(it: Estate, step: str, state: str, *arguments: str) -> bool:
    """Starts it and kills it when the step says that it is in the state; False where it ended, well, before that.

    The step's call is then about to be made, or on its way, or made and not answered: nobody can tell which.
    """
    words = ["-m", "scripts.main", "--project", str(it.root), "promote", *arguments, "--output", "json"]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, *words],
            env={**it.environment, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                event = json.loads(line)
                if (event.get("step"), event.get("state")) == (step, state):
                    return True
            code = process.wait()
            said.seek(0)
            assert code == 0, f"it did not come as far as {step} {state}: {said.read()}"
            return False
        finally:
            process.send_signal(signal.SIGKILL)
            process.stdout.close()
            process.wait()
