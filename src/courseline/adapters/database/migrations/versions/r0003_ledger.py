"""Operations, deployments, history, plans, exposure, people, deliveries and secrets."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = (
    """
    CREATE TABLE operation (
        id UUID NOT NULL,
        kind TEXT NOT NULL,
        target TEXT NOT NULL,
        course_id UUID,
        inputs JSON NOT NULL,
        inputs_digest TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        state TEXT NOT NULL,
        checkpoint JSON DEFAULT '{}'::json NOT NULL,
        message TEXT DEFAULT '' NOT NULL,
        holder TEXT,
        expires_at TIMESTAMP WITH TIME ZONE,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_operation PRIMARY KEY (id),
        CONSTRAINT uq_operation_kind_target_inputs_digest_attempt
            UNIQUE (kind, target, inputs_digest, attempt),
        CONSTRAINT ck_operation_attempt_counted CHECK (attempt >= 1),
        CONSTRAINT ck_operation_ended_when_closed CHECK ((state = 'open') = (ended_at IS NULL)),
        CONSTRAINT ck_operation_kind_known
            CHECK (kind IN ('sync', 'deploy', 'student-template', 'rollback', 'adopt-template')),
        CONSTRAINT ck_operation_state_known
            CHECK (state IN ('open', 'done', 'refused', 'failed', 'abandoned')),
        CONSTRAINT ck_operation_inputs_digest_hex CHECK (inputs_digest ~ '^[0-9a-f]{64}$'),
        CONSTRAINT fk_operation_course_id FOREIGN KEY(course_id) REFERENCES course (id)
    )
    """,
    "CREATE INDEX ix_operation_course_id ON operation (course_id)",
    "CREATE INDEX ix_operation_target_started_at ON operation (target, started_at)",
    "CREATE UNIQUE INDEX uq_operation_one_open_per_target ON operation (target) WHERE state = 'open'",
    """
    CREATE TABLE operation_event (
        operation_id UUID NOT NULL,
        seq INTEGER NOT NULL,
        name TEXT NOT NULL,
        facts JSON NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT pk_operation_event PRIMARY KEY (operation_id, seq),
        CONSTRAINT fk_operation_event_operation_id FOREIGN KEY(operation_id) REFERENCES operation (id)
    )
    """,
    """
    CREATE TABLE course_content_deployment (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        course_content_id UUID NOT NULL,
        example_version_id UUID,
        deployed_version_id UUID,
        deployed_commit TEXT,
        rendered_tree TEXT,
        deployed_tree TEXT,
        deployed_at TIMESTAMP WITH TIME ZONE,
        deployment_status TEXT NOT NULL,
        deployment_path TEXT,
        deployment_metadata JSON DEFAULT '{}'::json NOT NULL,
        workflow_id UUID,
        example_identifier TEXT,
        version_tag TEXT,
        is_customized BOOLEAN DEFAULT false NOT NULL,
        last_customized_at TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_course_content_deployment PRIMARY KEY (id),
        CONSTRAINT ck_course_content_deployment_deployment_status_known
            CHECK (deployment_status IN ('pending', 'deploying', 'deployed', 'failed', 'unassigned')),
        CONSTRAINT ck_course_content_deployment_deployed_commit_hex
            CHECK (deployed_commit ~ '^[0-9a-f]{40}$'),
        CONSTRAINT ck_course_content_deployment_rendered_tree_hex
            CHECK (rendered_tree ~ '^[0-9a-f]{40}$'),
        CONSTRAINT ck_course_content_deployment_deployed_tree_hex
            CHECK (deployed_tree ~ '^[0-9a-f]{40}$'),
        CONSTRAINT uq_course_content_deployment_course_content_id UNIQUE (course_content_id),
        CONSTRAINT fk_course_content_deployment_course_content_id
            FOREIGN KEY (course_content_id) REFERENCES course_content (id),
        CONSTRAINT fk_course_content_deployment_example_version_id
            FOREIGN KEY (example_version_id) REFERENCES example_version (id),
        CONSTRAINT fk_course_content_deployment_deployed_version_id
            FOREIGN KEY (deployed_version_id) REFERENCES example_version (id),
        CONSTRAINT fk_course_content_deployment_workflow_id
            FOREIGN KEY (workflow_id) REFERENCES operation (id)
    )
    """,
    "CREATE INDEX ix_course_content_deployment_deployed_version_id ON course_content_deployment (deployed_version_id)",
    "CREATE INDEX ix_course_content_deployment_example_version_id ON course_content_deployment (example_version_id)",
    "CREATE INDEX ix_course_content_deployment_workflow_id ON course_content_deployment (workflow_id)",
    """
    CREATE TABLE deployment_history (
        chain UUID NOT NULL,
        seq BIGINT NOT NULL,
        course_id UUID,
        example_repository_id UUID,
        hash_version SMALLINT NOT NULL,
        action TEXT NOT NULL,
        course_content_id UUID,
        path TEXT NOT NULL,
        example_version_id UUID,
        previous_example_version_id UUID,
        version_tag TEXT,
        workflow_id UUID,
        actor TEXT NOT NULL,
        reason TEXT NOT NULL,
        details JSON NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        previous_hash TEXT NOT NULL,
        hash TEXT NOT NULL,
        CONSTRAINT pk_deployment_history PRIMARY KEY (chain, seq),
        CONSTRAINT uq_deployment_history_course_id_seq UNIQUE (course_id, seq),
        CONSTRAINT ck_deployment_history_chain_of_one
            CHECK (
                (course_id IS NULL) <> (example_repository_id IS NULL)
                AND chain = coalesce(course_id, example_repository_id)
            ),
        CONSTRAINT ck_deployment_history_action_known
            CHECK (action IN (
                'registered', 'published', 'labelled', 'assigned', 'reassigned', 'deployed', 'moved', 'removed',
                'failed', 'reverted', 'template_published', 'withdrawn', 'reinstated', 'merged', 'adopted',
                'detached', 'rolled_back'
            )),
        CONSTRAINT ck_deployment_history_previous_hash_hex CHECK (previous_hash ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_deployment_history_hash_hex CHECK (hash ~ '^[0-9a-f]{64}$')
    )
    """,
    "CREATE INDEX ix_deployment_history_course_content_id_seq ON deployment_history (course_content_id, seq)",
    "CREATE INDEX ix_deployment_history_workflow_id ON deployment_history (workflow_id)",
    """
    CREATE TABLE plan (
        course_id UUID NOT NULL,
        digest TEXT NOT NULL,
        base_sha TEXT,
        merge_request INTEGER,
        steps JSON NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_plan PRIMARY KEY (course_id, digest),
        CONSTRAINT ck_plan_digest_hex CHECK (digest ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_plan_base_sha_hex CHECK (base_sha ~ '^[0-9a-f]{40}$'),
        CONSTRAINT fk_plan_course_id FOREIGN KEY(course_id) REFERENCES course (id)
    )
    """,
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
        CONSTRAINT ck_template_exposure_git_oid_hex CHECK (git_oid ~ '^[0-9a-f]{40}$'),
        CONSTRAINT fk_template_exposure_course_content_id
            FOREIGN KEY (course_content_id) REFERENCES course_content (id),
        CONSTRAINT fk_template_exposure_example_version_id
            FOREIGN KEY (example_version_id) REFERENCES example_version (id),
        CONSTRAINT fk_template_exposure_operation_id FOREIGN KEY(operation_id) REFERENCES operation (id)
    )
    """,
    "CREATE INDEX ix_template_exposure_example_version_id ON template_exposure (example_version_id)",
    "CREATE INDEX ix_template_exposure_operation_id ON template_exposure (operation_id)",
    """
    CREATE TABLE actor (
        actor TEXT NOT NULL,
        name TEXT NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_actor PRIMARY KEY (actor)
    )
    """,
    """
    CREATE TABLE webhook_delivery (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        number BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
        delivery_key TEXT NOT NULL,
        business_key TEXT,
        event TEXT NOT NULL,
        project TEXT,
        payload JSON NOT NULL,
        state TEXT DEFAULT 'received' NOT NULL,
        message TEXT DEFAULT '' NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        processed_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_webhook_delivery PRIMARY KEY (id),
        CONSTRAINT ck_webhook_delivery_state_known
            CHECK (state IN ('received', 'done', 'ignored', 'failed')),
        CONSTRAINT uq_webhook_delivery_number UNIQUE (number),
        CONSTRAINT uq_webhook_delivery_delivery_key UNIQUE (delivery_key),
        CONSTRAINT uq_webhook_delivery_business_key UNIQUE (business_key)
    )
    """,
    "CREATE INDEX ix_webhook_delivery_state_received_at ON webhook_delivery (state, received_at)",
    """
    CREATE TABLE credential (
        id UUID DEFAULT gen_random_uuid() NOT NULL,
        course_id UUID,
        example_repository_id UUID,
        kind TEXT NOT NULL,
        ciphertext BYTEA NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_credential PRIMARY KEY (id),
        CONSTRAINT uq_credential_course_id_kind UNIQUE (course_id, kind),
        CONSTRAINT uq_credential_example_repository_id_kind UNIQUE (example_repository_id, kind),
        CONSTRAINT ck_credential_owner_is_one
            CHECK ((course_id IS NULL) <> (example_repository_id IS NULL)),
        CONSTRAINT ck_credential_kind_known CHECK (kind IN ('source', 'template', 'examples')),
        CONSTRAINT fk_credential_course_id FOREIGN KEY(course_id) REFERENCES course (id),
        CONSTRAINT fk_credential_example_repository_id
            FOREIGN KEY (example_repository_id) REFERENCES example_repository (id)
    )
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "DROP TABLE credential, webhook_delivery, actor, template_exposure, plan, deployment_history, "
        "course_content_deployment, operation_event, operation"
    )
