"""What a deploy asks of the database: no more of it for many places than for few, and little altogether."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from sqlalchemy import event
from tests.builders.courses import bench, example, place
from tests.builders.postgres import PostgresServer

FEW, MANY = 2, 30
MOST_STATEMENTS = 32
MOST_TRANSACTIONS = 6
"""The course; what is recorded; the library; the operation is begun; what it will push; what it has pushed."""


def asked(root: Path, database_url: str, places: int) -> Counter[str]:
    """Statements and commits of a deploy that updates half of the places and adds another one."""
    names = [f"ex-{number}" for number in range(places + 1)]
    course = bench(root, database_url)
    course.publish({path: data for name in names for path, data in example(name).items()}, "v1.0")
    course.publish({path: data for name in names for path, data in example(name, "two").items()}, "v1.1")

    def wish(version: str, names: list[str]) -> str:
        return "".join(place(f"week1.{name.replace('-', '')}", name, version) for name in names)

    course.wish(wish("v1.0", names[:-1]))
    course.deploy()
    course.wish(wish("v1.0", names[: places // 2]) + wish("v1.1", names[places // 2 :]))
    counts: Counter[str] = Counter()
    engine = course.database._engine
    event.listen(engine, "before_cursor_execute", lambda *_: counts.update(["statement"]))
    event.listen(engine, "commit", lambda *_: counts.update(["transaction"]))
    deployed = course.deploy()
    assert deployed.count("deployed") == places - places // 2 + 1
    course.close()
    return counts


def test_a_deploy_asks_the_database_as_often_for_many_places_as_for_few(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    with postgres.fresh() as url:
        few = asked(tmp_path / "few", url, FEW)
    with postgres.fresh() as url:
        many = asked(tmp_path / "many", url, MANY)
    assert few == many
    assert few["statement"] <= MOST_STATEMENTS
    assert few["transaction"] <= MOST_TRANSACTIONS
