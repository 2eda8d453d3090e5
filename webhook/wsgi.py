"""What gunicorn starts: `gunicorn --chdir ROOT webhook.wsgi:app`."""

from __future__ import annotations

import gc
import sys

from courseline.adapters.logs import log_to
from courseline.cli.report import console_for, show_error
from courseline.errors import CourselineError
from courseline.wiring import wire
from webhook.application import create_app

_CANNOT_START = (
    4  # gunicorn's own APP_LOAD_ERROR: it gives up instead of starting the process again and again
)

log_to(sys.stderr)
try:
    app = create_app(wire("courseline receiver"))
except CourselineError as refused:
    show_error(console_for(sys.stderr), refused)
    sys.exit(_CANNOT_START)
# What starting has made stays, and nearly all that a request makes goes with it: looking through both again and again
# cost a tenth of each request.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
