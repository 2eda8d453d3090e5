import hashlib
from dataclasses import replace

from tests.builders.student_places import MadeUpCourse, Place, meta_text

from courseline.domain.course.wish import GateException
from courseline.domain.students.gate.judge import exception_warnings, judge
from courseline.errors import Severity

MARKED = "a\n# END SOLUTION\nb\n"
PLAIN = "one, two, three\n"
META = meta_text(additionalFiles=["data/"])
PLACE = Place({"meta.yaml": META, "README.md": "# Hi\n", "data/plain.txt": PLAIN, "data/later.txt": PLAIN})
COURSE = MadeUpCourse([PLACE])
MARKED_PLACE = replace(PLACE, files={**PLACE.files, "data/marked.txt": MARKED})
PATH = f"{PLACE.directory}/data"


def exception(name: str, content: str, line: int = 3) -> GateException:
    return GateException(
        f"{PATH}/{name}", hashlib.sha256(content.encode()).hexdigest(), "reviewed", "Ada", line
    )


def warnings(*exceptions: GateException) -> list[str]:
    # The builder refuses a marker in a public file, so it is planted behind its back.
    case = COURSE.case({f"{PATH}/marked.txt": MARKED}, exceptions=exceptions)
    case = replace(case, places=[MARKED_PLACE.gate_place()])
    found = exception_warnings(case)
    assert all(
        (one.path, one.severity) == ("course-structure.yaml", Severity.WARNING) and one.fix for one in found
    )
    assert (judge(case) == []) is (exceptions[:1] == (exception("marked.txt", MARKED),))
    return [f"{one.line}: {one.message}" for one in found]


def test_one_that_clears_a_finding_is_not_warned_of():
    assert warnings(exception("marked.txt", MARKED)) == []


def test_one_for_an_earlier_content_is_warned_of_with_the_new_sum():
    (words,) = warnings(exception("marked.txt", "before", 12))

    assert words.startswith(f"12: The content of {PATH}/marked.txt has changed since it was reviewed")
    assert hashlib.sha256(MARKED.encode()).hexdigest() in words


def test_one_for_a_file_that_is_gone_is_warned_of():
    (words,) = warnings(exception("gone.txt", MARKED))

    assert "has no file" in words


def test_one_for_an_honest_file_is_warned_of():
    (words,) = warnings(exception("plain.txt", PLAIN))

    assert "has nothing against" in words


def test_one_for_a_file_whose_bytes_were_not_read_is_not_judged():
    case = COURSE.case(exceptions=[exception("later.txt", "before")])

    assert exception_warnings(replace(case, blobs={})) == []
