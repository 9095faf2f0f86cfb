"""Connections to the site's own database: to its writer where there is one."""

import ipaddress
import os
from typing import Any

import psycopg

from operations.warden.environment import Address

Connection = psycopg.Connection[tuple[Any, ...]]
_CONNECT_SECONDS = 2
"""libpq's smallest."""


class DatabaseUnreachable(Exception):
    """No endpoint of the site's database took a connection; names what each said."""


def connect(address: Address, statement_seconds: float) -> Connection:
    """A connection that commits each statement; to the writer if any endpoint leads to one, else to a standby.

    `statement_seconds` bounds each statement. Raises DatabaseUnreachable.
    """
    reasons: list[str] = []
    standby: Connection | None = None
    for host in address.hosts:
        try:
            connection = _open(address, host, statement_seconds)
            if not in_recovery(connection):
                if standby is not None:
                    standby.close()
                return connection
        except psycopg.Error as error:
            reasons.append(f"{host}: {_first_line(error)}")
            continue
        if standby is None:
            standby = connection
        else:
            connection.close()
    if standby is None:
        raise DatabaseUnreachable(f"the site's database takes no connection: {'; '.join(reasons)}")
    return standby


def in_recovery(connection: Connection) -> bool:
    """True on a standby, which no lease makes writable."""
    row = connection.execute("select pg_is_in_recovery()").fetchone()
    return row is None or bool(row[0])


def _open(address: Address, host: str, statement_seconds: float) -> Connection:
    # RDS takes an IAM token over TLS only; PGSSLMODE and PGSSLROOTCERT can ask for more (verify-full).
    sslmode = "disable" if _is_loopback(host) else os.environ.get("PGSSLMODE", "require")
    return psycopg.connect(
        host=host,
        port=address.port,
        dbname=address.name,
        user=address.user,
        password=address.password or _token(address, host),
        autocommit=True,
        connect_timeout=_CONNECT_SECONDS,
        application_name="lifeline",
        options=f"-c statement_timeout={int(statement_seconds * 1000)}",
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=2,
        tcp_user_timeout=5000,
        sslmode=sslmode,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _token(address: Address, host: str) -> str | None:
    """An IAM token, signed here without any call. None on this machine, where nobody checks one."""
    if _is_loopback(host):
        return None
    from operations.warden.clients import bounded

    client = bounded("rds", address.region)
    return str(
        client.generate_db_auth_token(
            DBHostname=host, Port=address.port, DBUsername=address.user, Region=address.region
        )
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
