"""sweep: every few minutes → the messages that the store should have sent; dead letters; the removal of what is dead."""

import functools
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import boto3

from functions.common import events, s3
from functions.common.ports import Telemetry
from functions.common.settings import BucketNames, SweepSettings
from functions.common.store import Buckets
from functions.common.telemetry import CloudWatch
from functions.sweep.burial import Burial
from functions.sweep.letters import Letters, Post
from functions.sweep.post import SqsPost
from functions.sweep.reconcile import Patience, lost, reminders
from functions.sweep.survey import Memory, Survey
from functions.sweep.unfinished import RESUMED_S, WRITTEN_S, Unfinished


@dataclass(frozen=True)
class Sweep:
    """One run answers dead letters, looks at everything, reminds and removes.

    `unfinished` aborts uploads that nobody goes on with, at a time in seconds since 1970, and gives their number.
    """

    buckets: Buckets
    post: Post
    telemetry: Telemetry
    patience: Patience
    grace_s: int
    unfinished: Callable[[int], int]
    memory: Memory = field(default_factory=Memory)

    def run(self, now: int) -> dict[str, int]:
        """Sweep once, at `now` seconds since 1970. Say what was removed, by what it was, and how many reminders were sent."""
        Letters(self.buckets, self.post, self.telemetry).answer()
        burial = Burial(self.buckets, self.grace_s)
        survey = Survey(self.buckets, self.memory, now)
        removed = burial.of_lists(self.memory, now) + burial.of_search(now) + Counter(uploads=self.unfinished(now))
        reminded = 0
        for video in survey.videos():
            if lost(video):
                self.telemetry.tell("source is gone without a delete marker; left alone", video_id=video.id)
            for reminder in reminders(video, self.patience):
                self.telemetry.tell("reminder", stage=reminder.stage, video_id=video.id)
                self.post.send(reminder.stage, events.body([reminder.key]))
                reminded += 1
            if found := +burial.of_video(survey, video):  # + leaves out what is nought
                self.telemetry.tell("removed", video_id=video.id, **found)
                removed += found
        said = {**removed, "reminders": reminded}
        self.telemetry.tell("swept", **said)
        return said


@functools.cache
def _sweep() -> Sweep:
    names, settings = BucketNames.of(os.environ), SweepSettings.of(os.environ)
    store = s3.client(names)
    uploads = (Unfinished(store, names.inbox, RESUMED_S), Unfinished(store, names.media, WRITTEN_S))
    return Sweep(
        buckets=s3.buckets(store, names),
        post=SqsPost(boto3.client("sqs"), settings.queues, settings.dead),
        telemetry=CloudWatch("sweep", os.environ),
        patience=Patience(settings.first_age_s),
        grace_s=settings.grace_s,
        unfinished=lambda now: sum(bucket.abort(now) for bucket in uploads),
    )


def handle(_event: object, _context: object) -> dict[str, int]:
    """Run on the schedule, or whenever it is invoked; whoever invokes it is told what it did."""
    return _sweep().run(int(time.time()))
