"""Ways by which a careless meta.yaml lets hidden files out, each as a generator of examples."""

from __future__ import annotations

import unicodedata

from tests.builders.leak_draft import WORDS, Dice, Draft, Hostile, with_library
from tests.builders.student_places import MadeUpCourse, raw_of

from courseline.domain.library.version import Role


def template_missing(dice: Dice) -> Hostile:
    """`studentTemplates` names a file that is not there, while others of its name are solutions."""
    draft = Draft.of(dice)
    solution = dice.hidden()
    for directory in dice.sample(["solution/", "localTests/correct/", "old/", "reference/", ""], 3):
        draft.files[f"{directory}{draft.main}"] = solution
    missing = dice.choice(["studentTemplates/{}", "studentTemplate/{}", "templates/{}", "start/{}"])
    del draft.files[f"studentTemplates/{draft.main}"]
    entry: object = missing.format(draft.main)
    if dice.random() < 0.4:
        entry = {"from": entry, "to": draft.main}
    draft.lists["studentTemplates"] = [entry]
    return draft.hostile({draft.main: solution})


def test_in_additional_files(dice: Dice) -> Hostile:
    """A test is listed for students too: by itself, by a directory, in another case, or as what a template becomes."""
    draft = Draft.of(dice)
    way = dice.randrange(5)
    if way == 0:
        draft.list("additionalFiles", draft.test)
    elif way == 1:
        draft.list("additionalFiles", "tests/")
    elif way == 2:
        twin = draft.test.replace("tests/", dice.choice(["Tests/", "TESTS/", "tEsts/"]))
        draft.files[twin] = draft.files[draft.test]
        draft.list("additionalFiles", twin)
    elif way == 3:
        draft.list("studentTemplates", {"from": draft.test, "to": f"start_{dice.name()}"})
    else:
        draft.lists["testFiles"] = ["tests/"]
        draft.list("additionalFiles", draft.test, dice.choice(["tests/", "tests"]))
    return draft.hostile({draft.test: draft.files[draft.test]})


def media_folder(dice: Dice) -> Hostile:
    """Media that no text links to, or links to only in a way that shows nothing."""
    draft = Draft.of(dice)
    name = dice.choice(
        ["solution.png", "answers.pdf", f"{dice.choice(WORDS)} solved.svg", dice.name(), "deep/er/key.txt"]
    )
    draft.files["content/index.md"] = "# Task\n\n" + dice.choice(
        [
            "No link at all.\n",
            f"`![x](mediaFiles/{name})`\n",
            f"```\n![x](mediaFiles/{name})\n```\n",
            f"<!-- ![x](<mediaFiles/{name}>) -->\n",
            f"![x](https://elsewhere.example/mediaFiles/{name.replace(' ', '%20')})\n",
            "![all](mediaFiles/)\n",
            f"The file mediaFiles/{name} is not linked.\n",
            f"![x](<mediaFiles/../mediaFiles/{name}>)\n",
            f"![x](<mediaFiles/{name.upper()}>)\n",
        ]
    )
    del draft.files["README.md"]
    draft.files[f"content/mediaFiles/{name}"] = dice.hidden()
    draft.files["content/mediaFiles/task.png"] = f"picture {dice.randrange(10**9)} of the task for all\n"
    return draft.hostile({f"mediaFiles/{name}": draft.files[f"content/mediaFiles/{name}"]})


def private_in_public_folder(dice: Dice) -> Hostile:
    """A folder is public, something in it is not."""
    draft = Draft.of(dice)
    folder = dice.choice(["data", "src", "lab/part", "public"])
    inside = f"{folder}/{dice.choice(['', 'inner/', 'x/y/'])}{dice.name()}"
    draft.files[inside] = dice.hidden()
    draft.files[f"{folder}/open.txt"] = f"open to everybody, number {dice.randrange(10**9)}\n"
    draft.list("additionalFiles", f"{folder}/")
    way = dice.randrange(5)
    if way == 0:
        draft.list(
            "testFiles",
            dice.choice([inside, inside.rpartition("/")[0]])
            if inside.count("/") > 1 + folder.count("/")
            else inside,
        )
    elif way == 1:
        draft.list("studentSubmissionFiles", inside)
    elif way == 2:
        hidden = f"{folder}/.{dice.name()}"
        draft.files[hidden] = draft.files.pop(inside)
        inside = hidden
    elif way == 3:
        draft.roles[inside] = dice.choice([Role.TEST, Role.SUBMISSION, Role.OTHER])
    else:
        draft.list("testFiles", inside.upper() if dice.random() < 0.3 else inside)
    return draft.hostile({inside: draft.files[inside]})


def twins(dice: Dice) -> Hostile:
    """A name that a machine without upper and lower case, or with other letters, takes for a hidden one."""
    draft = Draft.of(dice)
    hidden, twin = dice.choice(
        [
            ("tests/check.py", "Tests/check.py"),
            ("tests/check.py", "TESTS/CHECK.PY"),
            (
                unicodedata.normalize("NFC", "tests/Prüfung.py"),
                unicodedata.normalize("NFD", "tests/Prüfung.py"),
            ),
            ("tests/straße.py", "tests/STRASSE.py"),
            ("tests/file.py", "tests/\ufb01le.py"),
            (draft.main, draft.main.upper()),
        ]
    )
    text = dice.hidden()
    draft.files[hidden] = text
    draft.files[twin] = text if dice.random() < 0.5 else dice.hidden()
    if hidden != draft.main:
        draft.list("testFiles", hidden)
    draft.list("additionalFiles", twin if dice.random() < 0.7 else f"{twin.rpartition('/')[0] or 'data'}/")
    return with_library(
        draft.hostile({twin: draft.files[twin]}), (hidden, Role.TEST, raw_of(draft.files[twin]))
    )


def globs(dice: Dice) -> Hostile:
    """Entries written as patterns; there are none."""
    draft = Draft.of(dice)
    pattern = dice.choice(
        ["*", "**", "**/*", "*.{e}", "tests/*", "tests/**", "./tests/", "tests//", ".", "./", "/", "te?ts/", "[t]ests/",
         "!tests/", "data/../tests/", "tests/.", "*/", "~/", "{{tests}}/", "t*s", " tests/", "tests\\"]
    ).replace("{e}", dice.ending)  # fmt: skip
    draft.list(dice.choice(["additionalFiles", "additionalFiles", "studentTemplates"]), pattern)
    draft.files["tests/.hidden"] = dice.hidden()
    return draft.hostile({draft.test: draft.files[draft.test], "notes.md": draft.files["notes.md"]})


def meta_itself(dice: Dice) -> Hostile:
    """meta.yaml tells more than its reduced form may: hints, points, expected values, names, comments."""
    draft = Draft.of(dice)
    key = dice.choice(
        ["hints", "points", "expected", "solution", "testCases", "authors", "maintainers", "x-notes"]
    )
    value: object = dice.choice(
        [dice.secret(), [dice.secret()], {"inner": {"deep": dice.secret()}}, {dice.secret(): 1}]
    )
    way = dice.randrange(4)
    if way == 0:
        draft.meta[key] = value
    elif way == 1:
        draft.properties[key] = value
    elif way == 2:
        draft.properties["executionBackend"] = {"slug": "python", "version": "1", "settings": value}
    else:
        comment = f"# {dice.secret()}\n".encode()
        draft.files["meta.yaml"] = comment + draft.meta_text + comment
    return draft.hostile({"meta.yaml": raw_of(draft.place().files["meta.yaml"])})


def tracking_file(dice: Dice) -> Hostile:
    """Files that only an assignments repository has, with addresses and passwords."""
    draft = Draft.of(dice)
    text = f'{{"store": "https://store.example/{dice.secret()}?key={dice.secret()}", "deployed_at": "2026-01-01T00:00:00Z"}}\n'
    name = dice.choice(
        [".example-library", "data/.example-library", ".EXAMPLE-LIBRARY", "data/.Example-Library",
         ".course-metadata/deployed-examples.json", "data/.course-metadata/deployment-history.json", ".gitlab-ci.yml", ".env"]
    )  # fmt: skip
    draft.files[name] = text
    draft.list(
        "additionalFiles", dice.choice([name, "data/", "./"]) if dice.random() < 0.8 else ".course-metadata/"
    )
    if name in {".example-library", ".EXAMPLE-LIBRARY"} or name.startswith("."):
        draft.lists["additionalFiles"] = [
            entry for entry in draft.lists["additionalFiles"] if entry != name or dice.random() < 0.2
        ]
    hostile = draft.hostile({name: text, f"copy_{dice.name()}": text})
    return Hostile(
        MadeUpCourse(
            hostile.course.places,
            other_files={"course-structure.yaml": text, ".course-metadata/deployed-examples.json": text},
        ),
        hostile.secrets,
        hostile.leaked,
    )
