"""The format of an example's meta.yaml, entry by entry; also the source of its JSON Schema. Unknown keys are kept."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel

from courseline.domain.library.meta_fields import (
    LIST,
    Limit,
    Listed,
    ListedOrDirectory,
    OptionalText,
    OrEmptyList,
    OrText,
    Stubs,
    Text,
    Texts,
    command_text,
    invalid,
    range_text,
)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class PersonEntry(_Entry):
    """An author or maintainer."""

    name: OptionalText = Field(default=None, description="full name", examples=["Ada Lovelace"])
    email: OptionalText = Field(default=None, description="mail address")
    affiliation: OptionalText = Field(default=None, description="institution")


class LinkEntry(_Entry):
    """A link to further reading."""

    description: OptionalText = Field(default=None, description="what is found there")
    url: OptionalText = Field(default=None, description="address", examples=["https://docs.python.org/3/"])


class BackendEntry(_Entry):
    """What runs the tests."""

    slug: Text = Field(description="name of the execution backend", examples=["python-3.12"])
    version: OptionalText = Field(default=None, description="its version")
    settings: dict[str, Any] | None = Field(default=None, description="its settings, passed on as they are")


class TemplateEntry(_Entry):
    """What a file of the students begins with."""

    source: Listed = Field(alias="from", description="file in the example", examples=["templates/main.py"])
    target: Listed | None = Field(
        default=None, alias="to", description="file students get", examples=["main.py"]
    )


class DependencyEntry(_Entry):
    """Another example that this one needs files of."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [key]} for key in ("example", "example_id", "identifier", "slug")]
        }
    )

    example: Text | None = Field(
        default=None, description="identifier, directory or REPO:identifier of the other example"
    )
    example_id: Text | None = Field(default=None, description="the same")
    identifier: Text | None = Field(default=None, description="the same")
    slug: Text | None = Field(default=None, description="the same")
    version: Annotated[
        Annotated[Text, AfterValidator(range_text)] | None,
        WithJsonSchema({"type": ["string", "number", "null"]}),
    ] = Field(default=None, description="admitted versions; without it any", examples=["^1.0", ">=1.2,<2.0"])
    files: Annotated[
        list[Listed] | None, WithJsonSchema({"type": ["array", "null"], "items": {"type": "string"}})
    ] = Field(default=None, description="copy exactly these files of it; without it, its additionalFiles")

    @model_validator(mode="after")
    def _one_name(self) -> DependencyEntry:
        if len(self.names) != 1 or not self.names[0].strip():
            raise invalid(
                "must name one example.", "Write `example:` and the identifier of the other example."
            )
        return self

    @property
    def names(self) -> list[str]:
        """What is written under the keys that can name an example."""
        return [
            name for name in (self.example, self.example_id, self.identifier, self.slug) if name is not None
        ]


Persons = Annotated[list[Annotated[PersonEntry, OrText("name")]], *LIST]
Links = Annotated[list[Annotated[LinkEntry, OrText("url")]], *LIST]
Templates = Annotated[list[Annotated[TemplateEntry, OrText("from")]], *LIST]
Dependencies = Annotated[list[Annotated[DependencyEntry, OrText("example")]], *LIST]


class PropertiesEntry(_Entry):
    """What students hand in and get, how it is tested, and the limits."""

    model_config = ConfigDict(alias_generator=to_camel)

    student_submission_files: Annotated[list[Listed], *LIST] = Field(
        default=[],
        description="Files students hand in. They get each from its template, or with solutions cut out, or empty.",
        examples=[["main.py"]],
    )
    additional_files: Annotated[list[ListedOrDirectory], *LIST] = Field(
        default=[],
        description="Files students get as they are; a directory with a trailing slash.",
        examples=[["data/table.csv", "images/"]],
    )
    test_files: Annotated[list[ListedOrDirectory], *LIST] = Field(
        default=[],
        description="Files and directories that never reach students.",
        examples=[["tests/test_main.py"]],
    )
    student_templates: Templates = Field(
        default=[],
        description="What students' files begin with. An entry below studentTemplates/ stands for the rest of its path.",
        examples=[["studentTemplates/main.py"], [{"from": "templates/main.py", "to": "src/main.py"}]],
    )
    solution_stub: Stubs = Field(
        default={},
        description="What stands where a solution was cut out: one text for all files, or one for each suffix or path; "
        "without it a statement or comment of the file's language, and nothing where the text is empty.",
        examples=["pass", {".py": "return None", "src/Stack.java": "// your turn"}],
    )
    test_dependencies: Dependencies = Field(
        default=[], description="Examples whose files this one needs.", examples=[["variables-basics"]]
    )
    dependencies: Dependencies = Field(default=[], description="The same as testDependencies.")
    test_command: Annotated[
        Annotated[Text, AfterValidator(command_text)] | None, WithJsonSchema({"type": ["string", "null"]})
    ] = Field(
        default=None,
        description="Runs the tests in the example's directory, without a shell; it ends with 0 when they pass.",
        examples=["python -m pytest -q tests"],
    )
    execution_backend: Annotated[Annotated[BackendEntry, OrText("slug")] | None, OrEmptyList()] = Field(
        default=None, description="What runs the tests.", examples=["python-3.12", {"slug": "python-3.12"}]
    )
    execution_backend_slug: OptionalText = Field(default=None, description="The same, by its name alone.")
    max_test_runs: Limit = Field(
        default=None, description="Test runs a student has; the course's value wins."
    )
    max_submissions: Limit = Field(
        default=None, description="Submissions a student has; the course's value wins."
    )
    max_group_size: Limit = Field(default=None, description="Students in a group; the course's value wins.")


class ContentEntry(_Entry):
    """Keywords sorted by what they say."""

    types: Texts = Field(default=[], description="kinds of exercise")
    disciplines: Texts = Field(default=[], description="subjects")
    topics: Texts = Field(default=[], description="what it is about")
    tools: Texts = Field(default=[], description="languages and programs used")
    tags: Texts = Field(default=[], description="anything else")


class MetaEntry(_Entry):
    """meta.yaml of an example of courseline."""

    model_config = ConfigDict(alias_generator=to_camel, title="meta.yaml of an example")

    identifier: OptionalText = Field(
        default=None,
        description="The example's lasting name: lower-case parts of a-z 0-9 _ - with dots between them. Without it "
        "`slug`, without that the directory's name in lower case.",
        examples=["hello-world", "python.basics.loops"],
    )
    slug: OptionalText = Field(default=None, description="The same as identifier.", examples=["hello-world"])
    version: OptionalText = Field(
        default=None, description="Shown to people; versions are made by git tags.", examples=["1.0"]
    )
    kind: OptionalText = Field(
        default=None, description="course, unit or assignment; an example is an assignment."
    )
    type: OptionalText = Field(default=None, description="Kept for older files.")
    title: OptionalText = Field(default=None, description="Name shown to people.", examples=["Hello World"])
    description: OptionalText = Field(default=None, description="One paragraph about it.")
    language: OptionalText = Field(default=None, description="Language of its texts.", examples=["en", "de"])
    license: OptionalText = Field(default=None, description="SPDX identifier.", examples=["CC-BY-4.0"])
    subject: OptionalText = Field(
        default=None, description="Subject it belongs to.", examples=["programming"]
    )
    authors: Persons = Field(default=[], description="Who wrote it.")
    maintainers: Persons = Field(default=[], description="Who looks after it.")
    links: Links = Field(default=[], description="Further reading; students see it.")
    course_materials: Links = Field(default=[], description="Material of the course.")
    supporting_material: Links = Field(default=[], description="Further material.")
    supporting_materials: Links = Field(default=[], description="The same as supportingMaterial.")
    keywords: Texts = Field(default=[], description="Words to find it by.", examples=[["python", "loops"]])
    tags: Texts = Field(default=[], description="The same as keywords.")
    content: ContentEntry | None = Field(default=None, description="Keywords sorted by what they say.")
    properties: PropertiesEntry | None = Field(default=None, description="Files, tests and limits.")
    test_dependencies: Dependencies = Field(
        default=[], description="The same as properties.testDependencies."
    )
    dependencies: Dependencies = Field(default=[], description="The same as properties.testDependencies.")
