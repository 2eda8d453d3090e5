"""Five examples that show every rule of the student view, and a course with a place for each.

Every file that students must not get holds the word CANARY.
"""

from __future__ import annotations

from textwrap import dedent

from tests.builders.repositories import Content
from tests.builders.template_course import TemplateCourse

HELLO = {
    "hello/meta.yaml": dedent("""\
        slug: hello
        version: "1.0"
        title: Hello World
        description: Say hello.
        language: en
        properties:
          studentSubmissionFiles: [hello.py]
          additionalFiles: [data/words.txt]
          testFiles: [tests/test_hello.py]
          studentTemplates: [studentTemplates/hello.py]
          maxSubmissions: 3
        """),
    "hello/README.md": "# Hello\n\nGreet them all.\n",
    "hello/content/index_de.md": "# Hallo\n\n![Bild](mediaFiles/wave.svg)\n",
    "hello/content/mediaFiles/wave.svg": "<svg xmlns='http://www.w3.org/2000/svg'><title>a hand</title></svg>\n",
    "hello/content/mediaFiles/solved.svg": "<svg><title>CANARY: the answer as a picture</title></svg>\n",
    "hello/hello.py": "# CANARY: the whole answer\ndef greet(name):\n    return f'Hello, {name}!'\n",
    "hello/studentTemplates/hello.py": "def greet(name):\n    '''Return a greeting for this name.'''\n",
    "hello/tests/test_hello.py": "# CANARY: what is tested\nassert greet('Ada') == 'Hello, Ada!'\n",
    "hello/data/words.txt": "hello, good morning, good evening, good night\n",
    "hello/notes.txt": "CANARY: what to say in the lecture about this task\n",
}
SUMS = {
    "sums/meta.yaml": dedent("""\
        slug: sums
        title: Sums
        properties:
          studentSubmissionFiles: [sums.py]
          testFiles: [tests/]
        """),
    "sums/README.md": "# Sums\n",
    "sums/sums.py": dedent("""\
        def add(a, b):
            # BEGIN SOLUTION
            return a + b  # CANARY
            # END SOLUTION


        print(add(1, 2))
        """),
    "sums/tests/test_sums.py": "# CANARY: what is tested\nassert add(1, 2) == 3\n",
}
BLANK = {
    "blank/meta.yaml": "slug: blank\ntitle: Blank\nproperties:\n  studentSubmissionFiles: [answer.py]\n",
    "blank/README.md": "# Blank\n",
    "blank/answer.py": "# CANARY: nothing of this is for students\nprint(6 * 7)\n",
}
TOOLS = {
    "tools/meta.yaml": dedent("""\
        slug: tools
        title: Tools
        properties:
          studentSubmissionFiles: [tools.py]
          additionalFiles: [draw.py]
          testFiles: [check_tools.py]
        """),
    "tools/README.md": "# Tools\n",
    "tools/draw.py": "def draw(shape):\n    print(f'This is a {shape}')\n",
    "tools/tools.py": "# CANARY: the answer of another task\ndef cut(wood):\n    return wood / 2\n",
    "tools/check_tools.py": "# CANARY: the test of another task\nassert cut(4) == 2\n",
}
USES = {
    "uses/meta.yaml": dedent("""\
        slug: uses
        title: Uses
        properties:
          studentSubmissionFiles: [use.py]
          testDependencies:
            - {example: tools, files: [draw.py, check_tools.py]}
        """),
    "uses/README.md": "# Uses\n",
    "uses/use.py": "# CANARY: the answer\nfrom draw import draw\n\ndraw('circle')\n",
}
EXAMPLES: dict[str, Content] = {**HELLO, **SUMS, **BLANK, **TOOLS, **USES}

STRUCTURE = """\
  - path: week1
    type: week
    title: "Week 1: First steps"
    content:
      - {path: week1.hello, type: assignment, title: Hello World, example: hello, version: v1.0, properties: {maxSubmissions: 5}}
      - {path: week1.sums, type: assignment, title: Sums, example: sums, version: v1.0}
      - {path: week1.blank, type: assignment, title: Blank, example: blank, version: v1.0}
  - path: week2
    type: week
    title: Week 2
    content:
      - {path: week2.uses, type: assignment, title: Uses, example: uses, version: v1.0}
"""
PLACES = ("week1/hello", "week1/sums", "week1/blank", "week2/uses")


def make_small_course(course: TemplateCourse, *, settles: bool = True) -> None:
    """Sync the examples as v1.0 and deploy them."""
    synced = course.sync(EXAMPLES, "v1.0", settles=settles)
    assert {str(example.status) for example in synced.examples} == {"published"}, synced
    course.structure(STRUCTURE)
    deployed = course.deploy()
    assert deployed.count("deployed") == len(PLACES), deployed
