"""Copies of rows for a job: table by table, only from the tables named here, only what the job's course may see.

COPY's text format brings every value as it is, whatever its type: https://www.postgresql.org/docs/14/sql-copy.html.
Secrets, deliveries, names of people, work orders and the queue are in no list, so they are never sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg import sql
from sqlalchemy import Connection

from courseline.adapters.database.schema import METADATA
from courseline.usecases.jobs.rows import TableCopy

_OWNERS = "id IN (SELECT organization_id FROM example_repository WHERE id = ANY ({repositories}))"
_OWN_ORGANIZATION = "(SELECT organization_id FROM course_family WHERE id = (SELECT course_family_id FROM course WHERE id = {id}))"
COURSE = {
    "organization": _OWNERS + " OR id = " + _OWN_ORGANIZATION,
    "course_family": "id = (SELECT course_family_id FROM course WHERE id = {id})",
    "course": "id = {id}",
    "course_example_repository": "course_id = {id}",
    "course_content_type": "course_id = {id}",
    "course_content": "course_id = {id}",
    "operation": "course_id = {id}",
    "operation_event": "operation_id IN (SELECT id FROM operation WHERE course_id = {id})",
    "course_content_deployment": "course_content_id IN (SELECT id FROM course_content WHERE course_id = {id})",
    "deployment_history": "chain = {id}",
    "plan": "course_id = {id}",
    "template_exposure": "course_content_id IN (SELECT id FROM course_content WHERE course_id = {id})",
}
SYNC = {
    "organization": _OWNERS,
    "operation": "target = {target}",
    "operation_event": "operation_id IN (SELECT id FROM operation WHERE target = {target})",
    "deployment_history": "chain = {id}",
}
_VERSIONS = (
    "SELECT version.id FROM example_version AS version JOIN example ON example.id = version.example_id"
    " WHERE example.example_repository_id = ANY ({repositories})"
)
LIBRARY = {
    "example_repository": "id = ANY ({repositories})",
    "example_repository_url": "example_repository_id = ANY ({repositories})",
    "example": "example_repository_id = ANY ({repositories})",
    "example_version": "example_id IN (SELECT id FROM example WHERE example_repository_id = ANY ({repositories}))",
    "example_version_file": f"example_version_id IN ({_VERSIONS})",
    "example_version_tag": "example_id IN (SELECT id FROM example WHERE example_repository_id = ANY ({repositories}))",
    "example_dependency": f"example_version_id IN ({_VERSIONS})",
}
"""Table -> which of its rows."""

SENT = frozenset({*COURSE, *SYNC, *LIBRARY})
"""All tables of which a job ever gets rows."""


def copy_out(
    connection: Connection,
    scopes: Mapping[str, str],
    repositories: Sequence[UUID],
    owner: UUID,
    target: str = "",
) -> list[TableCopy]:
    """The rows that the scopes name, all of one moment when the transaction is one.

    Args:
        connection: with its transaction begun.
        scopes: one or two of those above.
        repositories: of the library.
        owner: the course or the example repository.
        target: identity of a sync's repository.
    """
    values = {
        "id": sql.Literal(owner),
        "target": sql.Literal(target),
        "repositories": sql.SQL("{}::uuid[]").format(sql.Literal([str(one) for one in repositories])),
    }
    copies: list[TableCopy] = []
    driver = connection.connection.driver_connection
    if driver is None:
        raise ValueError("a connection without its driver's")
    with driver.cursor() as cursor:
        for table, scope in scopes.items():
            columns = [column.name for column in METADATA.tables[table].columns]
            statement = sql.SQL("COPY (SELECT {} FROM {} WHERE {}) TO STDOUT").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.Identifier(table),
                sql.SQL(scope).format(**values),
            )
            with cursor.copy(statement) as copied:
                lines = b"".join(bytes(part) for part in copied)
            copies.append(TableCopy(table, tuple(columns), lines.decode()))
    return copies


def copy_in(url: str, copies: Sequence[TableCopy]) -> None:
    """Put rows into an empty, migrated database of our own, where no guard or reference is asked.

    Args:
        url: of the database; its user may switch triggers off.
        copies: of tables in `SENT`; others are refused.

    Raises:
        ValueError: a table or column is not one of those that are sent.
    """
    import psycopg  # noqa: PLC0415 - start-up time

    from courseline.adapters.database.connection import conninfo, faults_of  # noqa: PLC0415 - as above

    with faults_of(url), psycopg.connect(conninfo(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for one in copies:
            if one.table not in SENT or not set(one.columns) <= set(
                METADATA.tables[one.table].columns.keys()
            ):
                raise ValueError(f"{one.table} is no table of which rows are sent")
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(one.table), sql.SQL(", ").join(map(sql.Identifier, one.columns))
            )
            with cursor.copy(statement) as into:
                into.write(one.lines)
        connection.commit()
        cursor.execute("ANALYZE")
