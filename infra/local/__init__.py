"""reelbucket on one machine: set-up, the local stack, and the emulator's process executor."""
