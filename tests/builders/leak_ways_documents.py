"""Ways by which documents and notebooks carry more than they show, as generators of examples."""

from __future__ import annotations

import base64
import io
import json
import zipfile

from tests.builders.leak_draft import Dice, Draft, Hostile


def metadata(dice: Dice) -> Hostile:
    """Documents and notebooks that carry more than they show."""
    draft = Draft.of(dice)
    secret = dice.secret(canary=True)
    draft.files["notes.md"] = f"{secret}\n{dice.hidden()}"
    if dice.random() < 0.5:
        name, raw = _document(dice, secret)
        draft.files[f"data/{name}"] = raw
        draft.list("additionalFiles", f"data/{name}")
        return draft.hostile({f"data/{name}": raw})
    raw = _notebook(dice, secret)
    draft.files["studentTemplates/sheet.ipynb"] = raw
    draft.list("studentSubmissionFiles", "sheet.ipynb")
    draft.list("studentTemplates", "studentTemplates/sheet.ipynb")
    draft.files["sheet.ipynb"] = dice.hidden()
    return draft.hostile({"sheet.ipynb": raw})


def _document(dice: Dice, secret: str) -> tuple[str, bytes]:
    packed = io.BytesIO()
    compression = dice.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    with zipfile.ZipFile(packed, "w", compression) as archive:
        archive.writestr("word/document.xml", "<w:document>The sheet</w:document>")
        archive.writestr("docProps/core.xml", f"<dc:description>{secret}</dc:description>")
    pdf = f"%PDF-1.7\n1 0 obj\n<< /Title (Sheet) /Keywords ({secret}) >>\nendobj\ntrailer\n".encode()
    utf16 = f"%PDF-1.7\n<< /Title (\ufeff{secret}) >>\n".encode("utf-16-be")
    return dice.choice(
        [
            ("sheet.docx", packed.getvalue()),
            ("sheet.odt", packed.getvalue()),
            ("sheet.pdf", pdf),
            ("sheet.txt", utf16),
        ]
    )


def _notebook(dice: Dice, secret: str) -> bytes:
    cell: dict[str, object] = {
        "cell_type": "code", "id": "a1", "execution_count": 3, "metadata": {}, "outputs": [], "source": ["x = 1\n"],
    }  # fmt: skip
    book: dict[str, object] = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    stream = {"output_type": "stream", "name": "stdout", "text": [f"{secret}\n"]}
    image = {"image/png": base64.b64encode(secret.encode() * 3).decode()}
    way = dice.randrange(6)
    if way == 0:
        cell["outputs"] = [stream]
    elif way == 1:
        cell["metadata"] = {"jupyter": {"source_hidden": True}, "notes": secret}
    elif way == 2:
        book["metadata"] = {
            "authors": [{"name": secret}],
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
        }
    elif way == 3:
        cell["source"] = [
            "x = 1\n",
            "### BEGIN HIDDEN TESTS\n",
            f"assert x == '{secret}'\n",
            "### END HIDDEN TESTS\n",
        ]
    elif way == 4:
        cell["metadata"] = {
            "nbgrader": {
                "solution": True,
                "grade": False,
                "grade_id": "a",
                "locked": False,
                "schema_version": 3,
                "task": False,
            }
        }
        cell["source"] = ["### BEGIN SOLUTION\n", f"x = '{secret}'\n", "### END SOLUTION\n"]
    else:
        text = {
            "cell_type": "markdown",
            "id": "b1",
            "metadata": {},
            "attachments": {"a.png": image},
            "source": ["no picture\n"],
        }
        book["cells"] = [cell, text]
    return json.dumps(book, indent=1).encode()
