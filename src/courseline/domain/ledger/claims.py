"""What GitLab says of a job in its id_token, and whether such a job may be given work.

The claims are those of https://docs.gitlab.com/ci/secrets/id_token_authentication/.
"""

from __future__ import annotations

from dataclasses import dataclass

from courseline.domain.ledger.work_order import WorkKind

ENVIRONMENTS = {
    WorkKind.SYNC: "library",
    WorkKind.DEPLOY: "assignments",
    WorkKind.STUDENT_TEMPLATE: "student-template",
}
"""Last part of the name of the environment that a job of each kind has to run in."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified id_token says.

    Attributes:
        token_id: `jti`.
        project_id: number of the project.
        project_path: `group/project`, which may be another project's tomorrow.
        ref: branch or tag, short name.
        ref_type: `branch` or `tag`.
        ref_protected: whether the ref is protected.
        pipeline_source: `push`, `schedule`, `merge_request_event`, ...
        environment: of the job, None for none.
        sha: the pipeline's commit.
        pipeline_id: its number.
        job_id: its number.
        user_id: who started it.
        user_login: that person's name; only for messages.
    """

    token_id: str
    project_id: int
    project_path: str
    ref: str
    ref_type: str
    ref_protected: bool
    pipeline_source: str
    environment: str | None
    sha: str
    pipeline_id: str
    job_id: str
    user_id: str
    user_login: str

    def evidence(self) -> dict[str, object]:
        """For the order's row: what it was given upon; no name of a person."""
        return {
            "project_id": self.project_id,
            "project_path": self.project_path,
            "ref": self.ref,
            "ref_type": self.ref_type,
            "pipeline_source": self.pipeline_source,
            "environment": self.environment,
            "sha": self.sha,
            "pipeline_id": self.pipeline_id,
            "job_id": self.job_id,
            "user_id": self.user_id,
        }


def refusal(kind: WorkKind, claims: Claims, prefix: str) -> str | None:
    """Why a job with these claims is not given work of a kind; None when it is.

    Args:
        kind: what it asks for.
        claims: of its id_token.
        prefix: what the names of the environments begin with (`courseline`).
    """
    if claims.pipeline_source == "merge_request_event":
        return (
            "A merge request's pipeline writes nothing: its files are not reviewed yet. Run the job in the pipeline of the"
            f" {'tag' if kind is WorkKind.SYNC else 'default branch'}."
        )
    wanted = "tag" if kind is WorkKind.SYNC else "branch"
    if claims.ref_type != wanted:
        return f"A {kind} runs in a {wanted} pipeline, and this one is for the {claims.ref_type or 'ref'} {claims.ref}."
    if not claims.ref_protected:
        cure = "Protected tags: v* and */v*" if wanted == "tag" else "Protected branches"
        return (
            f"The {wanted} {claims.ref} is not protected, so anybody who may push could start this job. Protect it"
            f" (Settings > Repository > {cure})."
        )
    environments = allowed_environments(kind, claims, prefix)
    if claims.environment not in environments:
        found = f"runs in {claims.environment}" if claims.environment else "has no environment"
        return f"A {kind} runs in the environment {environments[0]}, and this job {found}. Use the job of ci-templates."
    return None


def allowed_environments(kind: WorkKind, claims: Claims, prefix: str) -> list[str]:
    """Environments that a job of a kind may run in; the scheduled job deploys and publishes in one."""
    names = [f"{prefix}/{ENVIRONMENTS[kind]}"]
    if kind is WorkKind.DEPLOY and claims.pipeline_source == "schedule":
        names.append(f"{prefix}/{ENVIRONMENTS[WorkKind.STUDENT_TEMPLATE]}")
    return names


def wrong_branch(claims: Claims, default_branch: str) -> str | None:
    """Why a job of a branch does not write; None when the branch is the default one."""
    if claims.ref == default_branch:
        return None
    return f"Only pipelines of the default branch {default_branch} write, and this one is for {claims.ref}."
