"""What stops a run, beside wrong usage and wrong data."""

from __future__ import annotations

from gan_audit.errors import GanAuditError


class TrainingStoppedError(GanAuditError):
    """Training cannot go on: values are not finite, or the discriminator has won. The message says what to try."""

    exit_code = 1


class InterruptedRunError(GanAuditError):
    """The user stopped the run; the last step is saved."""

    exit_code = 130
