"""What the runs of a pipeline share: the connection, who hears of them, and what is known of the source files."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from basalt.engine.landed import Landed
from basalt.engine.observing import Observer, Silent
from basalt.engine.row_groups import RowGroups


@dataclass(frozen=True)
class Session:
    """A connection on which a pipeline is run, once or batch by batch.

    ``keeps_passes`` tells that it is of a database file, in which whole passes are kept.
    """

    connection: duckdb.DuckDBPyConnection
    observer: Observer
    row_groups: RowGroups
    keeps_passes: bool = False
    landed: Landed = field(default_factory=Landed)
    """What batches before have in their outputs."""

    @classmethod
    def of(
        cls, connection: duckdb.DuckDBPyConnection, observer: Observer | None = None, *, keeps_passes: bool = False
    ) -> Session:
        """Return a session on a connection."""
        return cls(connection, observer or Silent(), RowGroups(connection), keeps_passes)

    def aside(self) -> Session:
        """Return the session for a run within a run, of which nobody hears."""
        return Session(self.connection, Silent(), self.row_groups)
