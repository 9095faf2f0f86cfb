"""Security groups: what the internet reaches."""

from policies.case import Case
from policies.examples import Given, example, ref
from policies.reach import GROUP, INGRESS_RULE, RULE, RULE_TYPES, internet, together
from policies.rule import Fix, Rule
from policies.verdict import PASS, Verdict, fail

SSH = 22


def _no_ssh(case: Case) -> Verdict:
    # Rules of one group add up (two halves of the internet are all of it); each resource answers for its own.
    found = internet(together(case.view, case.resource), SSH)
    own = next((opening for opening in found if opening.resource is case.resource), None)
    if own is None:
        return PASS
    return fail(f"the internet reaches port {SSH}: open to {', '.join(str(item) for item in own.networks)}", own.path)


def _ingress(**rule: object) -> dict[str, object]:
    return {"ingress": [{"protocol": "tcp", "fromPort": 22, "toPort": 22, **rule}]}


_GROUP = Given(GROUP, "group")

NO_PUBLIC_SSH = Rule(
    id="sg-no-public-ssh",
    pack="hipaa",
    severity="critical",
    types=RULE_TYPES,
    what="No security group lets the internet reach SSH (TCP port 22).",
    why="An open SSH port is found and tried within minutes; one weak key is a way to everything in the network.",
    fix=Fix(
        "Allow port 22 from your own networks only, or use SSM Session Manager and open nothing.",
        python='ingress=[{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.0.0/16"]}]',
        yaml="ingress:\n  - {protocol: tcp, fromPort: 22, toPort: 22, cidrBlocks: [10.0.0.0/16]}",
    ),
    check=_no_ssh,
    passing=(
        _ingress(cidrBlocks=["10.0.0.0/8"]),
        _ingress(fromPort=443, toPort=443, cidrBlocks=["0.0.0.0/0"]),
        _ingress(self=True),
        Given(RULE, "out", {"type": "egress", "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["::/0"]}),
        Given(INGRESS_RULE, "in", {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "203.0.113.7/32"}),
    ),
    failing=(
        _ingress(cidrBlocks=["0.0.0.0/0"]),
        _ingress(fromPort=0, toPort=1024, ipv6CidrBlocks=["::/0"]),
        _ingress(protocol="-1", fromPort=0, toPort=0, cidrBlocks=["0.0.0.0/0"]),
        _ingress(cidrBlocks=["0.0.0.0/1", "128.0.0.0/1"]),
        Given(
            RULE, "in", {"type": "ingress", "protocol": "6", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
        ),
        example(
            _GROUP,
            Given(
                INGRESS_RULE,
                "in",
                {
                    "securityGroupId": ref("group"),
                    "ipProtocol": "tcp",
                    "fromPort": 20,
                    "toPort": 25,
                    "cidrIpv6": "::/0",
                },
            ),
        ),
    ),
)
