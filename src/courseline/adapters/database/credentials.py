"""Encrypted secrets of courses and example repositories; nothing here can read them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from courseline.adapters.database.tables_course import COURSE, COURSE_FAMILY, ORGANIZATION
from courseline.adapters.database.tables_ledger import CREDENTIAL
from courseline.adapters.database.tables_library import EXAMPLE_REPOSITORY
from courseline.usecases.rows import StoredCredential

_CREDENTIAL = "SELECT ciphertext FROM credential WHERE course_id = %(course_id)s AND kind = %(kind)s"


class CredentialRows:
    """The part of `usecases.rows.CourseRows` about secrets.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def credential(self, course_id: UUID, kind: str) -> bytes | None:
        """See `usecases.rows.CourseRows`."""
        values = {"course_id": course_id, "kind": kind}
        found = self._connection.exec_driver_sql(_CREDENTIAL, values).scalar()
        return None if found is None else bytes(found)

    def save_credential(self, course_id: UUID, kind: str, ciphertext: bytes) -> bool:
        """See `usecases.rows.CourseRows`."""
        statement = insert(CREDENTIAL).values(course_id=course_id, kind=kind, ciphertext=ciphertext)
        changed = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["course_id", "kind"],
                set_={"ciphertext": ciphertext, "updated_at": func.now()},
                where=CREDENTIAL.c.ciphertext != ciphertext,
            ).returning(CREDENTIAL.c.id)
        )
        return changed.first() is not None

    def drop_credential(self, course_id: UUID, kind: str) -> bool:
        """See `usecases.rows.CourseRows`."""
        mine = (CREDENTIAL.c.course_id == course_id) & (CREDENTIAL.c.kind == kind)
        return self._connection.execute(CREDENTIAL.delete().where(mine)).rowcount > 0

    def credentials(self) -> list[StoredCredential]:
        """See `usecases.rows.CourseRows`."""
        course = func.concat_ws("/", ORGANIZATION.c.path, COURSE_FAMILY.c.path, COURSE.c.path)
        query = (
            select(CREDENTIAL, course.label("course"), EXAMPLE_REPOSITORY.c.name.label("repository"))
            .outerjoin(COURSE, COURSE.c.id == CREDENTIAL.c.course_id)
            .outerjoin(COURSE_FAMILY, COURSE_FAMILY.c.id == COURSE.c.course_family_id)
            .outerjoin(ORGANIZATION, ORGANIZATION.c.id == COURSE_FAMILY.c.organization_id)
            .outerjoin(EXAMPLE_REPOSITORY, EXAMPLE_REPOSITORY.c.id == CREDENTIAL.c.example_repository_id)
            # A course applied meanwhile waits, so that its new secret is not replaced by the old one.
            .with_for_update(of=CREDENTIAL)
        )
        found = [
            StoredCredential(
                row.id,
                row.course_id or row.example_repository_id,
                f"course {row.course}" if row.course_id else f"example repository {row.repository}",
                row.kind,
                bytes(row.ciphertext),
            )
            for row in self._connection.execute(query)
        ]
        return sorted(found, key=lambda one: (one.name, one.kind, str(one.id)))

    def replace_credential(self, credential_id: UUID, ciphertext: bytes) -> None:
        """See `usecases.rows.CourseRows`."""
        self._connection.execute(
            CREDENTIAL.update()
            .where(CREDENTIAL.c.id == credential_id)
            .values(ciphertext=ciphertext, updated_at=func.now())
        )


class RepositoryCredentialRows:
    """The part of `usecases.rows.LibraryRows` about secrets; a repository has one, of kind `examples`.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def credential(self, repository_id: UUID) -> bytes | None:
        """See `usecases.rows.LibraryRows`."""
        query = select(CREDENTIAL.c.ciphertext).where(CREDENTIAL.c.example_repository_id == repository_id)
        found = self._connection.execute(query).scalar()
        return None if found is None else bytes(found)

    def save_credential(self, repository_id: UUID, ciphertext: bytes) -> None:
        """See `usecases.rows.LibraryRows`."""
        row = {"example_repository_id": repository_id, "kind": "examples", "ciphertext": ciphertext}
        self._connection.execute(
            insert(CREDENTIAL)
            .values(row)
            .on_conflict_do_update(
                index_elements=["example_repository_id", "kind"],
                set_={"ciphertext": ciphertext, "updated_at": func.now()},
            )
        )

    def drop_credential(self, repository_id: UUID) -> bool:
        """See `usecases.rows.LibraryRows`."""
        mine = CREDENTIAL.c.example_repository_id == repository_id
        return self._connection.execute(CREDENTIAL.delete().where(mine)).rowcount > 0
