"""Groups and projects.

Facts: https://docs.gitlab.com/api/groups/, https://docs.gitlab.com/api/projects/
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.gitlab_double.people import Level, User, stamp
from tests.gitlab_double.repository import Repository

Row = dict[str, Any]
VISIBILITY = {"private": 0, "internal": 10, "public": 20}


@dataclass(eq=False)
class Group:
    """A group, or a user's own namespace.

    Attributes:
        members: number of a user -> access level.
    """

    id: int
    path: str
    name: str
    parent: Group | None = None
    visibility: str = "private"
    kind: str = "group"
    description: str = ""
    members: dict[int, Level] = field(default_factory=dict)
    hooks: list[Any] = field(default_factory=list)
    variables: list[Row] = field(default_factory=list)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def full_path(self) -> str:
        return f"{self.parent.full_path}/{self.path}" if self.parent else self.path

    def is_inside(self, other: Group) -> bool:
        return self is other or (self.parent is not None and self.parent.is_inside(other))

    def line(self) -> list[Group]:
        """Itself and all above it."""
        return [self, *(self.parent.line() if self.parent else [])]

    def level(self, user: User | None) -> Level:
        if user is None:
            return Level.NONE
        if user.admin:
            return Level.OWNER
        return max((group.members.get(user.id, Level.NONE) for group in self.line()), default=Level.NONE)

    def as_json(self, url: str) -> Row:
        return {
            "id": self.id,
            "web_url": f"{url}/groups/{self.full_path}",
            "name": self.name,
            "path": self.path,
            "description": self.description,
            "visibility": self.visibility,
            "full_name": self.full_path.replace("/", " / "),
            "full_path": self.full_path,
            "parent_id": self.parent.id if self.parent else None,
            "created_at": stamp(self.created_at),
            "marked_for_deletion_on": None,
        }

    def namespace(self, url: str) -> Row:
        return {
            "id": self.id,
            "name": self.name,
            "path": self.path,
            "kind": self.kind,
            "full_path": self.full_path,
            "parent_id": self.parent.id if self.parent else None,
            "web_url": f"{url}/groups/{self.full_path}",
        }


@dataclass(eq=False)
class Project:
    """A project with everything in it.

    Attributes:
        settings: what the API lets one set and answers again, and that changes nothing here.
    """

    id: int
    path: str
    name: str
    group: Group
    repository: Repository
    creator: User
    visibility: str = "private"
    default_branch: str = "main"
    description: str = ""
    archived: bool = False
    merge_method: str = "merge"
    squash_option: str = "default_off"
    forked_from: Project | None = None
    settings: Row = field(default_factory=dict)
    members: dict[int, Level] = field(default_factory=dict)
    protected_tags: list[Row] = field(default_factory=list)
    protected_branches: list[Row] = field(default_factory=list)
    variables: list[Row] = field(default_factory=list)
    schedules: list[Row] = field(default_factory=list)
    resource_groups: list[Row] = field(default_factory=list)
    hooks: list[Any] = field(default_factory=list)
    merge_requests: list[Any] = field(default_factory=list)
    pipelines: list[Any] = field(default_factory=list)
    tokens: list[Any] = field(default_factory=list)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def full_path(self) -> str:
        return f"{self.group.full_path}/{self.path}"

    def level(self, user: User | None) -> Level:
        if user is None:
            return Level.NONE
        return max(self.group.level(user), self.members.get(user.id, Level.NONE))

    def is_visible_to(self, user: User | None) -> bool:
        if self.visibility == "public" or self.level(user) >= Level.GUEST:
            return True
        return self.visibility == "internal" and user is not None

    def web_url(self, url: str) -> str:
        return f"{url}/{self.full_path}"

    def protection(self, ref: str) -> Row | None:
        """The rule that protects a full reference; wildcards as in GitLab."""
        kind, rules = "refs/tags/", self.protected_tags
        if ref.startswith("refs/heads/"):
            kind, rules = "refs/heads/", self.protected_branches
        name = ref.removeprefix(kind)
        return next((rule for rule in rules if fnmatch.fnmatchcase(name, rule["name"])), None)

    def lets_push(self, user: User, ref: str) -> bool:
        """Whether the rules of protected branches and tags let somebody move a reference."""
        rule, level = self.protection(ref), self.level(user)
        key = "push_access_levels" if ref.startswith("refs/heads/") else "create_access_levels"
        if rule is None or level < Level.DEVELOPER:
            return level >= Level.DEVELOPER
        return any(0 < row["access_level"] <= level for row in rule[key])

    def as_json(self, url: str, level: Level) -> Row:
        """As the API answers it to somebody of a level."""
        web = self.web_url(url)
        shown = {
            "id": self.id,
            "description": self.description,
            "name": self.name,
            "name_with_namespace": f"{self.group.full_path.replace('/', ' / ')} / {self.name}",
            "path": self.path,
            "path_with_namespace": self.full_path,
            "created_at": stamp(self.created_at),
            "default_branch": self.default_branch if self.repository.refs("refs/heads/") else None,
            "tag_list": [],
            "topics": [],
            "ssh_url_to_repo": f"git@{url.partition('//')[2].partition(':')[0]}:{self.full_path}.git",
            "http_url_to_repo": f"{web}.git",
            "web_url": web,
            "readme_url": None,
            "avatar_url": None,
            "forks_count": 0,
            "star_count": 0,
            "last_activity_at": stamp(self.created_at),
            "namespace": self.group.namespace(url),
            "empty_repo": not self.repository.refs("refs/heads/"),
            "archived": self.archived,
            "visibility": self.visibility,
            "creator_id": self.creator.id,
            "import_status": "none",
            "merge_method": self.merge_method,
            "squash_option": self.squash_option,
            "jobs_enabled": True,
            "merge_requests_enabled": True,
            "ci_config_path": "",
            "permissions": {
                "project_access": {"access_level": int(level), "notification_level": 3} if level else None,
                "group_access": None,
            },
            **self.settings,
        }
        if self.forked_from:
            shown["forked_from_project"] = {
                "id": self.forked_from.id,
                "path_with_namespace": self.forked_from.full_path,
            }
        return shown

    def in_event(self, url: str) -> Row:
        """The `project` part of a webhook."""
        web = self.web_url(url)
        ssh = f"git@{url.partition('//')[2].partition(':')[0]}:{self.full_path}.git"
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "web_url": web,
            "avatar_url": None,
            "git_ssh_url": ssh,
            "git_http_url": f"{web}.git",
            "namespace": self.group.name,
            "visibility_level": VISIBILITY[self.visibility],
            "path_with_namespace": self.full_path,
            "default_branch": self.default_branch,
            "ci_config_path": "",
            "homepage": web,
            "url": ssh,
            "ssh_url": ssh,
            "http_url": f"{web}.git",
        }
