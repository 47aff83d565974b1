"""Lets a deleted stack keep what RetainExceptOnCreate says, as CloudFormation does (its guide, "DeletionPolicy attribute").

LocalStack 4.14 knows Retain alone, and empties and deletes the buckets.
"""

from localstack.services.cloudformation.engine.v2.change_set_model_preproc import DeletionPolicy, PreprocResource

_made = PreprocResource.__init__


def keep_what_is_retained() -> None:
    """Replace how a resource is read from the template; once or many times is the same."""
    PreprocResource.__init__ = _retained  # type: ignore[method-assign, assignment]


def _retained(resource: PreprocResource, *args: object, **kwargs: object) -> None:
    _made(resource, *args, **kwargs)  # type: ignore[arg-type]  # whatever LocalStack gives
    if resource.deletion_policy == DeletionPolicy.RetainExceptOnCreate:
        resource.deletion_policy = DeletionPolicy.Retain
