"""The real stack: LocalStack, sam deploy, ffmpeg."""
