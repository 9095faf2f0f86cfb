"""What RDS in the layer asks of the real databases underneath it.

`sandbox/postgres` implements it with PostgreSQL; tests with a double. One database to a cluster; its name says where
it is and which: `us-east-1/nl-fhir-east`.
"""

from typing import Protocol


class Databases(Protocol):
    """The databases of all clusters. Methods may take seconds: the layer calls them from a worker, not under a lock."""

    def port(self, name: str) -> int:
        """The TCP port on 127.0.0.1 that the database has or will have.

        Answers at once, also before `create`: a cluster has its endpoint, which tasks are told, before any instance.
        """

    def create(self, name: str, dbname: str, user: str, password: str, source: str | None) -> None:
        """Make and start the database: new when `source` is None, else a replica streaming from that one."""

    def mirror(self, name: str, source: str) -> None:
        """Make the data follow `source`'s without an endpoint; where they are there, let them run."""

    def source(self, name: str) -> str | None:
        """Whose data this one's follow; None for a writer, and where there are none."""

    def exists(self, name: str) -> bool:
        """Whether there are data, running or not."""

    def running(self, name: str) -> bool:
        """Whether the database runs."""

    def start(self, name: str) -> None:
        """Start the database at its endpoint with the data it has. No error where it runs."""

    def shut(self, name: str) -> None:
        """Close the endpoint of a replica whose data go on following."""

    def delete(self, name: str) -> None:
        """Stop the database and remove its data. No error where there is none."""

    def stop(self, name: str) -> None:
        """Stop the database and keep its data. No error where it does not run."""

    def promote(self, name: str) -> None:
        """Make the replica a writer with what it has received, and return when it is one."""

    def switchover(self, name: str) -> None:
        """End the replica's source cleanly, promote the replica with all of it, and make the old source follow it."""

    def refollow(self, name: str, source: str, keep: str | None = None) -> object:
        """Make the database a replica of `source`'s again, giving up what `source` never received.

        With `keep`, a copy of all that it had is kept under that name first.
        """

    def restore(self, name: str, copy: str) -> None:
        """Make and start the database, a writer, with the data of a kept copy."""

    def drop_copies(self) -> None:
        """Remove every kept copy."""
