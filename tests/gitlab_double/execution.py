"""One job on its way through a shell.

Facts: https://docs.gitlab.com/runner/shells/, https://docs.gitlab.com/ci/runners/configure_runners/#git-strategy,
https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress

from tests.gitlab_double import ci_variables
from tests.gitlab_double.forge import Forge
from tests.gitlab_double.oidc import Issuer, seconds
from tests.gitlab_double.people import Token
from tests.gitlab_double.pipelines import Job

LONGEST = 600


class Execution:
    """A job that runs in an environment of its own: nothing of this process but what is named here reaches it.

    Args:
        forge: knows its project.
        issuer: of its id_tokens.
        job: it.
        path: the PATH.
        extra: variables of the machine.
    """

    def __init__(self, forge: Forge, issuer: Issuer, job: Job, path: str, extra: Mapping[str, str]) -> None:
        self._forge = forge
        self._issuer = issuer
        self.job = job
        self._path = path
        self._extra = extra
        self._home = forge.root / "builds" / str(job.id)
        self._directory = self._home / job.pipeline.project.path
        self._kept = forge.root / "artifacts" / str(job.id)
        self._token = forge.token(job.user, name="job", prefix="glcbt-")
        self._token.job, self._token.project = job.id, job.pipeline.project.id
        self._process: subprocess.Popen[bytes] | None = None
        self._log: list[bytes] = []

    def run(self, *, broken: bool = False) -> int:
        """Run it; the exit code.

        Args:
            broken: the machine fails before the script begins.
        """
        self._directory.mkdir(parents=True)
        try:
            if broken:
                self._say("ERROR: Job failed (system failure): the machine is gone")
                return 1
            variables = self._variables()
            code = self._fetch(variables) or self._shell(self._script("before_script", "script"), variables)
            after = self._script("after_script")
            if after:
                self._shell(after, {**variables, "CI_JOB_STATUS": "failed" if code else "success"})
            self._keep(failed=code != 0)
            self._say(f"ERROR: Job failed: exit code {code}" if code else "Job succeeded")
            return code
        finally:
            self._revoke(self._token)
            self.job.trace = self._masked(b"".join(self._log))
            shutil.rmtree(self._home)

    def kill(self) -> None:
        """End it, as when its pipeline is cancelled."""
        if self._process and self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _variables(self) -> dict[str, str]:
        forge, job = self._forge, self.job
        pipeline, environment = job.pipeline, (job.config.get("environment") or {}).get("name", "")
        with forge.lock:
            found = {
                **ci_variables.of_pipeline(forge, pipeline),
                **ci_variables.of_job(forge, job, self._token.value),
                "CI_BUILDS_DIR": str(self._home),
                "CI_PROJECT_DIR": str(self._directory),
                **job.variables,
                **self._dotenv(),
                **ci_variables.of_settings(
                    pipeline.project, protected=ci_variables.is_protected(pipeline), environment=environment
                ),
                **{row["key"]: str(row["value"]) for row in pipeline.variables},
            }
            found = ci_variables.expanded(found)
            for name, entry in (job.config.get("id_tokens") or {}).items():
                audience = entry["aud"]
                several = audience if isinstance(audience, list) else [audience]
                texts = [ci_variables.expanded({**found, "": text})[""] for text in several]
                found[name] = self._issuer.token(job, texts if isinstance(audience, list) else texts[0])
        machine = {"PATH": self._path, "HOME": str(self._home), "LC_ALL": "C.UTF-8", "SHELL": "/bin/bash"}
        return {**machine, **self._extra, **found}

    def _fetch(self, variables: Mapping[str, str]) -> int:
        """The work tree, and what earlier jobs left."""
        if variables.get("GIT_STRATEGY") != "none":
            depth = variables.get("GIT_DEPTH", "20")
            options = [] if depth == "0" else [f"--depth={depth}"]
            url, sha = variables["CI_REPOSITORY_URL"], variables["CI_COMMIT_SHA"]
            for words in (
                ["init", "-q"],
                ["remote", "add", "origin", url],
                ["fetch", "-q", *options, "origin", sha],
                ["checkout", "-q", "--detach", sha],
            ):
                code = self._call(["git", "-C", str(self._directory), *words], variables)
                if code:
                    return code
        for job in self._givers():
            if job.artifacts:
                shutil.copytree(job.artifacts, self._directory, dirs_exist_ok=True)
        return 0

    def _givers(self) -> list[Job]:
        """The jobs whose artifacts this one gets."""
        job, needs = self.job, self.job.config["needs"]
        stages = job.pipeline.stages
        others = [other for other in job.pipeline.jobs if not other.external and not other.retried]
        if needs is None:
            return [other for other in others if stages.index(other.stage) < stages.index(job.stage)]
        wanted = {name for name, artifacts in needs if artifacts}
        return [other for other in others if other.name in wanted]

    def _dotenv(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for job in self._givers():
            name = ((job.config.get("artifacts") or {}).get("reports") or {}).get("dotenv")
            where = job.artifacts / name if job.artifacts and name else None
            if where and where.is_file():
                lines = where.read_text(encoding="utf-8").splitlines()
                found |= dict(line.split("=", 1) for line in lines if "=" in line)
        return found

    def _script(self, *parts: str) -> list[str]:
        lines: list[str] = []
        for part in parts:
            given = self.job.config.get(part) or []
            lines += [given] if isinstance(given, str) else given
        return lines

    def _shell(self, lines: list[str], variables: Mapping[str, str]) -> int:
        for line in lines:
            self._say(f"$ {line}")
        return self._call(["bash", "-eo", "pipefail", "-c", "\n".join(lines)], variables)

    def _call(self, words: list[str], variables: Mapping[str, str]) -> int:
        self._process = subprocess.Popen(
            words, cwd=self._directory, env=dict(variables), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            shown, _ = self._process.communicate(
                timeout=min(seconds(self.job.config.get("timeout")), LONGEST)
            )
        except subprocess.TimeoutExpired:
            self.kill()
            shown, _ = self._process.communicate()
            self._say("ERROR: Job failed: execution took longer than its timeout")
        self._log.append(shown)
        return self._process.returncode

    def _keep(self, *, failed: bool) -> None:
        """Put the artifacts where they outlive the job."""
        wanted = self.job.config.get("artifacts") or {}
        if wanted.get("when", "on_success") not in {"always", "on_failure" if failed else "on_success"}:
            return
        reports = wanted.get("reports") or {}
        patterns = [*wanted.get("paths", []), *(path for path in reports.values() if isinstance(path, str))]
        for pattern in patterns:
            for found in self._directory.glob(pattern.rstrip("/")):
                target = self._kept / found.relative_to(self._directory)
                target.parent.mkdir(parents=True, exist_ok=True)
                if found.is_dir():
                    shutil.copytree(found, target, dirs_exist_ok=True)
                else:
                    shutil.copyfile(found, target)
        self.job.artifacts = self._kept if self._kept.exists() else None

    def _masked(self, log: bytes) -> bytes:
        for secret in (self._token.value, *ci_variables.masked(self.job.pipeline.project)):
            log = log.replace(secret.encode(), b"[MASKED]")
        return log

    def _say(self, line: str) -> None:
        self._log.append(f"{line}\n".encode())

    def _revoke(self, token: Token) -> None:
        with self._forge.lock:
            token.revoked = True
