"""The edge: a reverse proxy that obeys Cloudflare's load balancers and what AWS says behind them.

A request goes load balancer → pool → origin → DNS record → ALB → listener → rule → target group →
registered target → HTTP, and every hop is looked up when the request comes.
"""

from sandbox.edge.proxy import Edge
from sandbox.edge.sight import Sight

__all__ = ["Edge", "Sight"]
