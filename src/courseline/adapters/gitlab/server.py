"""What a GitLab says of itself and of our token.

Facts: https://docs.gitlab.com/api/version/, https://docs.gitlab.com/api/personal_access_tokens/#get-a-single-personal-access-token
"""

from __future__ import annotations

import re
from datetime import UTC, date
from email.utils import parsedate_to_datetime

from courseline.adapters.gitlab.client import GitLabClient
from courseline.errors import NotFound
from courseline.usecases.connect.forge_setup import ServerFacts, TokenFacts

_NUMBER = re.compile(r"(\d+)\.(\d+)")


class Server:
    """The part of `usecases.connect.forge_setup.ForgeSetup` about the server.

    Args:
        client: for the GitLab.
    """

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    def server(self) -> ServerFacts:
        """Version and clock."""
        with self._client.asking("Asking for the version"):
            answer = self._client.api.http_get("/version", raw=True)
            version = str(answer.json()["version"])  # type: ignore[union-attr]
            sent = str(answer.headers.get("Date", ""))  # type: ignore[union-attr]
            found = _NUMBER.match(version)
            number = (int(found[1]), int(found[2])) if found else (0, 0)
            time = parsedate_to_datetime(sent).astimezone(UTC) if sent else None
            return ServerFacts(version, number, time)

    def token(self) -> TokenFacts:
        """Our own token; one that GitLab tells nothing of (an OAuth token) has no name, scope or end."""
        with self._client.asking("Asking about our token"):
            user = self._client.api.http_get("/user")
            is_admin = bool(user.get("is_admin", False))  # type: ignore[union-attr]
        try:
            with self._client.asking("Asking about our token"):
                own = self._client.api.http_get("/personal_access_tokens/self")
                ends = own.get("expires_at")  # type: ignore[union-attr]
                return TokenFacts(
                    name=str(own["name"]),  # type: ignore[index]
                    scopes=tuple(map(str, own["scopes"])),  # type: ignore[index]
                    expires_on=date.fromisoformat(str(ends)[:10]) if ends else None,
                    active=bool(own["active"]),  # type: ignore[index]
                    is_admin=is_admin,
                )
        except NotFound:
            return TokenFacts("", (), None, True, is_admin)
