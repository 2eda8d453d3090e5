"""What of the library a job of a course may read."""

from __future__ import annotations

from sqlalchemy import text

# What the course may choose from, what its organization hides from students, and where its own examples and what they
# depend on come from: the three questions that jobs ask of the library.
REPOSITORIES = text(
    """
    WITH RECURSIVE own AS (
        SELECT course_family.organization_id AS id
            FROM course JOIN course_family ON course_family.id = course.course_family_id WHERE course.id = :course_id
    ), course_version AS (
        SELECT unnest(ARRAY[deployment.example_version_id, deployment.deployed_version_id]) AS id
            FROM course_content_deployment AS deployment
            JOIN course_content ON course_content.id = deployment.course_content_id
            WHERE course_content.course_id = :course_id
        UNION
        SELECT unnest(ARRAY[example_version_id, previous_example_version_id])
            FROM deployment_history WHERE chain = :course_id
        UNION
        SELECT exposure.example_version_id
            FROM template_exposure AS exposure
            JOIN course_content ON course_content.id = exposure.course_content_id
            WHERE course_content.course_id = :course_id
    ), course_example AS (
        SELECT example_version.example_id AS id
            FROM example_version JOIN course_version ON course_version.id = example_version.id
        UNION
        SELECT example_dependency.depends_id
            FROM course_example
            JOIN example_version ON example_version.example_id = course_example.id
            JOIN example_dependency ON example_dependency.example_version_id = example_version.id
            WHERE example_dependency.depends_id IS NOT NULL
    ), listed AS (
        SELECT name FROM course_example_repository WHERE course_id = :course_id
    )
    SELECT repository.id
    FROM example_repository AS repository
    LEFT JOIN organization ON organization.id = repository.organization_id
    WHERE repository.visibility = 'public'
        OR repository.organization_id = (SELECT id FROM own)
        OR repository.visibility = 'restricted'
            AND (repository.name IN (SELECT name FROM listed)
                OR organization.path || '/' || repository.name IN (SELECT name FROM listed))
        OR repository.id IN (
            SELECT example_repository_id FROM example WHERE id IN (SELECT id FROM course_example)
        )
    """
)
KEYS = text(
    """
    SELECT DISTINCT 'repositories/' || example.example_repository_id || '/' || example.id || '/'
        || version.version_identifier || '/files/' || file.path
    FROM example_version_file AS file
    JOIN example_version AS version ON version.id = file.example_version_id
    JOIN example ON example.id = version.example_id
    WHERE file.sha256 = :sha256 AND example.example_repository_id = ANY (:repositories)
    LIMIT 10
    """
)
