"""Runs each Lambda environment of LocalStack as a child process of the emulator.

``runtime_api`` speaks AWS's Runtime API with the runtime client, ``process`` holds one process to its limits,
``environment`` keeps a process for LocalStack and replaces a dead one, ``plugin``, ``polling`` and ``conditions`` are the three
places that touch LocalStack.
"""
