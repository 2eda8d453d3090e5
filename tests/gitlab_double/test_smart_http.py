from __future__ import annotations

from pathlib import Path

from tests.builders.repositories import git
from tests.gitlab_double.conftest import Lecturer
from tests.gitlab_double.people import Level
from tests.gitlab_double.work_tree import WorkTree, clone


def refused(tree: WorkTree, *arguments: str) -> str:
    done = tree.try_git("push", *arguments)
    assert done.returncode != 0
    return done.stderr


def test_a_push_arrives_and_is_fetched_by_others(ada: Lecturer, tree: WorkTree, tmp_path: Path) -> None:
    head = tree.commit({"x": "y\n"})
    tree.push(options=("ci.skip",))
    assert ada.clone(tmp_path / "other").git("rev-parse", "HEAD") == head


def test_a_pack_of_megabytes_arrives(ada: Lecturer, tree: WorkTree) -> None:
    (tree.path / "big").write_bytes(Path("/dev/urandom").open("rb").read(3_000_000))  # noqa: SIM115
    head = tree.commit({"x": "y\n"})
    tree.push()
    assert ada.project.repository.resolve("main") == head


def test_partial_fetches_and_fetches_by_id_are_allowed(ada: Lecturer, tmp_path: Path) -> None:
    url, head = ada.double.git_url("uni/examples", ada.token), ada.project.repository.resolve("main")
    git(tmp_path, "init", "-q", "--bare", "partial")
    git(tmp_path / "partial", "fetch", "-q", "--filter=blob:none", "--depth=1", url, head)
    git(
        tmp_path / "partial",
        "fetch",
        "-q",
        url,
        ada.project.repository.line("rev-parse", f"{head}:README.md"),
    )


def test_an_address_without_git_at_its_end_leads_there(ada: Lecturer, tree: WorkTree) -> None:
    url = ada.double.git_url("uni/examples", ada.token).removesuffix(".git")
    assert tree.git("ls-remote", url, "main").split()[0] == ada.project.repository.resolve("main")


def test_nobody_gets_a_private_project_and_a_stranger_learns_nothing(ada: Lecturer, tree: WorkTree) -> None:
    stranger = ada.double.forge.token(ada.double.forge.user("eve")).value
    for token, why in (
        ("", "could not read Username"),
        ("wrong", "Authentication failed"),
        (stranger, "The project you were looking for could not be found"),
    ):
        done = tree.try_git("ls-remote", ada.double.git_url("uni/examples", token))
        assert done.returncode != 0
        assert why in done.stderr


def test_a_public_project_is_read_by_everybody_and_written_by_few(ada: Lecturer, tree: WorkTree) -> None:
    ada.project.visibility = "public"
    url = ada.double.git_url("uni/examples")
    assert tree.try_git("ls-remote", url).returncode == 0
    tree.commit({"x": "y\n"})
    assert "could not read Username" in refused(tree, url, "HEAD")
    stranger = ada.double.forge.token(ada.double.forge.user("eve")).value
    assert "You are not allowed to push code to this project" in refused(
        tree, ada.double.git_url("uni/examples", stranger), "HEAD"
    )


def test_protected_branches_and_tags_are_kept(ada: Lecturer, tree: WorkTree, tmp_path: Path) -> None:
    ada.remote.protectedtags.create({"name": "v*", "create_access_level": 40})
    developer = ada.double.forge.user("ben")
    ada.project.members[developer.id] = Level.DEVELOPER
    his = clone(ada.double, "uni/examples", ada.double.forge.token(developer).value, tmp_path / "his")
    his.commit({"x": "y\n"})
    his.git("tag", "v1")
    assert "protected branches" in refused(his, "origin", "HEAD:main")
    assert "not allowed to create this tag" in refused(his, "origin", "v1")
    his.push("HEAD:refs/heads/his")
    tree.git("commit", "-q", "--amend", "-m", "Other past")
    assert "not allowed to force push" in refused(tree, "--force", "origin", "HEAD:main")
    tree.git("tag", "v1")
    tree.push("v1")
    tree.git("tag", "-f", "v1", "HEAD^{tree}")
    assert "Protected tags cannot be updated" in refused(tree, "--force", "origin", "v1")


def test_an_archived_project_takes_no_push(ada: Lecturer, tree: WorkTree) -> None:
    ada.project.archived = True
    tree.commit({"x": "y\n"})
    assert "not allowed to push code" in refused(tree, "origin", "HEAD")


def test_the_first_branch_of_an_empty_project_is_its_default_and_protected(
    ada: Lecturer, tree: WorkTree
) -> None:
    ada.double.forge.project("uni/empty")
    tree.git("push", "-q", ada.double.git_url("uni/empty", ada.token), "HEAD:refs/heads/trunk")
    assert ada.client.projects.get("uni/empty").default_branch == "trunk"
    assert ada.client.projects.get("uni/empty").branches.get("trunk").protected
