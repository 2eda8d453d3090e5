"""Hostile examples by their meta.yaml: bombs, forgeries, and paths that lead out."""

from __future__ import annotations

from tests.builders.hostile import META, Hostile, content

_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(ord('b') + n)}: &{chr(ord('b') + n)} [{', '.join(['*' + chr(ord('a') + n)] * 9)}]\n"
    for n in range(8)
)
_METAS = {
    "aliases of aliases": META + _BOMB,
    "merge keys": META + "x: &x {a: 1}\ny: {<<: *x}\n",
    "lists in lists": META + "x: " + "[" * 3000 + "]" * 3000 + "\n",
    "blocks in blocks": META + "".join(" " * n + "a:\n" for n in range(500)),
    "mappings in mappings": META + "x: " + "{a: " * 3000 + "}" * 3000 + "\n",
    "a Python object": META + "x: !!python/object/apply:os.system ['touch executed']\n",
    "a tag": META + "x: !evil y\n",
    "one key twice": META + "title: Other\n",
    "two documents": META + "---\nidentifier: other\n",
    "NUL": META + "x: a\0b\n",
    "not UTF-8": META.encode() + b"x: \xff\xfe\n",
    "UTF-16": META.encode("utf-16"),
    "300 KiB": META + "x: '" + "y" * 300_000 + "'\n",
    "a list": "- a\n- b\n",
    "nothing": "",
    "only text": "hello\n",
    "an identifier upwards": "identifier: ../../etc/passwd\n",
    "an absolute identifier": "identifier: /etc/passwd\n",
    "an identifier of 10,000 letters": f"identifier: {'a' * 10_000}\n",
    "an identifier with an escape": 'identifier: "\\e[2J"\n',
    "a title with escapes": 'identifier: bad\ntitle: "\\e[2J\\r\\nok"\n',
    "a file upwards": META + "properties: {additionalFiles: [../sound/README.md]}\n",
    "an absolute file": META + "properties: {additionalFiles: [/etc/passwd]}\n",
    "a pattern": META + "properties: {additionalFiles: ['**/*']}\n",
    "a template target upwards": META + "properties: {studentTemplates: [{from: README.md, to: ../../x}]}\n",
    "a submission upwards": META + "properties: {studentSubmissionFiles: ['../../x']}\n",
    "a file of git as submission": META + "properties: {studentSubmissionFiles: ['.git/hooks/post-checkout']}\n",
    "a test file upwards": META + "properties: {testFiles: ['../sound/README.md']}\n",
    "a flood of list entries": META + "properties: {additionalFiles: [" + ", ".join(["x"] * 60_000) + "]}\n",
    "an unknown escape": META + 'x: "\\U7FFFFFFF"\n',
    "a complex key": META + "? [a, b]\n: c\n",
}  # fmt: skip
_HARMLESS_METAS = {
    "a range of 10,000 parts": META
    + "testDependencies: [{example: x, version: '"
    + ",".join([">=1"] * 10_000)
    + "', files: []}]\n",
    "a number of 6,000 digits": META + "x: " + "9" * 6000 + "\n",
    "an impossible date": META + "x: 9999-99-99\n",
    "markup and commands in the title": "identifier: bad\ntitle: '[bold]$(touch executed)`id`{{ 7*7 }}<script>'\n",
    "links with schemes": META + "links: [{url: 'javascript:alert(1)'}, {url: 'file:///etc/passwd'}]\n",
    "an endless exponent": META + "x: 1e999999999\n",
}


def _metas() -> list[Hostile]:
    refused = [
        content(
            f"meta.yaml with {name}",
            "R11",
            {"meta.yaml": text},
            "",
            small=name in {"aliases of aliases", "a Python object"},
        )
        for name, text in _METAS.items()
    ]
    harmless = [
        content(f"meta.yaml with {name}", "R11", {"meta.yaml": text}, harmless=True)
        for name, text in _HARMLESS_METAS.items()
    ]
    return [*refused, *harmless]


METAS: list[Hostile] = _metas()
