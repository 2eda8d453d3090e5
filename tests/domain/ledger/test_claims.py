from __future__ import annotations

from dataclasses import replace

import pytest

from courseline.domain.ledger.claims import Claims, refusal, wrong_branch
from courseline.domain.ledger.work_order import WorkKind

BRANCH = Claims(
    token_id="1",
    project_id=42,
    project_path="uni/python-101",
    ref="main",
    ref_type="branch",
    ref_protected=True,
    pipeline_source="push",
    environment="courseline/assignments",
    sha="0" * 40,
    pipeline_id="1",
    job_id="2",
    user_id="7",
    user_login="ada",
)
TAG = replace(BRANCH, ref="v1.0", ref_type="tag", environment="courseline/library")
TEMPLATE = replace(BRANCH, environment="courseline/student-template")


@pytest.mark.parametrize(
    ("kind", "claims"),
    [
        (WorkKind.SYNC, TAG),
        (WorkKind.DEPLOY, BRANCH),
        (WorkKind.STUDENT_TEMPLATE, TEMPLATE),
        (WorkKind.DEPLOY, replace(TEMPLATE, pipeline_source="schedule")),
        (WorkKind.DEPLOY, replace(BRANCH, pipeline_source="web")),
    ],
)
def test_the_jobs_of_the_templates_are_given_work(kind: WorkKind, claims: Claims) -> None:
    assert refusal(kind, claims, "courseline") is None


@pytest.mark.parametrize(
    ("kind", "claims", "says"),
    [
        (WorkKind.SYNC, BRANCH, "tag pipeline"),
        (WorkKind.DEPLOY, TAG, "branch pipeline"),
        (WorkKind.STUDENT_TEMPLATE, TAG, "branch pipeline"),
        (WorkKind.SYNC, replace(TAG, ref_protected=False), "not protected"),
        (WorkKind.DEPLOY, replace(BRANCH, ref_protected=False), "not protected"),
        (WorkKind.DEPLOY, replace(BRANCH, pipeline_source="merge_request_event"), "merge request"),
        (WorkKind.SYNC, replace(TAG, pipeline_source="merge_request_event"), "merge request"),
        (WorkKind.DEPLOY, TEMPLATE, "environment courseline/assignments"),
        (WorkKind.STUDENT_TEMPLATE, BRANCH, "environment courseline/student-template"),
        (WorkKind.SYNC, replace(TAG, environment=None), "no environment"),
        (WorkKind.DEPLOY, replace(BRANCH, environment="courseline/assignments2"), "assignments2"),
        (WorkKind.DEPLOY, replace(BRANCH, environment="Courseline/Assignments"), "environment"),
        (WorkKind.DEPLOY, replace(BRANCH, ref_type=""), "branch pipeline"),
        (
            WorkKind.STUDENT_TEMPLATE,
            replace(BRANCH, pipeline_source="schedule"),
            "environment courseline/student-template",
        ),
    ],
)
def test_any_other_job_is_told_what_to_do(kind: WorkKind, claims: Claims, says: str) -> None:
    why = refusal(kind, claims, "courseline")
    assert why is not None
    assert says in why


def test_the_names_of_environments_begin_as_is_set() -> None:
    assert refusal(WorkKind.DEPLOY, BRANCH, "teaching") is not None
    own = replace(BRANCH, environment="teaching/assignments")
    assert refusal(WorkKind.DEPLOY, own, "teaching") is None


def test_only_the_default_branch_writes() -> None:
    assert wrong_branch(BRANCH, "main") is None
    assert "trunk" in (wrong_branch(BRANCH, "trunk") or "")


def test_the_evidence_names_no_person() -> None:
    assert "ada" not in str(BRANCH.evidence())
    assert BRANCH.evidence()["user_id"] == "7"
