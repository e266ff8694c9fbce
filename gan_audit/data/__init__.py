"""From a user's folder, list, array or data set to validated sets of images."""

from gan_audit.data.digests import SetDigest, digests_of
from gan_audit.data.load import Inputs, load_inputs

__all__ = ["Inputs", "SetDigest", "digests_of", "load_inputs"]
