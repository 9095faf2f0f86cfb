"""The pages on the rules, written from the rules themselves: `make docs` writes them, `make check` compares.

`docs/rules/<pack>-<service>.md` holds the rules of one file, `docs/rules/README.md` what is covered and what is not.
"""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from policies import discovery
from policies.gate.explain import markdown
from policies.rule import Rule

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "rules"
CATALOGUE = ROOT / "tests" / "policies" / "catalogue.json"
NOT_CHECKABLE = ROOT / "tests" / "policies" / "not-checkable.json"
NOT_IMPLEMENTED = Path(__file__).with_name("not_implemented.json")
WRITTEN = "<!-- Written by `make docs` from policies/: change the rule, not this page. -->"


INTRODUCTION = """\
What a rule says is checked in code, before anything is applied. It is cited, never certified: no tool can see whether
an organisation keeps the HIPAA Security Rule. A control is *cited* where the field's tools map a check to it; what
none of them maps is *recommended*. `lifeline gate explain RULE` shows the same text in the terminal, and
[adding-a-rule.md](../adding-a-rule.md) says how to write one."""


def pages() -> dict[str, str]:
    """File name → text."""
    found, listed = {}, []
    for pack in discovery.PACKS:
        for module in discovery.modules(pack):
            rules = sorted(discovery.of(module), key=lambda rule: rule.id)
            service = module.__name__.rsplit(".", 1)[-1]
            name = f"{pack}-{service.replace('_', '-')}.md"
            title = (module.__doc__ or service).strip().splitlines()[0]
            found[name] = _page(pack, title, rules)
            listed.append((pack, title.rstrip("."), name, rules))
    return {**found, "README.md": _overview(listed)}


def _page(pack: str, title: str, rules: list[Rule]) -> str:
    about = "HIPAA" if pack == "hipaa" else "cost"
    parts = [WRITTEN, "", f"# {title.rstrip('.')}: {about} rules", "", "[All rules](README.md)", ""]
    parts.append("| rule | severity | level | what |")
    parts.append("|---|---|---|---|")
    parts += [f"| [{rule.id}](#{rule.id}) | {rule.severity} | {rule.level} | {rule.what} |" for rule in rules]
    for rule in rules:
        parts += ["", markdown(rule)]
    return "\n".join(parts) + "\n"


def _overview(listed: Sequence[tuple[str, str, str, list[Rule]]]) -> str:
    entries: list[dict[str, Any]] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    missing: dict[str, dict[str, str]] = json.loads(NOT_IMPLEMENTED.read_text(encoding="utf-8"))
    there = {rule.id: rule for rule in discovery.rules()}
    done = Counter(_group(entry) for entry in entries if entry["id"] in there)
    asked = Counter(_group(entry) for entry in entries)
    lines = [
        WRITTEN,
        "",
        "# The rules",
        "",
        *INTRODUCTION.splitlines(),
        "",
        "## What is covered",
        "",
        "| part of the catalogue | entries | rules |",
        "|---|---:|---:|",
    ]
    lines += [f"| {group} | {asked[group]} | {done[group]} |" for group in GROUPS if asked[group]]
    lines.append(f"| all | {len(entries)} | {sum(done.values())} |")
    lines += [
        "",
        f"Beside them, {sum(rule.scope == 'plan' for rule in there.values())} rules on what a change intends, and "
        f"{sum(rule.across for rule in there.values())} on what spans stacks.",
    ]
    lines += ["", "## Rules by service", "", "| pack | service | rules |", "|---|---|---:|"]
    lines += [f"| {pack} | [{title}]({name}) | {len(rules)} |" for pack, title, name, rules in listed]
    lines += ["", "## Of the catalogue, not implemented", ""]
    open_ = sorted(entry["id"] for entry in entries if entry["id"] not in there)
    if open_:
        lines += ["| entry | reason | why |", "|---|---|---|"]
        for entry_id in open_:
            reason = missing.get(entry_id, {"reason": "not-yet", "why": "nobody wrote it yet"})
            lines.append(f"| {entry_id} | `{reason['reason']}` | {reason['why']} |")
    else:
        lines.append("Nothing.")
    lines += [
        "",
        "## What no tool of this kind can see",
        "",
        "These need the running account, its findings, its people or its data; a clean gate says nothing about them.",
        "",
        "| of what kind | what the field's tools check | why it cannot be seen in code |",
        "|---|---|---|",
    ]
    lines += [
        f"| {item['category']} | {item['checks']} | {item['reason']} |"
        for item in json.loads(NOT_CHECKABLE.read_text(encoding="utf-8"))
    ]
    return "\n".join(lines) + "\n"


GROUPS = ("HIPAA, cited by a source", "HIPAA, recommended", "cost")


def _group(entry: dict[str, Any]) -> str:
    if entry["kind"] == "cost":
        return GROUPS[2]
    return GROUPS[1] if entry["hipaa_basis"] == "own-proposal" else GROUPS[0]


def main(words: list[str]) -> int:
    wanted = pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")} if FOLDER.is_dir() else {}
    if there == wanted:
        return 0
    if "--check" in words:
        differ = sorted(name for name in {*there, *wanted} if there.get(name) != wanted.get(name))
        print(f"docs/rules is out of step with the rules: {', '.join(differ)}; run `make docs`", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in there:
        if name not in wanted:
            (FOLDER / name).unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"docs/rules: {len(wanted)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
