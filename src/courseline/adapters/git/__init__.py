"""git, through one hardened wrapper.

Nothing here imports GitPython until the first command is started.
"""

from courseline.adapters.git.adapter import GitAdapter

__all__ = ["GitAdapter"]
