"""What a real account needs: credentials, regions that answer, state outside both sites, secrets of one's own."""

import hashlib
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from toolchain.doctor.check import Check

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SECONDS = 5

SHIPPED_SALT = "4a5b6bd6bcd591ed"
"""Digest of the `encryptionsalt` in the shipped stack files. Its passphrase is public: it protects nothing."""


def checks(root: Path, sites: Mapping[str, str], env: Mapping[str, str]) -> list[Check]:
    """Args as in `toolchain.doctor.checks`."""
    endpoint = sandbox_endpoint(env)
    if endpoint:
        return [sandbox(endpoint), backend(root, sites, env), stack_secrets(root, real=False)]
    found = credentials(env)
    return [aws(sites, found), backend(root, sites, env), stack_secrets(root, real=found is not None)]


def sandbox_endpoint(env: Mapping[str, str]) -> str | None:
    """The address of a sandbox's AWS, if this shell is pointed at one."""
    endpoint = env.get("AWS_ENDPOINT_URL", "")
    return endpoint if urlsplit(endpoint).hostname in LOOPBACK else None


def sandbox(endpoint: str) -> Check:
    name = "AWS"
    parts = urlsplit(endpoint)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=SECONDS):
            return Check(name, True, f"a sandbox answers at {endpoint}; no real account is used from this shell")
    except OSError as error:
        remedy = '`lifeline sandbox start`, then `eval "$(lifeline sandbox env)"`'
        return Check(
            name, False, f"this shell is pointed at a sandbox that does not answer ({endpoint}): {error}", remedy
        )


def credentials(env: Mapping[str, str]) -> str | None:
    """Where credentials come from (a profile, the environment, …), or None. Never the credentials."""
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    session = Session(profile=env.get("AWS_PROFILE"))
    # No wait for an instance's metadata service on a laptop.
    session.set_config_variable("metadata_service_timeout", 1)
    session.set_config_variable("metadata_service_num_attempts", 1)
    try:
        found = session.get_credentials()
    except BotoCoreError as error:
        return f"broken: {error}"
    return str(found.method) if found else None


def aws(sites: Mapping[str, str], found: str | None) -> Check:
    """Whether each site's region knows who we are; asked of the region itself, so that one outage shows as one."""
    name = "AWS"
    if found is None:
        return Check(name, True, "no credentials: only the sandbox can be used from this shell, which needs none")
    if found.startswith("broken"):
        return Check(
            name, False, f"credentials are {found}", "mend AWS_PROFILE or the AWS configuration, or unset them"
        )
    if not sites:
        return Check(name, False, f"credentials from {found}; the regions are unknown", "mend the settings first")
    identities: dict[str, str] = {}
    failures: dict[str, str] = {}
    for region in sites.values():
        try:
            identities[region] = _identity(region)
        except ConnectionError as error:
            failures[region] = str(error)
    if failures:
        detail = "; ".join(f"{region}: {why}" for region, why in failures.items())
        remedy = (
            "log in again (`aws sso login`), or look at the region's health; a promotion needs only the other region"
        )
        return Check(name, False, detail, remedy)
    accounts = ", ".join(sorted(set(identities.values())))
    return Check(name, True, f"{', '.join(identities)} answer for account {accounts} (credentials from {found})")


def _identity(region: str) -> str:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    config = Config(connect_timeout=SECONDS, read_timeout=SECONDS, retries={"total_max_attempts": 1})
    try:
        client = boto3.client("sts", region_name=region, config=config)
        return str(client.get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise ConnectionError(str(error)) from error


def backend(root: Path, sites: Mapping[str, str], env: Mapping[str, str]) -> Check:
    """Whether the state outlives either site. The region of a bucket that is not named is unknown, which is no pass."""
    name = "state outside both sites"
    url = env.get("PULUMI_BACKEND_URL") or _backend_of(root)
    if not url:
        return Check(name, True, "the backend you are logged in to (`pulumi whoami -v`); Pulumi Cloud is outside both")
    parts = urlsplit(url)
    if parts.scheme != "s3":
        shown = f"{parts.scheme}://{parts.hostname or ''}"
        return Check(name, True, f"{shown} is in no site's region")
    bucket = f"s3://{parts.netloc}"
    region = (
        parse_qs(parts.query).get("region", [""])[0] or env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION") or ""
    )
    if not region:
        remedy = f"say it in the address: {bucket}?region=…"
        return Check(name, False, f"the region of {bucket} is unknown", remedy)
    held = [site for site, its in sites.items() if its == region]
    if held:
        others = "the witness region, or Pulumi Cloud"
        return Check(name, False, f"{bucket} is in {region}, the region of {held[0]}: it dies with it", f"use {others}")
    if not sites:
        return Check(name, False, f"{bucket} is in {region}; the sites' regions are unknown", "mend the settings first")
    return Check(name, True, f"{bucket} is in {region}, which is no site's")


def _backend_of(root: Path) -> str:
    import yaml

    try:
        project = yaml.safe_load((root / "Pulumi.yaml").read_text()) or {}
    except (OSError, yaml.YAMLError):
        # The settings' own check tells of a broken Pulumi.yaml.
        return ""
    return str((project.get("backend") or {}).get("url") or "")


def stack_secrets(root: Path, real: bool) -> Check:
    """Whether the stacks' secrets are encrypted with a key that is not public."""
    name = "secrets of the stacks"
    files = sorted(file for file in root.glob("Pulumi.*.yaml") if file.name != "Pulumi.yaml")
    shipped = [file.name for file in files if _has_shipped_salt(file)]
    if not shipped:
        return Check(name, True, f"{len(files)} stack files, none with the sandbox's public passphrase")
    if not real:
        return Check(name, True, "the sandbox's passphrase, which is public; right for a rehearsal only")
    return Check(
        name,
        False,
        f"{', '.join(shipped)}: encrypted with the sandbox's passphrase, which is public",
        "with your own: `pulumi stack change-secrets-provider awskms://alias/…?region=<witness> -s <stack>`",
    )


def _has_shipped_salt(file: Path) -> bool:
    found = re.search(r"^encryptionsalt:\s*(\S+)", file.read_text(), re.MULTILINE)
    return found is not None and digest(found[1]) == SHIPPED_SALT


def digest(salt: str) -> str:
    return hashlib.sha256(salt.encode()).hexdigest()[:16]
