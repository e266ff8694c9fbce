"""What the label checks say, and what they do not."""

from __future__ import annotations

from gan_audit.checks.base import Method

METHODS = {
    "labels.mutual_information": Method(
        title="Information on the label",
        family="labels",
        question="Do the features tell as much about the diagnosis as they do in real images?",
        means="1 is expected. Below it, labels are noisy or classes are blurred into each other; above it, classes are "
        "more distinct than in life, and a model trained on them will be too sure of itself.",
        does_not_mean="It adds up single features: information that lies in their combination is not counted.",
        computed="Sum over features of the nearest-neighbour estimate of I(f; label), k = 3, of half the synthetic "
        "images over that of half the real ones; `augmented` is real and synthetic together over real.",
        reference="Ross 2014, Mutual Information between Discrete and Continuous Data Sets; scikit-learn",
    ),
    "labels.agreement": Method(
        title="Label agreement",
        family="labels",
        question="Does a classifier that has seen real images only agree with the synthetic labels?",
        means="As often as it agrees with the labels of real images it has not seen: the labels mean the same.",
        does_not_mean="Above the reference is no merit: such images are easier than real ones.",
        computed="Logistic regression on standardized features, five folds by patient, classes weighted equally; "
        "synthetic images are judged by all five models, so that both figures come from the same training size.",
        reference="Classification accuracy score, Ravuri and Vinyals 2019, with the roles of the sets exchanged",
    ),
}
