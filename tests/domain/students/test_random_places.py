"""A thousand made-up places: nothing outside the rules is in a view, and the gate agrees with every honest one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.builders.student_places import MadeUpCourse, Place, meta_text, raw_of

from courseline.domain.library.version import Role
from courseline.domain.students.gate.case import Hidden
from courseline.domain.students.gate.hidden_set import library_hidden, merge_hidden
from courseline.domain.students.gate.judge import judge
from courseline.domain.tree import EXECUTABLE, FILE, SYMLINK

NAMES = [
    f"{folder}{name}"
    for folder in (
        "",
        "src/",
        "data/",
        "tests/",
        "content/",
        "content/mediaFiles/",
        "studentTemplates/",
        "studentTemplates/src/",
    )
    for name in ("main.py", "a.csv", "b.csv", ".env", "Übung.txt")
] + [
    "README.md",
    "README_de.md",
    "README_solution.md",
    "content/index.md",
    "content/index_de.md",
    "content/index_x1.md",
]
LISTED = st.sampled_from(
    [*NAMES, "data/", "src/", "tests/", "content/", "content/mediaFiles/", "gone.py", "../x"]
)
USES = ("tests", "submissions", "additional", "templates", "nothing", "copied")


@dataclass(frozen=True)
class Canaried:
    """A place in which every file says which file it is, in public words and, between markers, in secret ones."""

    place: Place
    marked: frozenset[str]


def public(name: str) -> str:
    return f"the public words of {name} and of no other file\n"


def secret(name: str) -> str:
    return f"the secret words of {name} and of no other file\n"


@st.composite
def places(draw, directory="week1/a"):
    """Mostly what a careful lecturer writes, sometimes with an entry that makes no sense."""
    paths = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=10))
    uses = {path: draw(st.sampled_from(USES)) for path in paths}
    marked = frozenset(path for path in paths if draw(st.booleans()) and uses[path] == "submissions")
    texts = {path: public(f"{directory}/{path}") for path in paths}
    for path in marked:
        texts[path] += f"# BEGIN SOLUTION\n{secret(f'{directory}/{path}')}# END SOLUTION\n"
    media = [path for path in NAMES if path.startswith("content/mediaFiles/")]
    for path in paths:
        if path.endswith(".md"):
            links = draw(st.lists(st.sampled_from([*media, "content/mediaFiles/../main.py"]), max_size=3))
            texts[path] += "".join(f"![x](<{link.removeprefix('content/')}>)\n" for link in links)
    lists = {use: [path for path in paths if uses[path] == use] for use in USES}
    if draw(st.integers(0, 3)) == 0:
        lists[draw(st.sampled_from(USES[:4]))].append(draw(LISTED))
    if draw(st.booleans()):
        lists["additional"].append(draw(st.sampled_from(["data/", "src/", "content/"])))
    modes = {path: draw(st.sampled_from([FILE] * 6 + [EXECUTABLE])) for path in paths}
    if draw(st.integers(0, 9)) == 0:
        modes[draw(st.sampled_from(paths))] = SYMLINK
    meta = meta_text(
        studentSubmissionFiles=lists["submissions"]
        + draw(st.lists(st.sampled_from(["main.py", "new.py"]), max_size=1)),
        additionalFiles=lists["additional"],
        testFiles=lists["tests"],
        studentTemplates=lists["templates"],
    )
    roles = {path: draw(st.sampled_from(Role)) for path in lists["copied"]}
    files = {path: (modes[path], texts[path]) for path in paths}
    return Canaried(Place({**files, "meta.yaml": meta}, directory, roles), marked)


def words_students_may_read(canaried: Canaried) -> set[str]:
    """The rules once more, in a few lines, over what the canaries say."""
    place, meta = canaried.place, canaried.place.meta
    submissions = {listed.path for listed in meta.student_submission_files}
    tests = {listed.path for listed in meta.test_files}
    listed = {entry.path for entry in meta.additional_files if not entry.is_directory}
    folders = [f"{entry.path}/" for entry in meta.additional_files if entry.is_directory]
    templates = {entry.source for entry in meta.student_templates}
    allowed = set()
    for path in place.files:
        role = place.roles.get(path, Role.PUBLIC)
        is_text = path in {"README.md", "README_de.md", "content/index.md", "content/index_de.md"}
        below = (
            any(path.startswith(folder) for folder in folders) and "/." not in path and path not in templates
        )
        linked = path.startswith("content/mediaFiles/")
        if path in tests or role in {Role.TEST, Role.SUBMISSION}:
            continue
        if path in submissions:
            allowed |= {path} if path in canaried.marked else set()
        elif (
            path in listed
            or path in templates
            or (role is Role.PUBLIC and (is_text or below or linked or path in place.roles))
        ):
            allowed.add(path)
    return {public(f"{place.directory}/{path}") for path in allowed}


def said_by(place: Place) -> set[str]:
    """All canaries in the view."""
    names = [f"{place.directory}/{path}" for path in place.files]
    contents = [place.blobs[one.oid] if one.content is None else one.content for one in place.view.files]
    canaries = [words(name) for name in names for words in (public, secret)]
    return {canary for canary in canaries if any(canary.encode() in content for content in contents)}


def hidden_in_library(course: MadeUpCourse) -> Mapping[str, Hidden]:
    return merge_hidden(
        *(
            library_hidden(file.git_oid, file.role, file.path, f"examples:{place.content_path}", "v1.0")
            for place in course.places
            for file in place.version_files
            if file.role in {Role.TEST, Role.SUBMISSION}
        )
    )


THOROUGH = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@settings(THOROUGH, max_examples=1000)
@given(places())
def test_students_read_nothing_that_no_rule_gives_them(canaried):
    place = canaried.place

    assert place.view.files or place.view.refused
    if not place.view.refused:
        assert said_by(place) <= words_students_may_read(canaried)
    assert {file.mode for file in place.view.files} <= {FILE, EXECUTABLE}
    assert not [file.path for file in place.view.files if ".." in file.path.split("/")]


@settings(THOROUGH, max_examples=1000)
@given(places("week1/a"), places("week2/b"))
def test_the_gate_passes_every_template_the_builder_makes(first, second):
    course = MadeUpCourse([first.place, second.place])

    assert judge(course.case(library=hidden_in_library(course))) == []


@settings(THOROUGH, max_examples=300)
@given(places(), places())
def test_the_gate_passes_what_is_built_on_an_older_template(before, after):
    course = MadeUpCourse([before.place]).after(replace(after.place, deployed=Place({})))

    assert judge(course.case()) == []


@settings(THOROUGH, max_examples=300)
@given(places(), st.data())
def test_any_other_file_of_the_place_in_the_template_is_found(canaried, data):
    place = canaried.place
    course = MadeUpCourse([place])
    shown = {file.oid for file in course.template.files}
    hidden = sorted(path for path in place.files if place.tree.get(path).oid not in shown)
    path = data.draw(st.sampled_from([*hidden, "meta.yaml"]))
    target = data.draw(
        st.sampled_from([path, "main.py", "README.md", "data/a.csv", "mediaFiles/a.csv", "new.txt"])
    )
    planted = {f"{place.directory}/{target}": raw_of(place.files[path])}
    assume(target != "meta.yaml" or path != "meta.yaml")

    assert judge(course.case(planted)) != []
