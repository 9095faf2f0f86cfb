"""Whether something stands in several availability zones, by its subnets or by the zones that it names."""

from model.values import UNKNOWN, items
from policies.case import Case, Check
from policies.rule import Parameter
from policies.verdict import PASS, Verdict, fail, unknown

SUBNET = "aws:ec2/subnet:Subnet"
MIN_ZONES = Parameter("min_zones", 2, "In how many availability zones it has to stand.", "integer", minimum=1)
"""What a rule with `in_zones` takes as a parameter."""


def in_zones(*paths: str) -> Check:
    """At one of the paths there are subnets, or names of zones, for `min_zones` zones.

    Subnets of the stack count by their zones where these are said; others are taken to be in different ones.
    """

    def check(case: Case) -> Verdict:
        least, unclear, same = int(case.value("min_zones")), False, False
        for path in paths:
            value = case.at(path)
            named = [value] if value is UNKNOWN else items(value)
            subnets = case.view.targets(case.resource, path, SUBNET).found
            zones = [subnet.at("availabilityZone") for subnet in subnets]
            if len(subnets) >= max(least, len(named)):
                sure = len({zone for zone in zones if isinstance(zone, str)}) + sum(zone is None for zone in zones)
                if sure >= least:
                    return PASS
                unclear = unclear or any(zone is UNKNOWN for zone in zones)
                same = True
                continue
            known = {str(item) for item in named if item is not UNKNOWN and item is not None}
            if max(len(subnets), len(known)) >= least:
                return PASS
            unclear = unclear or any(item is UNKNOWN for item in named)
        if unclear:
            return unknown("in how many zones it stands is not known yet", paths[0])
        where = "its subnets are in too few" if same else f"{' and '.join(paths)} name too few"
        return fail(f"{where}: at least {least} availability zones are asked for", paths[0])

    return check
