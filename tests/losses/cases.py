"""Every loss, by its string, with labels and predictions that lie at no kink; plain data."""

import numpy as np

rng = np.random.default_rng(4)
N, C = 6, 4
PROBABILITIES = np.round(rng.dirichlet(np.ones(C), N) * 0.9 + 0.02, 4)
CLASSES = np.array([1, 0, 3, 2, 2, 1])
ONE_HOT = np.eye(C)[CLASSES]
REAL = np.round(rng.standard_normal((N, C)), 3)
POSITIVE = np.round(rng.random((N, C)) + 0.25, 3)
SIGNS = np.where(REAL > 0, 1.0, -1.0)
LABELS = np.array([[1, 2, 0], [3, 3, 0], [2, 0, 0], [1, 3, 2], [1, 0, 0], [2, 1, 0]])
TIMES = np.round(rng.standard_normal((N, 7, C)), 3)

LOSSES = {  # function: (class, y_true, y_pred, [arguments])
    "mean_squared_error": ("MeanSquaredError", REAL[::-1], REAL, [{}]),
    "mean_absolute_error": ("MeanAbsoluteError", REAL[::-1], REAL, [{}]),
    "mean_absolute_percentage_error": ("MeanAbsolutePercentageError", POSITIVE[::-1], POSITIVE, [{}]),
    "mean_squared_logarithmic_error": ("MeanSquaredLogarithmicError", POSITIVE[::-1], POSITIVE, [{}]),
    "huber": ("Huber", REAL[::-1], REAL, [{}, {"delta": 0.4}]),
    "log_cosh": ("LogCosh", REAL[::-1], REAL, [{}]),
    "hinge": ("Hinge", SIGNS, REAL[::-1], [{}]),
    "squared_hinge": ("SquaredHinge", SIGNS, REAL[::-1], [{}]),
    "categorical_hinge": ("CategoricalHinge", ONE_HOT, REAL, [{}]),
    "poisson": ("Poisson", POSITIVE[::-1], POSITIVE, [{}]),
    "kl_divergence": ("KLDivergence", PROBABILITIES[::-1], PROBABILITIES, [{}]),
    "cosine_similarity": ("CosineSimilarity", REAL[::-1], REAL, [{}, {"axis": 0}]),
    "binary_crossentropy": (
        "BinaryCrossentropy",
        ONE_HOT,
        PROBABILITIES,
        [
            {},
            {"label_smoothing": 0.2},
            {"from_logits": True},
            {"axis": 0},
            {"from_logits": True, "label_smoothing": 0.1},
        ],
    ),
    "binary_focal_crossentropy": (
        "BinaryFocalCrossentropy",
        ONE_HOT,
        PROBABILITIES,
        [
            {},
            {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5},
            {"from_logits": True, "label_smoothing": 0.1},
        ],
    ),
    "categorical_crossentropy": (
        "CategoricalCrossentropy",
        ONE_HOT,
        PROBABILITIES,
        [{}, {"label_smoothing": 0.2}, {"from_logits": True}, {"axis": 0}, {"axis": 0, "from_logits": True}],
    ),
    "categorical_focal_crossentropy": (
        "CategoricalFocalCrossentropy",
        ONE_HOT,
        PROBABILITIES,
        [{}, {"alpha": [0.1, 0.2, 0.3, 0.4], "gamma": 1.5}, {"from_logits": True, "label_smoothing": 0.1}, {"axis": 0}],
    ),
    "sparse_categorical_crossentropy": (
        "SparseCategoricalCrossentropy",
        CLASSES,
        PROBABILITIES,
        [{}, {"from_logits": True}, {"ignore_class": 2}, {"ignore_class": 2, "from_logits": True}],
    ),
    "ctc": ("CTC", LABELS, TIMES, [{}]),
}
KEYS = [(name, arguments) for name, (*_, variants) in LOSSES.items() for arguments in variants]


def key_id(key):
    name, arguments = key
    return f"{name} {arguments or ''}".strip()
