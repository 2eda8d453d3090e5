"""Commits as a graph: which refs reach which of them, and in what order they came."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CommitNode:
    """A commit: id, parents, tree, when, who, first line of its message."""

    sha: str
    parents: tuple[str, ...]
    tree: str
    at: datetime
    author: str
    subject: str


def oldest_first(commits: Mapping[str, CommitNode]) -> list[CommitNode]:
    """Parents before children, and by time as far as that allows."""
    children: dict[str, list[str]] = {sha: [] for sha in commits}
    open_parents: dict[str, int] = {}
    for sha, commit in commits.items():
        parents = {parent for parent in commit.parents if parent in commits}
        open_parents[sha] = len(parents)
        for parent in parents:
            children[parent].append(sha)
    ready = [(commits[sha].at, sha) for sha, count in open_parents.items() if not count]
    heapq.heapify(ready)
    ordered: list[CommitNode] = []
    while ready:
        _, sha = heapq.heappop(ready)
        ordered.append(commits[sha])
        for child in children[sha]:
            open_parents[child] -= 1
            if not open_parents[child]:
                heapq.heappush(ready, (commits[child].at, child))
    return ordered


class Reach:
    """Which tips reach a commit.

    Args:
        ordered: see `oldest_first`.
        tips: commits that refs lead to, each once.
    """

    def __init__(self, ordered: Sequence[CommitNode], tips: Iterable[str]) -> None:
        self._tips = list(dict.fromkeys(tips))
        self._bits: dict[str, int] = {commit.sha: 0 for commit in ordered}
        for number, tip in enumerate(self._tips):
            if tip in self._bits:
                self._bits[tip] |= 1 << number
        for commit in reversed(ordered):
            bits = self._bits[commit.sha]
            for parent in commit.parents:
                if parent in self._bits:
                    self._bits[parent] |= bits

    def reached(self, sha: str) -> bool:
        """Whether any tip reaches the commit."""
        return bool(self._bits.get(sha))

    def tips(self, shas: Iterable[str]) -> list[str]:
        """The tips that reach any of these commits."""
        bits = 0
        for sha in shas:
            bits |= self._bits.get(sha, 0)
        return [tip for number, tip in enumerate(self._tips) if bits >> number & 1]
