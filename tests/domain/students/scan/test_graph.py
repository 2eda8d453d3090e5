"""Commits in their order, and which tips reach them."""

from datetime import UTC, datetime, timedelta

from courseline.domain.students.scan.graph import CommitNode, Reach, oldest_first

START = datetime(2026, 1, 1, tzinfo=UTC)


def commits(*edges):
    """Commits by name, each as (name, parents, minutes)."""
    made = [
        CommitNode(name, tuple(parents), "", START + timedelta(minutes=at), "", "")
        for name, parents, at in edges
    ]
    return {one.sha: one for one in made}


DIAMOND = commits(("a", "", 0), ("b", "a", 1), ("c", "a", 2), ("d", "bc", 3))


def names(ordered):
    return [commit.sha for commit in ordered]


def test_parents_come_first_whatever_the_clocks_say():
    wrong = commits(("a", "", 9), ("b", "a", 5), ("c", "b", 1))
    assert names(oldest_first(DIAMOND)) == ["a", "b", "c", "d"]
    assert names(oldest_first(wrong)) == ["a", "b", "c"]


def test_a_parent_that_is_not_there_is_none():
    assert names(oldest_first(commits(("b", "x", 1)))) == ["b"]


def test_tips_reach_what_is_below_them():
    reach = Reach(oldest_first(DIAMOND), ["b", "c"])
    assert reach.tips(["a"]) == ["b", "c"]
    assert reach.tips(["b"]) == ["b"]
    assert reach.tips(["d"]) == []
    assert [reach.reached(name) for name in "abcdx"] == [True, True, True, False, False]


def test_a_long_history_is_no_matter():
    long = commits(("0", "", 0), *((str(number), [str(number - 1)], number) for number in range(1, 5000)))
    reach = Reach(oldest_first(long), ["4999"])
    assert reach.reached("0")
