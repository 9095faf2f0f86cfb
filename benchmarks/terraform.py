"""Resources as a Terraform plan, for a tool that reads only that."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.many import managed
from model.wire import TEXT

OWN = {
    "ec2": "",
    "lb": "lb",
    "cfg": "config",
    "alb": "lb",
    "cloudwatch": "cloudwatch",
    "appautoscaling": "appautoscaling",
}
"""Pulumi's module → what Terraform has in its place, where the two differ."""


def plan(listed: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`terraform show -json`'s form, as far as Checkov reads it."""
    resources = []
    for number, item in enumerate(listed):
        if not managed(item):
            continue
        kind = _kind(item["type"])
        name = re.sub(r"\W", "_", f"{item['name']}_{number}")
        resources.append(
            {
                "address": f"{kind}.{name}",
                "mode": "managed",
                "type": kind,
                "name": name,
                "provider_name": "registry/hashicorp/aws",
                "values": _snake(item["props"]),
            }
        )
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": [
            {
                **{key: item[key] for key in ("address", "mode", "type", "name", "provider_name")},
                "change": {"actions": ["create"], "before": None, "after": item["values"], "after_unknown": {}},
            }
            for item in resources
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {
                        "address": item["address"],
                        "mode": "managed",
                        "type": item["type"],
                        "name": item["name"],
                        "expressions": {},
                    }
                    for item in resources
                ]
            }
        },
    }


def _kind(token: str) -> str:
    """`aws_s3_bucket` of `aws:s3/bucket:Bucket`."""
    package, middle, name = token.split(":")
    module = middle.split("/")[0]
    words = [package, OWN.get(module, module), _underscored(name)]
    if package == "cloudflare":
        words = [package, _underscored(name)]
    return "_".join(word for word in words if word)


def _underscored(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _snake(value: Any) -> Any:
    if value == TEXT:
        return None
    if isinstance(value, Mapping):
        return {
            _underscored(key): [_snake(item)] if isinstance(item, Mapping) else _snake(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_snake(item) for item in value]
    return value
