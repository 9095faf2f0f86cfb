"""Cloudflare's API v4 as far as Lifeline uses it: zones, DNS records, load balancers, pools and monitors.

`Cloudflare` serves the API; `Store` is what it holds and what the edge obeys; `HealthBoard` is
what the edge's monitors found and what the API reports.
"""

from sandbox.cloudflare.health import Health, HealthBoard
from sandbox.cloudflare.server import Cloudflare
from sandbox.cloudflare.store import Document, Store

__all__ = ["Cloudflare", "Document", "Health", "HealthBoard", "Store"]
