"""Ways by which hidden text hides inside what is public, each as a generator of examples."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

from tests.builders.leak_draft import Dice, Draft, Hostile, with_library
from tests.builders.student_places import raw_of

from courseline.domain.library.version import Role


def markers(dice: Dice) -> Hostile:
    """Markers in another spelling, unpaired, nested, with text beside them, in strings of JSON."""
    draft = Draft.of(dice)
    draft.without_template()
    sign = dice.sign
    begin, end = dice.choice(
        [
            ("BEGIN SOLUTION", "END SOLUTION"),
            ("begin solution", "end solution"),
            ("Solution Begin", "Solution End"),
            ("bEgIn_SoLuTiOn", "eNd_SoLuTiOn"),
            ("BEGIN-SOLUTION", "END-SOLUTION"),
            ("BEGINSOLUTION", "ENDSOLUTION"),
            ("BEGIN  SOLUTION", "END\tSOLUTION"),
            ("BEGIN\u00a0SOLUTION", "END\u00a0SOLUTION"),
            ("### BEGIN SOLUTION ###", "### END SOLUTION ###"),
            ("<solution>", "</solution>"),
        ]
    )
    body = dice.hidden(dice.randint(1, 4))
    text = dice.choice(
        [
            f"a = 1\n{sign} {begin}\n{body}{sign} {end}\nb = 2\n",
            f"a = 1\n{sign} {begin}\n{body}b = 2\n",
            f"a = 1\n{body}{sign} {end}\nb = 2\n",
            f"{sign} {begin}\n{sign} {begin}\n{body}{sign} {end}\n{body}{sign} {end}\n",
            f"{sign} {begin} here\n{body}{sign} {end}\n",
            f"{sign} {begin}\r\n{body}{sign} {end}\r\n",
            f"{sign} {begin}\r{body}{sign} {end}\r",
            f"{sign} {end}\n{body}{sign} {begin}\n",
            f"x = 1; {sign} {begin}\n{body}{sign} {end}\n",
            json.dumps({"text": f"{sign} {begin}\n{body}{sign} {end}\n"}),
        ]
    )
    if dice.random() < 0.3:
        public = f"data/{dice.name()}"
        draft.list("additionalFiles", public)
    elif dice.random() < 0.3:
        public = f"studentTemplates/{draft.main}"
        draft.lists["studentTemplates"] = [public]
    else:
        public = draft.main
    draft.files[public] = text
    return draft.hostile({draft.main if public.startswith("student") else public: text})


def undecodable(dice: Dice) -> Hostile:
    """A solution between markers in a file whose letters are not those of UTF-8."""
    draft = Draft.of(dice)
    draft.without_template()
    sign = dice.sign
    text = f"{sign} größer als ein Maß\n{sign} {dice.choice(['BEGIN SOLUTION', 'Solution begin'])}\n{dice.hidden(4)}{sign} END SOLUTION\n"
    if "Solution begin" in text:
        text = text.replace("END SOLUTION", "Solution end")
    raw = dice.choice(
        [
            text.encode("latin-1"),
            text.encode("cp1252") + b"\x81\x8d\n",
            text.encode("utf-16-le"),
            text.encode("utf-16-be"),
            text.encode("utf-16"),
            text.encode("utf-32"),
            text.encode("cp850"),
            b"\xff\xfe\xfa" + text.encode(),
            text.encode() + b"\xc3\n",
            text.replace("SOLUTION", "SOLU\0TION").encode(),
            text.encode("utf-7"),
            text.encode("cp037"),
        ]
    )
    public = draft.main
    if dice.random() < 0.3:
        public = f"data/{dice.name()}"
        draft.list("additionalFiles", public)
    draft.files[public] = raw
    return with_library(draft.hostile({public: raw}), (public, Role.SUBMISSION, raw))


def compiled(dice: Dice) -> Hostile:
    """What programs and editors leave beside a hidden file, in a folder that is public."""
    draft = Draft.of(dice)
    stem = draft.main.partition(".")[0]
    text = raw_of(draft.files[draft.main])  # the solution itself
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("tests/test_main.py", text)
    name, raw = dice.choice(
        [
            (f"__pycache__/{stem}.cpython-311.pyc", b"\xa7\r\r\n\0\0\0\0" + text),
            (f"{stem}.class", b"\xca\xfe\xba\xbe\0\0\0\x41" + text),
            (f"{draft.main}~", text),
            (f"{draft.main}.orig", text),
            (f"{draft.main}.rej", text),
            (f"{draft.main}.bak", text),
            (f"#{draft.main}#", text),
            (f"{stem}.o", b"\x7fELF\x02\x01\x01" + text),
            (f"lib{stem}.so", b"\x7fELF\x02\x01\x01" + text),
            (f"{stem}.pyc", b"\xa7\r\r\n" + text),
            ("solution.zip", packed.getvalue()),
            ("all.tar.gz", gzip.compress(text)),
            ("all.bundle", b"# v2 git bundle\n" + text),
            (f"{stem}.exe", b"MZ\x90\0" + text),
            ("values.csv.gz", gzip.compress(text)),
            ("picture.png", packed.getvalue()),
            (f"{stem}.swp", b"b0VIM 9.0" + text),
            ("ipynb_checkpoints/a-checkpoint.ipynb", text),
            (f"Copy of {draft.main}", text),
        ]
    )
    path = f"data/{name}"
    draft.files[path] = raw
    draft.lists["additionalFiles"] = [dice.choice(["data/", path])] if "~" not in path else ["data/"]
    hostile = draft.hostile({path: raw})
    if not name.endswith((".zip", ".gz", ".png")) and raw.endswith(text):
        # The rest of it is in the library word for word.
        hostile = with_library(hostile, (draft.main, Role.SUBMISSION, text))
    return hostile


def conflict_markers(dice: Dice) -> Hostile:
    """A file half merged: what the other side had is a solution."""
    draft = Draft.of(dice)
    ends = dice.choice(["\n", "\r\n"])
    label = dice.choice(["HEAD", "ours", "Updated upstream", "abc1234 (Solve it)"])
    theirs = dice.hidden(dice.randint(1, 6))
    middle = "" if dice.random() < 0.6 else f"||||||| base\n{dice.public()}"
    text = f"{dice.public()}<<<<<<< {label}\n{dice.public()}{middle}=======\n{theirs}>>>>>>> theirs\n{dice.public()}".replace(
        "\n", ends
    )
    path, target = dice.choice(
        [
            ("data/values.csv", "data/values.csv"),
            (f"studentTemplates/{draft.main}", draft.main),
            ("README.md", "README.md"),
        ]
    )
    raw = text.encode("utf-16") if dice.random() < 0.1 else text.encode()
    draft.files[path] = raw
    return draft.hostile({target: raw})


def merged_back(dice: Dice) -> Hostile:
    """A merge brought the solution back into the file that students begin with."""
    draft = Draft.of(dice)
    before = draft.place()
    solution = raw_of(draft.files[draft.main]).decode()
    template = raw_of(draft.files[f"studentTemplates/{draft.main}"]).decode()
    merged = dice.choice(
        [
            template + solution,
            solution + template,
            solution,
            solution.replace("\n", "\r\n"),
            "\n".join(f"    {line}" for line in solution.split("\n")),
            template + "\n\n" + "".join(f"{line}\n\n" for line in solution.splitlines()),
        ]
    )
    draft.files[f"studentTemplates/{draft.main}"] = merged
    return draft.hostile({draft.main: merged}, deployed=before)


def edited_later(dice: Dice) -> Hostile:
    """A lecturer's commit in the course puts the solution, or a test, at a path that is public."""
    draft = Draft.of(dice)
    before = draft.place()
    hidden = raw_of(draft.files[dice.choice([draft.main, draft.test])])
    path = dice.choice(["data/values.csv", "README.md", f"studentTemplates/{draft.main}", "data/extra.txt"])
    if path == "data/extra.txt":
        draft.list("additionalFiles", path)
    target = draft.main if path.startswith("student") else path
    raw = dice.choice([hidden, b"\n" + hidden, hidden.replace(b"\n", b"\r\n"), hidden + b"\n# added later\n"])
    draft.files[path] = raw
    return draft.hostile({target: raw}, deployed=before)


def answer_in_text(dice: Dice) -> Hostile:
    """A public text tells the answer: in a code block, a docstring, a comment, an appendix."""
    draft = Draft.of(dice)
    solution = raw_of(draft.files[draft.main]).decode()
    inside = dice.choice(
        [
            f"# Task\n\nFor comparison:\n\n```python\n{solution}```\n",
            f"# Task\n\n<details>\n\n{solution}\n</details>\n",
            f'"""Hints.\n\n{solution}"""\n',
            "".join(f"{dice.sign} {line}\n" for line in solution.splitlines()),
            f"% appendix\n\\begin{{verbatim}}\n{solution}\\end{{verbatim}}\n",
        ]
    )
    path = dice.choice(["README.md", "data/hints.txt", f"studentTemplates/{draft.main}"])
    if path == "data/hints.txt":
        draft.list("additionalFiles", path)
    draft.files[path] = inside
    return draft.hostile({draft.main if path.startswith("student") else path: inside})


def secrets_in_public(dice: Dice) -> Hostile:
    """Addresses that open the object store, and other keys, in a public file."""
    draft = Draft.of(dice)
    # The letters of base 32, which AWS takes; no digits that a placeholder would have.
    key = "".join(dice.choice("BCDFGHJKLMNPQRSTVWXZ567") for _ in range(20))
    signature = f"{dice.getrandbits(256):064x}"
    line = dice.choice(
        [
            f"https://store.hochschule-graz.net/courseline/v1/main.py?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK/1/eu/s3/aws4_request&X-Amz-Signature={signature}",
            f"git clone https://deploy:{key}@git.hochschule-graz.net/course/assignments.git",
            "glp" + f"at-{key}",
            "AK" + f"IA{key[:16].upper()}",
            "-----BEGIN RSA PRIVATE" + f" KEY-----\n{key * 3}\n-----END RSA PRIVATE" + " KEY-----",
            "gh" + f"p_{key}{key[:16]}",
        ]
    )
    dice.secrets += [secret for secret in (key, key[:16], signature) if secret in line]
    path = dice.choice(["data/values.csv", "README.md", f"studentTemplates/{draft.main}"])
    draft.files[path] = f"{dice.public()}{line}\n"
    return draft.hostile({draft.main if path.startswith("student") else path: draft.files[path]})
