"""What the check for copies says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from gan_audit.types import Method

ID = "memorization.duplicates"
METHODS: Mapping[str, Method] = {
    ID: Method(
        title="Pixel-level copies",
        family="memorization",
        question="Are there synthetic images that show a real patient's image again?",
        means="An identical image equals a real one in its own pixels, after turning, mirroring, shifting, cropping or "
        "enlarging it and after any monotone change of grey levels, to within what storage, resampling or noise of up "
        "to 12 grey levels explains: it is a copy, whatever real images do among themselves. An altered one, or a "
        "part, matches a real image more closely than real images of different patients match each other, and more "
        "often.",
        does_not_mean="None found is no proof that nobody can be recognized: redrawn images, crops to less than four "
        "fifths of the side, rotations by more than 15° from a multiple of 90°, and parts that are small, turned, "
        "enlarged or degraded escape. Images that show next to nothing, a spot on black, equal each other without "
        "being anybody's copy: they are counted, and not accused.",
        computed="Candidates from thumbnails of 8 × 8 cells by tangent distance, in eight orientations, 15 windows and "
        "both signs; window and grey levels fitted on 16, 32 and up to 128 cells a side. Identical: of the detail at "
        "1/64 of the side, in 8 × 8 blocks, at most 0.2 % of the variance is left beyond white noise in the best four "
        "fifths of the blocks that stand out; at least 16 of 64 blocks show more than storage leaves "
        "uncertain. Altered: what is left on 32 cells, against the next image's; p-values from the tail among real "
        "patients, its rate taken from a median that 5 % of foreign values hardly move, adjusted to a false-discovery "
        "rate of 5 %, and counted only beyond the matches among real patients. Parts: windows of a fifth of the side "
        "about blobs, at any place. Real images that are identical under two names count as one patient.",
        reference="Simard, LeCun and Denker 1993 (tangent distance); Lucas and Kanade 1981; Immerkaer 1996 (noise); "
        "Lowe 2004; Levina and Bickel 2004, eq. 6; Benjamini and Hochberg 1995",
        revision=5,
    )
}
