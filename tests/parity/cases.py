"""The models, losses, metrics and optimizers that are recorded from tf.keras, as plain data, and how to build them.

`build` and `make` work with either library (`keras` is `tf.keras` or `pyseq`): tests/fixtures/make_keras.py runs them
under TensorFlow and stores what comes out, the tests here run them on pyseq and compare. An object is written
`[name, arguments]`, such as `["Adam", {"learning_rate": 0.01}]`; a function `[name]`, or `["call", name, arguments]`
with arguments bound.
"""

from __future__ import annotations

import functools

import numpy as np

SAMPLES, FEATURES, BATCH, EPOCHS = 36, 4, 8, 2  # batches of 8, 8, 8, 8, 4, twice: ten steps

# ------------------------------------------------------------------------------------------------------------- data


def even(x, dtype):
    """`x` rounded to 1/256: the same bits on every machine and in every floating point type."""
    return (np.round(x * 256) / 256).astype(dtype)


def data(kind, dtype="float32"):
    """(x, y, sample_weight) with y as `kind` says; the same every time, made by arithmetic alone."""
    n = np.arange(SAMPLES)
    x = even(np.sin(np.arange(SAMPLES * FEATURES).reshape(SAMPLES, FEATURES) * 0.7 + 0.1), dtype)
    label = (n * 7 + n // 5) % 3
    y = {
        "real": lambda: even(np.cos(np.arange(SAMPLES * 3).reshape(SAMPLES, 3) * 0.31), dtype),
        "real1": lambda: even(np.cos(n * 0.31).reshape(SAMPLES, 1), dtype),
        "soft": lambda: np.array([[0.5, 0.375, 0.125], [0.25, 0.25, 0.5], [0.0, 0.75, 0.25]], dtype)[label],
        "binary": lambda: (label == 1).reshape(SAMPLES, 1).astype(dtype),
        "binary_flat": lambda: (label == 1).astype("int64"),
        "multi": lambda: ((np.arange(SAMPLES * 3) * 5) % 7 < 3).reshape(SAMPLES, 3).astype(dtype),
        "onehot": lambda: np.eye(3, dtype=dtype)[label],
        "sparse": lambda: label.astype("int64"),
        "sparse_column": lambda: label.reshape(SAMPLES, 1).astype("int32"),
    }[kind]()
    return x, y, (0.25 + (n % 4) * 0.5).astype(dtype)


def start_weights(shapes, dtype="float32"):
    """First weights of a model: small, nearly all different, made by arithmetic alone."""
    made, k = [], 0
    for shape in shapes:
        size = int(np.prod(shape))
        made.append(even(0.6 * np.sin(np.arange(k, k + size) * 1.3 + 0.5), dtype).reshape(shape))
        k += size
    return made


# --------------------------------------------------------------------------------------------------------- building


def make(module, spec):
    """Object or function of `module` that `spec` describes; strings, None and numbers stand for themselves."""
    if isinstance(spec, list) and spec and spec[0] == "call":
        return functools.partial(getattr(module, spec[1]), **spec[2])
    if isinstance(spec, list) and len(spec) == 2 and isinstance(spec[0], str) and isinstance(spec[1], dict):
        return getattr(module, spec[0])(**spec[1])
    if isinstance(spec, list) and len(spec) == 1:
        return getattr(module, spec[0])  # the bare function or class
    return spec


def activation_of(keras, spec):
    """Function of one tensor for ["call", name, arguments], else the spec itself (a string)."""
    if isinstance(spec, list):
        function = getattr(keras.activations, spec[1])
        return lambda x: function(x, **spec[2])
    return spec


def layer(keras, name, arguments):
    arguments = dict(arguments)
    if "activation" in arguments:
        arguments["activation"] = activation_of(keras, arguments["activation"])
    for key in arguments:
        if key.endswith("regularizer"):
            arguments[key] = make(keras.regularizers, arguments[key])
    return getattr(keras.layers, name)(**arguments)


def build(keras, case, dtype="float32"):
    """The compiled model of a case, first weights set."""
    model = keras.Sequential([layer(keras, name, arguments) for name, arguments in case["layers"]])
    model.build((None, FEATURES))
    model.set_weights(start_weights([w.shape for w in model.get_weights()], dtype))
    model.compile(
        optimizer=make(keras.optimizers, case.get("optimizer", ["SGD", {"learning_rate": 0.1}])),
        loss=make(keras.losses, case["loss"]),
        metrics=[make(keras.metrics, m) for m in case.get("metrics", [])],
    )
    return model


# ------------------------------------------------------------------------------------------------------------ cases


def dense(units, activation=None, **arguments):
    return ["Dense", {"units": units, "activation": activation, **arguments}]


def classifier(activation="softmax", hidden="tanh", units=3):
    return [dense(5, hidden), dense(units, activation)]


OPTIMIZERS = {
    "sgd": ["SGD", {"learning_rate": 0.1}],
    "sgd_momentum": ["SGD", {"learning_rate": 0.1, "momentum": 0.9}],
    "sgd_nesterov": ["SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}],
    "adam": ["Adam", {"learning_rate": 0.01}],
    "adam_betas": ["Adam", {"learning_rate": 0.01, "beta_1": 0.7, "beta_2": 0.95, "epsilon": 0.001}],
    "adam_amsgrad": ["Adam", {"learning_rate": 0.01, "amsgrad": True}],
    "rmsprop": ["RMSprop", {"learning_rate": 0.01}],
    "rmsprop_rho": ["RMSprop", {"learning_rate": 0.01, "rho": 0.5, "epsilon": 0.001}],
    "rmsprop_momentum": ["RMSprop", {"learning_rate": 0.01, "momentum": 0.9}],
    "rmsprop_centered": ["RMSprop", {"learning_rate": 0.01, "centered": True}],
    "rmsprop_momentum_centered": ["RMSprop", {"learning_rate": 0.01, "momentum": 0.5, "centered": True}],
    "adagrad": ["Adagrad", {"learning_rate": 0.1}],
    "adagrad_start": ["Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.01, "epsilon": 0.001}],
    "clipnorm": ["SGD", {"learning_rate": 0.1, "clipnorm": 0.05}],
    "clipvalue": ["Adam", {"learning_rate": 0.01, "clipvalue": 0.01}],
    "global_clipnorm": ["SGD", {"learning_rate": 0.1, "momentum": 0.5, "global_clipnorm": 0.1}],
    "weight_decay": ["SGD", {"learning_rate": 0.1, "weight_decay": 0.01}],
    "sgd_string": "sgd",
    "adam_string": "adam",
    "rmsprop_string": "rmsprop",
    "adagrad_string": "Adagrad",
}

# name: (kind of y, output activation, loss)
LOSSES = {
    "mse": ("real", None, "mse"),
    "mse_object": ("real", "tanh", ["MeanSquaredError", {}]),
    "mse_sum": ("real", None, ["MeanSquaredError", {"reduction": "sum"}]),
    "mae": ("real", None, "mae"),
    "mae_object": ("real", "sigmoid", ["MeanAbsoluteError", {}]),
    "binary": ("binary", "sigmoid", "binary_crossentropy"),
    "binary_flat_labels": ("binary_flat", "sigmoid", "binary_crossentropy"),
    "binary_multi": ("multi", "sigmoid", ["BinaryCrossentropy", {}]),
    "binary_relu": ("multi", "relu", ["BinaryCrossentropy", {}]),
    "binary_logits": ("multi", None, ["BinaryCrossentropy", {"from_logits": True}]),
    "binary_smoothing": ("multi", "sigmoid", ["BinaryCrossentropy", {"label_smoothing": 0.2}]),
    "binary_logits_smoothing": ("multi", None, ["BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}]),
    "categorical": ("onehot", "softmax", "categorical_crossentropy"),
    "categorical_sigmoid": ("onehot", "sigmoid", "categorical_crossentropy"),
    "categorical_logits": ("onehot", None, ["CategoricalCrossentropy", {"from_logits": True}]),
    "categorical_smoothing": ("onehot", "softmax", ["CategoricalCrossentropy", {"label_smoothing": 0.2}]),
    "categorical_logits_smoothing": (
        "onehot",
        None,
        ["CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}],
    ),
    "categorical_soft_labels": ("soft", "softmax", "categorical_crossentropy"),
    "sparse": ("sparse", "softmax", "sparse_categorical_crossentropy"),
    "sparse_column": ("sparse_column", "softmax", ["SparseCategoricalCrossentropy", {}]),
    "sparse_sigmoid": ("sparse", "sigmoid", ["SparseCategoricalCrossentropy", {}]),
    "sparse_logits": ("sparse", None, ["SparseCategoricalCrossentropy", {"from_logits": True}]),
    "sparse_ignore": ("sparse", "softmax", ["SparseCategoricalCrossentropy", {"ignore_class": 1}]),
}

ACTIVATIONS = {
    **{
        name: name
        for name in "linear relu sigmoid tanh softmax selu elu softplus softsign swish gelu exponential".split()
    },
    "hard_sigmoid": "hard_sigmoid",
    "relu_alpha": ["call", "relu", {"alpha": 0.2}],
    "relu_max_value": ["call", "relu", {"max_value": 0.5}],
    "relu_threshold": ["call", "relu", {"threshold": 0.25}],
    "relu_all": ["call", "relu", {"alpha": 0.1, "max_value": 0.75, "threshold": 0.125}],
    "elu_alpha": ["call", "elu", {"alpha": 0.5}],
    "gelu_approximate": ["call", "gelu", {"approximate": True}],
    "leaky_relu": "leaky_relu",
    "mish": "mish",
}

REGULARIZERS = {
    "kernel_l1": {"kernel_regularizer": "l1"},
    "kernel_l2": {"kernel_regularizer": "l2"},
    "kernel_l1_l2": {"kernel_regularizer": ["L1L2", {"l1": 0.02, "l2": 0.03}]},
    "kernel_l2_object": {"kernel_regularizer": ["l2", {"l2": 0.1}]},
    "bias_l1": {"bias_regularizer": ["L1", {"l1": 0.05}]},
    "bias_l2": {"bias_regularizer": ["L2", {"l2": 0.05}]},
    "activity_l1": {"activity_regularizer": ["L1", {"l1": 0.05}]},
    "activity_l2": {"activity_regularizer": ["L2", {"l2": 0.05}]},
    "activity_l1_l2": {"activity_regularizer": "l1_l2"},
    "all": {
        "kernel_regularizer": ["L2", {"l2": 0.01}],
        "bias_regularizer": ["L1", {"l1": 0.02}],
        "activity_regularizer": ["L2", {"l2": 0.03}],
    },
}

ACCURACY = {
    "binary": ("binary", classifier("sigmoid", units=1), "binary_crossentropy", ["accuracy"]),
    "binary_flat_labels": ("binary_flat", classifier("sigmoid", units=1), "binary_crossentropy", ["acc"]),
    "onehot": ("onehot", classifier(), "categorical_crossentropy", ["accuracy"]),
    "sparse": ("sparse", classifier(), "sparse_categorical_crossentropy", ["accuracy"]),
    "sparse_column": ("sparse_column", classifier(), "sparse_categorical_crossentropy", ["Accuracy"]),
    "multi": ("multi", classifier("sigmoid"), "binary_crossentropy", ["accuracy"]),
    "logits": ("sparse", classifier(None), ["SparseCategoricalCrossentropy", {"from_logits": True}], ["accuracy"]),
    "crossentropy_binary": ("binary", classifier("sigmoid", units=1), "binary_crossentropy", ["ce"]),
    "crossentropy_onehot": ("onehot", classifier(), "categorical_crossentropy", ["crossentropy"]),
    "crossentropy_sparse": ("sparse", classifier(), "sparse_categorical_crossentropy", ["crossentropy", "acc"]),
    "strings": (
        "multi",
        classifier("sigmoid"),
        "binary_crossentropy",
        ["binary_accuracy", "categorical_accuracy", "mse", "mae", "binary_crossentropy"],
    ),
    "classes": (
        "onehot",
        classifier(),
        "categorical_crossentropy",
        [["CategoricalAccuracy", {}], ["TopKCategoricalAccuracy", {"k": 2}], ["MeanSquaredError", {"name": "squared"}]],
    ),
    "functions": (
        "sparse",
        classifier(),
        "sparse_categorical_crossentropy",
        [["sparse_categorical_accuracy"], ["SparseTopKCategoricalAccuracy", {"k": 2}]],
    ),
    "regression": ("real1", [dense(5, "relu"), dense(1)], "mse", ["accuracy", "mae"]),
}


def model_cases():
    """{name: case}; a case has `layers`, `y` (a kind of `data`), `loss`, and what else is not the default."""
    cases = {}
    for name, optimizer in OPTIMIZERS.items():
        cases[f"optimizer/{name}"] = {
            "layers": classifier(),
            "y": "sparse",
            "loss": "sparse_categorical_crossentropy",
            "optimizer": optimizer,
            "metrics": ["accuracy"],
        }
    for name, (kind, activation, loss) in LOSSES.items():
        units = 1 if kind in ("binary", "binary_flat") else 3
        case = {"layers": classifier(activation, units=units), "y": kind, "loss": loss}
        cases[f"loss/{name}"] = case
        cases[f"weighted_loss/{name}"] = {**case, "sample_weight": True}
    for name, activation in ACTIVATIONS.items():
        cases[f"activation/{name}"] = {"layers": [dense(6, activation), dense(3)], "y": "real", "loss": "mse"}
    cases["activation/layer"] = {
        "layers": [
            dense(6),
            ["Activation", {"activation": "swish"}],
            dense(3),
            ["Activation", {"activation": "softmax"}],
        ],
        "y": "onehot",
        "loss": "categorical_crossentropy",
    }
    for name, arguments in REGULARIZERS.items():
        cases[f"regularizer/{name}"] = {
            "layers": [dense(5, "tanh", **arguments), dense(3, "softmax", **arguments)],
            "y": "sparse",
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["accuracy"],
        }
    for name, (kind, layers, loss, metrics) in ACCURACY.items():
        cases[f"metrics/{name}"] = {"layers": layers, "y": kind, "loss": loss, "metrics": metrics}
        if "TopK" in str(metrics):
            cases[f"metrics/{name}"]["dtypes"] = ["float32"]  # TensorFlow's in_top_k has no other
    cases["metrics/weighted"] = {**cases["metrics/onehot"], "sample_weight": True}
    cases["layers/no_bias"] = {"layers": [dense(5, "tanh", use_bias=False), dense(3)], "y": "real", "loss": "mse"}
    cases["layers/shapes"] = {
        "layers": [["Reshape", {"target_shape": [2, 2]}], dense(3, "tanh"), ["Flatten", {}], dense(3)],
        "y": "real",
        "loss": "mse",
    }
    cases["layers/dropout_0"] = {
        "layers": [dense(5, "tanh"), ["Dropout", {"rate": 0.0}], dense(3)],
        "y": "real",
        "loss": "mse",
    }
    return cases


# ------------------------------------------------------------------------------------- losses and metrics by themselves

PAIRS = {  # name: (y_true, y_pred, sample weights to try)
    "matrix": (
        [[1.0, 2.0], [3.0, 4.0], [0.5, -1.0]],
        [[1.5, 1.0], [2.0, 4.5], [0.0, -3.0]],
        [None, 0.5, [1.0, 0.0, 2.0]],
    ),
    "matrix_column_weights": ([[1.0, 2.0], [3.0, 4.0]], [[1.5, 1.0], [2.0, 4.5]], [[[0.5], [2.0]]]),
    "sequence": (
        [[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]],
        [[[0.75, 0.25], [0.5, 0.5], [0.9, 0.8]], [[0.125, 0.25], [0.6, 0.1], [0.2, 0.7]]],
        [None, [0.5, 2.0], [[1.0, 0.0, 1.0], [0.5, 0.25, 2.0]], [[[1.0], [0.0], [1.0]], [[0.5], [0.25], [2.0]]]],
    ),
    "true_flat": ([1.0, 0.0, 1.0], [[0.75], [0.25], [0.5]], [None, [1.0, 2.0, 3.0], [[1.0], [2.0], [3.0]]]),
    "pred_flat": ([[1.0], [0.0], [1.0]], [0.75, 0.25, 0.5], [None, [1.0, 2.0, 3.0]]),
    "both_flat": ([1.0, 0.0, 1.0], [0.75, 0.25, 0.5], [None, 2.0]),
    "integers": ([[0, 1], [1, 0], [1, 1]], [[0.25, 0.75], [0.5, 0.5], [0.9, 0.2]], [None, [0.5, 1.0, 1.5]]),
    "probabilities": (
        [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]],
        [[0.05, 0.9, 0.05], [0.1, 0.2, 0.7], [0.6, 0.3, 0.2], [0.0, 0.0, 1.0]],
        [None, 2.0, [0.25, 0.5, 0.75, 1.0]],
    ),
    "logits": (
        [[0.0, 1.0, 0.0], [0.0, 0.25, 0.75], [1.0, 0.0, 0.0]],
        [[0.5, 2.0, -1.0], [30.0, -30.0, 3.0], [2.0, 2.0, -200.0]],
        [None, [0.25, 0.5, 0.75]],
    ),
    "sparse": ([1, 2, 0], [[0.05, 0.9, 0.05], [0.1, 0.2, 0.7], [0.6, 0.3, 0.2]], [None, [0.25, 0.5, 0.75]]),
    "sparse_column": (
        [[1], [2], [0]],
        [[0.05, 0.9, 0.05], [0.1, 0.2, 0.7], [0.6, 0.3, 0.2]],
        [None, [0.25, 0.5, 0.75]],
    ),
    "sparse_floats": ([1.0, 2.0, 0.0], [[0.05, 0.9, 0.05], [0.1, 0.2, 0.7], [0.6, 0.3, 0.2]], [None]),
    "sparse_logits": (
        [1, 0, 2],
        [[0.5, 2.0, -1.0], [30.0, -30.0, 3.0], [2.0, 2.0, -200.0]],
        [None, [0.25, 0.5, 0.75]],
    ),
    "sparse_sequence": (
        [[0, 1], [2, 1]],
        [[[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]], [[0.3, 0.3, 0.4], [0.25, 0.5, 0.25]]],
        [None, [0.5, 2.0], [[1.0, 0.0], [0.5, 2.0]]],
    ),
    "signs": ([[1.0, -1.0], [-1.0, 1.0]], [[0.5, -2.0], [0.25, 3.0]], [None, [0.5, 2.0]]),
    "zeros_ones": ([[0.0, 1.0], [0.0, 0.0], [1.0, 1.0]], [[0.6, 0.4], [0.4, 0.6], [0.0, 1.0]], [None, [1.0, 0.0, 1.0]]),
    "positive": ([[2.0, 1.0], [4.0, 5.0]], [[1.0, 1.0], [0.5, 6.0]], [None, [0.5, 2.0]]),
    "empty": (np.zeros((0, 2)).tolist(), np.zeros((0, 2)).tolist(), [None]),
}
REAL = ["matrix", "matrix_column_weights", "sequence", "true_flat", "pred_flat", "both_flat", "integers", "positive"]
PROBABLE = ["true_flat", "pred_flat", "both_flat", "integers", "zeros_ones", "sequence"]
SPARSE = ["sparse", "sparse_column", "sparse_floats", "sparse_sequence"]

# class: (function, [(arguments, pairs)])
LOSS_CLASSES = {
    "MeanSquaredError": ("mean_squared_error", [({}, REAL)]),
    "MeanAbsoluteError": ("mean_absolute_error", [({}, REAL)]),
    "MeanAbsolutePercentageError": ("mean_absolute_percentage_error", [({}, ["matrix", "positive", "integers"])]),
    "MeanSquaredLogarithmicError": ("mean_squared_logarithmic_error", [({}, ["matrix", "positive", "integers"])]),
    "Huber": ("huber", [({}, ["matrix", "positive", "sequence"]), ({"delta": 0.75}, ["matrix", "integers"])]),
    "LogCosh": ("log_cosh", [({}, ["matrix", "positive", "sequence"])]),
    "Hinge": ("hinge", [({}, ["signs", "zeros_ones", "matrix"])]),
    "SquaredHinge": ("squared_hinge", [({}, ["signs", "zeros_ones", "matrix"])]),
    "CategoricalHinge": ("categorical_hinge", [({}, ["signs", "zeros_ones", "probabilities"])]),
    "Poisson": ("poisson", [({}, ["positive", "probabilities", "zeros_ones"])]),
    "KLDivergence": ("kl_divergence", [({}, ["probabilities", "zeros_ones", "positive"])]),
    "CosineSimilarity": (
        "cosine_similarity",
        [({}, ["matrix", "signs", "sequence"]), ({"axis": 0}, ["matrix", "signs"])],
    ),
    "BinaryCrossentropy": (
        "binary_crossentropy",
        [
            ({}, PROBABLE),
            ({"from_logits": True}, ["logits", "matrix"]),
            ({"label_smoothing": 0.2}, ["zeros_ones", "integers"]),
            ({"from_logits": True, "label_smoothing": 0.2}, ["logits"]),
            ({"axis": 0}, ["integers", "zeros_ones"]),
        ],
    ),
    "BinaryFocalCrossentropy": (
        "binary_focal_crossentropy",
        [
            ({}, ["zeros_ones", "integers", "sequence"]),
            ({"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5}, ["zeros_ones"]),
            ({"from_logits": True, "label_smoothing": 0.1}, ["logits"]),
        ],
    ),
    "CategoricalCrossentropy": (
        "categorical_crossentropy",
        [
            ({}, ["probabilities", "sequence", "zeros_ones"]),
            ({"from_logits": True}, ["logits", "matrix", "sequence"]),
            ({"label_smoothing": 0.1}, ["probabilities"]),
            ({"from_logits": True, "label_smoothing": 0.1}, ["logits"]),
            ({"axis": 0}, ["probabilities"]),
            ({"axis": 1, "from_logits": True}, ["sequence"]),
        ],
    ),
    "CategoricalFocalCrossentropy": (
        "categorical_focal_crossentropy",
        [
            ({}, ["probabilities", "sequence"]),
            ({"alpha": 0.3, "gamma": 1.5}, ["probabilities"]),
            ({"from_logits": True, "label_smoothing": 0.1}, ["logits"]),
        ],
    ),
    "SparseCategoricalCrossentropy": (
        "sparse_categorical_crossentropy",
        [
            ({}, SPARSE),
            ({"from_logits": True}, ["sparse_logits", "sparse_sequence"]),
            ({"ignore_class": 1}, ["sparse", "sparse_sequence"]),
            ({"ignore_class": 0, "from_logits": True}, ["sparse_logits"]),
        ],
    ),
}
REDUCTIONS = ["auto", "sum_over_batch_size", "sum", "none"]
LOSS_DTYPES = ["float32", "float64"]

# class: [(arguments, pairs)]
METRIC_CLASSES = {
    "Accuracy": [({}, ["sparse_equal", "sparse_equal_column"])],
    "BinaryAccuracy": [({}, PROBABLE), ({"threshold": 0.75}, ["true_flat", "integers", "zeros_ones"])],
    "CategoricalAccuracy": [({}, ["probabilities", "logits", "sequence", "ties"])],
    "SparseCategoricalAccuracy": [({}, [*SPARSE, "sparse_logits", "sparse_ties"])],
    "TopKCategoricalAccuracy": [({}, ["wide"]), ({"k": 2}, ["probabilities", "wide", "ties"]), ({"k": 1}, ["wide"])],
    "SparseTopKCategoricalAccuracy": [({}, ["sparse_wide"]), ({"k": 2}, ["sparse", "sparse_wide", "sparse_sequence"])],
    "MeanSquaredError": [({}, ["matrix", "true_flat", "sequence"])],
    "RootMeanSquaredError": [({}, ["matrix", "true_flat", "sequence"])],
    "MeanAbsoluteError": [({}, ["matrix", "true_flat"])],
    "MeanAbsolutePercentageError": [({}, ["positive"])],
    "MeanSquaredLogarithmicError": [({}, ["positive"])],
    "Hinge": [({}, ["signs", "zeros_ones"])],
    "SquaredHinge": [({}, ["signs", "zeros_ones"])],
    "CategoricalHinge": [({}, ["signs", "probabilities"])],
    "LogCoshError": [({}, ["matrix"])],
    "Poisson": [({}, ["positive"])],
    "KLDivergence": [({}, ["probabilities"])],
    "CosineSimilarity": [({}, ["matrix", "signs"]), ({"axis": 0}, ["matrix"])],
    "BinaryCrossentropy": [
        ({}, ["zeros_ones", "true_flat"]),
        ({"from_logits": True, "label_smoothing": 0.1}, ["logits"]),
    ],
    "CategoricalCrossentropy": [({}, ["probabilities"]), ({"from_logits": True, "label_smoothing": 0.1}, ["logits"])],
    "SparseCategoricalCrossentropy": [
        ({}, ["sparse", "sparse_column", "sparse_sequence"]),
        ({"from_logits": True}, ["sparse_logits"]),
        ({"ignore_class": 1}, ["sparse"]),
    ],
    "MeanRelativeError": [({"normalizer": [1.0, 2.0]}, ["matrix_flat_rows"])],
}
PAIRS.update(
    {
        "sparse_equal": ([1, 2, 3, 4], [0, 2, 3, 4], [None, [1.0, 1.0, 0.0, 0.5]]),
        "sparse_equal_column": ([[1], [2], [3], [4]], [[0], [2], [3], [4]], [None, [1.0, 1.0, 0.0, 0.5]]),
        "ties": ([[0, 1, 0], [1, 0, 0]], [[0.4, 0.4, 0.2], [0.3, 0.3, 0.3]], [None]),
        "sparse_ties": ([1, 0], [[0.4, 0.4, 0.2], [0.3, 0.3, 0.3]], [None]),
        "wide": (
            np.eye(6)[[0, 1, 5]].tolist(),
            [[0.3, 0.1, 0.1, 0.2, 0.1, 0.2], [0.2, 0.05, 0.15, 0.25, 0.15, 0.2], [0.1, 0.5, 0.1, 0.1, 0.1, 0.1]],
            [None, [0.5, 1.0, 2.0]],
        ),
        "sparse_wide": (
            [0, 1, 5],
            [[0.3, 0.1, 0.1, 0.2, 0.1, 0.2], [0.2, 0.05, 0.15, 0.25, 0.15, 0.2], [0.1, 0.5, 0.1, 0.1, 0.1, 0.1]],
            [None, [0.5, 1.0, 2.0]],
        ),
        "matrix_flat_rows": ([1.0, 3.0], [2.0, 4.0], [None]),
    }
)
REDUCE_METRICS = {  # Mean, Sum: (values, sample weight) a call
    "numbers": [[[1, 3, 5, 7], None], [[2.0, 4.0], None]],
    "weighted": [[[1, 3, 5, 7], [1, 1, 0, 0]], [[[1.0, 2.0], [3.0, 4.0]], [0.5, 2.0]]],
    "matrix_weights": [[[[1.0, 2.0], [3.0, 4.0]], [[0.5, 1.0], [0.0, 2.0]]], [3.0, 2.0]],
    "empty": [[[], None]],
}


def pair(name, dtype):
    """(y_true, y_pred, weights) of PAIRS as arrays: floats in `dtype`, integers in int64."""

    def array(x):
        a = np.asarray(x)
        return a.astype(dtype) if a.dtype.kind == "f" else a.astype("int64")

    y_true, y_pred, weights = PAIRS[name]
    return array(y_true), array(y_pred), [None if w is None else np.asarray(w, dtype) for w in weights]


# ------------------------------------------------------------------------------------------------- activations, updates

ACTIVATION_POINTS = [-100.0, -20.0, -6.5, -3.0, -2.5, -1.0, -0.5, -0.1, -1e-3, -1e-30, 0.0, 1e-30, 1e-3, 0.1, 0.25]
ACTIVATION_POINTS += [0.5, 1.0, 2.5, 3.0, 4.0, 6.0, 6.5, 20.0, 80.0]

OPTIMIZER_STEPS = 10


def optimizer_data(dtype):
    """(first values, gradients of each step) of the two variables optimizers are run on; some gradients are zero."""
    shapes = [(3, 2), (4,)]
    start = start_weights(shapes, dtype)
    gradients = []
    for step in range(OPTIMIZER_STEPS):
        g = [np.cos((np.arange(int(np.prod(s))) + 1.0) * (step + 1) * 0.9).reshape(s) for s in shapes]
        g[1][0], g[0][step % 3] = 0.0, 1e-4 * g[0][step % 3]
        gradients.append([even(64 * a, dtype) / 64 for a in g])
    return start, gradients


REGULARIZER_CALLS = [
    "l1",
    "l2",
    "l1_l2",
    "L2",
    ["L1", {"l1": 0.3}],
    ["L2", {"l2": 0.3}],
    ["L1L2", {"l1": 0.1, "l2": 0.2}],
    ["L1L2", {}],
    ["l1", {"l1": 0.3}],
    ["l2", {}],
    ["l1_l2", {"l1": 0.3, "l2": 0.4}],
]

METRIC_FUNCTIONS = [
    ("binary_accuracy", {}, "integers"),
    ("binary_accuracy", {"threshold": 0.75}, "zeros_ones"),
    ("binary_accuracy", {}, "sequence"),
    ("categorical_accuracy", {}, "probabilities"),
    ("categorical_accuracy", {}, "sequence"),
    ("categorical_accuracy", {}, "ties"),
    ("sparse_categorical_accuracy", {}, "sparse"),
    ("sparse_categorical_accuracy", {}, "sparse_column"),
    ("sparse_categorical_accuracy", {}, "sparse_sequence"),
    ("sparse_categorical_accuracy", {}, "sparse_floats"),
    ("sparse_categorical_accuracy", {}, "sparse_ties"),
    ("top_k_categorical_accuracy", {}, "wide"),
    ("top_k_categorical_accuracy", {"k": 2}, "probabilities"),
    ("top_k_categorical_accuracy", {"k": 2}, "ties"),
    ("top_k_categorical_accuracy", {"k": 2}, "sequence"),
    ("sparse_top_k_categorical_accuracy", {}, "sparse_wide"),
    ("sparse_top_k_categorical_accuracy", {"k": 2}, "sparse"),
    ("sparse_top_k_categorical_accuracy", {"k": 2}, "sparse_column"),
    ("sparse_top_k_categorical_accuracy", {"k": 1}, "sparse_ties"),
    ("sparse_top_k_categorical_accuracy", {"k": 1}, "sparse_sequence"),
    ("mse", {}, "matrix"),
    ("MAE", {}, "matrix"),
    ("binary_crossentropy", {}, "zeros_ones"),
    ("categorical_crossentropy", {"label_smoothing": 0.1}, "probabilities"),
    ("sparse_categorical_crossentropy", {}, "sparse"),
]

SPELLINGS = """
mse MSE mean_squared_error MeanSquaredError Mse mean_squared_Error mae MAE mean_absolute_error MeanAbsoluteError
mape MAPE mean_absolute_percentage_error MeanAbsolutePercentageError msle MSLE mean_squared_logarithmic_error
MeanSquaredLogarithmicError bce BCE binary_crossentropy BinaryCrossentropy binary_focal_crossentropy
BinaryFocalCrossentropy categorical_crossentropy CategoricalCrossentropy sparse_categorical_crossentropy
SparseCategoricalCrossentropy crossentropy ce accuracy acc Accuracy binary_accuracy BinaryAccuracy categorical_accuracy
CategoricalAccuracy sparse_categorical_accuracy SparseCategoricalAccuracy top_k_categorical_accuracy
TopKCategoricalAccuracy sparse_top_k_categorical_accuracy SparseTopKCategoricalAccuracy huber huber_loss Huber logcosh
log_cosh LogCosh LogCoshError hinge Hinge squared_hinge SquaredHinge categorical_hinge CategoricalHinge poisson Poisson
kl_divergence kld KLD kullback_leibler_divergence KLDivergence cosine_similarity cosine_proximity cosine
CosineSimilarity loss mean Mean Sum RootMeanSquaredError rmse AUC Precision Recall Loss Metric nonsense
""".split()


def piece_key(*parts):
    """One line that names a recorded piece: class, arguments, case, dtype."""
    return " ".join(p if isinstance(p, str) else str(p) if p else "-" for p in parts)
