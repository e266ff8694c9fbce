"""From decoded images to numbers: one table of features for each feature space and each set."""

from gan_audit.features.base import Extractor, Options
from gan_audit.features.registry import DEFAULT_SPACES, build_extractors, known_spaces
from gan_audit.features.tables import extract
from gan_audit.types import Unavailable

__all__ = ["DEFAULT_SPACES", "Extractor", "Options", "Unavailable", "build_extractors", "extract", "known_spaces"]
