"""Models of several outputs and every way to tell `compile` and `evaluate` which is meant. Source text that sees `keras`, `np`."""

import numpy as np

ROWS, BATCH = 10, 4


def data():
    """Names that the cases use."""
    x = (np.arange(4 * ROWS).reshape(ROWS, 4) % 7 / 7.0).astype("float32")
    y1 = (np.arange(ROWS) % 3 / 2.0).astype("float32").reshape(ROWS, 1)
    y2 = (np.arange(2 * ROWS).reshape(ROWS, 2) * 5 % 4 / 4.0).astype("float32")
    hot = np.eye(2, dtype="float32")[np.arange(ROWS) % 2]
    w1 = (0.5 + np.arange(ROWS) % 3).astype("float32")
    w2 = (np.arange(ROWS) % 2).astype("float32")
    return {"x": x, "y1": y1, "y2": y2, "hot": hot, "label": np.arange(ROWS) % 2, "w1": w1, "w2": w2}


def model_of(keras, kind):
    """A model without weights whose outputs are (N, 1) and (N, 2), put together as `kind` says."""

    class Several(keras.Model):
        def call(self, inputs):
            a, b = inputs[:, :1] * 0.5, inputs[:, 1:3] * 0.75
            return {
                "single": b,
                "list": [a, b],
                "tuple": (a, b),
                "dict": {"b": b, "a": a},
                "nested": {"u": [a, b], "v": b},
                "deep": [{"p": a}, b],
            }[kind]

    return Several()


CASES = {  # name: (kind of model, labels, sample weights, arguments of compile)
    "one loss": ("list", "[y1, y2]", "None", "loss='mse', metrics=['mae']"),
    "one loss, no metrics": ("list", "[y1, y2]", "None", "loss='mse'"),
    "by place": ("list", "[y1, y2]", "None", "loss=['mse', 'mae'], metrics=[['mae'], ['mse', 'mae']]"),
    "by place, tuples": ("tuple", "(y1, y2)", "None", "loss=('mse', 'mae'), metrics=(['mae'], ['mse', 'mae'])"),
    "by name": (
        "list",
        "[y1, y2]",
        "None",
        "loss={'output_1': 'mse', 'output_2': 'mae'}, metrics={'output_2': ['mae']}, loss_weights={'output_1': 2.0}",
    ),
    "labels by name": ("list", "{'output_1': y1, 'output_2': y2}", "None", "loss='mse', metrics=['mae', 'mse']"),
    "one without loss": ("list", "[y1, y2]", "None", "loss=['mse', None], metrics=[None, ['mae']]"),
    "one without loss by name": ("list", "[y1, y2]", "None", "loss={'output_2': 'mse'}, metrics={'output_2': 'mae'}"),
    "loss weights": ("list", "[y1, y2]", "None", "loss='mse', loss_weights=[0.5, 2.0]"),
    "loss weight zero": ("list", "[y1, y2]", "None", "loss='mse', loss_weights=[0.0, 2.0]"),
    "metric object": (
        "list",
        "[y1, y2]",
        "None",
        "loss='mse', metrics=[keras.metrics.MeanAbsoluteError(name='m'), keras.metrics.RootMeanSquaredError()]",
    ),
    "metric objects by place": (
        "list",
        "[y1, y2]",
        "None",
        "loss='mse', metrics=[[keras.metrics.MeanAbsoluteError(name='m')], [keras.metrics.MeanSquaredError(name='m')]]",
    ),
    "function": ("list", "[y1, y2]", "None", "loss='mse', metrics=[keras.metrics.mean_absolute_error]"),
    "loss objects": (
        "list",
        "[y1, y2]",
        "None",
        "loss=[keras.losses.MeanSquaredError(reduction='sum'), keras.losses.Huber(0.3)]",
    ),
    "weighted": (
        "list",
        "[y1, y2]",
        "[w1, w2]",
        "loss='mse', metrics=['mae'], weighted_metrics=['mae', 'mse']",
    ),
    "weighted by name": (
        "list",
        "[y1, y2]",
        "{'output_1': w1, 'output_2': w2}",
        "loss='mse', weighted_metrics={'output_2': ['mse'], 'output_1': 'mae'}",
    ),
    "weights of one": ("list", "[y1, y2]", "{'output_2': w2}", "loss='mse', weighted_metrics=['mse']"),
    "one weight for all": ("list", "[y1, y2]", "w1", "loss='mse', weighted_metrics=['mse']"),
    "dict": ("dict", "{'a': y1, 'b': y2}", "None", "loss={'a': 'mse', 'b': 'mae'}, metrics={'a': ['mae'], 'b': 'mse'}"),
    "dict, one loss": ("dict", "{'a': y1, 'b': y2}", "None", "loss='mse', metrics=['mae']"),
    "dict, less": ("dict", "{'a': y1, 'b': y2}", "None", "loss={'b': 'mae'}, metrics={'a': ['mae']}"),
    "dict, less labels": ("dict", "{'b': y2}", "None", "loss={'b': 'mae'}, metrics={'b': ['mae']}"),
    "dict, weights": (
        "dict",
        "{'a': y1, 'b': y2}",
        "{'a': w1, 'b': w2}",
        "loss='mse', loss_weights={'b': 3.0}, weighted_metrics={'a': 'mse', 'b': ['mse', 'mae']}, metrics={'b': ['mse']}",
    ),
    "dict, accuracy": (
        "dict",
        "{'a': y1, 'b': hot}",
        "None",
        "loss={'a': 'binary_crossentropy', 'b': 'categorical_crossentropy'}, metrics=['accuracy']",
    ),
    "dict, sparse": (
        "dict",
        "{'a': y1, 'b': label}",
        "None",
        "loss={'a': 'mse', 'b': 'sparse_categorical_crossentropy'}, metrics={'b': ['acc', 'ce']}",
    ),
    "nested": (
        "nested",
        "{'u': [y1, y2], 'v': y2}",
        "None",
        "loss={'u': ['mse', 'mae'], 'v': 'mse'}, metrics={'u': [['mae'], ['mse']], 'v': ['mae']}",
    ),
    "nested, one loss": ("nested", "{'u': [y1, y2], 'v': y2}", "None", "loss='mse', metrics=['mae']"),
    "deep": ("deep", "[{'p': y1}, y2]", "None", "loss='mse', metrics=['mae']"),
    "single": ("single", "y2", "None", "loss='mse', metrics=['mae', 'mse']"),
    "single by name": ("single", "y2", "None", "loss={'output_1': 'mse'}, metrics={'output_1': ['mae', 'mse']}"),
    "single, lists": ("single", "y2", "None", "loss=['mse'], metrics=[['mae']], loss_weights=[2.0]"),
    "single, labels by name": ("single", "{'output_1': y2}", "None", "loss='mse', metrics='mae'"),
    "single, weighted": ("single", "y2", "w1", "loss='mse', metrics=['mae'], weighted_metrics=['mae', 'mse']"),
    "no loss": ("list", "[y1, y2]", "None", "metrics=['mae']"),
    "unknown output": ("list", "[y1, y2]", "None", "loss={'c': 'mse'}"),
    "unknown output of metrics": ("list", "[y1, y2]", "None", "loss='mse', metrics={'c': ['mse']}"),
    "one object twice": (
        "single",
        "y2",
        "None",
        "loss='mse', metrics=[keras.metrics.MeanSquaredError()] * 2",
    ),
    "one name twice": ("list", "[y1, y2]", "None", "loss='mse', metrics=[['mae', 'mae'], ['mse']]"),
}


def run(keras, name, **more):
    """{"logs": [[name, value]], "metrics_names": names} of `evaluate`, or {"raises": type}."""
    kind, labels, weights, arguments = CASES[name]
    space = {"keras": keras, "np": np, **data()}
    try:
        model = model_of(keras, kind)
        space.update(model=model, more=more)
        exec(f"model.compile({arguments}, **more)", space)
        y, w = eval(labels, space), eval(weights, space)
        logs = model.evaluate(space["x"], y, batch_size=BATCH, sample_weight=w, verbose=0, return_dict=True)
    except Exception as e:
        return {"raises": type(e).__name__, "message": _last_line(e)}
    return {"logs": [[k, float(v)] for k, v in logs.items()], "metrics_names": list(model.metrics_names)}


def _last_line(error):
    """What an error says, without the lines that tensorflow puts before it: they name files of the machine."""
    return str(error).strip().splitlines()[-1][:200] if str(error).strip() else ""
