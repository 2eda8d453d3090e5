"""The least that a receiver of webhooks can do: one route of Flask that commits one row and answers.

No check of who sent it, nothing read from the body, no work queued, nothing said about a repetition.
"""

from __future__ import annotations

import os
import threading

import psycopg
from flask import Flask, request

TABLE = "CREATE TABLE IF NOT EXISTS bench_floor (id bigserial PRIMARY KEY, delivery text NOT NULL, body bytea NOT NULL)"
_INSERT = "INSERT INTO bench_floor (delivery, body) VALUES (%s, %s)"
_own = threading.local()

app = Flask("floor", static_folder=None)


@app.post("/hooks/gitlab")
def hook() -> tuple[str, int]:
    """Keep the body, durably."""
    connection = getattr(_own, "connection", None)
    if connection is None:
        connection = psycopg.connect(os.environ["BENCH_DATABASE_URL"], autocommit=True)
        _own.connection = connection
    connection.execute(_INSERT, (request.headers["webhook-id"], request.get_data(cache=False)))
    return "accepted\n", 201
