"""The edge's calls as `curl` commands. Ids are looked up by name: the preamble of the runbook sets them."""

from operations.recovery.move import Move
from operations.steps.call import CLOUDFLARE, Command

API = "${CLOUDFLARE_BASE_URL:-https://api.cloudflare.com/client/v4}"


def variable(site: str) -> str:
    """The shell variable with a site's pool id."""
    return f"$POOL_{site.upper().replace('-', '_')}"


def edit_pool(site: str, *, enabled: bool) -> Command:
    path = f"{API}/accounts/$ACCOUNT_ID/load_balancers/pools/{variable(site)}"
    return Command(CLOUDFLARE, "EditPool", "", {"method": "PATCH", "path": path, "body": {"enabled": enabled}})


def edit_order(move: Move) -> Command:
    first, second = variable(move.target), variable(move.origin)
    body = {"default_pools": [first, second], "fallback_pool": first}
    path = f"{API}/zones/$ZONE_ID/load_balancers/$BALANCER_ID"
    return Command(CLOUDFLARE, "EditLoadBalancer", "", {"method": "PATCH", "path": path, "body": body})


def preamble(move: Move) -> str:
    """Lines of shell that look the edge's ids up by name; `jq` is needed."""
    topology = move.topology
    ask = f'curl --fail-with-body -sH "Authorization: Bearer $CLOUDFLARE_API_TOKEN" "{API}'
    lines = [
        f"ZONE_ID=$({ask}/zones?name={topology.one('zone').id}\" | jq -r '.result[0].id')",
        f"ACCOUNT_ID=$({ask}/zones?name={topology.one('zone').id}\" | jq -r '.result[0].account.id')",
        f'BALANCER_ID=$({ask}/zones/$ZONE_ID/load_balancers" | jq -r '
        f"'.result[] | select(.name == \"{topology.one('edge').id}\").id')",
    ]
    lines += [
        f'{variable(site).removeprefix("$")}=$({ask}/accounts/$ACCOUNT_ID/load_balancers/pools" | jq -r '
        f"'.result[] | select(.name == \"{move.pool(site)}\").id')"
        for site in topology.sites
    ]
    return "\n".join(lines)
