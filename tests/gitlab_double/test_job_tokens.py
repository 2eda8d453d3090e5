from __future__ import annotations

import jwt
import pytest
import requests
from tests.gitlab_double.conftest import Lecturer, Run


def test_id_tokens_say_what_gitlab_says_and_are_verified_by_its_keys(ada: Lecturer, run: Run) -> None:
    where = ada.double.forge.root / "token"
    ada.remote.protectedtags.create({"name": "v*"})
    job = {
        "script": f"printf %s $TOKEN > {where}",
        "environment": {"name": "courseline/library"},
        "timeout": "30 minutes",
        "id_tokens": {"TOKEN": {"aud": "https://courseline.example.org"}},
    }
    run({"job": job}, tag="v1")
    url = requests.get(f"{ada.double.url}/.well-known/openid-configuration", timeout=9).json()["jwks_uri"]
    client = jwt.PyJWKClient(url)
    token = where.read_text()
    claims = jwt.decode(
        token,
        client.get_signing_key_from_jwt(token),
        ["RS256"],
        audience="https://courseline.example.org",
        issuer=ada.double.url,
    )
    pipeline = ada.project.pipelines[-1]
    expected = {
        "project_id": "1", "project_path": "uni/examples", "namespace_path": "uni", "ref": "v1", "ref_type": "tag",
        "ref_path": "refs/tags/v1", "ref_protected": "true", "pipeline_id": str(pipeline.id), "pipeline_source": "push",
        "job_id": str(pipeline.jobs[0].id), "sha": pipeline.sha, "environment": "courseline/library",
        "environment_protected": "false", "user_login": "ada", "user_access_level": "maintainer",
        "sub": "project_path:uni/examples:ref_type:tag:ref:v1", "project_visibility": "private",
    }  # fmt: skip
    assert {key: claims[key] for key in expected} == expected
    assert all(isinstance(claims[key], str) for key in claims.keys() - {"iat", "nbf", "exp", "runner_id"})
    assert claims["exp"] - claims["iat"] == 30 * 60
    ada.double.issuer.rotate(keep_old=False)
    with pytest.raises(jwt.PyJWKClientError):
        jwt.PyJWKClient(url).get_signing_key_from_jwt(token)


def test_a_jobs_token_reads_a_little_while_the_job_runs(ada: Lecturer, run: Run) -> None:
    where = ada.double.forge.root / "answers"
    ask = 'curl -s -o /dev/null -w "%{http_code}\\n" -H "JOB-TOKEN: $CI_JOB_TOKEN"'
    api = "$CI_API_V4_URL/projects/$CI_PROJECT_ID"
    script = [
        f"exec > {where}",
        f"{ask} $CI_API_V4_URL/job",
        f"{ask} {api}/repository/tags",
        f"{ask} -d body=x {api}/merge_requests/1/notes",
        f"{ask} {api}/variables",
        "echo $CI_JOB_TOKEN",
    ]
    run({"job": {"script": script}})
    *codes, token = where.read_text().splitlines()
    assert codes == ["200", "200", "401", "401"]
    gone = requests.get(f"{ada.double.url}/api/v4/job", headers={"JOB-TOKEN": token}, timeout=9)
    assert gone.status_code == 401


def test_a_push_with_a_jobs_token_is_refused_unless_allowed_and_starts_no_pipeline(
    ada: Lecturer, run: Run
) -> None:
    push = "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x && git push -q origin HEAD:refs/heads/by-job"
    job = {"job": {"script": push, "rules": [{"if": "$CI_COMMIT_BRANCH"}]}}
    assert run(job)["job"].status == "failed"
    ada.project.settings["ci_push_repository_for_job_token_allowed"] = True
    run(job)
    assert ada.project.repository.resolve("by-job")
    assert {pipeline.ref for pipeline in ada.project.pipelines} == {"main"}
