"""Fixtures that the whole suite shares."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from tests.phantom_sets import PhantomFolders, write_phantoms

hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")
"""On a busy machine an example may take any time, and be right."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real medical images beside the checkout; the test is skipped where it is absent."""
    folder = Path(os.environ.get("GAN_AUDIT_DATA", Path(__file__).parents[1] / "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"real images are not at hand ({folder.name} is no folder); set GAN_AUDIT_DATA")
    return folder


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> PhantomFolders:
    """Folders of phantoms: real, sound and copied."""
    return write_phantoms(tmp_path_factory.mktemp("phantoms"))
