"""A lock of Postgres itself on a table, which goes with the connection that holds it."""

from __future__ import annotations

import os
import socket

from basalt.outputs.databases.session import Session, TableName
from basalt.outputs.lock import busy


def literal(text: str) -> str:
    """Return text as a literal."""
    return "'" + text.replace("'", "''") + "'"


def introduce(session: Session) -> None:
    """Tell the server which process this is."""
    name = f"basalt, process {os.getpid()} on {socket.gethostname()}"
    session.execute(f"SET application_name = {literal(name[:63])}")
    session.commit()


def lock(session: Session, table: TableName, place: str) -> None:
    """Hold a table until the connection ends. Raises OutputBusyError, which tells who holds it."""
    key = f"hashtext('basalt'), hashtext({literal(str(table))})"
    if not session.execute(f"SELECT pg_try_advisory_lock({key})")[0][0]:
        raise busy(place, _holder(session, table))
    session.commit()


def _holder(session: Session, table: TableName) -> str | None:
    query = f"""
        SELECT a.application_name, to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')
        FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = hashtext('basalt')::bigint & 4294967295
          AND l.objid::bigint = hashtext({literal(str(table))})::bigint & 4294967295
    """
    found = session.execute(query)
    return f"{found[0][0]}, since {found[0][1]}" if found else None
