"""A site's database as the tests use it."""

from typing import Any

import psycopg

from operations.warden.database import Connection
from operations.warden.environment import Address, WardenEnvironment


class Site:
    """Connections by role to one database; all are closed at the end."""

    def __init__(self, port: int, name: str) -> None:
        self.port = port
        self.name = name
        self._open: list[Connection] = []

    def connect(self, user: str) -> Connection:
        connection = psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=self.name, user=user, autocommit=True, connect_timeout=5
        )
        self._open.append(connection)
        return connection

    def run(self, user: str, statement: str) -> Any:
        """The first column of the first row, in a connection of its own."""
        with self.connect(user) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def lease(self, seconds: float, epoch: int = 0, site: str = "east") -> None:
        """Gives the site a lease that ends so many seconds from now."""
        outcome = self.run("warden", f"select lifeline.renew('{site}', {epoch}, clock_timestamp(), '{seconds} s')")
        assert outcome == "renewed"

    def expire(self) -> None:
        """Ends every lease as time would."""
        self.run("lifeline", "update lifeline.lease set valid_until = clock_timestamp()")

    def writes(self) -> bool:
        """Whether a write is taken now; any error but the fence's is raised."""
        try:
            self.run("app", "insert into orders values ((random() * 1e9)::int, 'x')")
        except psycopg.DatabaseError as error:
            if error.sqlstate != "LL001":
                raise
            return False
        return True

    def environment(self, lease_seconds: float = 4, table: str = "control") -> WardenEnvironment:
        return WardenEnvironment(
            application="nl-fhir",
            environment="production",
            site="east",
            region="us-east-1",
            founder="east",
            database=Address(("127.0.0.1",), self.port, self.name, "warden", "us-east-1"),
            table=table,
            table_regions=("us-east-1", "us-west-2"),
            lease_seconds=lease_seconds,
            transaction_seconds=1,
            port=8099,
        )

    def close(self) -> None:
        for connection in self._open:
            connection.close()
