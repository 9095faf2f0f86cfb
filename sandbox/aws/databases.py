"""What RDS in the layer asks of the real databases underneath it.

`sandbox/postgres` implements it with PostgreSQL; tests with a double. One database to a site.
"""

from typing import Protocol


class Databases(Protocol):
    """The databases of all sites. Methods may take seconds: the layer calls them from a worker, not under a lock."""

    def port(self, site: str) -> int:
        """The TCP port on 127.0.0.1 that the site's database has or will have.

        Answers at once, also before `create`: a cluster has its endpoint, which tasks are told, before any instance.
        """

    def create(self, site: str, dbname: str, user: str, password: str, source: str | None) -> None:
        """Make and start the site's database: new when `source` is None, else a replica streaming from that site."""

    def mirror(self, site: str, source: str) -> None:
        """Make the site's data follow `source`'s without an endpoint; where they are there, let them run."""

    def source(self, site: str) -> str | None:
        """The site whose data this one's follow; None for a writer, and where there are none."""

    def exists(self, site: str) -> bool:
        """Whether the site has data, running or not."""

    def running(self, site: str) -> bool:
        """Whether the site's database runs."""

    def start(self, site: str) -> None:
        """Start the site's database at its endpoint with the data it has. No error where it runs."""

    def shut(self, site: str) -> None:
        """Close the endpoint of a replica whose data go on following."""

    def delete(self, site: str) -> None:
        """Stop the site's database and remove its data. No error where there is none."""

    def stop(self, site: str) -> None:
        """Stop the site's database and keep its data. No error where it does not run."""

    def promote(self, site: str) -> None:
        """Make the site's replica a writer with what it has received, and return when it is one."""

    def switchover(self, site: str) -> None:
        """End the replica's source cleanly, promote the replica with all of it, and make the old source follow it."""

    def refollow(self, site: str, source: str, keep: str | None = None) -> object:
        """Make the site's database a replica of `source`'s again, giving up what `source` never received.

        With `keep`, a copy of all that it had is kept under that name first.
        """

    def open_copy(self, copy: str, name: str) -> int:
        """Start a database called `name` on a kept copy; returns its port."""

    def shut_copy(self, name: str) -> None:
        """End such a database. No error where there is none."""

    def drop_copies(self) -> None:
        """End every such database and remove every kept copy."""
