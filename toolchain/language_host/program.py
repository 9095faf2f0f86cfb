"""Runs one Pulumi program; started by the host as a script, with the project's own Python.

So it imports nothing but the standard library and the Pulumi SDK that it finds there, of any age. Its parameters come
as one JSON object in `LIFELINE_PROGRAM`; configuration as `PULUMI_CONFIG`, where the SDK itself looks for it.
"""

import asyncio
import inspect
import json
import logging
import os
import runpy
import signal
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

VARIABLE = "LIFELINE_PROGRAM"

# The host answers the engine with "already reported" for this code, so that nothing is shown twice.
REPORTED = 32
CANCELLED = 130
UNWIND_SECONDS = 1.0


def main() -> int:
    parameters = json.loads(os.environ.pop(VARIABLE))
    # This file's folder is on the path only because Python was given the file; it is none of the program's.
    sys.path.pop(0)
    try:
        import pulumi
        import pulumi.runtime
    except ImportError as error:
        print(
            f"the Pulumi SDK cannot be imported by {sys.executable}: {error}; "
            "install it there, or name another environment in runtime.options.virtualenv of Pulumi.yaml",
            file=sys.stderr,
        )
        return REPORTED
    _configure(parameters)
    program = parameters["program"]
    sys.argv = [program, *parameters["arguments"]]
    os.chdir(parameters["directory"])
    # After the program's own folder (which `runpy` puts first): so that `main: infra` can say `import infra.naming`.
    sys.path.insert(0, parameters["root"])
    # A program that fails leaves futures that nobody awaits; asyncio would tell of each, after the real error.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    def run() -> None:
        runpy.run_path(program, run_name="__main__")

    signal.signal(signal.SIGINT, _cancel)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # Four threads a resource operation, as in Pulumi's own host: `apply` must not wait for a thread.
    pool = ThreadPoolExecutor(max_workers=max(parameters["parallel"], 1) * 4)
    loop.set_default_executor(pool)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(run))
        return 0
    except pulumi.RunError as error:
        # What the SDK raises for a mistake that it explains itself; a traceback would hide the explanation.
        pulumi.log.error(str(error))
        return REPORTED
    except KeyboardInterrupt:
        return CANCELLED
    except Exception as error:  # noqa: BLE001 - whatever the program raises is shown, not lost
        pulumi.log.error(_explain(error, program))
        return REPORTED
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()


def _cancel(_number: int, _frame: FrameType | None) -> None:
    """Unwinds the program, so that its own `finally` blocks run, but not for long.

    The SDK then waits for answers of an engine that, having cancelled, gives none any more.
    """
    end = threading.Timer(UNWIND_SECONDS, os._exit, (CANCELLED,))
    end.daemon = True
    end.start()
    raise KeyboardInterrupt


def _configure(parameters: dict[str, Any]) -> None:
    import pulumi.runtime

    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    wanted = {
        "project": parameters["project"],
        "stack": parameters["stack"],
        "organization": parameters["organization"],
        "root_directory": parameters["root"],
        "parallel": parameters["parallel"],
        "dry_run": parameters["dry_run"],
        "monitor": parameters["monitor"],
        "engine": parameters["engine"],
    }
    known = inspect.signature(pulumi.runtime.Settings.__init__).parameters
    pulumi.runtime.configure(pulumi.runtime.Settings(**{name: wanted[name] for name in wanted if name in known}))


def _explain(error: Exception, program: str) -> str:
    """The error with the part of its traceback that begins in the program: the frames above are ours."""
    entry = Path(program, "__main__.py").resolve() if Path(program).is_dir() else Path(program).resolve()
    if not entry.exists():
        return f"there is no program: {entry} does not exist; write it, or mend `main` in Pulumi.yaml"
    frames = traceback.extract_tb(error.__traceback__)
    first = next((index for index, frame in enumerate(frames) if Path(frame.filename).resolve() == entry), 0)
    shown = traceback.format_exception(type(error), error, error.__traceback__, limit=-(len(frames) - first))
    return "Program failed with an unhandled exception:\n" + "".join(shown)


if __name__ == "__main__":
    sys.exit(main())
