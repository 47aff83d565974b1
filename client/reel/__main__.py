"""Makes `python -m client.reel` the command."""

from .commands import main

main()
