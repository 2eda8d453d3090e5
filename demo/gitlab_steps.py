"""The steps in which courseline is started and connected with GitLab."""

from __future__ import annotations

import shutil

import requests
from demo.contents import files
from demo.expect import expect
from demo.narrator import Narrator
from demo.stage import COURSE, EXAMPLES, HERE, ORGANIZATION, STUDENTS, Stage
from tests.builders.whole_site import PIPELINE

EMPTY = """\
contentTypes:
  - {kind: unit, slug: week, title: Week}
  - {kind: assignment, slug: assignment, title: Assignment}
structure: []
"""


def start(stage: Stage, tell: Narrator) -> str:
    """Everything that a university runs."""
    stage.start()
    answer = requests.get(f"{stage.site.receiver}/health/ready", timeout=60)
    expect("the receiver's answer to GET /health/ready", answer.status_code, 200)
    tell.detail("real: the receiver (gunicorn), courseline worker, PostgreSQL, git over HTTP")
    tell.detail("stand-in: GitLab (tests/gitlab_double) with its webhooks and a runner")
    return "receiver and worker run"


def connect_examples(stage: Stage, tell: Narrator) -> str:
    """A project with the demo's examples, connected as an operator does it."""
    forge = stage.site.double.forge
    forge.project(EXAMPLES, creator=forge.user("ada"))
    stage.clone(EXAMPLES, stage.author)
    shutil.copytree(
        HERE / "examples", stage.author, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    stage.git(stage.author, "add", "--all")
    stage.git(stage.author, "commit", "--quiet", "-m", "Three examples")
    stage.git(stage.author, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    answer = stage.courseline("gitlab", "connect", EXAMPLES, "--organization", ORGANIZATION, *PIPELINE)
    expect("what became of the project", answer["status"], "connected")
    expect(
        "whether GitLab's test event arrived", [one["event"] is not None for one in answer["tested"]], [True]
    )
    (hook,) = stage.site.project(EXAMPLES).hooks
    expect("where the webhook leads", hook.url, f"{stage.site.receiver}/hooks/gitlab")
    expect("the pipeline's file", ".gitlab-ci.yml" in files(stage, stage.examples, "main"), True)
    tell.detail(f"courseline gitlab connect {EXAMPLES}")
    tell.detail("makes the webhook, protects release tags, commits the pipeline's file")
    return "GitLab's test event arrived"


def create_course(stage: Stage, tell: Narrator) -> str:
    """Groups, projects, registration and webhook from one file."""
    deployment, structure = stage.root / "deployment.yaml", stage.root / "course-structure.yaml"
    shutil.copyfile(HERE / "course" / "deployment.yaml", deployment)
    structure.write_text(EMPTY, encoding="utf-8")
    answer = stage.courseline("gitlab", "create-course", deployment, "--structure", structure, *PIPELINE)
    expect("what became of the course", answer["status"], "created")
    made = {step["where"] for step in answer["steps"] if step["what"] == "project"}
    expect("the projects that were made", made, {COURSE, STUDENTS})
    expect("jobs for a first commit with nothing in it", stage.site.jobs(COURSE), [])
    stage.clone(COURSE, stage.lecturer)
    tell.detail("courseline gitlab create-course deployment.yaml")
    tell.detail("makes the assignments project, and the one that students fork; connects them")
    return "2 groups, 2 projects"
