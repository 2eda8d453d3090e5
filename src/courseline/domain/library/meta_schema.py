"""The JSON Schema of meta.yaml, for editors: `src/courseline/schemas/meta.schema.json` is what this gives.

`python -m courseline.domain.library.meta_schema > src/courseline/schemas/meta.schema.json` writes it anew.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from courseline.domain.library.meta_model import MetaEntry


def meta_schema() -> dict[str, Any]:
    """The schema, draft 2020-12; looser than `parse_meta` about paths, identifiers and version ranges."""
    schema = MetaEntry.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The schema as the file holds it: 2 spaces, a final newline."""
    return json.dumps(meta_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
