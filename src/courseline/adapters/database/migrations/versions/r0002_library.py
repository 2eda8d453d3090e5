"""Example repositories, examples, versions, labels and dependencies."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = (
    """
    CREATE TABLE example_repository (
        id UUID NOT NULL,
        identity TEXT NOT NULL,
        name TEXT NOT NULL,
        organization_id UUID,
        visibility TEXT NOT NULL,
        source_type TEXT DEFAULT 'git' NOT NULL,
        source_url TEXT,
        default_branch TEXT,
        project_id BIGINT,
        highest_label TEXT,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_example_repository PRIMARY KEY (id),
        CONSTRAINT uq_example_repository_organization_id_name UNIQUE (organization_id, name),
        CONSTRAINT ck_example_repository_name_given CHECK (name <> ''),
        CONSTRAINT ck_example_repository_visibility_known
            CHECK (visibility IN ('public', 'restricted', 'private')),
        CONSTRAINT ck_example_repository_source_type_known
            CHECK (source_type IN ('git', 'gitlab', 'github', 'minio', 's3')),
        CONSTRAINT uq_example_repository_identity UNIQUE (identity),
        CONSTRAINT fk_example_repository_organization_id
            FOREIGN KEY (organization_id) REFERENCES organization (id)
    )
    """,
    "CREATE UNIQUE INDEX uq_example_repository_name_alone ON example_repository (name) WHERE organization_id IS NULL",
    """
    CREATE TABLE example_repository_url (
        url TEXT NOT NULL,
        example_repository_id UUID NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_example_repository_url PRIMARY KEY (url),
        CONSTRAINT fk_example_repository_url_example_repository_id
            FOREIGN KEY (example_repository_id) REFERENCES example_repository (id)
    )
    """,
    "CREATE INDEX ix_example_repository_url_example_repository_id ON example_repository_url (example_repository_id)",
    """
    CREATE TABLE example (
        id UUID NOT NULL,
        example_repository_id UUID NOT NULL,
        identifier TEXT NOT NULL,
        directory TEXT NOT NULL,
        title TEXT NOT NULL,
        description TEXT DEFAULT '' NOT NULL,
        subject TEXT DEFAULT '' NOT NULL,
        tags TEXT[] DEFAULT '{}'::text[] NOT NULL,
        version_identifier TEXT,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_example PRIMARY KEY (id),
        CONSTRAINT uq_example_example_repository_id_identifier
            UNIQUE (example_repository_id, identifier),
        CONSTRAINT ck_example_version_identifier_hex CHECK (version_identifier ~ '^[0-9a-f]{40}$'),
        CONSTRAINT fk_example_example_repository_id
            FOREIGN KEY (example_repository_id) REFERENCES example_repository (id)
    )
    """,
    "CREATE INDEX ix_example_identifier ON example (identifier)",
    """
    CREATE TABLE example_version (
        id UUID NOT NULL,
        example_id UUID NOT NULL,
        version_identifier TEXT NOT NULL,
        content_digest TEXT NOT NULL,
        meta JSON NOT NULL,
        published_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_example_version PRIMARY KEY (id),
        CONSTRAINT uq_example_version_example_id_content_digest UNIQUE (example_id, content_digest),
        CONSTRAINT uq_example_version_example_id_version_identifier
            UNIQUE (example_id, version_identifier),
        CONSTRAINT uq_example_version_id_example_id UNIQUE (id, example_id),
        CONSTRAINT ck_example_version_version_identifier_hex
            CHECK (version_identifier ~ '^[0-9a-f]{40}$'),
        CONSTRAINT ck_example_version_content_digest_hex CHECK (content_digest ~ '^[0-9a-f]{64}$'),
        CONSTRAINT fk_example_version_example_id FOREIGN KEY(example_id) REFERENCES example (id)
    )
    """,
    "CREATE INDEX ix_example_version_version_identifier ON example_version (version_identifier)",
    """
    CREATE TABLE example_version_file (
        example_version_id UUID NOT NULL,
        path TEXT NOT NULL,
        mode TEXT NOT NULL,
        size BIGINT NOT NULL,
        sha256 TEXT NOT NULL,
        git_oid TEXT NOT NULL,
        role TEXT NOT NULL,
        CONSTRAINT pk_example_version_file PRIMARY KEY (example_version_id, path),
        CONSTRAINT ck_example_version_file_size_counted CHECK (size >= 0),
        CONSTRAINT ck_example_version_file_mode_known CHECK (mode IN ('100644', '100755')),
        CONSTRAINT ck_example_version_file_role_known
            CHECK (role IN ('public', 'template', 'submission', 'test', 'other')),
        CONSTRAINT ck_example_version_file_sha256_hex CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_example_version_file_git_oid_hex CHECK (git_oid ~ '^[0-9a-f]{40}$'),
        CONSTRAINT fk_example_version_file_example_version_id
            FOREIGN KEY (example_version_id) REFERENCES example_version (id)
    )
    """,
    "CREATE INDEX ix_example_version_file_git_oid ON example_version_file (git_oid)",
    """
    CREATE TABLE example_version_tag (
        example_id UUID NOT NULL,
        canonical TEXT NOT NULL,
        shown TEXT NOT NULL,
        example_version_id UUID NOT NULL,
        directory TEXT NOT NULL,
        commit TEXT NOT NULL,
        tagged_at TIMESTAMP WITH TIME ZONE NOT NULL,
        withdrawn BOOLEAN DEFAULT false NOT NULL,
        withdrawn_reason TEXT DEFAULT '' NOT NULL,
        withdrawn_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_example_version_tag PRIMARY KEY (example_id, canonical),
        CONSTRAINT fk_example_version_tag_version_of_example
            FOREIGN KEY (example_version_id, example_id) REFERENCES example_version (id, example_id),
        CONSTRAINT ck_example_version_tag_commit_hex CHECK (commit ~ '^[0-9a-f]{40}$')
    )
    """,
    "CREATE INDEX ix_example_version_tag_directory ON example_version_tag (directory)",
    "CREATE INDEX ix_example_version_tag_example_version_id_example_id ON example_version_tag (example_version_id, example_id)",
    """
    CREATE TABLE example_dependency (
        example_version_id UUID NOT NULL,
        position INTEGER NOT NULL,
        as_written TEXT NOT NULL,
        version_range TEXT,
        files TEXT[],
        depends_id UUID,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_example_dependency PRIMARY KEY (example_version_id, position),
        CONSTRAINT fk_example_dependency_example_version_id
            FOREIGN KEY (example_version_id) REFERENCES example_version (id),
        CONSTRAINT fk_example_dependency_depends_id FOREIGN KEY(depends_id) REFERENCES example (id)
    )
    """,
    "CREATE INDEX ix_example_dependency_depends_id ON example_dependency (depends_id)",
    "CREATE INDEX ix_example_dependency_not_found ON example_dependency (as_written) WHERE depends_id IS NULL",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "DROP TABLE example_dependency, example_version_tag, example_version_file, example_version, "
        "example, example_repository_url, example_repository"
    )
