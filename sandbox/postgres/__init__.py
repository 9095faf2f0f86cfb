"""Real PostgreSQL servers, one at each site, streaming to each other through a relay that can hold WAL back.

The wheel's server has no TLS, no IAM authentication and no contrib modules: those cannot be rehearsed here. The master
user is a superuser, because plain PostgreSQL lets nobody else create an event trigger; `rds_superuser` may on RDS.
"""

from sandbox.postgres.databases import Databases, Lag
from sandbox.postgres.server import PostgresFailed

__all__ = ["Databases", "Lag", "PostgresFailed"]
