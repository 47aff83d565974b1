from tests.humble import humble

__all__ = ("humble",)
