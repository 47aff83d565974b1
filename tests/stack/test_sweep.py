"""What the sweep removes on the real stack, and that it says so."""

import time

from functions.sweep.unfinished import RESUMED_S, Unfinished
from tests.media import clip
from tests.stack.library import Library


def test_what_was_made_of_a_deleted_video_is_removed_and_counted(library: Library) -> None:
    video = library.drop("swept/talk.mp4", clip("blink"))
    library.settled(video, "ready")
    library.sweep()
    made = library.keys(library.stack.media_bucket, f"v/{video}/")
    library.remove("swept/talk.mp4")
    library.wait(video, lambda found: found.status == "deleted")
    said = library.sweep_up(video)

    assert (said["media"] >= len(made) - 1, said["work"] > 0, said["sources"] >= 1) == (True, True, True)


def test_an_upload_is_given_up_after_a_week_and_not_before(library: Library) -> None:
    bucket = f"unfinished-{library.shelf}"  # of its own, for others send meanwhile
    library.s3.create_bucket(Bucket=bucket)
    library.s3.create_multipart_upload(Bucket=bucket, Key="ann/item/talk.mp4")
    uploads, now = Unfinished(library.s3, bucket, RESUMED_S), int(time.time())

    assert [uploads.abort(now + RESUMED_S - 60), uploads.abort(now + RESUMED_S + 60)] == [0, 1]
    assert "Uploads" not in library.s3.list_multipart_uploads(Bucket=bucket)
