"""The leak gate beside the builder: what judging all places of a course costs more than building what they give."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import TypeVar

from bench.table import Row, against
from bench.workloads import example, name_of
from courseline.adapters.yaml_files import read_yaml
from courseline.adapters.yaml_writer import write_yaml
from courseline.domain.library.meta import parse_meta
from courseline.domain.students.gate.case import GateCase, GatePlace
from courseline.domain.students.gate.hidden_set import place_hidden
from courseline.domain.students.gate.judge import judge
from courseline.domain.students.template import TemplatePlace, assemble
from courseline.domain.students.view import BuiltView, PlaceSource, build_view
from courseline.domain.tree import FILE, Tree, TreeFile, blob_oid

MOST = 2.0
META = "meta.yaml"
Made = TypeVar("Made")


def measure(sizes: list[int], rounds: int) -> Iterator[Row]:
    """A row for each number of places, all of them new to students; both in this process, so that no start counts."""
    for size in sizes:
        sources = [_source(number) for number in range(size)]
        built: list[float] = []
        judged: list[float] = []
        for _ in range(rounds):
            views, seconds = _timed(partial(_views, sources))
            built.append(seconds)
            case = _case(sources, views)
            findings, seconds = _timed(partial(judge, case))
            judged.append(seconds)
            if findings:
                raise SystemExit(f"The gate found something in the workload: {findings[0]}")
        what = f"gate, {size:,} places, all new"
        yield against(what, median(judged), median(built), MOST, "building the views of the same places")


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    begun = time.process_time()
    made = work()
    return made, time.process_time() - begun


def _views(sources: list[PlaceSource]) -> list[BuiltView]:
    return [build_view(source) for source in sources]


def _source(number: int) -> PlaceSource:
    start = len(name_of(number)) + 1
    files = {path[start:]: content for path, content in example(number, 0).items()}
    tree = Tree(TreeFile(path, FILE, blob_oid(content)) for path, content in files.items())
    parsed = parse_meta(read_yaml(files[META], META))
    blobs = {blob_oid(content): content for content in files.values()}
    return PlaceSource(f"week{number // 20}/task{number}", tree, parsed.meta, blobs, write_yaml)


def _case(sources: list[PlaceSource], views: list[BuiltView]) -> GateCase:
    placed = [
        TemplatePlace(source.directory.replace("/", "."), source.directory, view)
        for source, view in zip(sources, views, strict=True)
    ]
    template = assemble(placed, None, "Bench", "", [])
    blobs = {oid: raw for source in sources for oid, raw in source.blobs.items()}
    blobs |= {file.oid: file.content for file in template.files if file.content is not None}
    places = [
        GatePlace(
            source.directory,
            source.directory.replace("/", "."),
            source.tree,
            source.meta.data if source.meta else None,
        )
        for source in sources
    ]
    assignments = Tree(
        TreeFile(f"{source.directory}/{file.path}", file.mode, file.oid)
        for source in sources
        for file in source.tree
    )
    return GateCase(
        places=places,
        candidate=template.tree,
        blobs=blobs,
        metas={
            file.path: read_yaml(blobs[file.oid], file.path).data
            for file in template.tree
            if file.path.endswith(f"/{META}")
        },
        hidden=place_hidden(places, {}, assignments, blobs),
        readme_texts=["Bench"],
    )
