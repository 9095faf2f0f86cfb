"""A rule, told in full: in the terminal and on the documentation pages. Pure."""

from typing import Any

from policies.enforcement import default
from policies.rule import ANY, Rule


def document(rule: Rule) -> dict[str, Any]:
    """For `lifeline gate rules --output json`."""
    return {
        "id": rule.id,
        "pack": rule.pack,
        "service": service(rule),
        "severity": rule.severity,
        "level": rule.level,
        "scope": rule.scope,
        "types": list(rule.types),
        "what": rule.what,
        "why": rule.why,
        "fix": {"text": rule.fix.text, "python": rule.fix.python, "yaml": rule.fix.yaml},
        "unknown_blocks": rule.unknown_blocks,
        "enforcement": {name: default(rule, name) for name in ("production", "staging")},
        "parameters": {
            parameter.name: {**parameter.schema, "description": parameter.what} for parameter in rule.parameters
        },
        "citations": list(rule.citations),
        "also_cited": list(rule.also_cited),
        "sources": list(rule.sources),
    }


def service(rule: Rule) -> str:
    """The service that it is about, as its first type says."""
    first = rule.types[0] if rule.types else ANY
    if first == ANY:
        return "every type"
    package, _, rest = first.partition(":")
    return "cloudflare" if package == "cloudflare" else rest.split("/")[0]


def basis(rule: Rule) -> str:
    """Why it is there, in words that promise nothing."""
    if rule.pack == "cost":
        return "Cost."
    if rule.citations:
        also = f" Also cited by some: {', '.join(rule.also_cited)}." if rule.also_cited else ""
        return f"HIPAA Security Rule, as {len(rule.sources)} sources cite it: {', '.join(rule.citations)}.{also}"
    if rule.also_cited:
        return f"HIPAA Security Rule, cited by some sources: {', '.join(rule.also_cited)}."
    return "Recommended: no source maps it to HIPAA."


def markdown(rule: Rule) -> str:
    """A section of a page; its anchor is the rule's id."""
    enforced = {place: default(rule, place) for place in ("production", "staging")}
    lines = [
        f"### {rule.id}",
        "",
        f"*{rule.severity}, {rule.scope} scope; {enforced['production']} in production, {enforced['staging']} elsewhere"
        f"{'' if rule.unknown_blocks else '; unknown does not stop a change'}.*",
        "",
        f"**What** {rule.what}",
        "",
        f"**Why** {rule.why}",
        "",
        f"**Fix** {rule.fix.text}",
        "",
        "```python",
        rule.fix.python,
        "```",
        "",
        "```yaml",
        rule.fix.yaml,
        "```",
        "",
        basis(rule),
    ]
    if rule.parameters:
        lines += ["", "| parameter | default | what it changes |", "|---|---|---|"]
        lines += [f"| `{item.name}` | `{item.default}` | {item.what} |" for item in rule.parameters]
    types = ", ".join(f"`{token}`" for token in rule.types if token != ANY) or "every resource"
    lines += ["", f"Looks at {types}."]
    return "\n".join(lines)
