"""What was asked of the stand-in: tests count it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `path` is as it was sent, without its query."""

    method: str
    path: str
    user: str
    status: int

    @property
    def of_api(self) -> bool:
        return self.path.startswith("/api/")


@dataclass
class RequestLog:
    """Every request, oldest first."""

    entries: list[Asked] = field(default_factory=list)

    def add(self, asked: Asked) -> None:
        self.entries.append(asked)

    def find(self, method: str = "", part: str = "") -> list[Asked]:
        """Those with a method, whose path holds `part`."""
        return [asked for asked in self.entries if method in {"", asked.method} and part in asked.path]

    def count(self, *, api: bool = True) -> int:
        """How many went to the API; with `api=False`, how many to git and all else."""
        return sum(asked.of_api == api for asked in self.entries)

    def clear(self) -> None:
        self.entries.clear()
