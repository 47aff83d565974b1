"""The API: items, presigned addresses for their parts, their status. Never a byte of video."""
