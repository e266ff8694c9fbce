"""Every error a user can cause, each with the exit code the command line returns for it."""

from __future__ import annotations


class GanAuditError(Exception):
    """Base of all errors that gan-audit raises on purpose.

    The message says what was expected, what was found and what to do next: the command line prints it alone.
    """

    exit_code: int = 5


class UsageError(GanAuditError):
    """A wrong option, or a policy or declarations file that cannot be used."""

    exit_code = 2


class InputError(GanAuditError):
    """Images, labels or masks that cannot be audited; nothing has been written."""

    exit_code = 4


class MissingDependencyError(UsageError):
    """An optional package or file is absent; the message holds the command that brings it."""
