"""Courses for the students room, told as dicts: files of places in, templates and gate cases out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import yaml

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.course.wish import GateException
from courseline.domain.library.meta import Meta, ParsedMeta, parse_meta
from courseline.domain.library.roles import classify
from courseline.domain.library.version import Role, VersionFile
from courseline.domain.students.gate.case import GateCase, GatePlace, Hidden
from courseline.domain.students.gate.hidden_set import merge_hidden, place_hidden
from courseline.domain.students.gate.judge import needed_blobs
from courseline.domain.students.readme import ReadmeRow
from courseline.domain.students.template import Template, TemplatePlace, assemble
from courseline.domain.students.view import BuiltView, PlaceSource, build_view, wanted_blobs
from courseline.domain.tree import FILE, Tree, TreeFile, blob_oid
from courseline.errors import InvalidInput, Problem

Files = Mapping[str, str | bytes | tuple[str, str | bytes]]
"""Content by path; with a mode as (mode, content)."""

STUB = '"""Write your solution below; nothing else in this file needs a change."""\n'


def dump(data: Mapping[str, object]) -> bytes:
    """Plain data as YAML that reads back as the same data."""
    return yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True).encode()


def raw_of(content: str | bytes | tuple[str, str | bytes]) -> bytes:
    """The bytes of one entry of `Files`."""
    body = content[1] if isinstance(content, tuple) else content
    return body.encode() if isinstance(body, str) else body


def tree_of(files: Files) -> Tree:
    """The git tree of `files`."""
    return Tree(
        TreeFile(path, content[0] if isinstance(content, tuple) else FILE, blob_oid(raw_of(content)))
        for path, content in files.items()
    )


def meta_text(**properties: object) -> str:
    """A meta.yaml with these properties."""
    data = {"slug": "hello-world", "version": "1.0", "title": "Hello World", "language": "en"}
    return dump({**data, "properties": properties}).decode()


@dataclass(frozen=True)
class Place:
    """A place of a made-up course."""

    files: Files
    directory: str = "week1/hello_world"
    roles: Mapping[str, Role] = field(default_factory=dict)
    properties: Mapping[str, object] = field(default_factory=dict)
    deployed: Place | None = None

    @property
    def content_path(self) -> str:
        return self.directory.replace("/", ".")

    @cached_property
    def tree(self) -> Tree:
        return tree_of(self.files)

    @cached_property
    def blobs(self) -> dict[str, bytes]:
        return {blob_oid(raw_of(content)): raw_of(content) for content in self.files.values()}

    @cached_property
    def parsed(self) -> ParsedMeta | None:
        if "meta.yaml" not in self.files:
            return None
        try:
            return parse_meta(read_yaml(raw_of(self.files["meta.yaml"]), "meta.yaml"))
        except InvalidInput as error:
            return ParsedMeta(None, error.problems, None)

    @property
    def meta(self) -> Meta | None:
        return self.parsed.meta if self.parsed else None

    @cached_property
    def source(self) -> PlaceSource:
        """With the bytes the builder asks for, and no others."""
        wanted = wanted_blobs(self.tree, self.meta, self.roles) if self.meta else set()
        blobs = {oid: raw for oid, raw in self.blobs.items() if oid in wanted}
        found: Sequence[Problem] = self.parsed.problems if self.parsed else ()
        return PlaceSource(
            self.directory, self.tree, self.meta, blobs, dump, self.roles, self.properties, found
        )

    @cached_property
    def view(self) -> BuiltView:
        return build_view(self.source)

    def gate_place(self, *, kept: bool = False) -> GatePlace:
        data: object = None
        if "meta.yaml" in self.files:
            try:
                data = read_yaml(raw_of(self.files["meta.yaml"]), "meta.yaml").data
            except InvalidInput:
                data = None
        return GatePlace(
            self.directory, self.content_path, self.tree, data, self.roles, self.properties, kept
        )

    @property
    def version_files(self) -> list[VersionFile]:
        """The files of the version deployed here, as the library has them; those of the place unless told."""
        if self.deployed is not None:
            return self.deployed.version_files
        if self.meta is None:
            return []
        roles = classify(self.files, self.meta)
        return [
            VersionFile(file.path, file.mode, len(self.blobs[file.oid]), "0" * 64, file.oid, roles[file.path])
            for file in self.tree
            if file.path not in self.roles
        ]


@dataclass(frozen=True)
class MadeUpCourse:
    """Places, what students have already, and the gate's case for what they are to get."""

    places: Sequence[Place]
    head_files: Files | None = None
    title: str = "Python 101"
    description: str = "An introduction."
    other_files: Files = field(default_factory=lambda: {"course-structure.yaml": "structure: []\n"})

    @property
    def head(self) -> Tree | None:
        return None if self.head_files is None else tree_of(self.head_files)

    @cached_property
    def template(self) -> Template:
        rows = [ReadmeRow(place.content_path, "Hello World", place.directory, 5) for place in self.places]
        parts = [TemplatePlace(place.content_path, place.directory, place.view) for place in self.places]
        return assemble(parts, self.head, self.title, self.description, rows)

    @cached_property
    def blobs(self) -> dict[str, bytes]:
        """Every byte there is: of places, template and head."""
        known = {file.oid: file.content for file in self.template.files if file.content is not None}
        for files in (self.head_files or {}, self.other_files):
            known.update((blob_oid(raw_of(content)), raw_of(content)) for content in files.values())
        for place in self.places:
            known.update(place.blobs)
        return known

    @cached_property
    def gate_places(self) -> list[GatePlace]:
        return [place.gate_place(kept=place.directory in self.template.kept) for place in self.places]

    @cached_property
    def assignments(self) -> Tree:
        files = [
            TreeFile(f"{place.directory}/{file.path}", file.mode, file.oid)
            for place in self.places
            for file in place.tree
        ]
        return Tree([*files, *tree_of(self.other_files)])

    def hidden(self, library: Mapping[str, Hidden] | None = None) -> dict[str, Hidden]:
        deployed = {place.directory: place.version_files for place in self.places}
        found = place_hidden(self.gate_places, deployed, self.assignments, self.blobs)
        return merge_hidden(library or {}, found)

    def case(
        self,
        changed: Files | None = None,
        *,
        removed: Sequence[str] = (),
        library: Mapping[str, Hidden] | None = None,
        exceptions: Sequence[GateException] = (),
    ) -> GateCase:
        """The gate's case for the template, after a fault has been planted in it.

        Args:
            changed: files of the candidate to add or replace.
            removed: files of the candidate to take away.
            library: kind (a) of the hidden set.
            exceptions: reviewed exceptions.
        """
        planted = tree_of(changed or {})
        paths = {*removed, *planted.paths}
        candidate = Tree([*(file for file in self.template.tree if file.path not in paths), *planted])
        known = {**self.blobs, **{blob_oid(raw_of(one)): raw_of(one) for one in (changed or {}).values()}}
        hidden = self.hidden(library)
        needed = needed_blobs(self.gate_places, candidate, self.head, hidden)
        metas = {
            file.path: read_yaml(known[file.oid], file.path).data
            for file in candidate
            if file.path.endswith("/meta.yaml")
        }
        texts = [self.title, self.description, "Hello World", "5"]
        texts += [text for place in self.places for text in (place.directory, place.content_path)]
        return GateCase(
            self.gate_places,
            candidate,
            {oid: raw for oid, raw in known.items() if oid in needed},
            metas,
            self.head,
            hidden,
            exceptions,
            texts,
        )

    def after(self, *places: Place) -> MadeUpCourse:
        """The course once students have this template and the places have become `places`."""
        files = {file.path: (file.mode, self.blobs[file.oid]) for file in self.template.files}
        return replace(self, places=places, head_files=files)
