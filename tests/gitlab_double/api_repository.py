"""API: what is in a repository: commits, trees, comparisons.

Facts: https://docs.gitlab.com/api/commits/, https://docs.gitlab.com/api/repositories/
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from tests.gitlab_double import rim
from tests.gitlab_double.failure import not_found
from tests.gitlab_double.people import stamp
from tests.gitlab_double.places import Project
from tests.gitlab_double.repository import Commit

api = Blueprint("repository", __name__)
Row = dict[str, Any]


def shown_commit(project: Project, commit: Commit) -> Row:
    return {
        "id": commit.id,
        "short_id": commit.id[:8],
        "created_at": stamp(commit.committer[2]),
        "parent_ids": list(commit.parents),
        "title": commit.title,
        "message": commit.message,
        "author_name": commit.author[0],
        "author_email": commit.author[1],
        "authored_date": stamp(commit.author[2]),
        "committer_name": commit.committer[0],
        "committer_email": commit.committer[1],
        "committed_date": stamp(commit.committer[2]),
        "trailers": {},
        "web_url": f"{project.web_url(rim.url())}/-/commit/{commit.id}",
    }


@api.get("/projects/<path>/repository/commits")
def commits(path: str) -> Response:
    project, asked = rim.project(path), rim.given()
    start = project.repository.resolve(str(asked.get("ref_name") or project.default_branch))
    if not start:
        if not project.repository.refs("refs/heads/"):
            return rim.page([], lambda row: row)
        raise not_found("Commit")
    limits = [f"--{name}={asked[name]}" for name in ("since", "until") if asked.get(name)]
    where = ["--", str(asked["path"])] if asked.get("path") else []
    found = project.repository.commits(*limits, start, *where)
    return rim.page(found, lambda commit: shown_commit(project, commit))


@api.get("/projects/<path>/repository/commits/<sha>")
def commit(path: str, sha: str) -> Row:
    project = rim.project(path)
    found = project.repository.commit(_resolved(project, sha, "Commit"))
    last = next((pipeline for pipeline in reversed(project.pipelines) if pipeline.sha == found.id), None)
    return {
        **shown_commit(project, found),
        "status": last.status if last else None,
        "project_id": project.id,
        "last_pipeline": last.as_json(rim.url(), listed=True) if last else None,
    }


@api.get("/projects/<path>/repository/commits/<sha>/diff")
def commit_diff(path: str, sha: str) -> Response:
    project = rim.project(path)
    found = project.repository.commit(_resolved(project, sha, "Commit"))
    empty = project.repository.git("mktree").decode().strip()
    return rim.page(diffs(project, found.parents[0] if found.parents else empty, found.id), lambda row: row)


@api.get("/projects/<path>/repository/commits/<sha>/merge_requests")
def commit_merge_requests(path: str, sha: str) -> Response:
    project = rim.project(path)
    oid = _resolved(project, sha, "Commit")
    found = [
        merge_request for merge_request in project.merge_requests
        if oid in {merge_request.sha, merge_request.merge_commit_sha, merge_request.squash_commit_sha}
    ]  # fmt: skip
    return rim.page(found, lambda merge_request: merge_request.as_json(rim.url(), listed=True))


@api.get("/projects/<path>/repository/tree")
def tree(path: str) -> Response:
    project, asked = rim.project(path), rim.given()
    sha = _resolved(project, str(asked.get("ref") or project.default_branch), "Tree")
    deep = ["-r", "-t"] if str(asked.get("recursive", "")).lower() == "true" else []
    where = [f"{str(asked['path']).rstrip('/')}/"] if asked.get("path") else []
    text = project.repository.git("ls-tree", "-z", *deep, sha, "--", *where).decode(errors="replace")
    rows = []
    for line in text.split("\0")[:-1]:
        head, _, name = line.partition("\t")
        mode, kind, oid = head.split()
        rows.append({"id": oid, "name": name.rpartition("/")[2], "type": kind, "path": name, "mode": mode})
    if where and not rows:
        raise not_found("Tree")
    return rim.page(rows, lambda row: row)


@api.get("/projects/<path>/repository/compare")
def compare(path: str) -> Row:
    project, asked = rim.project(path), rim.need("from", "to")
    before, after = (_resolved(project, str(asked[name]), "Ref") for name in ("from", "to"))
    straight = str(asked.get("straight", "")).lower() == "true"
    base = before if straight else project.repository.merge_base(before, after)
    found = [
        shown_commit(project, commit)
        for commit in project.repository.commits("--reverse", f"{base}..{after}")
    ]
    return {
        "commit": found[-1] if found else None,
        "commits": found,
        "diffs": diffs(project, base, after),
        "compare_timeout": False,
        "compare_same_ref": before == after,
    }


def diffs(project: Project, before: str, after: str) -> list[Row]:
    """Files that changed, as the API shows them."""
    rows = []
    for letter, old, new in project.repository.changed(before, after):
        text = project.repository.git("diff", "--no-color", before, after, "--", *{old, new}).decode(
            errors="replace"
        )
        entries = [project.repository.entry(before, old), project.repository.entry(after, new)]
        modes = [entry[0] if entry else "0" for entry in entries]
        rows.append(
            {
                "diff": text[text.find("@@") :] if "@@" in text else "",
                "collapsed": False,
                "too_large": False,
                "new_path": new,
                "old_path": old,
                "a_mode": modes[0],
                "b_mode": modes[1],
                "new_file": letter == "A",
                "renamed_file": letter == "R",
                "deleted_file": letter == "D",
                "generated_file": False,
            }
        )
    return rows


def _resolved(project: Project, revision: str, what: str) -> str:
    found = project.repository.resolve(revision)
    if not found:
        raise not_found(what)
    return found
