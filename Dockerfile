# The image in which the jobs, the worker and the receiver run: the courseline commands, git, and webhook/.
# Receiver: gunicorn --chdir /srv/receiver --config /srv/receiver/webhook/gunicorn_settings.py --bind 0.0.0.0:8000
# Build: docker build -t courseline .
ARG PYTHON_IMAGE=python:3.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.lock ./
# The lock's hashes are checked here; what is installed below comes from these files only.
RUN pip download --quiet --require-hashes --no-deps --only-binary=:all: --dest /wheels -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY scripts scripts
COPY src src
RUN pip wheel --quiet --no-index --find-links=/wheels --no-deps --wheel-dir /wheels . \
    && python -m venv /opt/courseline \
    && /opt/courseline/bin/pip install --quiet --no-index --find-links=/wheels courseline \
    && /opt/courseline/bin/pip uninstall --quiet --yes pip

FROM ${PYTHON_IMAGE}
# A pinned version of git would vanish from Debian's mirror with its next security update.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /home/courseline courseline \
    && install -d -o courseline -g courseline /srv/empty
COPY --from=build /opt/courseline /opt/courseline
COPY webhook /srv/receiver/webhook
# A job's working directory is somebody else's repository: nothing in it may be imported.
ENV PATH=/opt/courseline/bin:$PATH PYTHONSAFEPATH=1 PYTHONUNBUFFERED=1
USER 10001
WORKDIR /srv/empty
CMD ["courseline", "--help"]
