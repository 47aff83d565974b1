"""The `reel` command: sends videos to a reelbucket server and tells how they are.

Its modules import each other by relative names and nothing of the server, so the folder is a package of its own.
"""
