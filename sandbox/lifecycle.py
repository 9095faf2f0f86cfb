"""Starting and stopping a sandbox, and the environment that points tools at it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

import toolchain
from sandbox.aws.callers import credentials
from sandbox.control import Control
from sandbox.folder import Folder, Running, alive

START_SECONDS = 60
STOP_SECONDS = 20
PASSPHRASE = "lifeline-sandbox"
"""Protects nothing: the sandbox's state holds no real secret."""


def start(
    root: Path, name: str, stack: str, lease_seconds: int, transaction_seconds: int, regions: Sequence[str] = ()
) -> tuple[Running, bool]:
    """Start a sandbox for the project in `root`, or find it running. Returns it and whether it is new.

    `stack` is any stack of the environment: its settings say account, domain and regions. `regions`: further ones, that
    a site can be rebuilt in.
    Raises RuntimeError with the end of its log where it does not come up, ValueError where it runs without one of them.
    """
    folder = Folder(root, name)
    running = folder.read()
    if running is not None:
        if lacking := [region for region in regions if region not in running.places]:
            raise ValueError(
                f"the sandbox {name!r} runs already, without {', '.join(lacking)}: stop it first "
                "(`lifeline sandbox stop`), or start another one (`--name`)"
            )
        return running, False
    shutil.rmtree(folder.path, ignore_errors=True)
    folder.path.mkdir(parents=True)
    values = {"lease_seconds": lease_seconds, "transaction_seconds": transaction_seconds}
    folder.overlay.write_text(yaml.safe_dump(values), encoding="utf-8")
    with folder.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.server", str(root), name, stack, *regions],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=root,
            start_new_session=True,
            env={key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "CLOUDFLARE_"))},
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        running = folder.read()
        if running is not None:
            return running, True
        if process.poll() is not None:
            break
        time.sleep(0.05)
    process.kill()
    tail = "\n".join(folder.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
    raise RuntimeError(f"the sandbox {name!r} did not come up: its log {folder.log} ends with\n{tail}")


def stop(folder: Folder) -> bool:
    """End it and everything it started; its AWS and its Pulumi state go with it. False where none was running."""
    running = folder.read()
    if running is None:
        return False
    os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while alive(running.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    if alive(running.pid):
        os.kill(running.pid, signal.SIGKILL)
    folder.file.unlink(missing_ok=True)
    return True


def reset(folder: Folder) -> Running:
    """Back to two empty regions, on the same ports: resources, databases, faults, calls and Pulumi state are gone."""
    running = folder.require()
    Control(running).post("/reset", {}, timeout=60)
    shutil.rmtree(folder.path / "state", ignore_errors=True)
    folder.acknowledged.unlink(missing_ok=True)
    return running


ONE_SAVE = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""For runs that begin and end with their sandbox: the engine writes its state at the end instead of twice a resource.

A third of the time of a first `up`. Never beside anything that is kept: a run that is killed forgets what it made.
"""


def environment(folder: Folder, running: Running) -> dict[str, str]:
    """The variables that point Pulumi, the AWS SDKs, Cloudflare's clients and `lifeline` at the sandbox."""
    state = folder.path / "state"
    state.mkdir(exist_ok=True)
    providers = ",".join(f"{name}:{port}" for name, port in sorted(running.providers.items()))
    engine = toolchain.environment(dict(os.environ))
    if shutil.which("lifeline", path=engine["PATH"]) is None:
        # At the end: the shell's own python and other tools stay what they are.
        engine["PATH"] += f"{os.pathsep}{Path(sys.executable).parent}"
    return {
        **{key: value for key, value in engine.items() if os.environ.get(key) != value},
        **credentials("operator"),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{running.aws}",
        "CLOUDFLARE_API_TOKEN": "sandbox",
        "CLOUDFLARE_BASE_URL": f"http://127.0.0.1:{running.cloudflare}/client/v4",
        "PULUMI_DEBUG_PROVIDERS": providers,
        # Without the files that say a state's content type beside it: they are written in place, so that a kill at the
        # wrong moment leaves an empty one, and the state cannot be read any more.
        "PULUMI_BACKEND_URL": f"file://{state}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_HOME": str(folder.path / "pulumi"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The attached providers need no plugin; without this each command first tries five times to download one.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "LIFELINE_SANDBOX": folder.name,
        "LIFELINE_OVERLAY": str(folder.overlay),
        "LIFELINE_EDGE": f"http://127.0.0.1:{running.edge}",
    }


UNSET = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE")
"""What would lead away from the sandbox if it stayed."""
