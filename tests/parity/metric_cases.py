"""The metrics of thresholds, classes and scores, and the losses under masks, that are recorded from tf.keras: plain data.

A metric's case is (arguments, batches); a batch is (y_true, y_pred, sample weight), as names of DATA or as values.
"""

import numpy as np


def spread(n, offset=0.0):
    """n numbers in [0, 1) in no order, of three decimals, so that some lie on thresholds."""
    return np.round((np.arange(n) * 0.6180339887 + offset) % 1.0, 3)


def bits(n, step=0.37):
    return ((np.arange(n) * step + 0.2) % 1.0 < 0.5).astype("int64")


def one_hot(classes, n_classes):
    return np.eye(n_classes, dtype="int64")[classes]


CLASSES = (np.arange(12) * 7 % 5) % 4
GUESSES = (np.arange(12) * 5 % 7) % 4

DATA = {
    "labels": bits(20),
    "scores": spread(20),
    "more_labels": bits(14, 0.61),
    "more_scores": spread(14, 0.45),
    "edges": np.array([0.0, 1.0, 0.5, 0.5, -0.25, 1.5, 1e-9, 0.999999, 0.25, 0.75]),
    "edge_labels": np.array([0, 1, 1, 0, 1, 0, 1, 1, 0, 1]),
    "column_labels": bits(9)[:, None],
    "column_scores": spread(9, 0.3)[:, None],
    "table_labels": bits(24, 0.23).reshape(8, 3),
    "table_scores": spread(24, 0.1).reshape(8, 3),
    "more_table_labels": bits(15, 0.77).reshape(5, 3),
    "more_table_scores": spread(15, 0.7).reshape(5, 3),
    "table_logits": np.round(6 * spread(24, 0.1) - 3, 3).reshape(8, 3),
    "wide_labels": bits(24, 0.41).reshape(4, 6),
    "wide_scores": spread(24, 0.2).reshape(4, 6),
    "tied_scores": np.array([[0.5, 0.5, 0.5, 0.2, 0.2, 0.9], [0.1] * 6, [0.3, 0.1, 0.3, 0.1, 0.3, 0.1], [0.0] * 6]),
    "cube_labels": bits(24, 0.29).reshape(2, 4, 3),
    "cube_scores": spread(24, 0.6).reshape(2, 4, 3),
    "zeros": np.zeros(6, "int64"),
    "ones": np.ones(6, "int64"),
    "six_scores": spread(6, 0.5),
    "weights_20": np.round(2 * spread(20, 0.9), 2),
    "weights_14": np.array([0.0, 1.0] * 7),
    "weights_9": np.round(spread(9, 0.15), 2),
    "weights_8": np.array([1.0, 0.0, 2.0, 0.5, 1.0, 1.0, 0.25, 3.0]),
    "weights_5": np.array([1.0, 0.0, 2.0, 0.5, 1.0]),
    "weights_8_column": np.array([[1.0], [0.0], [2.0], [0.5], [1.0], [1.0], [0.25], [3.0]]),
    "weights_8_3": np.round(spread(24, 0.33), 2).reshape(8, 3),
    "weights_4": np.array([0.5, 1.0, 0.0, 2.0]),
    "weights_2_4": np.array([[1.0, 0.0, 2.0, 0.5], [1.0, 1.0, 0.25, 3.0]]),
    "classes": CLASSES,
    "guesses": GUESSES,
    "guess_map": GUESSES.reshape(3, 4),
    "class_map": CLASSES.reshape(3, 4),
    "map_weights": np.round(spread(12, 0.2), 2).reshape(3, 4),
    "class_weights": np.round(spread(12, 0.8), 2),
    "two_classes": CLASSES % 2,
    "two_guesses": GUESSES % 2,
    "binary_scores": spread(12, 0.5),
    "hot_classes": one_hot(CLASSES, 4),
    "class_scores": spread(48, 0.4).reshape(12, 4),
    "hot_map": np.moveaxis(one_hot(CLASSES.reshape(3, 4), 4), -1, 1),
    "score_map": spread(48, 0.4).reshape(3, 4, 4),
    "numbers": np.round(6 * spread(24, 0.3) - 3, 2).reshape(8, 3),
    "guessed_numbers": np.round(6 * spread(24, 0.3) - 3 + spread(24, 0.7) - 0.5, 2).reshape(8, 3),
    "more_numbers": np.round(4 * spread(15, 0.2) - 1, 2).reshape(5, 3),
    "more_guessed": np.round(4 * spread(15, 0.2) - 1 + spread(15, 0.6), 2).reshape(5, 3),
    "flat_numbers": np.full((4, 2), 1.5),
    "flat_guessed": np.array([[1.5, 1.0], [1.5, 2.0], [1.5, 1.5], [1.5, 0.0]]),
}

PLAIN = [("labels", "scores", None), ("more_labels", "more_scores", "weights_14")]
WEIGHTED = [("labels", "scores", "weights_20"), ("edge_labels", "edges", None)]
COLUMNS = [("column_labels", "column_scores", "weights_9"), ("labels", "scores", 0.5)]
TABLE = [("table_labels", "table_scores", None), ("more_table_labels", "more_table_scores", "weights_5")]
TABLE_WEIGHTS = [("table_labels", "table_scores", "weights_8_column"), ("table_labels", "table_scores", "weights_8_3")]
TOP = [("wide_labels", "wide_scores", None), ("wide_labels", "tied_scores", "weights_4")]
CUBE = [("cube_labels", "cube_scores", None), ("cube_labels", "cube_scores", "weights_2_4")]
NONE = [("zeros", "six_scores", None)]
ALL = [("ones", "six_scores", None)]
MAPS = [
    ("class_map", "guess_map", None),
    ("class_map", "guess_map", "map_weights"),
    ("classes", "guesses", "class_weights"),
]
HOT = [("hot_classes", "class_scores", None), ("hot_classes", "class_scores", "class_weights")]
NUMBERS = [("numbers", "guessed_numbers", None), ("more_numbers", "more_guessed", "weights_5")]

COUNTS = [
    ({}, WEIGHTED),
    ({"thresholds": 0.3}, COLUMNS),
    ({"thresholds": [0.8, 0.0, 0.5]}, PLAIN),
    ({"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, WEIGHTED),
    ({"thresholds": 0}, CUBE),
]
SHARES = [
    ({}, PLAIN),
    ({}, COLUMNS),
    ({"thresholds": [0.2, 0.6]}, WEIGHTED),
    ({"top_k": 2}, TOP),
    ({"top_k": 3, "thresholds": 0.4}, TOP),
    ({"class_id": 1}, TABLE),
    ({"class_id": 2, "top_k": 1}, TABLE_WEIGHTS[:1]),
    ({"class_id": 0, "thresholds": [0.5, 0.1]}, CUBE),
    ({"top_k": 2}, [("labels", "scores", None)]),
    ({}, NONE),
    ({}, ALL),
]


def best_at(name):
    return [
        ({name: 0.5}, PLAIN),
        ({name: 0.8, "num_thresholds": 10}, WEIGHTED),
        ({name: 0.3, "num_thresholds": 1}, PLAIN),
        ({name: 0.6, "class_id": 1}, TABLE),
        ({name: 1.0}, [("labels", "scores", "weights_20")]),
        ({name: 0.4}, NONE),
    ]


METRICS = {
    "TruePositives": COUNTS,
    "FalsePositives": COUNTS,
    "TrueNegatives": COUNTS,
    "FalseNegatives": COUNTS,
    "Precision": SHARES,
    "Recall": SHARES,
    "AUC": [
        *[
            ({"curve": curve, "summation_method": method}, PLAIN)
            for curve in ("ROC", "PR")
            for method in ("interpolation", "minoring", "majoring")
        ],
        ({"curve": "PR"}, WEIGHTED),
        ({"num_thresholds": 7}, WEIGHTED),
        ({"num_thresholds": 2}, PLAIN),
        ({"thresholds": [0.9, 0.2, 0.5]}, PLAIN),
        ({"thresholds": [0.25, 0.5, 0.75], "curve": "PR"}, WEIGHTED),
        ({"multi_label": True}, TABLE),
        ({"multi_label": True, "curve": "PR", "num_labels": 3}, TABLE_WEIGHTS),
        ({"multi_label": True, "label_weights": [0.5, 0.0, 2.0]}, TABLE),
        ({"multi_label": True, "thresholds": [0.3, 0.4], "curve": "PR", "summation_method": "majoring"}, TABLE[:1]),
        ({"label_weights": [0.5, 0.0, 2.0], "num_thresholds": 20}, TABLE_WEIGHTS),
        ({"label_weights": [0.5, 1.0, 2.0], "thresholds": [0.3, 0.4]}, TABLE[:1]),
        ({"from_logits": True}, [("table_labels", "table_logits", None)]),
        ({}, COLUMNS),
        ({}, CUBE),
        ({}, NONE),
        ({"curve": "PR"}, ALL),
    ],
    "SensitivityAtSpecificity": best_at("specificity"),
    "SpecificityAtSensitivity": best_at("sensitivity"),
    "PrecisionAtRecall": best_at("recall"),
    "RecallAtPrecision": best_at("precision"),
    "IoU": [
        ({"num_classes": 4, "target_class_ids": [0]}, MAPS),
        ({"num_classes": 4, "target_class_ids": [1, 3, 3]}, MAPS),
        ({"num_classes": 6, "target_class_ids": [2, 5]}, MAPS),
        ({"num_classes": 4, "target_class_ids": (0, 1), "ignore_class": 1}, MAPS),
        ({"num_classes": 4, "target_class_ids": [0, 2], "sparse_y_true": False, "sparse_y_pred": False}, HOT),
        (
            {"num_classes": 4, "target_class_ids": [0, 2], "sparse_y_true": False, "sparse_y_pred": False, "axis": 1},
            [("hot_map", "score_map", None), ("hot_map", "score_map", "map_weights")],
        ),
        ({"num_classes": 4, "target_class_ids": [0, 3], "sparse_y_pred": False}, [("classes", "class_scores", None)]),
    ],
    "BinaryIoU": [
        ({}, [("two_classes", "binary_scores", None), ("two_classes", "two_guesses", "class_weights")]),
        ({"target_class_ids": [1], "threshold": 0.3}, [("two_classes", "binary_scores", "class_weights")]),
        ({"target_class_ids": [0], "threshold": 0}, [("two_classes", "binary_scores", None)]),
    ],
    "MeanIoU": [
        ({"num_classes": 4}, MAPS),
        ({"num_classes": 5, "ignore_class": 2}, MAPS),
        ({"num_classes": 4, "sparse_y_true": False, "sparse_y_pred": False}, HOT),
    ],
    "OneHotIoU": [
        ({"num_classes": 4, "target_class_ids": [0, 2]}, HOT),
        ({"num_classes": 4, "target_class_ids": [1], "sparse_y_pred": True}, [("hot_classes", "guesses", None)]),
        ({"num_classes": 4, "target_class_ids": [1, 2], "ignore_class": 2}, HOT),
    ],
    "OneHotMeanIoU": [({"num_classes": 4}, HOT), ({"num_classes": 4, "ignore_class": 0}, HOT)],
    "FBetaScore": [
        *[({"average": average, "beta": 0.5}, TABLE) for average in (None, "micro", "macro", "weighted")],
        ({"beta": 2.0, "threshold": 0.4}, TABLE),
        ({"average": "weighted", "threshold": 1.0}, TABLE),
    ],
    "F1Score": [
        ({}, TABLE),
        ({"average": "micro", "threshold": 0.25}, TABLE),
        ({"average": "macro"}, [("hot_classes", "class_scores", "class_weights")]),
        ({}, [("wide_labels", "tied_scores", None)]),
    ],
    "R2Score": [
        *[({"class_aggregation": kind}, NUMBERS) for kind in (None, "uniform_average", "variance_weighted_average")],
        ({"num_regressors": 2}, NUMBERS),
        ({"num_regressors": 2, "class_aggregation": None}, NUMBERS),
        ({}, [("numbers", "guessed_numbers", "weights_8_3"), ("numbers", "guessed_numbers", 0.5)]),
        ({"class_aggregation": None}, [("flat_numbers", "flat_guessed", None)]),
    ],
    "MeanTensor": [
        ({}, [("numbers", None), ("guessed_numbers", "weights_8_column"), ("numbers", "weights_8"), ("numbers", 0.5)]),
        ({"shape": (8, 3)}, [("numbers", "weights_8_3")]),
        ({"name": "mine"}, [("scores", None), ("weights_20", "labels")]),
        ({}, [(3.0, None), (5.0, 3.0)]),
    ],
}
FLOAT64 = [
    "AUC",
    "Precision",
    "IoU",
    "R2Score",
    "PrecisionAtRecall",
    "MeanTensor",
]  # tf.keras's F scores fail in float64

# What must be refused, by both: (class, arguments, batch or None)
REFUSED = [
    ("AUC", {"num_thresholds": 1}, None),
    ("AUC", {"curve": "LIFT"}, None),
    ("AUC", {"summation_method": "middle"}, None),
    ("AUC", {"num_labels": 3}, None),
    ("AUC", {"multi_label": True}, ("labels", "scores", None)),
    ("AUC", {}, ("labels", "six_scores", None)),
    ("AUC", {}, ("labels", "scores", "weights_8")),
    ("Precision", {"thresholds": [-0.1]}, None),
    ("Recall", {"thresholds": 1.1}, None),
    ("TruePositives", {"thresholds": [None]}, None),
    ("SensitivityAtSpecificity", {"specificity": 1.5}, None),
    ("SpecificityAtSensitivity", {"sensitivity": -0.5}, None),
    ("PrecisionAtRecall", {"recall": 0.5, "num_thresholds": 0}, None),
    ("RecallAtPrecision", {"precision": 2.0}, None),
    ("IoU", {"num_classes": 2, "target_class_ids": [2]}, None),
    ("FBetaScore", {"beta": 1}, None),
    ("FBetaScore", {"beta": -1.0}, None),
    ("FBetaScore", {"average": "mean"}, None),
    ("F1Score", {"threshold": 1}, None),
    ("F1Score", {"threshold": 1.5}, None),
    ("F1Score", {}, ("labels", "scores", None)),
    ("R2Score", {"class_aggregation": "mean"}, None),
    ("R2Score", {"num_regressors": -1}, None),
    ("R2Score", {}, ("labels", "scores", None)),
]


def value(x, dtype):
    """An argument of `update_state`: of DATA by name, floats in `dtype`."""
    x = DATA[x] if isinstance(x, str) else x
    return x.astype(dtype) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x


def metric_keys():
    """(class, arguments, batches, dtype or None) of every case."""
    for name, variants in METRICS.items():
        for arguments, batches in variants:
            yield name, arguments, batches, None
        if name in FLOAT64:
            yield (name, *variants[0], "float64")


def key_of(name, arguments, batches, dtype):
    told = " ".join(str(x) for b in batches for x in b)
    return f"{name} {arguments or '-'} {told}" + (f" {dtype}" if dtype else "")


# ---------------------------------------------------------------------------------------------------------- losses

LABELS = np.array([[1, 2, 0, 0], [1, 1, 2, 0], [3, 2, 1, 3], [2, 0, 0, 0]])
STEPS = np.round(spread(4 * 9 * 5, 0.25), 3).reshape(4, 9, 5)
CTC = {  # labels, probabilities, input lengths, label lengths; class 4 is the blank
    "full": (LABELS, STEPS, [9, 9, 9, 9], [2, 3, 4, 1]),
    "short": (LABELS, STEPS, [2, 5, 6, 1], [2, 3, 4, 1]),
    "too short": (LABELS, STEPS, [2, 3, 4, 1], [2, 3, 4, 1]),
    "zeros in the label": (LABELS, STEPS, [9, 8, 7, 6], [3, 4, 4, 4]),
}
CTC_LOGITS = {"plain": 4 * STEPS - 2, "sharp": 40 * STEPS - 20}  # for tf.nn.ctc_loss, blank 0, all nine steps

STEP_LABELS = np.round(spread(24, 0.2) * 0.8 + 0.1, 3).reshape(2, 4, 3)
STEP_GUESSES = np.round(spread(24, 0.5) * 0.8 + 0.1, 3).reshape(2, 4, 3)
MASK = np.array([[True, True, False, False], [True, False, True, True]])
MASK_WEIGHTS = [None, 2.0, np.array([[1.0], [0.5]]), np.array([[1.0, 2.0, 3.0, 4.0], [0.5, 0.0, 1.0, 2.0]])]
MASKED_LOSSES = ["MeanSquaredError", "BinaryCrossentropy", "CategoricalCrossentropy", "Huber"]
MASK_REDUCTIONS = ["auto", "sum_over_batch_size", "sum", "none"]
AXES = [
    ("binary_crossentropy", {"axis": 1}),
    ("binary_crossentropy", {"axis": 0, "label_smoothing": 0.2}),
    ("binary_crossentropy", {"axis": (1, 2)}),
    ("binary_focal_crossentropy", {"axis": 1, "apply_class_balancing": True}),
    ("categorical_crossentropy", {"axis": 1}),
    ("categorical_crossentropy", {"axis": 1, "from_logits": True, "label_smoothing": 0.1}),
    ("categorical_crossentropy", {"axis": 0}),
    ("categorical_focal_crossentropy", {"axis": 1, "alpha": 0.5}),
    ("cosine_similarity", {"axis": 1}),
    ("cosine_similarity", {"axis": 0}),
]
