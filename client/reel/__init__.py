"""The `reel` command, and the client of which it is made: `Client` is for programs.

Its modules import each other by relative names and nothing of the server, so the folder is a package of its own.
"""

from .client import Client
from .failures import Failed, Misused, Refused, Unreachable
from .items import Item, Note

__all__ = ["Client", "Failed", "Item", "Misused", "Note", "Refused", "Unreachable"]
