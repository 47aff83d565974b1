"""Files that somebody made to do harm, or that a disk has ruined, through ingest and transcode as they run in the functions."""
