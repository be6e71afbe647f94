"""What losses and metrics are given at the edges: NaN, infinities, nothing, wrong labels, other dtypes. Plain data.

Each function and each metric is run on each of its batches; the value (and gradient) or the kind of error is recorded.
"""

import numpy as np

NAN, INF = float("nan"), float("inf")
PROBABILITIES = [[0.25, 0.5, 0.25], [0.75, 0.125, 0.125], [0.2, 0.2, 0.6], [0.4, 0.5, 0.1]]
ONE_HOT = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]


def _with(rows, *changes):
    """A copy of the rows with other numbers at some places."""
    a = np.array(rows)
    for row, column, x in changes:
        a[row, column] = x
    return a.astype("float32")


DENSE = {  # name: (y_true, y_pred)
    "plain": (_with(ONE_HOT), _with(PROBABILITIES)),
    "nan prediction": (_with(ONE_HOT), _with(PROBABILITIES, (1, 0, NAN))),
    "nan label": (_with(ONE_HOT, (2, 1, NAN)), _with(PROBABILITIES)),
    "infinite predictions": (_with(ONE_HOT), _with(PROBABILITIES, (0, 1, INF), (2, 2, -INF))),
    "huge predictions": (_with(ONE_HOT), _with(PROBABILITIES, (0, 1, 1e30), (2, 2, -1e30))),
    "exact": (_with(ONE_HOT), _with(ONE_HOT)),
    "opposite": (_with(ONE_HOT), 1 - _with(ONE_HOT)),
    "zeros": (np.zeros((2, 3), "float32"), np.zeros((2, 3), "float32")),
    "negative": (-_with(ONE_HOT), -_with(PROBABILITIES)),
    "no rows": (np.zeros((0, 3), "float32"), np.zeros((0, 3), "float32")),
    "one row": (_with(ONE_HOT)[:1], _with(PROBABILITIES)[:1]),
    "integer labels": (_with(ONE_HOT).astype("int32"), _with(PROBABILITIES)),
    "small integer labels": (_with(ONE_HOT).astype("uint8"), _with(PROBABILITIES)),
    "boolean labels": (_with(ONE_HOT).astype("bool"), _with(PROBABILITIES)),
    "double labels": (_with(ONE_HOT).astype("float64"), _with(PROBABILITIES)),
    "double predictions": (_with(ONE_HOT), _with(PROBABILITIES).astype("float64")),
    "vectors": (_with(ONE_HOT)[:, 1], _with(PROBABILITIES)[:, 1]),
    "one label for all": (_with(ONE_HOT)[:, :1], _with(PROBABILITIES)),
    "shapes that do not fit": (_with(ONE_HOT)[:, :2], _with(PROBABILITIES)),
}
SPARSE = {
    "plain": (np.array([1, 0, 2, 0]), _with(PROBABILITIES)),
    "nan prediction": (np.array([1, 0, 2, 0]), _with(PROBABILITIES, (1, 0, NAN))),
    "infinite predictions": (np.array([1, 0, 2, 0]), _with(PROBABILITIES, (0, 1, INF), (2, 2, -INF))),
    "exact": (np.array([1, 0, 2, 0]), _with(ONE_HOT)),
    "opposite": (np.array([1, 0, 2, 0]), 1 - _with(ONE_HOT)),
    "zeros": (np.array([1, 0]), np.zeros((2, 3), "float32")),
    "no rows": (np.zeros(0, "int64"), np.zeros((0, 3), "float32")),
    "label too large": (np.array([1, 3, 2, 0]), _with(PROBABILITIES)),
    "negative label": (np.array([1, -1, 2, 0]), _with(PROBABILITIES)),
    "small integer labels": (np.array([1, 0, 2, 0], "uint8"), _with(PROBABILITIES)),
    "float labels": (np.array([1, 0, 2, 0], "float32"), _with(PROBABILITIES)),
    "column": (np.array([[1], [0], [2], [0]], "int32"), _with(PROBABILITIES)),
    "double predictions": (np.array([1, 0, 2, 0]), _with(PROBABILITIES).astype("float64")),
    "shapes that do not fit": (np.array([1, 0, 2]), _with(PROBABILITIES)),
}
CLASSES = {
    "plain": (np.array([1, 0, 2, 0]), np.array([1, 2, 2, 0])),
    "no rows": (np.zeros(0, "int64"), np.zeros(0, "int64")),
    "label too large": (np.array([1, 3, 2, 0]), np.array([1, 2, 2, 0])),
    "prediction too large": (np.array([1, 2, 2, 0]), np.array([1, 7, 2, 0])),
    "negative label": (np.array([1, -1, 2, 0]), np.array([1, 2, 2, 0])),
    "floats": (np.array([1.0, 0.0, 2.0, 0.0], "float32"), np.array([1.9, 2.0, 2.1, 0.0], "float32")),
    "shapes that do not fit": (np.array([1, 0, 2]), np.array([1, 2, 2, 0])),
}

LOSSES = {  # function: (batches, [arguments])
    "mean_squared_error": (DENSE, [{}]),
    "mean_absolute_error": (DENSE, [{}]),
    "mean_absolute_percentage_error": (DENSE, [{}]),
    "mean_squared_logarithmic_error": (DENSE, [{}]),
    "huber": (DENSE, [{}, {"delta": 0.25}]),
    "log_cosh": (DENSE, [{}]),
    "hinge": (DENSE, [{}]),
    "squared_hinge": (DENSE, [{}]),
    "categorical_hinge": (DENSE, [{}]),
    "poisson": (DENSE, [{}]),
    "kl_divergence": (DENSE, [{}]),
    "cosine_similarity": (DENSE, [{}, {"axis": 0}]),
    "binary_crossentropy": (DENSE, [{}, {"from_logits": True}, {"label_smoothing": 1.0}]),
    "binary_focal_crossentropy": (DENSE, [{}, {"from_logits": True}, {"gamma": 0.0}]),
    "categorical_crossentropy": (DENSE, [{}, {"from_logits": True}, {"label_smoothing": 1.0}]),
    "categorical_focal_crossentropy": (DENSE, [{}, {"from_logits": True}, {"gamma": 0.0}]),
    "sparse_categorical_crossentropy": (
        SPARSE,
        [
            {},
            {"from_logits": True},
            {"ignore_class": -1},
            {"ignore_class": 3},
            {"ignore_class": 0, "from_logits": True},
        ],
    ),
}

PLAIN_METRICS = """Accuracy BinaryAccuracy CategoricalAccuracy TopKCategoricalAccuracy MeanSquaredError RootMeanSquaredError
MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredLogarithmicError Hinge SquaredHinge CategoricalHinge LogCoshError
Poisson KLDivergence CosineSimilarity BinaryCrossentropy CategoricalCrossentropy TruePositives FalsePositives TrueNegatives
FalseNegatives Precision Recall AUC BinaryIoU FBetaScore F1Score R2Score""".split()
METRICS = {
    **{name: (DENSE, [{}]) for name in PLAIN_METRICS},
    "TopKCategoricalAccuracy": (DENSE, [{"k": 2}]),
    "Precision": (DENSE, [{}, {"top_k": 1}, {"class_id": 1}]),
    "AUC": (DENSE, [{}, {"curve": "PR"}, {"multi_label": True}]),
    "SensitivityAtSpecificity": (DENSE, [{"specificity": 0.5}]),
    "SpecificityAtSensitivity": (DENSE, [{"sensitivity": 0.5}]),
    "PrecisionAtRecall": (DENSE, [{"recall": 0.5}]),
    "RecallAtPrecision": (DENSE, [{"precision": 0.5}]),
    "OneHotIoU": (DENSE, [{"num_classes": 3, "target_class_ids": [0, 2]}]),
    "OneHotMeanIoU": (DENSE, [{"num_classes": 3}]),
    "MeanRelativeError": (DENSE, [{"normalizer": [1.0, 0.0, 3.0]}]),
    "SparseCategoricalAccuracy": (SPARSE, [{}]),
    "SparseTopKCategoricalAccuracy": (SPARSE, [{"k": 2}]),
    "SparseCategoricalCrossentropy": (SPARSE, [{}, {"ignore_class": 0}]),
    "IoU": (CLASSES, [{"num_classes": 3, "target_class_ids": [0, 1]}]),
    "MeanIoU": (CLASSES, [{"num_classes": 3}, {"num_classes": 3, "ignore_class": -1}]),
}
WEIGHTS = ("none", "zeros", "negative", "nan", "wrong")

VALUES = {  # for Mean, Sum, MeanTensor: [(values, weights)] one after the other
    "nan": [([1.0, NAN], None), ([1.0, 2.0], None)],
    "nan with weight zero": [([1.0, NAN], [1.0, 0.0])],
    "infinite": [([1.0, INF], None), ([-INF, 2.0], None)],
    "zero weights": [([1.0, 2.0], [0.0, 0.0])],
    "negative weights": [([1.0, 2.0], [1.0, -1.0]), ([1.0, 2.0], [-2.0, 1.0])],
    "integers": [([1, 2], None), ([3, 5], [1, 0])],
    "booleans": [([True, False], None)],
    "large": [([3e38, 3e38], None)],
}
VALUE_METRICS = ("Mean", "Sum", "MeanTensor")


def weights_of(kind, y_true):
    """Sample weights for a batch, (N,)."""
    n = len(y_true)
    made = {"zeros": np.zeros(n), "negative": np.arange(n) - 1.5, "nan": np.full(n, NAN), "wrong": np.ones(n + 1)}
    return None if kind == "none" else made[kind].astype("float32")


def loss_keys():
    for name, (batches, variants) in LOSSES.items():
        for arguments in variants:
            yield from ((name, arguments, batch) for batch in batches)


def metric_keys():
    for name, (batches, variants) in METRICS.items():
        for arguments in variants:
            yield from ((name, arguments, batch, "none") for batch in batches)
        yield from ((name, variants[0], "plain", kind) for kind in WEIGHTS[1:])


def key_of(name, arguments, *rest):
    return " ".join([name, str(arguments or "-"), *rest])
