"""What students were given is one row a template and place, and what is about to be given is kept once.

A first template of five hundred places wrote thousands of rows, each with three references to check, and kept the same
list twice before in the operation that pushes it.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

OF_TEMPLATES = "operation.kind = 'student-template'"
REFERENCES = {"course_content_id": "course_content", "example_version_id": "example_version", "operation_id": "operation"}  # fmt: skip


def upgrade() -> None:
    op.execute("ALTER TABLE template_exposure RENAME TO exposed_file")
    op.execute("ALTER TABLE exposed_file RENAME CONSTRAINT pk_template_exposure TO pk_exposed_file")
    op.execute(
        """
        CREATE TABLE template_exposure (
            course_content_id UUID NOT NULL,
            operation_id UUID NOT NULL,
            example_version_id UUID,
            exposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
            files JSON NOT NULL,
            CONSTRAINT pk_template_exposure PRIMARY KEY (course_content_id, operation_id)
        )
        """
    )
    op.execute(
        """
        INSERT INTO template_exposure
            SELECT course_content_id, operation_id, (max(example_version_id::text))::uuid, min(exposed_at),
                json_agg(json_build_array(path, git_oid, rule) ORDER BY path COLLATE "C", git_oid)
            FROM exposed_file GROUP BY course_content_id, operation_id
        """
    )
    op.execute("DROP TABLE exposed_file")
    _refer()
    # A run that was killed between push and record is recorded by what it kept.
    op.execute(
        f"""
        INSERT INTO operation_event (operation_id, seq, name, facts)
            SELECT operation.id, (SELECT max(seq) + 1 FROM operation_event WHERE operation_id = operation.id), 'given', (
                SELECT coalesce(json_agg(json_build_array(place.key, place.value -> 0 -> 3, (
                    SELECT json_agg(json_build_array(file -> 0, file -> 1, file -> 2)) FROM json_array_elements(place.value) AS file
                ))), '[]') FROM json_each(operation.checkpoint -> 'exposures') AS place
            )
            FROM operation
            WHERE {OF_TEMPLATES} AND operation.state = 'open' AND operation.checkpoint -> 'exposures' IS NOT NULL
        """  # noqa: S608 - our own words
    )
    op.execute(
        f"""
        UPDATE operation SET checkpoint = (checkpoint::jsonb - 'exposures' || jsonb_build_object('new_files', (
            SELECT coalesce(sum(json_array_length(value)), 0) FROM json_each(checkpoint -> 'exposures')
        )))::json
        WHERE {OF_TEMPLATES} AND checkpoint -> 'exposures' IS NOT NULL
        """  # noqa: S608 - as above
    )
    op.execute(
        f"""
        UPDATE operation_event SET facts = (facts::jsonb - 'exposures')::json
        FROM operation
        WHERE operation.id = operation_event.operation_id AND {OF_TEMPLATES} AND operation_event.name = 'built'
        """  # noqa: S608 - as above
    )


def downgrade() -> None:
    op.execute("ALTER TABLE template_exposure RENAME TO exposed_place")
    op.execute("ALTER TABLE exposed_place RENAME CONSTRAINT pk_template_exposure TO pk_exposed_place")
    op.execute(
        """
        CREATE TABLE template_exposure (
            course_content_id UUID NOT NULL,
            path TEXT NOT NULL,
            git_oid TEXT NOT NULL,
            rule TEXT NOT NULL,
            example_version_id UUID,
            operation_id UUID NOT NULL,
            exposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_template_exposure PRIMARY KEY (course_content_id, path, git_oid),
            CONSTRAINT ck_template_exposure_rule_known
                CHECK (rule IN ('1', '2', '3-template', '3-cut', '3-empty', '4', '5', 'kept')),
            CONSTRAINT ck_template_exposure_git_oid_hex CHECK (git_oid ~ '^[0-9a-f]{40}$')
        )
        """
    )
    op.execute(
        """
        INSERT INTO template_exposure
            SELECT course_content_id, file ->> 0, file ->> 1, file ->> 2, example_version_id, operation_id, exposed_at
            FROM exposed_place, json_array_elements(files) AS file
            ORDER BY exposed_at, operation_id
            ON CONFLICT DO NOTHING
        """
    )
    op.execute("DROP TABLE exposed_place")
    _refer()
    op.execute(
        f"""
        UPDATE operation SET checkpoint = (checkpoint::jsonb - 'new_files' || jsonb_build_object('exposures', coalesce((
            SELECT jsonb_object_agg(place ->> 0, (
                SELECT jsonb_agg(jsonb_build_array(file -> 0, file -> 1, file -> 2, place -> 1))
                FROM json_array_elements(place -> 2) AS file
            ))
            FROM operation_event AS event, json_array_elements(event.facts) AS place
            WHERE event.operation_id = operation.id AND event.name = 'given'
        ), '{{}}')))::json
        WHERE {OF_TEMPLATES} AND checkpoint -> 'new_files' IS NOT NULL
        """  # noqa: S608 - as above
    )
    op.execute("DELETE FROM operation_event WHERE name = 'given'")


def _refer() -> None:
    for column, table in REFERENCES.items():
        op.execute(
            f"ALTER TABLE template_exposure ADD CONSTRAINT fk_template_exposure_{column}"
            f" FOREIGN KEY ({column}) REFERENCES {table} (id)"
        )
