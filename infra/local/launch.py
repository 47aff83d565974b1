"""Starts LocalStack on the loopback interface with the process executor; run by the emulator's own Python.

LocalStack takes the host of GATEWAY_LISTEN for IPv6 only and otherwise listens on every interface
(runtime/server/twisted.py names no interface). It asks nobody for a password and runs what it is given.
"""

import functools
import sys
from pathlib import Path

from localstack import config
from localstack.runtime.main import main
from twisted.internet import endpoints

at_loopback = functools.partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")
endpoints.TCP4ServerEndpoint = at_loopback  # type: ignore[assignment, misc]  # LocalStack only calls it
config.dirs.static_libs = str(Path(sys.prefix) / "catalog" / "usr" / "lib" / "localstack")  # made by setup.py
sys.path.insert(0, str(Path(__file__).parent / "executor"))  # with its entry point
main()
