"""Put the template repository itself before the leak gate: its address, its commits, its other refs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from courseline.domain.course.course import Course
from courseline.domain.ledger.operation import OperationKind, OperationState
from courseline.domain.students.gate.case import Finding
from courseline.domain.students.gate.history import HistoryCase, TargetProject, TemplateCommit, judge_history
from courseline.errors import InvalidInput, NotFound, Problem, Refused, Severity
from courseline.usecases.deploying.read_assignments import DEFAULT_BRANCH, Head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Commit, Remote
from courseline.usecases.students.rows import MadeCommit

SHOWN_COMMITS = 5
_VISIBLE = (
    "refs/heads/",
    "refs/tags/",
)  # GitLab keeps others, such as refs/merge-requests, which forks do not get
_BELOW = ("project", "linear", "trailers")


@dataclass(frozen=True, slots=True)
class TemplateHistory:
    """What the template repository shows.

    Attributes:
        url: as it is talked to.
        head: branch and commit.
        commits: of the branch, newest first.
        foreign: branches and tags that courseline did not make, as problems.
    """

    url: str
    head: Head
    commits: tuple[TemplateCommit, ...]
    foreign: tuple[Problem, ...] = ()


def require_template(course: Course, url: str, neighbours: Neighbours) -> None:
    """Make sure that `url` is the course's registered template repository.

    Raises:
        Refused: it is another one; nothing was read from it.
    """
    identity = neighbours.resolve_url(url)
    if identity == course.template_identity != course.assignments_identity:
        return
    is_assignments = identity == course.assignments_identity
    found = (
        "this is the course's assignments repository, which holds the solutions"
        if is_assignments
        else "this is not the course's template repository"
    )
    raise Refused(
        f"Publishing the student template of {course.title}: nothing was pushed.",
        [
            Problem(
                url,
                None,
                f"The template of this course goes to {course.template_url}, and {found}.",
                fix="Leave --template out, or change studentTemplate.url in deployment.yaml and run"
                " `courseline course apply`.",
            )
        ],
    )


def read_history(course: Course, url: str, remote: Remote, neighbours: Neighbours) -> TemplateHistory:
    """Read branch, commits and refs of the template repository.

    Raises:
        NotFound: there is no such repository; it is never made by courseline.
    """
    try:
        shown = remote.refs()
    except NotFound as missing:
        fix = (
            f"Make one: git init --bare {url}"
            if neighbours.git.is_local_path(url)
            else "Make an empty project there."
        )
        problem = Problem(
            url,
            None,
            "The student template repository of this course does not exist.",
            fix=f"{fix} Or correct studentTemplate.url in deployment.yaml and run `courseline course apply`.",
        )
        raise NotFound(missing.message, [problem]) from missing
    branch = shown.head_branch or DEFAULT_BRANCH
    ref = f"refs/heads/{branch}"
    head = Head(branch, shown.refs.get(ref))
    others = {
        name: sha for name, sha in sorted(shown.refs.items()) if name != ref and name.startswith(_VISIBLE)
    }
    if head.sha is None and not others:
        return TemplateHistory(url, head, ())
    commits: list[TemplateCommit] = []
    # A workspace of its own: with all commits in it, every later fetch would have to bring all of them too.
    with neighbours.git.workspace() as workspace:
        whole = workspace.remote(url, neighbours.credential(url, course.id, "template"))
        if head.sha is not None:
            whole.fetch(head.sha, depth=None, filter="tree:0")
            commits = [template_commit(entry) for entry in workspace.commits(head.sha)]
        foreign = _foreign(others, {commit.sha for commit in commits}, whole)
    return TemplateHistory(url, head, tuple(commits), tuple(foreign))


def gate_existing(course: Course, history: TemplateHistory, neighbours: Neighbours) -> None:
    """Stop before anything is built when the repository's commits are not courseline's alone.

    Raises:
        Refused: a person's commit, or a history that was there before courseline; it names each with its author.
    """
    if not history.commits:
        return
    findings = judge_history(_case(course, history, history.commits, neighbours), _BELOW)
    if findings:
        raise _refused(course, findings, _way_back(history, {finding.path for finding in findings}))


def find_target(course: Course, url: str, neighbours: Neighbours) -> TargetProject | None:
    """The project that is pushed to, where the course says something of it and its GitLab can be asked.

    Raises:
        NotFound: GitLab shows no such project.
        NeighbourFailed: GitLab does not answer.
    """
    if course.template_project_id is None and course.template_visibility is None:
        return None
    found = neighbours.find_project(url)
    if found is None:
        return None
    return TargetProject(found.id, course.template_project_id, found.visibility, course.template_visibility)


def not_asked(course: Course, url: str, target: TargetProject | None) -> list[Problem]:
    """A warning where the course says something of the project and nobody could be asked."""
    if target is not None or (course.template_project_id is None and course.template_visibility is None):
        return []
    message = "studentTemplate has a projectId or visibility, and no GitLab could be asked about it, so it was not checked."
    fix = "Set COURSELINE_GITLAB_URL and COURSELINE_GITLAB_TOKEN of the GitLab that the repository is on."
    return [Problem(url, None, message, Severity.WARNING, fix)]


def gate_push(
    course: Course,
    history: TemplateHistory,
    new: Commit,
    candidate_tree: str,
    neighbours: Neighbours,
    target: TargetProject | None = None,
) -> None:
    """Stop a push whose commit is not the judged tree on top of courseline's own history, in the right project.

    Raises:
        Refused: with what was found.
    """
    commits = [template_commit(new), *history.commits]
    case = replace(_case(course, history, commits, neighbours, candidate_tree), project=target)
    findings = judge_history(case)
    if findings:
        raise _refused(course, findings)


def template_commit(commit: Commit) -> TemplateCommit:
    """A commit as the gate reads it."""
    return TemplateCommit(commit.sha, commit.parents, commit.tree, commit.author, commit.message)


def _case(
    course: Course,
    history: TemplateHistory,
    commits: Sequence[TemplateCommit],
    neighbours: Neighbours,
    candidate_tree: str = "",
) -> HistoryCase:
    shas = {None, *(commit.sha for commit in commits)}
    with neighbours.database.transaction() as rows:
        made = rows.ledger.operation_commits(course.template_identity)
    return HistoryCase(
        commits=commits,
        candidate_tree=candidate_tree,
        head=history.head.sha,
        refs=[f"refs/heads/{history.head.branch}"],
        branch=history.head.branch,
        target_identity=neighbours.resolve_url(history.url),
        template_identity=course.template_identity,
        assignments_identity=course.assignments_identity,
        # A commit that names an operation but is not the one recorded for it was changed by somebody.
        operations={str(one.operation_id) for one in made if one.commit in shas},
        adopted=adopted_commit(made),
    )


def adopted_commit(made: Sequence[MadeCommit]) -> str | None:
    """The commit at which a template repository was taken over, None when it began with courseline.

    Args:
        made: by the operations on it, newest first.
    """
    last = next((one for one in made if one.kind is OperationKind.ADOPT_TEMPLATE), None)
    return last.commit if last is not None and last.state is OperationState.DONE else None


def _way_back(history: TemplateHistory, found: set[str]) -> str:
    """What makes the repository courseline's own again."""
    last = None
    for commit in reversed(history.commits):
        if f"commit {commit.sha}" in found:
            break
        last = commit.sha
    if last is None:
        return (
            "The repository's history did not begin with courseline, and whatever is in it students can read. Make an"
            " empty repository, name it as studentTemplate.url in deployment.yaml and run `courseline course apply`; or have"
            " it looked through and taken over: `courseline course adopt-template --at COMMIT`."
        )
    return (
        "Students can read whatever these commits hold. Save what you need of it elsewhere, then put the branch back to"
        f" courseline's last commit: git push --force {history.url} {last}:refs/heads/{history.head.branch}"
    )


def _refused(course: Course, findings: Sequence[Finding], way_back: str = "") -> Refused:
    message = f"Publishing the student template of {course.title}: nothing was pushed. {way_back}".rstrip()
    problems = [finding.problem for finding in findings[:SHOWN_COMMITS]]
    if len(findings) > SHOWN_COMMITS:
        more = f"{len(findings) - SHOWN_COMMITS} more findings of this kind are not shown."
        problems.append(Problem(course.template_url, None, more, fix="Look at `git log` of that repository."))
    return Refused(message, problems)


def _foreign(refs: Mapping[str, str], ours: set[str], remote: Remote) -> list[Problem]:
    """Problems with branches and tags that lead to anything but a commit of the template branch."""
    return [
        Problem(
            name,
            None,
            f"Somebody made this {_word(name)} in the template repository; what it holds was not judged, and students"
            " can read it.",
            fix=f"Look at what it holds, then delete it: git push {remote.url} --delete {name}",
        )
        for name, sha in refs.items()
        if sha not in ours and not (name.startswith("refs/tags/") and _peeled(name, remote) in ours)
    ]


def _peeled(tag: str, remote: Remote) -> str | None:
    try:
        return remote.fetch(tag, depth=None, filter="tree:0")
    except InvalidInput:  # a tag of a file or directory
        return None


def _word(name: str) -> str:
    return "branch" if name.startswith("refs/heads/") else "tag"
