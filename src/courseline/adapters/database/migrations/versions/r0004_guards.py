"""Triggers that hold what no constraint can say; each has a test that names it."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

# A refusal carries SQLSTATE 23001 (restrict_violation), by which the adapter knows a guard's sentence from other
# errors, and its trigger's name as that of a constraint.
GUARDS = (
    """
    CREATE FUNCTION validate_deployment_submittable() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        content record;
    BEGIN
        -- A place whose content has become a unit must still be recorded as unassigned.
        IF TG_OP = 'UPDATE' AND NEW.deployment_status = 'unassigned' THEN
            RETURN NEW;
        END IF;
        SELECT course_content.path, course_content_kind.id AS kind, course_content_kind.submittable INTO content
            FROM course_content
            JOIN course_content_type ON course_content_type.id = course_content.course_content_type_id
            JOIN course_content_kind ON course_content_kind.id = course_content_type.course_content_kind_id
            WHERE course_content.id = NEW.course_content_id;
        IF NOT content.submittable THEN
            RAISE EXCEPTION 'recording a deployment at %: it is of kind %, which students do not hand in; '
                'only submittable content can have an example', content.path, content.kind USING ERRCODE = '23001', CONSTRAINT = TG_NAME;
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER trg_validate_deployment_submittable
        BEFORE INSERT OR UPDATE ON course_content_deployment
        FOR EACH ROW EXECUTE FUNCTION validate_deployment_submittable()
    """,
    """
    CREATE FUNCTION keep_deployed_facts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.deployed_version_id, NEW.deployed_commit, NEW.rendered_tree, NEW.deployed_tree, NEW.deployed_at)
            IS DISTINCT FROM
            (OLD.deployed_version_id, OLD.deployed_commit, OLD.rendered_tree, OLD.deployed_tree, OLD.deployed_at)
        THEN
            RAISE EXCEPTION 'recording a failed deployment: it would change what is recorded as deployed'
                USING ERRCODE = '23001', CONSTRAINT = TG_NAME;
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER trg_failed_deployment_keeps_facts
        BEFORE UPDATE ON course_content_deployment
        FOR EACH ROW WHEN (NEW.deployment_status = 'failed') EXECUTE FUNCTION keep_deployed_facts()
    """,
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = '23001', CONSTRAINT = TG_NAME;
    END $$
    """,
    """
    CREATE TRIGGER trg_deployment_history_append_only
        BEFORE UPDATE OR DELETE ON deployment_history
        FOR EACH ROW EXECUTE FUNCTION refuse_change('the history is only appended to')
    """,
    """
    CREATE TRIGGER trg_deployment_history_no_truncate
        BEFORE TRUNCATE ON deployment_history
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the history is only appended to')
    """,
    """
    CREATE TRIGGER trg_example_version_immutable
        BEFORE UPDATE OR DELETE ON example_version
        FOR EACH ROW EXECUTE FUNCTION refuse_change('a published version never changes')
    """,
    """
    CREATE TRIGGER trg_example_version_no_truncate
        BEFORE TRUNCATE ON example_version
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a published version never changes')
    """,
    """
    CREATE TRIGGER trg_example_version_file_immutable
        BEFORE UPDATE OR DELETE ON example_version_file
        FOR EACH ROW EXECUTE FUNCTION refuse_change('a published version never changes')
    """,
    """
    CREATE TRIGGER trg_example_version_file_no_truncate
        BEFORE TRUNCATE ON example_version_file
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a published version never changes')
    """,
    """
    CREATE TRIGGER trg_example_version_tag_immutable
        BEFORE UPDATE ON example_version_tag
        FOR EACH ROW WHEN (
            (NEW.example_id, NEW.canonical, NEW.shown, NEW.example_version_id, NEW.directory, NEW.commit, NEW.tagged_at)
            IS DISTINCT FROM
            (OLD.example_id, OLD.canonical, OLD.shown, OLD.example_version_id, OLD.directory, OLD.commit, OLD.tagged_at)
        )
        EXECUTE FUNCTION refuse_change('a label names one version for ever; it can only be withdrawn')
    """,
    """
    CREATE TRIGGER trg_example_version_tag_kept
        BEFORE DELETE ON example_version_tag
        FOR EACH ROW EXECUTE FUNCTION refuse_change('a label names one version for ever; it can only be withdrawn')
    """,
    """
    CREATE TRIGGER trg_example_version_tag_no_truncate
        BEFORE TRUNCATE ON example_version_tag
        FOR EACH STATEMENT
        EXECUTE FUNCTION refuse_change('a label names one version for ever; it can only be withdrawn')
    """,
    """
    CREATE TRIGGER trg_example_dependency_immutable
        BEFORE UPDATE ON example_dependency
        FOR EACH ROW WHEN (
            NEW.example_version_id <> OLD.example_version_id
            OR (NEW.position, NEW.as_written, NEW.version_range, NEW.files)
            IS DISTINCT FROM (OLD.position, OLD.as_written, OLD.version_range, OLD.files)
        )
        EXECUTE FUNCTION refuse_change('a version''s dependencies stay as written; only the example found may be filled in')
    """,
    """
    CREATE TRIGGER trg_example_dependency_kept
        BEFORE DELETE ON example_dependency
        FOR EACH ROW EXECUTE FUNCTION refuse_change('a published version never changes')
    """,
    """
    CREATE TRIGGER trg_course_content_kept
        BEFORE DELETE ON course_content
        FOR EACH ROW EXECUTE FUNCTION refuse_change('contents are marked removed, never deleted')
    """,
    """
    CREATE TRIGGER trg_course_content_deployment_kept
        BEFORE DELETE ON course_content_deployment
        FOR EACH ROW EXECUTE FUNCTION refuse_change('deployments become unassigned, they are never deleted')
    """,
)

REMOVAL = (
    "DROP TRIGGER trg_course_content_deployment_kept ON course_content_deployment",
    "DROP TRIGGER trg_course_content_kept ON course_content",
    "DROP TRIGGER trg_example_dependency_kept ON example_dependency",
    "DROP TRIGGER trg_example_dependency_immutable ON example_dependency",
    "DROP TRIGGER trg_example_version_tag_no_truncate ON example_version_tag",
    "DROP TRIGGER trg_example_version_tag_kept ON example_version_tag",
    "DROP TRIGGER trg_example_version_tag_immutable ON example_version_tag",
    "DROP TRIGGER trg_example_version_file_no_truncate ON example_version_file",
    "DROP TRIGGER trg_example_version_file_immutable ON example_version_file",
    "DROP TRIGGER trg_example_version_no_truncate ON example_version",
    "DROP TRIGGER trg_example_version_immutable ON example_version",
    "DROP TRIGGER trg_deployment_history_no_truncate ON deployment_history",
    "DROP TRIGGER trg_deployment_history_append_only ON deployment_history",
    "DROP TRIGGER trg_failed_deployment_keeps_facts ON course_content_deployment",
    "DROP TRIGGER trg_validate_deployment_submittable ON course_content_deployment",
    "DROP FUNCTION refuse_change()",
    "DROP FUNCTION keep_deployed_facts()",
    "DROP FUNCTION validate_deployment_submittable()",
)


def upgrade() -> None:
    for statement in GUARDS:
        op.execute(statement)


def downgrade() -> None:
    for statement in REMOVAL:
        op.execute(statement)
