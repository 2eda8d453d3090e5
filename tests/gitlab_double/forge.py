"""All that this GitLab remembers: in memory, with the repositories in a directory."""

from __future__ import annotations

import itertools
import secrets
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.builders.repositories import Content, build_repository
from tests.gitlab_double.failure import Failure, not_found
from tests.gitlab_double.hooks import Hook
from tests.gitlab_double.merge_requests import MergeRequest
from tests.gitlab_double.people import Level, Token, User
from tests.gitlab_double.pipelines import Job, Pipeline
from tests.gitlab_double.places import Group, Project
from tests.gitlab_double.repository import Repository
from tests.gitlab_double.request_log import RequestLog

Listener = Callable[..., None]


@dataclass(eq=False)
class Forge:
    """A GitLab.

    Attributes:
        root: directory for repositories and artifacts.
        version: as it says of itself; decides what it can do.
        url: its own address.
        premium: it has what GitLab sells as Premium; of that only webhooks of groups are here.
        lock: held by whoever reads or changes what is here.
        listeners: told `(what, project, **facts)` of everything that happens.
        asked: every request.
        broken: errors of the stand-in itself, which a test must never cause.
    """

    root: Path
    version: str = "18.5.0"
    url: str = ""
    premium: bool = True
    lock: threading.RLock = field(default_factory=threading.RLock)
    users: list[User] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    broken: list[Exception] = field(default_factory=list)
    asked: RequestLog = field(default_factory=RequestLog)
    _numbers: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.root_user = self.user("root", name="Administrator", admin=True)
        self.admin = self.token(self.root_user, "api", "admin_mode").value

    # What can be asked.

    def at_least(self, *version: int) -> bool:
        """Whether this is that version or a later one."""
        return tuple(int(part) for part in self.version.split("-")[0].split(".")[:2]) >= version

    def number(self, kind: str) -> int:
        """The next id of a kind of thing."""
        with self.lock:
            self._numbers[kind] += 1
            return self._numbers[kind]

    def find_group(self, id_or_path: str) -> Group:
        """Raises: Failure: 404."""
        for group in self.groups:
            if id_or_path in {str(group.id), group.full_path} and group.kind == "group":
                return group
        raise not_found("Group")

    def find_project(self, id_or_path: str) -> Project:
        """Raises: Failure: 404."""
        for project in self.projects:
            if id_or_path in {str(project.id), project.full_path}:
                return project
        raise not_found("Project")

    def find_token(self, value: str) -> Token | None:
        return next(
            (token for token in self.tokens if secrets.compare_digest(token.value.encode(), value.encode())),
            None,
        )

    def hooks_of(self, project: Project) -> list[Hook]:
        """Those of the project and of all groups above it."""
        return [*project.hooks, *itertools.chain.from_iterable(group.hooks for group in project.group.line())]

    def happened(self, what: str, project: Project, **facts: Any) -> None:
        """Tell the listeners."""
        for listener in self.listeners:
            listener(what, project, **facts)

    # What tests and people make.

    def user(self, username: str, *, name: str = "", admin: bool = False, bot: bool = False) -> User:
        """A user with a namespace of the same name; the one there is when it exists."""
        for user in self.users:
            if user.username == username:
                return user
        made = User(
            self.number("user"), username, name or username.title(), f"{username}@example.org", admin, bot
        )
        self.users.append(made)
        own = Group(
            self.number("namespace"), username, made.name, kind="user", members={made.id: Level.OWNER}
        )
        self.groups.append(own)
        return made

    def token(
        self,
        user: User,
        *scopes: str,
        name: str = "token",
        expires_at: date | None = None,
        prefix: str = "glpat-",
    ) -> Token:
        """A token; it ends in a year unless told otherwise, as every token of GitLab must."""
        ends = expires_at or (datetime.now(UTC) + timedelta(days=365)).date()
        value = prefix + secrets.token_urlsafe(15)
        made = Token(self.number("token"), value, user, scopes or ("api",), name, ends)
        self.tokens.append(made)
        return made

    def group(self, path: str, members: Mapping[User, Level] | None = None, **settings: Any) -> Group:
        """A group with all above it; the one there is when it exists."""
        above: Group | None = None
        for part in path.split("/"):
            found = next(
                (group for group in self.groups if group.parent is above and group.path == part), None
            )
            if found is None:
                found = Group(self.number("namespace"), part, part.title(), above, **settings)
                self.groups.append(found)
            above = found
        assert above is not None
        above.members |= {user.id: level for user, level in (members or {}).items()}
        return above

    def project(
        self, path: str, *commits: Mapping[str, Content], creator: User | None = None, **settings: Any
    ) -> Project:
        """A project with a repository of these commits; its default branch is protected, as GitLab does it.

        Raises:
            Failure: 400, the path is taken.
        """
        namespace, _, name = path.rpartition("/")
        group = self.group(namespace)
        if any(project.full_path == path for project in self.projects):
            taken = ["has already been taken"]
            raise Failure(400, {"message": {"project_namespace.name": taken, "name": taken, "path": taken}})
        number = self.number("project")
        where = self.root / "repositories" / f"{number}.git"
        branch = settings.get("default_branch", "main")
        build_repository(where, list(commits), branch=branch)
        made = Project(
            number,
            name,
            settings.pop("name", name),
            group,
            Repository(where),
            creator or self.root_user,
            **settings,
        )
        self.projects.append(made)
        if commits:
            self.protect_default(made)
        return made

    def protect_default(self, project: Project) -> None:
        """As GitLab does with the first push: maintainers push and merge (developers only merge)."""
        if project.protection(f"refs/heads/{project.default_branch}") is None:
            project.protected_branches.append(
                {
                    "id": self.number("protection"),
                    "name": project.default_branch,
                    "push_access_levels": [
                        {"id": 1, "access_level": 40, "access_level_description": "Maintainers"}
                    ],
                    "merge_access_levels": [
                        {"id": 1, "access_level": 40, "access_level_description": "Maintainers"}
                    ],
                    "allow_force_push": False,
                    "unprotect_access_levels": [],
                    "code_owner_approval_required": False,
                    "inherited": False,
                }
            )

    def fork(self, project: Project, group: Group, user: User) -> Project:
        """A project of another namespace with the same history."""
        made = self.project(
            f"{group.full_path}/{project.path}", creator=user, default_branch=project.default_branch
        )
        shutil.rmtree(made.repository.path)
        shutil.copytree(project.repository.path, made.repository.path)
        for name in made.repository.refs("refs/merge-requests/"):
            made.repository.update(name, "0" * 40)
        made.forked_from, made.visibility = project, project.visibility
        return made

    def pipeline_changed(self, pipeline: Pipeline) -> None:
        """Tell of a pipeline's state, once each."""
        if pipeline.status != pipeline.told:
            pipeline.told = pipeline.status
            self.happened("pipeline", pipeline.project, it=pipeline, status=pipeline.told)

    def find_merge_request(self, project: Project, iid: str) -> MergeRequest:
        """Raises: Failure: 404."""
        for found in project.merge_requests:
            if str(found.iid) == iid:
                return found
        raise not_found("Merge Request")

    def find_pipeline(self, project: Project, number: str) -> Pipeline:
        """Raises: Failure: 404."""
        for found in project.pipelines:
            if str(found.id) == number:
                return found
        raise Failure(404, "404 Not found")

    def find_job(self, project: Project, number: str) -> Job:
        """Raises: Failure: 404."""
        for pipeline in project.pipelines:
            for job in pipeline.jobs:
                if str(job.id) == number and not job.external:
                    return job
        raise Failure(404, "404 Not found")

    def new_pipeline(
        self, project: Project, ref: str, sha: str, user: User, source: str, **more: Any
    ) -> Pipeline:
        """An empty pipeline."""
        made = Pipeline(
            self.number("pipeline"), len(project.pipelines) + 1, project, ref, sha, user, source, **more
        )
        project.pipelines.append(made)
        return made
