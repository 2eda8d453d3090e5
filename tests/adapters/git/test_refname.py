from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseline.adapters.git.refname import branch_ref, checked_ref, is_refname
from courseline.errors import InvalidInput


@given(st.text("abz019.@{}/-_~^:?*[\\ \x7f\t\nü", max_size=12))
@settings(max_examples=150, deadline=None)
def test_a_name_is_a_reference_exactly_when_git_says_so(name: str) -> None:
    ref = f"refs/heads/{name}"
    git_says = subprocess.run(["git", "check-ref-format", ref], check=False).returncode == 0
    assert is_refname(ref) is git_says


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "HEAD",
        "main",
        "v1",
        "-x",
        "--upload-pack=x",
        "refs",
        "refs/",
        "refs/x",
        "refs/heads/*",
        "refs/heads/a:refs/heads/b",
        "+refs/heads/a",
        "a" * 39,
        "A" * 40,
        "a" * 64,
        "refs/heads/x\n",
    ],
)
def test_only_full_names_and_ids_can_be_fetched(ref: str) -> None:
    with pytest.raises(InvalidInput, match="full reference name"):
        checked_ref(ref, "Fetching")


@pytest.mark.parametrize("branch", ["", "-x", "--force", "a b", "a..b", "a:b", "x.lock", "/a", "*"])
def test_a_branch_needs_a_branchs_name(branch: str) -> None:
    with pytest.raises(InvalidInput, match="name of a branch"):
        branch_ref(branch, "Pushing")
    assert branch_ref("feature/x", "Pushing") == "refs/heads/feature/x"
