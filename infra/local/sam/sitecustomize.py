"""Loaded by SAM's Python when it starts (Python, module `site`): archives are packed quickly.

SAM packs each function anew for each deployment and has no option for it. For an emulator on the same disk, compressing 280 MB of
encoders costs ten seconds and gains nothing.
"""

import zlib

zlib.Z_DEFAULT_COMPRESSION = zlib.Z_BEST_SPEED  # type: ignore[misc]
