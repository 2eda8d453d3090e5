"""Organizations, families, courses and their contents."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

TABLES = (
    "CREATE EXTENSION IF NOT EXISTS ltree",  # a trusted extension: the owner of the database may create it
    """
    CREATE TABLE organization (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        path TEXT NOT NULL,
        name TEXT NOT NULL,
        description TEXT DEFAULT '' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_organization PRIMARY KEY (id),
        CONSTRAINT ck_organization_path_given CHECK (path <> ''),
        CONSTRAINT uq_organization_path UNIQUE (path)
    )
    """,
    """
    CREATE TABLE course_family (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        organization_id UUID NOT NULL,
        path TEXT NOT NULL,
        name TEXT NOT NULL,
        description TEXT DEFAULT '' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_course_family PRIMARY KEY (id),
        CONSTRAINT uq_course_family_organization_id_path UNIQUE (organization_id, path),
        CONSTRAINT ck_course_family_path_given CHECK (path <> ''),
        CONSTRAINT fk_course_family_organization_id
            FOREIGN KEY (organization_id) REFERENCES organization (id)
    )
    """,
    """
    CREATE TABLE course (
        id UUID NOT NULL,
        course_family_id UUID NOT NULL,
        path TEXT NOT NULL,
        name TEXT NOT NULL,
        description TEXT DEFAULT '' NOT NULL,
        assignments_url TEXT NOT NULL,
        assignments_identity TEXT NOT NULL,
        template_url TEXT NOT NULL,
        template_identity TEXT NOT NULL,
        template_project_id BIGINT,
        template_visibility TEXT,
        execution_backends JSON DEFAULT '[]'::json NOT NULL,
        timezone TEXT DEFAULT 'UTC' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_course PRIMARY KEY (id),
        CONSTRAINT uq_course_course_family_id_path UNIQUE (course_family_id, path),
        CONSTRAINT ck_course_path_given CHECK (path <> ''),
        CONSTRAINT ck_course_two_repositories CHECK (assignments_identity <> template_identity),
        CONSTRAINT ck_course_template_visibility_known
            CHECK (template_visibility IN ('private', 'internal', 'public')),
        CONSTRAINT fk_course_course_family_id
            FOREIGN KEY (course_family_id) REFERENCES course_family (id),
        CONSTRAINT uq_course_assignments_identity UNIQUE (assignments_identity),
        CONSTRAINT uq_course_template_identity UNIQUE (template_identity)
    )
    """,
    """
    CREATE TABLE course_example_repository (
        course_id UUID NOT NULL,
        name TEXT NOT NULL,
        position INTEGER NOT NULL,
        CONSTRAINT pk_course_example_repository PRIMARY KEY (course_id, name),
        CONSTRAINT fk_course_example_repository_course_id FOREIGN KEY(course_id) REFERENCES course (id)
    )
    """,
    """
    CREATE TABLE course_content_kind (
        id TEXT NOT NULL,
        title TEXT NOT NULL,
        has_ascendants BOOLEAN NOT NULL,
        has_descendants BOOLEAN NOT NULL,
        submittable BOOLEAN NOT NULL,
        CONSTRAINT pk_course_content_kind PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE course_content_type (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        course_id UUID NOT NULL,
        course_content_kind_id TEXT NOT NULL,
        slug TEXT NOT NULL,
        title TEXT NOT NULL,
        color TEXT,
        position INTEGER NOT NULL,
        removed_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_course_content_type PRIMARY KEY (id),
        CONSTRAINT uq_course_content_type_course_id_slug UNIQUE (course_id, slug),
        CONSTRAINT uq_course_content_type_id_course_id UNIQUE (id, course_id),
        CONSTRAINT fk_course_content_type_course_id FOREIGN KEY(course_id) REFERENCES course (id),
        CONSTRAINT fk_course_content_type_course_content_kind_id
            FOREIGN KEY (course_content_kind_id) REFERENCES course_content_kind (id)
    )
    """,
    "CREATE INDEX ix_course_content_type_course_content_kind_id ON course_content_type (course_content_kind_id)",
    """
    CREATE TABLE course_content (
        id UUID NOT NULL,
        course_id UUID NOT NULL,
        course_content_type_id UUID NOT NULL,
        path LTREE NOT NULL,
        first_path LTREE NOT NULL,
        title TEXT NOT NULL,
        position INTEGER NOT NULL,
        directory TEXT,
        properties JSON DEFAULT '{}'::json NOT NULL,
        removed_at TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_course_content PRIMARY KEY (id),
        CONSTRAINT fk_course_content_type_of_course
            FOREIGN KEY (course_content_type_id, course_id) REFERENCES course_content_type (id, course_id),
        CONSTRAINT fk_course_content_course_id FOREIGN KEY(course_id) REFERENCES course (id)
    )
    """,
    "CREATE INDEX ix_course_content_course_content_type_id_course_id ON course_content (course_content_type_id, course_id)",
    "CREATE INDEX ix_course_content_course_id_position ON course_content (course_id, position)",
    "CREATE INDEX ix_course_content_path_gist ON course_content USING gist (path)",
    "CREATE UNIQUE INDEX uq_course_content_course_id_path ON course_content (course_id, path) WHERE removed_at IS NULL",
)

KINDS = """
    INSERT INTO course_content_kind (id, title, has_ascendants, has_descendants, submittable) VALUES
        ('unit', 'Unit', true, true, false),
        ('assignment', 'Assignment', true, false, true)
"""


def upgrade() -> None:
    for statement in (*TABLES, KINDS):
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "DROP TABLE course_content, course_content_type, course_content_kind, course_example_repository, "
        "course, course_family, organization"
    )
