"""Calls of fit, evaluate, predict and their kin whose results are recorded from tf.keras: every argument, every kind of data.

Each is source text over the names of `names`; `shuffle` is off wherever the order of the samples matters.
"""

from __future__ import annotations

import numpy as np

X = np.sin(np.arange(60, dtype="float32")).reshape(20, 3)
Y = (X[:, :1] - 2 * X[:, 1:2] + 0.5).astype("float32")
LABELS = (np.arange(20) * 7 % 3).astype("int64")
W = (1 + np.arange(20) % 4).astype("float32")

HELPERS = """
def weighted(layer, scale=0.1):
    for k, v in enumerate(layer.get_weights()):
        layer.set_weights([*layer.get_weights()[:k], scale * np.cos(np.arange(v.size)).reshape(v.shape),
                           *layer.get_weights()[k + 1:]])

def regression(**compile):
    m = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
    weighted(m.layers[0])
    m.compile(**{"optimizer": keras.optimizers.SGD(0.1), "loss": "mse", "metrics": ["mae"], **compile})
    return m

def classifier(**compile):
    m = keras.Sequential([keras.layers.Dense(3, activation="softmax", input_shape=(3,))])
    weighted(m.layers[0])
    m.compile(**{"optimizer": keras.optimizers.SGD(0.5), "loss": "sparse_categorical_crossentropy",
                 "metrics": ["accuracy"], "weighted_metrics": ["accuracy"], **compile})
    return m

class Two(keras.Model):
    def __init__(self):
        super().__init__()
        self.p, self.q = keras.layers.Dense(1, name="p"), keras.layers.Dense(2, name="q")
    def call(self, inputs):
        return self.p(inputs["a"]), self.q(inputs["b"])

def two(**compile):
    m = Two()
    m({"a": tf.constant(X), "b": tf.constant(X)})
    weighted(m.p), weighted(m.q)
    m.compile(**{"optimizer": keras.optimizers.SGD(0.1), "loss": ["mse", "mae"], "loss_weights": [1, 0.5],
                 **compile})
    return m

Q = np.cos(np.arange(40, dtype="float32")).reshape(20, 2)

def batches(n=4, size=5, labels=False, weights=False, first=0):
    for k in range(first, first + n):
        at = slice(k * size % 20, k * size % 20 + size)
        item = X[at], (LABELS if labels else Y)[at]
        yield (*item, W[at]) if weights else item

def endless():
    while True:
        yield from batches()

def xs(n=4):
    for x, _ in batches(n):
        yield x

class Numbered(keras.utils.Sequence):
    def __init__(self, n=4, labels=False):
        self.items = list(batches(n, labels=labels))
        self.ends = 0
    def __len__(self):
        return len(self.items)
    def __getitem__(self, k):
        return self.items[k]
    def on_epoch_end(self):
        self.ends += 1

def arrays(*parts, batch=5):
    return D.from_tensor_slices(parts if len(parts) > 1 else parts[0]).batch(batch)

class Seen(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.hooks = []
    def on_train_batch_begin(self, batch, logs=None):
        self.hooks.append(f"+{batch}")
    def on_test_batch_end(self, batch, logs=None):
        self.hooks.append(f"t{batch}")
    def on_predict_batch_end(self, batch, logs=None):
        self.hooks.append(f"p{batch} {np.shape(logs['outputs'])}")
    def on_epoch_end(self, epoch, logs=None):
        self.hooks.append(f"e{epoch}")

def hooks(call):
    seen = Seen()
    call(seen)
    return seen.hooks, {k: v for k, v in (seen.params or {}).items() if k in ("epochs", "steps")}

def onto(m, *calls):
    return [call(m) for call in calls]
"""

FIT = "regression().fit(X, Y, batch_size=5, epochs=2, shuffle=False, verbose=0, {}).history"
LABELLED = "classifier().fit(X, LABELS, batch_size=5, epochs=2, shuffle=False, verbose=0, {}).history"
FED = "regression().fit({}, epochs=2, verbose=0, shuffle=False).history"
EVALUATE = "regression().evaluate(X, Y, verbose=0, {})"
PREDICT = "regression().predict({}, verbose=0)"

CALLS = {
    # fit of arrays
    "fit": FIT.format(""),
    "fit_batch_32": "regression().fit(X, Y, epochs=2, shuffle=False, verbose=0).history",
    "fit_uneven": "regression().fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0).history",
    "fit_validation_split": FIT.format("validation_split=0.25"),
    "fit_validation_split_and_data": FIT.format("validation_split=0.25, validation_data=(X, Y)"),
    "fit_validation_data": FIT.format("validation_data=(X[:7], Y[:7])"),
    "fit_validation_list": FIT.format("validation_data=[X[:7], Y[:7]]"),
    "fit_validation_weights": FIT.format("validation_data=(X, Y, W)"),
    "fit_validation_batch_size": FIT.format("validation_data=(X, Y), validation_batch_size=7"),
    "fit_validation_steps": FIT.format("validation_data=(X, Y), validation_steps=2"),
    "fit_validation_steps_and_batch": FIT.format("validation_data=(X, Y), validation_steps=2, validation_batch_size=3"),
    "fit_validation_freq": FIT.format("validation_data=(X, Y), validation_freq=2"),
    "fit_validation_epochs": FIT.format("validation_data=(X, Y), validation_freq=[1]"),
    "fit_sample_weight": FIT.format("sample_weight=W"),
    "fit_sample_weight_and_split": FIT.format("sample_weight=W, validation_split=0.25"),
    "fit_initial_epoch": "regression().fit(X, Y, epochs=5, initial_epoch=3, shuffle=False, verbose=0).history",
    "fit_initial_epoch_late": "regression().fit(X, Y, epochs=2, initial_epoch=3, shuffle=False, verbose=0).history",
    "fit_steps": "regression().fit(X, Y, batch_size=5, epochs=2, steps_per_epoch=2, shuffle=False, verbose=0).history",
    "fit_steps_no_batch_size": "regression().fit(X, Y, epochs=2, steps_per_epoch=3, shuffle=False, verbose=0).history",
    "fit_class_weight": LABELLED.format("class_weight={0: 1.0, 1: 3.0, 2: 0.5}"),
    "fit_class_weight_more": LABELLED.format("class_weight={0: 1.0, 1: 3.0, 2: 0.5, 3: 9.0}"),
    "fit_class_and_sample_weight": LABELLED.format("class_weight={0: 1.0, 1: 3.0, 2: 0.5}, sample_weight=W"),
    "fit_class_weight_one_hot":
        "classifier(loss='categorical_crossentropy').fit(X, np.eye(3)[LABELS], batch_size=5, shuffle=False, verbose=0,"
        " class_weight={0: 1.0, 1: 3.0, 2: 0.5}).history",
    "fit_class_weight_column":
        "classifier().fit(X, LABELS[:, None], shuffle=False, verbose=0, class_weight={0: 1.0, 1: 3.0, 2: 0.5}).history",
    "fit_class_weight_validation": LABELLED.format(
        "class_weight={0: 1.0, 1: 3.0, 2: 0.5}, validation_split=0.25"
    ),
    # kinds of arrays
    "fit_lists": "regression().fit(X.tolist(), Y.tolist(), shuffle=False, verbose=0).history",
    "fit_float64": "regression().fit(X.astype('f8'), Y.astype('f8'), shuffle=False, verbose=0).history",
    "fit_integers": "regression().fit((X * 9).astype('int64'), (Y * 9).astype('int32'), shuffle=False, verbose=0).history",
    "fit_uint8": "regression().fit((X * 2 + 2).astype('uint8'), Y > 0, shuffle=False, verbose=0).history",
    "fit_float16": "regression().fit(X.astype('f2'), Y.astype('f2'), shuffle=False, verbose=0).history",
    "fit_flat_targets": "regression().fit(X, Y[:, 0], shuffle=False, verbose=0).history",
    "fit_tensors": "regression().fit(tf.constant(X), tf.constant(Y), shuffle=False, verbose=0).history",
    "fit_frame": "regression().fit(pd.DataFrame(X), pd.DataFrame(Y), shuffle=False, verbose=0).history",
    "fit_series": "regression().fit(pd.DataFrame(X), pd.Series(Y[:, 0]), shuffle=False, verbose=0).history",
    "fit_series_labels": "classifier().fit(pd.DataFrame(X), pd.Series(LABELS), shuffle=False, verbose=0).history",
    "fit_dicts": "two().fit({'a': X, 'b': X}, (Y, Q), batch_size=8, epochs=2, shuffle=False, verbose=0).history",
    "fit_dict_weights":
        "two().fit({'a': X, 'b': X}, (Y, Q), sample_weight=(W, W + 1), shuffle=False, verbose=0).history",
    "fit_dict_of_series":
        "two().fit({'a': pd.DataFrame(X), 'b': X}, [pd.Series(Y[:, 0]), Q], shuffle=False, verbose=0).history",
    # fit of what comes in batches
    "fit_generator": "regression().fit(endless(), steps_per_epoch=3, epochs=2, verbose=0).history",
    "fit_generator_once": "regression().fit(batches(), epochs=1, verbose=0).history",
    "fit_generator_exact": "regression().fit(batches(6), steps_per_epoch=3, epochs=2, verbose=0).history",
    "fit_generator_weights": "regression().fit(batches(weights=True), verbose=0).history",
    "fit_generator_lists": "regression().fit((list(item) for item in batches()), verbose=0).history",
    "fit_generator_uneven": "regression().fit(((X[:k], Y[:k]) for k in (5, 3, 8, 1)), verbose=0).history",
    "fit_generator_float64": "regression().fit(((x.astype('f8'), y) for x, y in batches()), verbose=0).history",
    "fit_generator_integers": "classifier().fit(batches(labels=True), verbose=0).history",
    "fit_generator_class_weight":
        "classifier().fit(batches(labels=True), class_weight={0: 1.0, 1: 3.0, 2: 0.5}, verbose=0).history",
    "fit_generator_validation":
        "regression().fit(endless(), steps_per_epoch=2, validation_data=endless(), validation_steps=3, verbose=0).history",
    "fit_generator_dicts":
        "two().fit((({'a': x, 'b': x}, (y, np.tile(y, 2))) for x, y in batches()), verbose=0).history",
    "fit_sequence": FED.format("Numbered()"),
    "fit_sequence_steps": "regression().fit(Numbered(), steps_per_epoch=2, epochs=2, shuffle=False, verbose=0).history",
    "fit_sequence_validation": "regression().fit(Numbered(), shuffle=False, validation_data=Numbered(2), verbose=0).history",
    "fit_sequence_class_weight":
        "classifier().fit(Numbered(labels=True), class_weight={0: 1.0, 1: 3.0, 2: 0.5}, shuffle=False, verbose=0).history",
    "fit_sequence_threads": "regression().fit(Numbered(), epochs=2, workers=3, shuffle=False, verbose=0).history",
    "fit_dataset": FED.format("arrays(X, Y)"),
    "fit_dataset_uneven": FED.format("arrays(X, Y, batch=8)"),
    "fit_dataset_weights": FED.format("arrays(X, Y, W)"),
    "fit_dataset_repeat": "regression().fit(arrays(X, Y).repeat(), steps_per_epoch=3, epochs=3, verbose=0).history",
    "fit_dataset_steps": "regression().fit(arrays(X, Y), steps_per_epoch=2, epochs=2, verbose=0).history",
    "fit_dataset_repeat_batch":
        "regression().fit(D.from_tensor_slices((X, Y)).repeat(2).batch(7), epochs=2, verbose=0).history",
    "fit_dataset_mapped": FED.format("arrays(X, Y).map(lambda x, y: (x * 2, y))"),
    "fit_dataset_of_generator": FED.format(
        "D.from_generator(batches, output_types=('float32', 'float32'), output_shapes=((None, 3), (None, 1)))"
    ),
    "fit_dataset_dicts":
        "two().fit(arrays({'a': X, 'b': X}, (Y, Q), batch=8), epochs=2, verbose=0).history",
    "fit_dataset_class_weight":
        "classifier().fit(arrays(X, LABELS), class_weight={0: 1.0, 1: 3.0, 2: 0.5}, epochs=2, verbose=0).history",
    "fit_dataset_class_and_sample_weight":
        "classifier().fit(D.from_tensor_slices((X, LABELS, W)).batch(5, drop_remainder=True),"
        " class_weight={0: 1.0, 1: 3.0, 2: 0.5}, verbose=0).history",
    "fit_dataset_validation": "regression().fit(X, Y, shuffle=False, validation_data=arrays(X, Y), verbose=0).history",
    "fit_dataset_validation_steps":
        "regression().fit(X, Y, epochs=2, shuffle=False, validation_data=arrays(X, Y), validation_steps=2, verbose=0).history",
    # evaluate
    "evaluate": EVALUATE.format(""),
    "evaluate_dict": EVALUATE.format("return_dict=True"),
    "evaluate_weights": EVALUATE.format("sample_weight=W"),
    "evaluate_steps": EVALUATE.format("steps=2, batch_size=4"),
    "evaluate_loss_alone": "regression(metrics=None).evaluate(X, Y, verbose=0)",
    "evaluate_generator": "regression().evaluate(batches(), verbose=0)",
    "evaluate_generator_steps": "regression().evaluate(endless(), steps=3, verbose=0)",
    "evaluate_sequence": "regression().evaluate(Numbered(3), verbose=0)",
    "evaluate_sequence_threads": "regression().evaluate(Numbered(3), workers=2, verbose=0)",
    "evaluate_dataset": "regression().evaluate(arrays(X, Y, batch=8), verbose=0)",
    "evaluate_dataset_steps": "regression().evaluate(arrays(X, Y).repeat(), steps=5, verbose=0)",
    "evaluate_two": "two().evaluate({'a': X, 'b': X}, (Y, Q), return_dict=True, verbose=0)",
    # predict
    "predict": PREDICT.format("X"),
    "predict_batch_size": PREDICT.format("X, batch_size=7"),
    "predict_steps": PREDICT.format("X, batch_size=4, steps=2"),
    "predict_list": PREDICT.format("X.tolist()"),
    "predict_frame": PREDICT.format("pd.DataFrame(X)"),
    "predict_generator": PREDICT.format("xs()"),
    "predict_generator_pairs": PREDICT.format("batches()"),
    "predict_generator_steps": PREDICT.format("xs(), steps=2"),
    "predict_sequence": PREDICT.format("Numbered(3)"),
    "predict_dataset": PREDICT.format("arrays(X, batch=8)"),
    "predict_dataset_pairs": PREDICT.format("arrays(X, Y)"),
    "predict_dataset_repeat": PREDICT.format("arrays(X).repeat(), steps=5"),
    "predict_dict": "two().predict({'a': X, 'b': X}, batch_size=8, verbose=0)",
    # one batch
    "train_on_batch": "onto(regression(), *[lambda m: m.train_on_batch(X, Y)] * 2)",
    "train_on_batch_weights": "regression().train_on_batch(X, Y, sample_weight=W)",
    "train_on_batch_class_weight": "classifier().train_on_batch(X, LABELS, class_weight={0: 1.0, 1: 3.0, 2: 0.5})",
    "train_on_batch_dict": "regression().train_on_batch(X, Y, return_dict=True)",
    "train_on_batch_keeps": "onto(regression(), *[lambda m: m.train_on_batch(X, Y, reset_metrics=False)] * 2)",
    "train_on_batch_float64": "regression().train_on_batch(X.astype('f8'), Y.astype('f8'))",
    "test_on_batch": "regression().test_on_batch(X, Y)",
    "test_on_batch_weights": "regression().test_on_batch(X, Y, sample_weight=W, return_dict=True)",
    "test_on_batch_keeps":
        "onto(regression(), lambda m: m.test_on_batch(X[:5], Y[:5]), lambda m: m.test_on_batch(X[5:], Y[5:], reset_metrics=False))",
    "predict_on_batch": "regression().predict_on_batch(X[:3])",
    "predict_on_batch_dict": "two().predict_on_batch({'a': X[:3], 'b': X[:3]})",
    # what callbacks see
    "hooks": "hooks(lambda c: regression().fit(X, Y, batch_size=5, epochs=2, validation_split=0.25, verbose=0, callbacks=[c]))",
    "hooks_generator": "hooks(lambda c: regression().fit(endless(), steps_per_epoch=2, epochs=2, verbose=0, callbacks=[c]))",
    "hooks_unknown_steps": "hooks(lambda c: regression().fit(batches(), verbose=0, callbacks=[c]))[1]",
    "hooks_dataset": "hooks(lambda c: regression().fit(arrays(X, Y, batch=8), epochs=2, verbose=0, callbacks=[c]))",
    "hooks_predict": "hooks(lambda c: regression().predict(X, batch_size=8, callbacks=[c], verbose=0))",
    "hooks_predict_generator": "hooks(lambda c: regression().predict(xs(), callbacks=[c], verbose=0))",
    "sequence_epoch_ends": "onto(Numbered(), lambda s: regression().fit(s, epochs=3, verbose=0).params['steps'], lambda s: s.ends)",
}  # fmt: skip

# Data that ends too early: what is recorded, and that a warning is given
EARLY = {
    "early_generator": "regression().fit(batches(4), steps_per_epoch=3, epochs=3, verbose=0).history",
    "early_generator_no_steps": "[v[0] for v in regression().fit(batches(4), epochs=3, verbose=0).history.values()]",
    "early_dataset": "regression().fit(arrays(X, Y), steps_per_epoch=3, epochs=3, verbose=0).history",
    "early_evaluate": "regression().evaluate(batches(2), steps=3, verbose=0)",
    "early_predict": "regression().predict(xs(2), steps=3, verbose=0)",
    "early_arrays": "regression().fit(X, Y, batch_size=5, steps_per_epoch=5, epochs=1, shuffle=False, verbose=0).history",
}

ERRORS = {
    "y_with_generator": "regression().fit(batches(), Y, verbose=0)",
    "y_with_dataset": "regression().fit(arrays(X, Y), Y, verbose=0)",
    "y_with_sequence": "regression().fit(Numbered(), Y, verbose=0)",
    "weights_with_dataset": "regression().fit(arrays(X, Y), sample_weight=W, verbose=0)",
    "weights_with_generator": "regression().evaluate(batches(), sample_weight=W, verbose=0)",
    "split_of_dataset": "regression().fit(arrays(X, Y), validation_split=0.2, verbose=0)",
    "split_of_generator": "regression().fit(batches(), validation_split=0.2, verbose=0)",
    "endless_dataset": "regression().fit(arrays(X, Y).repeat(), verbose=0)",
    "endless_dataset_evaluate": "regression().evaluate(arrays(X, Y).repeat(), verbose=0)",
    "empty_generator": "regression().fit(iter(()), verbose=0)",
    "empty_arrays": "regression().fit(X[:0], Y[:0], verbose=0)",
    "too_many_parts": "regression().fit(((x, y, y, y) for x, y in batches()), verbose=0)",
    "wrong_width": "regression().fit(((x[:, :2], y) for x, y in batches()), verbose=0)",
    "unequal": "regression().fit(X, Y[:7], verbose=0)",
    "class_weight_keys": "classifier().fit(X, LABELS, class_weight={1: 1.0, 2: 2.0}, verbose=0)",
    "class_weight_two_outputs":
        "two().fit({'a': X, 'b': X}, (Y, Q), class_weight={0: 1.0, 1: 1.0}, verbose=0)",
    "class_weight_3d":
        "regression().fit(X, np.zeros((20, 2, 2)), class_weight={0: 1.0, 1: 1.0}, verbose=0)",
    "texts": "regression().fit(np.array([['a', 'b', 'c']] * 20), Y, verbose=0)",
    "a_text": "regression().fit('data', Y, verbose=0)",
    "generator_raises": "regression().fit((1 // 0 for k in range(9)), verbose=0)",
    "not_compiled": "keras.Sequential([keras.layers.Dense(1, input_shape=(3,))]).fit(X, Y)",
    "evaluate_unknown_argument": "regression().evaluate(X, Y, nothing=1)",
    "validation_freq_zero": "regression().fit(X, Y, validation_data=(X, Y), validation_freq=0, verbose=0)",
    "validation_data_text": "regression().fit(X, Y, validation_data=3, verbose=0)",
}  # fmt: skip


def names(keras, tf):
    """What the source texts see."""
    import pandas

    seen = {
        "keras": keras,
        "tf": tf,
        "np": np,
        "pd": pandas,
        "D": tf.data.Dataset,
        "X": X,
        "Y": Y,
        "W": W,
        "LABELS": LABELS,
    }
    exec(HELPERS, seen)
    return seen


def plain(x):
    """A result, as JSON."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    if isinstance(x, (np.ndarray, np.generic)):
        return x.astype("float64").tolist()
    return x
