"""gan-audit: audits generators of medical images.

    from gan_audit import audit
    result = audit("data/", "gen/", labels="labels.csv")
    result.verdict.status; result.findings; result.write("out/")

Importing the package loads no network, search or plotting library: what a name needs comes with its first use.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str
    from gan_audit.audit import audit
    from gan_audit.result import AuditResult

__all__ = ["AuditResult", "__version__", "audit"]


class _Package(ModuleType):
    """Names loaded at first use; `audit` stays the function though a module of that name is imported as well."""

    @property
    def audit(self) -> Any:
        return import_module("gan_audit.audit").audit

    @audit.setter
    def audit(self, module: ModuleType) -> None:
        """Importing `gan_audit.audit` would put the module in the function's place."""

    @property
    def __version__(self) -> str:
        """The installed version; empty where the package runs without being installed."""
        return import_module("gan_audit.runtime.versions").version_of("gan-audit") or ""

    @property
    def AuditResult(self) -> Any:  # noqa: N802 - the class's own name
        return import_module("gan_audit.result").AuditResult


sys.modules[__name__].__class__ = _Package
