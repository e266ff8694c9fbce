"""What the nearest-neighbour statistics of memorization say, and what they do not."""

from __future__ import annotations

from gan_audit.types import Method

VIEWS = "In a space of thumbnails a distance is the least over the eight orientations of a square and the negative."

METHODS = {
    "memorization.ratio": Method(
        title="Nearest-distance ratio",
        family="memorization",
        question="Are synthetic images systematically nearer to real ones than patients are to each other?",
        means="1 is expected of a generator that has learnt the distribution; well below 1 it reproduces its "
        "training images.",
        does_not_mean="Above 1 it clears nobody: a few copies among poor images leave the mean high.",
        computed="Mean distance of the synthetic images to the nearest real one, over the mean distance of the real "
        "images to the nearest real one of another patient; exact search over all real images. The table sets it "
        "beside the distances of synthetic images from each other, and of unseen images to real ones, at equal n. "
        + VIEWS,
        reference="Three-distance comparison of the memorization literature, here at patient level",
        revision=2,
    ),
    "memorization.close_fraction": Method(
        title="Close fraction",
        family="memorization",
        question="How many synthetic images are too near to a real one?",
        means="About 1 % is expected, since 1 % of the real images are that near to another patient's.",
        does_not_mean="A near image need not be a copy: near in this space only. The pixel-level check verifies it.",
        computed="Share of synthetic images whose nearest real image is nearer than the 1 % quantile of the real "
        "images' distances to another patient; copies among the real images do not count towards the quantile. "
        + VIEWS,
        reference="Distance to the closest record with a real-to-real baseline, at patient level",
        revision=2,
    ),
    "memorization.authenticity": Method(
        title="Authenticity",
        family="memorization",
        question="How many synthetic images are not merely noisy versions of their nearest real image?",
        means="The share of images that are farther from their nearest real image than that one is from the next "
        "patient. Compare it with the reference: its expected value depends on the dimension and is not 50 %.",
        does_not_mean="It is no probability of privacy, and values from other spaces cannot be compared.",
        computed="AuthPct with the nearest real image's own neighbour distance (indexed by that image), in percent, "
        "neighbours of the same patient left out; `all_images` is the published value, which leaves none out. " + VIEWS,
        reference="Alaa et al. 2022, How Faithful is your Synthetic Data?, section 4, as corrected by its authors",
        revision=2,
    ),
}
