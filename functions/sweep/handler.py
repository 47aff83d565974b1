"""sweep: every few minutes → the messages that the store should have sent; dead letters; the removal of what is dead."""

import functools
import os
import time
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


@dataclass(frozen=True)
class Sweep:
    """One run answers dead letters, looks at everything, reminds and removes."""

    buckets: Buckets
    post: Post
    telemetry: Telemetry
    patience: Patience
    grace_s: int
    memory: Memory = field(default_factory=Memory)

    def run(self, now: int) -> None:
        """Sweep once, at `now` seconds since 1970."""
        Letters(self.buckets, self.post, self.telemetry).answer()
        burial = Burial(self.buckets, self.grace_s)
        survey = Survey(self.buckets, self.memory, now)
        removed = burial.of_lists(self.memory, now) + burial.of_search(now)
        for video in survey.videos():
            if lost(video):
                self.telemetry.tell("source is gone without a delete marker; left alone", video_id=video.id)
            for reminder in reminders(video, self.patience):
                self.telemetry.tell("reminder", stage=reminder.stage, video_id=video.id)
                self.post.send(reminder.stage, events.body([reminder.key]))
            removed += burial.of_video(survey, video)
        self.telemetry.tell("swept", removed=removed)


@functools.cache
def _sweep() -> Sweep:
    names, settings = BucketNames.of(os.environ), SweepSettings.of(os.environ)
    return Sweep(
        buckets=s3.buckets(s3.client(names), names),
        post=SqsPost(boto3.client("sqs"), settings.queues, settings.dead),
        telemetry=CloudWatch("sweep", os.environ),
        patience=Patience(settings.first_age_s),
        grace_s=settings.grace_s,
    )


def handle(_event: object, _context: object) -> None:
    """Run on the schedule, or whenever it is invoked."""
    _sweep().run(int(time.time()))
