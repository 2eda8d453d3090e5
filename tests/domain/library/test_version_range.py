from __future__ import annotations

from functools import cmp_to_key
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion
from courseline.domain.library.version_range import RangeKind, VersionRange
from courseline.errors import InvalidInput

RELEASES = [
    "0.0.1",
    "0.1.0",
    "0.1.5",
    "0.2.0",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.1.0-rc.1",
    "1.2.0",
    "1.2.5",
    "1.3.0",
    "2.0.0-rc.1",
    "2.0.0",
    "2.1.0",
]


def label(text):
    found = Label.parse(text)
    assert found is not None
    return found


def version(text, *, withdrawn=False, tree="a" * 40):
    return LabelledVersion(label(text), uuid4(), tree, "hello", withdrawn)


def admitted(text):
    wish = VersionRange.parse(text)
    return " ".join(release for release in RELEASES if wish.admits(label(release)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("latest", "0.0.1 0.1.0 0.1.5 0.2.0 1.0.0 1.0.1 1.2.0 1.2.5 1.3.0 2.0.0 2.1.0"),
        ("*", "0.0.1 0.1.0 0.1.5 0.2.0 1.0.0 1.0.1 1.2.0 1.2.5 1.3.0 2.0.0 2.1.0"),
        ("1.0", "1.0.0"),
        ("v1", "1.0.0"),
        ("=1.2", "1.2.0"),
        ("==1.2.0", "1.2.0"),
        ("2.0.0-rc.1", "2.0.0-rc.1"),
        ("^1.0", "1.0.0 1.0.1 1.2.0 1.2.5 1.3.0"),
        ("^v1", "1.0.0 1.0.1 1.2.0 1.2.5 1.3.0"),
        ("^1.2.1", "1.2.5 1.3.0"),
        ("^0", "0.0.1 0.1.0 0.1.5 0.2.0"),
        ("^0.0", "0.0.1"),
        ("^0.1", "0.1.0 0.1.5"),
        ("^0.1.2", "0.1.5"),
        ("^0.0.1", "0.0.1"),
        ("~1", "1.0.0 1.0.1 1.2.0 1.2.5 1.3.0"),
        ("~1.2", "1.2.0 1.2.5"),
        ("~1.2.1", "1.2.5"),
        ("~0.1", "0.1.0 0.1.5"),
        (">1.0", "1.0.1 1.2.0 1.2.5 1.3.0 2.0.0 2.1.0"),
        (">= 1.3", "1.3.0 2.0.0 2.1.0"),
        ("<0.2", "0.0.1 0.1.0 0.1.5"),
        ("<=0.2", "0.0.1 0.1.0 0.1.5 0.2.0"),
        (">=1.0,<2.0", "1.0.0 1.0.1 1.2.0 1.2.5 1.3.0"),
        (">=v1.0 , <v1.2.5", "1.0.0 1.0.1 1.2.0"),
        ("^1.0,~1.2", "1.2.0 1.2.5"),
        (">3", ""),
        (">=2.0.0-rc.1", "2.0.0-rc.1 2.0.0 2.1.0"),
        ("^1.0.0-rc.1", "1.0.0-rc.1 1.0.0 1.0.1 1.2.0 1.2.5 1.3.0"),
        (">=1.0.0-rc.1,<2.0", "1.0.0-rc.1 1.0.0 1.0.1 1.2.0 1.2.5 1.3.0"),
    ],
)
def test_ranges_admit_what_their_numbers_say(text, expected):
    assert admitted(text) == expected


@pytest.mark.parametrize("text", [None, "", "  ", "latest", "Latest"])
def test_nothing_written_means_latest(text):
    wish = VersionRange.parse(text)
    assert wish.kind is RangeKind.LATEST
    assert str(wish) == "latest"


def test_a_whole_number_counts_as_its_digits():
    assert VersionRange.parse(1).admits(label("v1.0.0"))


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("newest", "`newest`"),
        (">=1.0 <2.0", "`>=1.0 <2.0`"),
        ("^1.0,foo", "`foo`"),
        ("^1.0,", "``"),
        ("^", "`^`"),
        ("^latest", "`^latest`"),
        ("1.0,2.0", "`1.0`"),
        ("1.x", "`1.x`"),
        ("!=1.0", "`!=1.0`"),
        ("1.0.0+build", "`1.0.0+build`"),
        ("v01", "`v01`"),
        ("abc\x1b[31m", "\\x1b"),
        ("f" * 39, "f" * 39),
    ],
)
def test_what_is_no_range_is_quoted_with_its_place_and_the_forms_there_are(text, quoted):
    with pytest.raises(InvalidInput) as caught:
        VersionRange.parse(text, "course-structure.yaml", 12)
    (problem,) = caught.value.problems
    assert problem.where == "course-structure.yaml:12"
    assert quoted in problem.message
    assert "`latest`" in problem.fix


def test_the_highest_admitted_version_is_chosen():
    versions = [version(text) for text in ("1.10", "1.9", "2.0-rc.1", "1.2")]
    chosen = VersionRange.parse("latest").choose(versions)
    assert chosen is not None
    assert chosen.label.canonical == "1.10.0"
    assert VersionRange.parse("^3").choose(versions) is None
    assert VersionRange.parse("latest").choose([version("1.0-rc.1")]) is None


def test_withdrawn_versions_are_passed_over_by_ranges_and_latest_but_not_by_their_own_label():
    versions = [version("1.0"), version("1.1", withdrawn=True)]
    for text in ("latest", "*", "^1", ">=1.1,<2"):
        chosen = VersionRange.parse(text).choose(versions)
        assert (chosen.label.shown if chosen else None) == (None if text == ">=1.1,<2" else "1.0")
    exact = VersionRange.parse("v1.1").choose(versions)
    assert exact is not None
    assert exact.withdrawn


def test_a_tree_id_chooses_the_highest_standing_label_of_that_content():
    tree = "0123456789abcdef" * 2 + "01234567"
    versions = [version("1.0", tree=tree), version("1.1", tree=tree, withdrawn=True), version("2.0")]
    wish = VersionRange.parse(tree.upper())
    assert wish.kind is RangeKind.TREE
    chosen = wish.choose(versions)
    assert chosen is not None
    assert chosen.label.shown == "1.0"
    assert not wish.admits(label("1.0"))
    only = VersionRange.parse(tree).choose(versions[1:])
    assert only is not None
    assert only.withdrawn


# --- against a model written another way ------------------------------------------------------------------

number = st.integers(0, 3)
triples = st.tuples(number, number, number)


def text_of(triple):
    return ".".join(map(str, triple))


@settings(deadline=None)
@given(st.sampled_from([">=", ">", "<=", "<", "^", "~"]), triples, st.integers(1, 3), triples)
def test_comparisons_agree_with_plain_tuples(operator, bound, written, candidate):
    low = (*bound[:written], *[0] * (3 - written))
    if operator == "^":
        if low[0] or written == 1:
            same = candidate[:1] == low[:1]
        elif low[1] or written == 2:
            same = candidate[:2] == low[:2]
        else:
            same = candidate == low
        expected = same and candidate >= low
    elif operator == "~":
        expected = candidate >= low and candidate[: min(written, 2)] == low[: min(written, 2)]
    else:
        expected = eval(f"candidate {operator} low")  # noqa: S307 - the operators are listed above
    assert (
        VersionRange.parse(operator + text_of(bound[:written])).admits(label(text_of(candidate))) == expected
    )


prereleases = st.lists(
    st.one_of(st.integers(0, 20).map(str), st.sampled_from(["alpha", "beta", "rc", "x-1"])), max_size=3
)
labels = st.tuples(triples, prereleases)


def semver_compare(one, other):
    """SemVer 2.0.0 section 11, written down anew."""
    if one[0] != other[0]:
        return -1 if one[0] < other[0] else 1
    if not one[1] or not other[1]:
        return (
            bool(other[1]) * -1 + bool(one[1]) * -1
            if bool(one[1]) == bool(other[1])
            else (-1 if one[1] else 1)
        )
    for left, right in zip(one[1], other[1], strict=False):
        if left == right:
            continue
        if left.isdigit() and right.isdigit():
            return -1 if int(left) < int(right) else 1
        if left.isdigit() != right.isdigit():
            return -1 if left.isdigit() else 1
        return -1 if left < right else 1
    return (len(one[1]) > len(other[1])) - (len(one[1]) < len(other[1]))


@settings(deadline=None)
@given(st.lists(labels, min_size=2, max_size=6))
def test_labels_sort_as_semantic_versions(drawn):
    def written(one):
        return label(text_of(one[0]) + (f"-{'.'.join(one[1])}" if one[1] else ""))

    def compare(one, other):
        return 0 if one == other else semver_compare(one, other)

    expected = [written(one) for one in sorted(drawn, key=cmp_to_key(compare))]
    assert sorted(written(one) for one in drawn) == expected


@settings(deadline=None)
@given(st.lists(labels, max_size=6), triples)
def test_what_a_range_chooses_is_admitted_and_nothing_admitted_is_higher(drawn, low):
    wish = VersionRange.parse(f">={text_of(low)}")
    versions = [
        LabelledVersion(
            label(text_of(one[0]) + (f"-{'.'.join(one[1])}" if one[1] else "")), UUID(int=n), "b" * 40, "d"
        )
        for n, one in enumerate(drawn)
    ]
    chosen = wish.choose(versions)
    for one in versions:
        if wish.admits(one.label):
            assert chosen is not None
            assert one.label <= chosen.label
    assert chosen is None or wish.admits(chosen.label)


@settings(deadline=None)
@given(st.text(max_size=15))
def test_any_text_is_a_range_or_is_refused_in_a_sentence(text):
    try:
        wish = VersionRange.parse(text)
    except InvalidInput as error:
        sentence = error.message
    else:
        sentence = wish.kind
    assert sentence.isprintable()
