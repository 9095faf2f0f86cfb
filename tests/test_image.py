"""What Lifeline's own image has is what its services import. The image itself is not built here: nothing builds one."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PROBE = """
import json, sys
from importlib.metadata import packages_distributions
import operations.guard.__main__, operations.warden.__main__, operations.warden.install
import boto3, psycopg
from operations.record.seal import Opener, seal
seal(Opener().public, b"what is loaded only when it is needed")
for service in ("cloudwatch", "dynamodb", "rds", "ssm"):
    boto3.client(service, region_name="us-east-1")
top = {name.split(".")[0] for name in sys.modules if not name.startswith("_")}
known = packages_distributions()
print(json.dumps({"ours": sorted(top & {"infra", "scripts", "sandbox", "toolchain", "operations"}),
                  "distributions": sorted({dist for name in top for dist in known.get(name, ())})}))
"""


def imported() -> dict[str, list[str]]:
    """What a process of all three services has loaded, started as the image starts it."""
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_the_image_has_every_package_that_its_services_load() -> None:
    match = re.search(r"wanted = \{(.+?)\}", DOCKERFILE)
    assert match
    wanted = set(re.findall(r'"([^"]+)"', match[1]))
    loaded = {name.lower().replace("_", "-") for name in imported()["distributions"]}
    # botocore takes certifi's certificates where it is installed, and its own where it is not.
    assert loaded - {"certifi", "lifeline", "setuptools"} <= wanted
    locked = set(re.findall(r"^([a-z0-9-]+)(?:\[|==)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert wanted <= locked


def test_the_services_need_no_folder_that_the_image_lacks() -> None:
    assert imported()["ours"] == ["operations"]
    copied = re.findall(r"^COPY (?!--from)(\S+)(?: \S+)* \S+$", DOCKERFILE, re.MULTILINE)
    assert "operations" in copied
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in allowed and "!operations" in allowed


def test_the_image_runs_as_nobody_who_matters_and_takes_its_base_by_digest() -> None:
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["${PYTHON}", "${PYTHON}"]
    assert "--require-hashes" in DOCKERFILE
