"""The program: every way out has its exit code, and a defect can never look like a verdict."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from gan_audit.errors import GanAuditError

DEFECT, INTERRUPTED = 5, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code of INTERFACE: 0 to 5, or 130."""
    try:
        from gan_audit.cli.app import app

        code = int(app(args=arguments, standalone_mode=False) or 0)
        return _interrupted() if code == INTERRUPTED else code
    except KeyboardInterrupt:
        return _interrupted()
    except GanAuditError as error:
        sys.stderr.write(f"gan-audit: {error}\n")
        return error.exit_code
    except Exception as error:
        return _unexpected(error)


def _interrupted() -> int:
    sys.stderr.write("Interrupted; nothing was written.\n")
    return INTERRUPTED


def _unexpected(error: Exception) -> int:
    if type(error).__name__ == "Abort":
        return _interrupted()
    if hasattr(error, "show") and hasattr(error, "exit_code"):  # Click's own, whether typer brings Click or holds it
        error.show()
        return int(error.exit_code)
    if os.environ.get("GAN_AUDIT_TRACEBACK"):
        traceback.print_exc()
    place = traceback.extract_tb(error.__traceback__)[-1]
    sys.stderr.write(
        f"gan-audit: a defect of gan-audit itself, not of your data: {type(error).__name__}: {error} "
        f"({place.name}, line {place.lineno}). Nothing was audited. Set GAN_AUDIT_TRACEBACK=1 for the whole trace, "
        "and please report it.\n"
    )
    return DEFECT


if __name__ == "__main__":
    sys.exit(main())
