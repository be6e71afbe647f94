"""Programs whose outcome is recorded from tf.keras: spellings of compile, bad input, and the list of public signatures.

Snippets are source text that sees `keras`, `np`, the data of `prelude` and the functions defined there.
"""

from __future__ import annotations

# ------------------------------------------------------------------------------------------------------- compile

PRELUDE = """
x = (np.arange(48).reshape(12, 4) % 7 / 4.0).astype("float32")
label = np.arange(12) % 3
onehot = np.eye(3, dtype="float32")[label]
binary = (np.arange(12) % 2).reshape(12, 1).astype("float32")
real = (np.arange(12) / 12.0).reshape(12, 1).astype("float32")

def model_of(units=3, activation="softmax"):
    model = keras.Sequential([keras.layers.Dense(units, activation=activation, input_shape=(4,))])
    start = (np.arange(5 * units) % 5 / 8.0 - 0.25).astype("float32")
    model.set_weights([start[: 4 * units].reshape(4, units), start[4 * units :]])
    return model

def spread(y_true, y_pred):
    return abs(y_true - y_pred)

def loss_of_user(y_true, y_pred):
    return (y_true - y_pred) ** 2
"""

SOFTMAX, REGRESSION, SIGMOID = "model_of(), onehot", "model_of(1, None), real", 'model_of(1, "sigmoid"), binary'
SPARSE = "model_of(), label"

# name: (model and labels, arguments of compile)
COMPILE = {
    "strings": (SOFTMAX, "'sgd', 'categorical_crossentropy', ['accuracy']"),
    "defaults": (REGRESSION, "loss='mse'"),
    "no metrics": (SOFTMAX, "'adam', 'categorical_crossentropy'"),
    "objects": (
        SOFTMAX,
        "keras.optimizers.SGD(0.1), keras.losses.CategoricalCrossentropy(), [keras.metrics.CategoricalAccuracy()]",
    ),
    "functions": (
        SOFTMAX,
        "'sgd', keras.losses.categorical_crossentropy, [keras.metrics.categorical_accuracy, keras.losses.mse]",
    ),
    "user functions": (REGRESSION, "'sgd', loss_of_user, [spread]"),
    "lambda metric": (REGRESSION, "'sgd', 'mse', [lambda y, p: abs(y - p)]"),
    "lambda loss": (REGRESSION, "'sgd', lambda y, p: (y - p) ** 2"),
    "metric string alone": (SOFTMAX, "'sgd', 'categorical_crossentropy', 'accuracy'"),
    "metric object alone": (SOFTMAX, "'sgd', 'categorical_crossentropy', keras.metrics.CategoricalAccuracy(name='a')"),
    "several": (SOFTMAX, "'sgd', 'categorical_crossentropy', ['accuracy', 'mse', 'mae', 'top_k_categorical_accuracy']"),
    "aliases": (REGRESSION, "'sgd', 'MSE', ['mae', 'MAE', 'mean_absolute_error', 'MeanAbsoluteError']"),
    "acc": (SOFTMAX, "'sgd', 'categorical_crossentropy', ['acc']"),
    "ce": (SOFTMAX, "'sgd', 'categorical_crossentropy', ['ce']"),
    "crossentropy": (SPARSE, "'sgd', 'sparse_categorical_crossentropy', ['crossentropy']"),
    "accuracy class by string": (SPARSE, "'sgd', 'sparse_categorical_crossentropy', ['SparseCategoricalAccuracy']"),
    "same string twice": (SOFTMAX, "'sgd', 'categorical_crossentropy', ['accuracy', 'accuracy']"),
    "same class twice": (
        SOFTMAX,
        "'sgd', 'categorical_crossentropy', [keras.metrics.CategoricalAccuracy(), keras.metrics.CategoricalAccuracy()]",
    ),
    "same name twice": (
        REGRESSION,
        "'sgd', 'mse', [keras.metrics.MeanSquaredError(name='m'), keras.metrics.MeanAbsoluteError(name='m')]",
    ),
    "accuracy and acc": (SPARSE, "'sgd', 'sparse_categorical_crossentropy', ['accuracy', 'acc']"),
    "metric called loss": (REGRESSION, "'sgd', 'mse', [keras.metrics.MeanSquaredError(name='loss')]"),
    "nested list": (SOFTMAX, "'sgd', 'categorical_crossentropy', [['accuracy', 'mse']]"),
    "tuple": (SOFTMAX, "'sgd', 'categorical_crossentropy', ('accuracy', 'mse')"),
    "list of loss": (SOFTMAX, "'sgd', ['categorical_crossentropy'], ['accuracy']"),
    "weighted metrics": (SOFTMAX, "'sgd', 'categorical_crossentropy', ['mse'], weighted_metrics=['accuracy', 'mae']"),
    "same weighted": (SOFTMAX, "'sgd', 'categorical_crossentropy', ['accuracy'], weighted_metrics=['accuracy']"),
    "loss weights": (REGRESSION, "'sgd', 'mse', ['mae'], loss_weights=[0.5]"),
    "loss class by string": (SOFTMAX, "'sgd', 'CategoricalCrossentropy', ['accuracy']"),
    "sum": (REGRESSION, "'sgd', keras.losses.MeanSquaredError(reduction='sum')"),
    "sigmoid": (SIGMOID, "'sgd', 'binary_crossentropy', ['accuracy', 'binary_accuracy', 'BinaryAccuracy']"),
    "mean metric": (
        REGRESSION,
        "'sgd', 'mse', [keras.metrics.RootMeanSquaredError(), keras.metrics.MeanAbsoluteError()]",
    ),
    "empty metrics": (REGRESSION, "'sgd', 'mse', []"),
    "run eagerly": (SOFTMAX, "'sgd', 'categorical_crossentropy', ['accuracy'], run_eagerly=True"),
    "steps per execution": (SOFTMAX, "'sgd', 'categorical_crossentropy', ['accuracy'], steps_per_execution=2"),
}


def shape_of_value(value):
    """What a returned value is: type, length or shape, types of its parts; numbers rounded to five digits."""
    if isinstance(value, dict):
        return {"type": "dict", "items": {k: shape_of_value(v) for k, v in value.items()}}
    if isinstance(value, (list, tuple)):
        return {"type": type(value).__name__, "items": [shape_of_value(v) for v in value]}
    shown = {"type": type(value).__name__}
    if hasattr(value, "shape"):
        shown["shape"] = list(value.shape)
        shown["dtype"] = str(value.dtype)
    if getattr(value, "shape", ()) == ():
        shown["value"] = float(f"{float(value):.5g}")
    return shown


def message_of(e):
    """The message without the places in the library's own files that TensorFlow puts before it."""
    lines = str(e).strip().splitlines()
    places = [k for k, line in enumerate(lines) if 'File "' in line]
    if places:
        lines = lines[places[-1] + 2 :] or lines[-1:]
    return " ".join(line.strip() for line in lines if line.strip())[:300]


def run_compile(keras, np, snippet):
    """Everything one spelling of compile shows."""
    space = {"keras": keras, "np": np}
    exec(PRELUDE, space)
    model_and_labels, arguments = snippet
    exec(f"model, y = {model_and_labels}", space)
    model, x, y = space["model"], space["x"], space["y"]
    shown = {}
    try:
        exec(f"model.compile({arguments})", space)
        shown["metrics_names before"] = list(model.metrics_names)
        history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0, validation_data=(x[:5], y[:5]))
        shown["history"] = shape_of_value(history.history)
        shown["params"] = {k: v for k, v in history.params.items()}
        shown["epoch"] = list(history.epoch)
        shown["metrics_names"] = list(model.metrics_names)
        shown["metrics"] = [[type(m).__name__, m.name] for m in model.metrics]
        shown["evaluate"] = shape_of_value(model.evaluate(x, y, batch_size=5, verbose=0))
        shown["evaluate dict"] = shape_of_value(model.evaluate(x, y, batch_size=5, verbose=0, return_dict=True))
        shown["predict"] = shape_of_value(model.predict(x, verbose=0))
        shown["train_on_batch"] = shape_of_value(model.train_on_batch(x, y))
        shown["train_on_batch dict"] = shape_of_value(model.train_on_batch(x, y, return_dict=True))
        shown["test_on_batch"] = shape_of_value(model.test_on_batch(x, y))
        shown["predict_on_batch"] = shape_of_value(model.predict_on_batch(x))
    except Exception as e:
        shown["raises"] = [type(e).__name__, message_of(e)]
    return shown


# -------------------------------------------------------------------------------------------------------- errors

_FIT = "m = model_of(); m.compile('sgd', 'categorical_crossentropy'); "
_SPARSE = "m = model_of(); m.compile('sgd', 'sparse_categorical_crossentropy'); "

ERRORS = {
    "fit wrong width": _FIT + "m.fit(x[:, :3], onehot, verbose=0)",
    "fit wrong rank": _FIT + "m.fit(x.reshape(12, 2, 2), onehot, verbose=0)",
    "call wrong width": "model_of()(x[:, :3])",
    "call vector": "model_of()(x[0])",
    "predict wrong width": "model_of().predict(x[:, :3], verbose=0)",
    "predict vector": "model_of().predict(x[0], verbose=0)",
    "labels wrong width": _FIT + "m.fit(x, onehot[:, :2], verbose=0)",
    "sparse labels for categorical": _FIT + "m.fit(x, label, verbose=0)",
    "onehot labels for sparse": _SPARSE + "m.fit(x, onehot, verbose=0)",
    "label too large": _SPARSE + "m.fit(x, label + 1, verbose=0)",
    "label negative": _SPARSE + "m.fit(x, label - 1, verbose=0)",
    "labels too large for binary": "m = model_of(1, 'sigmoid'); m.compile('sgd', 'binary_crossentropy'); "
    "m.fit(x, label, verbose=0)",
    "unknown optimizer": "m = model_of(); m.compile('sdg', 'mse')",
    "unknown loss": "m = model_of(); m.compile('sgd', 'msee'); m.fit(x, onehot, verbose=0)",
    "unknown loss at compile": "m = model_of(); m.compile('sgd', 'msee')",
    "unknown metric": "m = model_of(); m.compile('sgd', 'mse', ['acuracy']); m.fit(x, onehot, verbose=0)",
    "unknown metric at compile": "m = model_of(); m.compile('sgd', 'mse', ['acuracy'])",
    "unknown activation": "keras.layers.Dense(3, activation='rellu')",
    "unknown initializer": "keras.layers.Dense(3, kernel_initializer='glorot')",
    "unknown regularizer": "keras.layers.Dense(3, kernel_regularizer='l3')",
    "unknown layer argument": "keras.layers.Dense(3, activations='relu')",
    "fit before compile": "model_of().fit(x, onehot, verbose=0)",
    "evaluate before compile": "model_of().evaluate(x, onehot, verbose=0)",
    "compile without loss": "m = model_of(); m.compile('sgd'); m.fit(x, onehot, verbose=0)",
    "fit without labels": _FIT + "m.fit(x, verbose=0)",
    "lengths differ": _FIT + "m.fit(x, onehot[:7], verbose=0)",
    "weights length differs": _FIT + "m.fit(x, onehot, sample_weight=np.ones(7), verbose=0)",
    "empty data": _FIT + "m.fit(x[:0], onehot[:0], verbose=0)",
    "empty predict": "model_of().predict(x[:0], verbose=0)",
    "empty evaluate": _FIT + "m.evaluate(x[:0], onehot[:0], verbose=0)",
    "object dtype": _FIT + "m.fit(x.astype(object), onehot, verbose=0)",
    "ragged object": _FIT + "m.fit(np.array([[1.0, 2.0], [3.0]], dtype=object), onehot[:2], verbose=0)",
    "strings": _FIT + "m.fit(np.array([['a'] * 4] * 12), onehot, verbose=0)",
    "none": _FIT + "m.fit(None, onehot, verbose=0)",
    "batch size 0": _FIT + "m.fit(x, onehot, batch_size=0, verbose=0)",
    "batch size negative": _FIT + "m.fit(x, onehot, batch_size=-2, verbose=0)",
    "batch size text": _FIT + "m.fit(x, onehot, batch_size='8', verbose=0)",
    "batch size larger": _FIT + "m.fit(x, onehot, batch_size=1000, verbose=0)",
    "epochs 0": _FIT + "m.fit(x, onehot, epochs=0, verbose=0)",
    "split 1": _FIT + "m.fit(x, onehot, validation_split=1.0, verbose=0)",
    "split too small": _FIT + "m.fit(x, onehot, validation_split=0.01, verbose=0)",
    "validation one item": _FIT + "m.fit(x, onehot, validation_data=(x,), verbose=0)",
    "validation frequency 0": _FIT + "m.fit(x, onehot, validation_data=(x, onehot), validation_freq=0, verbose=0)",
    "steps too many": _FIT + "m.fit(x, onehot, steps_per_epoch=100, shuffle=False, verbose=0)",
    "units 0": "keras.layers.Dense(0)",
    "units negative": "keras.layers.Dense(-3)",
    "units text": "keras.layers.Dense('three')",
    "units float": "keras.layers.Dense(3.0)",
    "dropout rate 1.5": "keras.layers.Dropout(1.5)",
    "dropout rate -0.1": "keras.layers.Dropout(-0.1)",
    "reshape wrong size": "keras.Sequential([keras.layers.Reshape((3, 3), input_shape=(4,))])",
    "reshape two unknown": "keras.Sequential([keras.layers.Reshape((-1, -1), input_shape=(4,))])",
    "dense on unknown last axis": "keras.Sequential([keras.layers.Dense(3, input_shape=(None,))])",
    "add not a layer": "keras.Sequential().add(3)",
    "add class": "keras.Sequential([keras.layers.Dense])",
    "pop from empty": "keras.Sequential().pop()",
    "same layer name twice": "first = keras.layers.Dense(3, name='a', input_shape=(4,)); "
    "keras.Sequential([first, keras.layers.Dense(3, name='a')])",
    "summary unbuilt": "keras.Sequential([keras.layers.Dense(3)]).summary()",
    "weights unbuilt": "keras.Sequential([keras.layers.Dense(3)]).weights",
    "get_weights unbuilt": "keras.Sequential([keras.layers.Dense(3)]).get_weights()",
    "count_params unbuilt": "keras.Sequential([keras.layers.Dense(3)]).count_params()",
    "set_weights too few": "model_of().set_weights([np.zeros((4, 3))])",
    "set_weights wrong shape": "model_of().set_weights([np.zeros((4, 2)), np.zeros(3)])",
    "input_shape number": "keras.Sequential([keras.layers.Dense(3, input_shape=4)])",
    "input_shape negative": "keras.Sequential([keras.layers.Dense(3, input_shape=(-4,))])",
    "nan input": _FIT + "m.fit(x * np.nan, onehot, verbose=0)",
    "float16 input": _FIT + "m.fit(x.astype('float16'), onehot, verbose=0)",
    "float64 input": _FIT + "m.fit(x.astype('float64'), onehot, verbose=0)",
    "integer input": _FIT + "m.fit((x * 4).astype(int), onehot, verbose=0)",
    "bool input": _FIT + "m.fit(x > 1, onehot, verbose=0)",
    "list input": _FIT + "m.fit(x.tolist(), onehot, verbose=0)",
    "lists": _FIT + "m.fit(x.tolist(), onehot.tolist(), verbose=0)",
    "fortran input": _FIT + "m.fit(np.asfortranarray(x), onehot, verbose=0)",
    "strided input": _FIT + "m.fit(np.repeat(x, 2, axis=1)[:, ::2], onehot, verbose=0)",
    "loss different shapes": "keras.losses.mean_squared_error([[1.0, 2.0]], [[1.0, 2.0, 3.0]])",
    "loss object different shapes": "keras.losses.MeanSquaredError()([[1.0, 2.0]], [[1.0, 2.0, 3.0]])",
    "loss weights different length": "keras.losses.MeanSquaredError()(real, real + 1, sample_weight=[1.0, 2.0])",
    "loss reduction": "keras.losses.MeanSquaredError(reduction='average')",
    "loss get unknown": "keras.losses.get('msee')",
    "loss get number": "keras.losses.get(3)",
    "metric get unknown": "keras.metrics.get('acuracy')",
    "metric get number": "keras.metrics.get(3)",
    "metric different shapes": "keras.metrics.Accuracy().update_state([1, 2, 3], [1, 2])",
    "metric weights different length": "keras.metrics.MeanSquaredError().update_state(real, real, [1.0, 2.0])",
    "top k larger than classes": "keras.metrics.top_k_categorical_accuracy(np.eye(3), np.eye(3), k=5)",
    "sgd momentum": "keras.optimizers.SGD(momentum=1.5)",
    "sgd momentum negative": "keras.optimizers.SGD(momentum=-0.5)",
    "sgd two clips": "keras.optimizers.SGD(clipnorm=1.0, clipvalue=1.0)",
    "sgd negative clip": "keras.optimizers.SGD(clipnorm=-1.0)",
    "adagrad start negative": "keras.optimizers.Adagrad(initial_accumulator_value=-0.1)",
    "optimizer get number": "keras.optimizers.get(3)",
    "apply no gradients": "keras.optimizers.SGD().apply_gradients([])",
    "activation get number": "keras.activations.get(3)",
    "relu on integers": "keras.activations.relu(np.array([-1, 2]))",
    "softmax vector": "keras.activations.softmax(np.array([1.0, 2.0], 'float32'))",
    "gradient of loss none": "keras.losses.get(None)",
}


def run_error(keras, np, code):
    """What happens: the exception's type and message, or the type of the value and, for a history, the last loss."""
    space = {"keras": keras, "np": np}
    exec(PRELUDE, space)
    *before, last = [part.strip() for part in code.split("; ")]
    try:
        for part in before:
            exec(part, space)
        value = eval(last, space)
    except Exception as e:
        return {
            "raises": type(e).__name__,
            "bases": [b.__name__ for b in type(e).__mro__[1:-1]],
            "message": message_of(e),
        }
    shown = {"returns": type(value).__name__}
    if hasattr(value, "history"):
        shown["loss"] = [float(f"{v:.5g}") if v == v else "nan" for v in value.history.get("loss", [])]
    return shown


# ---------------------------------------------------------------------------------------------------- signatures

_MODEL = """compile fit evaluate predict summary train_on_batch test_on_batch predict_on_batch get_weights set_weights
save save_weights load_weights build call get_layer count_params to_json reset_metrics reset_states compute_loss
compute_metrics train_step test_step predict_step add_loss add_metric get_config from_config""".split()
_SEQUENTIAL = ["add", "pop"]
_LAYER = """add_weight build call get_config from_config get_weights set_weights count_params compute_output_shape
add_loss""".split()
_METRIC = "add_weight update_state result reset_state merge_state get_config from_config".split()
_OPTIMIZER = """apply_gradients minimize compute_gradients get_config from_config build update_step add_variable
add_variable_from_reference exclude_from_weight_decay finalize_variable_values set_weights aggregate_gradients
save_own_variables load_own_variables""".split()
_LEGACY_OPTIMIZER = """apply_gradients minimize get_config from_config add_slot get_slot get_slot_names add_weight set_weights
get_weights get_gradients get_updates""".split()
_NAMES = {
    "": ["Sequential", "Model", "Input"],
    "models": ["Sequential", "Model", "load_model", "model_from_json", "clone_model", "save_model"],
    "layers": "Layer Dense Flatten Reshape Activation Dropout InputLayer Input Add Subtract Multiply Average Maximum Minimum "
    "Concatenate Dot add subtract multiply average maximum minimum concatenate dot Permute RepeatVector ReLU LeakyReLU PReLU "
    "ELU ThresholdedReLU Softmax ActivityRegularization Masking GaussianNoise GaussianDropout SpatialDropout1D "
    "SpatialDropout2D SpatialDropout3D AlphaDropout UnitNormalization Normalization Rescaling Lambda Wrapper Identity "
    "Embedding EinsumDense InputSpec CategoryEncoding Discretization Hashing IntegerLookup StringLookup".split(),
    "losses": None,
    "metrics": None,
    "optimizers": None,
    "optimizers.legacy": None,
    "optimizers.schedules": None,
    "initializers": None,
    "regularizers": None,
    "activations": None,
    "constraints": None,
    "callbacks": "Callback History ProgbarLogger EarlyStopping ModelCheckpoint LambdaCallback".split(),
    "utils": "to_categorical Progbar get_file set_random_seed normalize plot_model".split(),
    "datasets.mnist": ["load_data"],
    "datasets.fashion_mnist": ["load_data"],
    "backend": "floatx set_floatx epsilon set_epsilon image_data_format set_image_data_format clear_session".split(),
}
_METHODS = {
    "Model": _MODEL,
    "Sequential": _SEQUENTIAL,
    "layers.Layer": _LAYER,
    "metrics.Metric": _METRIC,
    "metrics.Mean": _METRIC,
    "metrics.MeanSquaredError": ["update_state"],
    "losses.Loss": ["__call__", "call", "get_config", "from_config"],
    "optimizers.Optimizer": _OPTIMIZER,
    "optimizers.SGD": ["apply_gradients", "minimize"],
    "optimizers.legacy.Optimizer": _LEGACY_OPTIMIZER,
    "optimizers.schedules.LearningRateSchedule": ["__call__", "get_config", "from_config"],
    "constraints.Constraint": ["__call__", "get_config", "from_config"],
    "regularizers.Regularizer": ["__call__", "get_config", "from_config"],
    "initializers.Initializer": ["__call__"],
    "initializers.GlorotUniform": ["__call__"],
    "utils.Progbar": ["update", "add"],
    "callbacks.Callback": [
        f"on_{name}"
        for name in "train_begin train_end epoch_begin epoch_end train_batch_begin train_batch_end test_begin".split()
    ],
}


def signature_paths(keras):
    """Dotted names below `keras` whose signatures are recorded."""
    import inspect

    paths = []
    for module, names in _NAMES.items():
        thing = keras
        for part in module.split(".") if module else ():
            thing = getattr(thing, part)
        if names is None:
            names = [n for n in dir(thing) if not n.startswith("_") and not inspect.ismodule(getattr(thing, n))]
        for name in names:
            if callable(getattr(thing, name, None)):
                paths.append(f"{module}.{name}" if module else name)
    for owner, methods in _METHODS.items():
        thing = keras
        for part in owner.split("."):
            thing = getattr(thing, part)
        paths += [f"{owner}.{m}" for m in methods if hasattr(thing, m)]

    def has_signature(path):
        thing = keras
        for part in path.split("."):
            thing = getattr(thing, part)
        try:
            return bool(inspect.signature(thing))
        except (TypeError, ValueError):
            return False

    return [p for p in paths if has_signature(p)]
