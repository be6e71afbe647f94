"""The training loop: the same bits on any number of threads, what callbacks see, subclassed models, weights of samples."""

import copy
import pickle
import threading

import numpy as np
import pytest

import pyseq as keras
from pyseq import Model, Sequential, layers
from pyseq.callbacks import Callback, LambdaCallback
from pyseq.core import Variable, config, engine

rng = np.random.default_rng(0)
X, Y = rng.standard_normal((96, 20)).astype("f4"), rng.integers(0, 3, 96)


def trained(**fit):
    keras.utils.set_random_seed(3)
    model = Sequential(
        [layers.Dense(70, activation="relu", input_shape=(20,)), layers.Dropout(0.3), layers.Dense(33, activation="tanh"),
         layers.Dense(3, activation="softmax", kernel_regularizer="l2")]
    )  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(X, Y, verbose=0, **{"epochs": 3, "batch_size": 20, **fit})
    return model, history


def bits(model):
    return [w.tobytes() for w in model.get_weights()]


def test_same_bits_on_any_number_of_threads(isa):
    expected = bits(trained()[0])
    threads, work = config.get_num_threads(), engine.set_parallel_work(1)
    try:
        for n in (1, 2, 3):
            config.set_num_threads(n)
            assert bits(trained()[0]) == expected, f"{n} threads"
    finally:
        config.set_num_threads(threads)
        engine.set_parallel_work(work)


def test_a_seed_gives_the_same_run():
    assert bits(trained()[0]) == bits(trained()[0])


def test_shuffling_changes_the_run_and_only_the_order():
    assert bits(trained(shuffle=False)[0]) != bits(trained()[0])


def test_history():
    _, history = trained(validation_split=0.25, validation_freq=2, epochs=5, initial_epoch=1)
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert history.epoch == [1, 2, 3, 4] and len(history.history["val_loss"]) == 2
    assert history.params == {"verbose": 0, "epochs": 5, "steps": 4}
    assert all(isinstance(v, float) for values in history.history.values() for v in values)


class Recorder(Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_begin(self, logs=None):
        self.seen.append("train begin")

    def on_epoch_begin(self, epoch, logs=None):
        self.seen.append(f"epoch {epoch} begin")

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append((batch, sorted(logs)))

    def on_test_begin(self, logs=None):
        self.seen.append("test begin")

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append((f"epoch {epoch} end", sorted(logs)))

    def on_train_end(self, logs=None):
        self.seen.append("train end")


def test_hooks_come_in_order():
    recorder = Recorder()
    trained(callbacks=[recorder], epochs=1, batch_size=50, validation_data=(X, Y))
    names = ["accuracy", "loss"]
    assert recorder.seen == [
        "train begin", "epoch 0 begin", (0, names), (1, names), "test begin",
        ("epoch 0 end", ["accuracy", "loss", "val_accuracy", "val_loss"]), "train end",
    ]  # fmt: skip


def test_stop_training():
    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                self.model.stop_training = True

    _, history = trained(callbacks=[Stop()], epochs=10)
    assert history.epoch == [0]


def test_an_exception_in_a_callback_comes_out_and_the_model_goes_on():
    class Fail(Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise RuntimeError("mine")

    model, _ = trained()
    with pytest.raises(RuntimeError, match="mine"):
        model.fit(X, Y, callbacks=[Fail()], verbose=0)
    assert np.isfinite(model.fit(X, Y, verbose=0).history["loss"]).all()


def test_zero_weights_take_samples_out():
    weights = np.r_[np.ones(48), np.zeros(48)].astype("f4")
    other = np.r_[Y[:48], (Y[48:] + 1) % 3]
    results = []
    for labels in (Y, other):
        keras.utils.set_random_seed(3)
        model = Sequential([layers.Dense(3, activation="softmax", input_shape=(20,))])
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(X, labels, sample_weight=weights, shuffle=False, verbose=0)
        results.append(bits(model))
    assert results[0] == results[1]


def test_class_weights_are_sample_weights():
    factors = {0: 1.0, 1: 2.0, 2: 0.5}
    by_class = bits(trained(class_weight=factors, shuffle=False)[0])
    by_sample = bits(trained(sample_weight=np.array([factors[k] for k in Y], "f4"), shuffle=False)[0])
    assert by_class == by_sample


class Classifier(Model):
    def __init__(self):
        super(Classifier, self).__init__()  # noqa: UP008 - as the courses write it
        self.hidden = layers.Dense(16, activation="relu")
        self.blocks = [layers.Dense(8), {"last": layers.Dense(3, activation="softmax")}]
        self.drop = layers.Dropout(0.5)

    def call(self, x, training=False):
        x = self.drop(self.hidden(x), training=training)
        return self.blocks[1]["last"](self.blocks[0](x))


def test_subclassed_models():
    model = Classifier()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(X, Y, epochs=30, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert len(model.weights) == 6 and model.count_params() == 16 * 21 + 8 * 17 + 3 * 9
    assert model.predict(X).shape == (96, 3)
    np.testing.assert_array_equal(model.predict(X), np.asarray(model(X, training=False)))


def test_predict_classes():
    model, _ = trained()
    np.testing.assert_array_equal(model.predict_classes(X), model.predict(X).argmax(-1))
    binary = Sequential([layers.Dense(1, activation="sigmoid", input_shape=(20,))])
    np.testing.assert_array_equal(binary.predict_classes(X), (binary.predict(X) > 0.5).astype("int32"))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floatx(dtype):
    config.set_floatx(dtype)
    model, history = trained()
    assert all(w.dtype == dtype for w in model.get_weights())
    assert model.predict(X.astype("f8")).dtype == dtype and np.isfinite(history.history["loss"]).all()


def described(data):
    """The structure of what a step gets, T for each tensor."""
    if isinstance(data, (tuple, list)):
        return type(data)(map(described, data))
    if isinstance(data, dict):
        return {k: described(v) for k, v in data.items()}
    return "T"


@pytest.mark.parametrize("run_eagerly", [False, True])
@pytest.mark.parametrize(
    "given, expected",
    [(("x",), "T"), (("x", "x"), ("T", "T")), (("x", "x", "w"), ("T", "T", "T")), (("x", None, "w"), "T"),
     ((["x", "x"],), (("T", "T"),)), ((["x", "x"], "x"), (("T", "T"), "T")), ((("x", "x"),), (("T", "T"),)),
     (({"a": "x"},), {"a": "T"}), (({"a": "x"}, {"b": "x"}), ({"a": "T"}, {"b": "T"}))],
)  # fmt: skip
def test_what_steps_get(given, expected, run_eagerly):
    """Recorded from tf.keras 2.15: `x, y = data` works if x and y are given, and a batch of x alone is x."""
    seen = []

    class Sees(Model):
        def train_step(self, data):
            seen.append(described(data))
            return {"loss": 1.0}

        def predict_step(self, data):
            seen.append(described(data))
            return keras.backend.constant(1.0, shape=(4, 1))

        test_step = train_step

    model = Sees()
    model.compile("sgd", run_eagerly=run_eagerly)
    arrays = {"x": np.ones((4, 2), "f4"), "w": np.ones(4, "f4")}

    def filled(g):
        if isinstance(g, dict):
            return {k: filled(v) for k, v in g.items()}
        return type(g)(map(filled, g)) if isinstance(g, (list, tuple)) else arrays.get(g)

    data = dict(zip(("x", "y", "sample_weight"), map(filled, given), strict=False))
    model.fit(**data, verbose=0)
    model.evaluate(**data, verbose=0)
    if len(given) == 1:
        assert model.predict(data["x"]).tolist() == [[1]] * 4
    assert seen and all(s == expected for s in seen)
    seen.clear()
    model.train_on_batch(**data)
    model.test_on_batch(**data)
    if len(given) == 1:
        model.predict_on_batch(data["x"])
    assert all(s == (expected if isinstance(expected, tuple) else (expected,)) for s in seen)


class Returns(Model):
    """A step that returns what it is told to."""

    def __init__(self, logs):
        super().__init__()
        self.logs = logs
        self.steps = Variable(0)

    def train_step(self, data):
        self.steps.assign_add(1)
        return self.logs


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_steps_that_return_other_logs(run_eagerly):
    def fitted(logs, **kwargs):
        model = Returns(logs)
        model.compile("sgd", run_eagerly=run_eagerly)
        history = model.fit(X, Y, epochs=3, batch_size=48, **{"verbose": 0, **kwargs})
        return int(model.steps), history.epoch, history.history

    assert fitted({}) == (6, [0, 1, 2], {})
    assert fitted({"a": {"b": keras.backend.ones(())}, "k": 2}) == (6, [0, 1, 2], {"a": [{"b": 1.0}] * 3, "k": [2] * 3})
    assert fitted({"a": np.float32([1, 3])}, verbose=1)[:2] == (6, [0, 1, 2])
    for wrong in (None, 1.5):
        with pytest.raises(TypeError, match="must return a dict"):
            fitted(wrong)


def test_copies_of_a_model_that_has_plans():
    model, _ = trained()
    for copy_of in (copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))):
        copied = copy_of(model)
        assert copied.predict(X).tobytes() == model.predict(X).tobytes()
        model.fit(X, Y, verbose=0)
        copied.fit(X, Y, verbose=0)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_callback_copies_the_model_without_the_run(copied):
    """Averages of snapshots are made that way. The run holds the data, and callbacks that may have no copy."""
    seen = []

    class Copies(Callback):
        def on_batch_end(self, batch, logs=None):
            if batch == 1:
                seen.append((copied(self.model), self.model.get_weights()))

    callback = Copies()
    callback.lock = threading.Lock()  # neither copied nor pickled
    model, _ = trained(callbacks=[callback])
    assert len(seen) == 3
    for other, weights in seen:
        assert [a.tobytes() for a in other.get_weights()] == [a.tobytes() for a in weights]
        other.fit(X, Y, verbose=0)
    data = np.zeros((50000, 20), "f4")
    size = LambdaCallback(on_batch_end=lambda batch, logs: sizes.append(len(pickle.dumps(model))))
    sizes = [len(pickle.dumps(model))]
    model.fit(data, np.zeros(50000, int), batch_size=50000, verbose=0, callbacks=[size])
    assert sizes[1] < sizes[0] + 10000


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
@pytest.mark.parametrize("run_eagerly", [False, True])
def test_a_copy_trains_on_as_the_original(copied, run_eagerly):
    """With the optimizer's state, regularizers, constraints, and what is frozen."""
    model = Sequential(
        [
            layers.Dense(8, "relu", input_shape=X.shape[1:], kernel_regularizer="l2", kernel_constraint="non_neg"),
            layers.Dense(5, trainable=False),
            layers.Dropout(0.3, seed=1),
            layers.Dense(3, "softmax", bias_regularizer=keras.regularizers.L1(0.1)),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"], run_eagerly=run_eagerly)
    model.fit(X, Y, epochs=2, verbose=0)
    other = copied(model)

    def trained_on(model):
        history = model.fit(X, Y, epochs=3, batch_size=7, shuffle=False, verbose=0).history
        return repr(history), [w.tobytes() for w in model.get_weights() + model.optimizer.get_weights()]

    before = [w.tobytes() for w in model.get_weights()]
    expected = trained_on(other)
    assert [w.tobytes() for w in model.get_weights()] == before, "the copy shares weights with the original"
    assert trained_on(model) == expected


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_a_loss_weight_that_is_a_variable_may_change(run_eagerly):
    weight = keras.backend.variable(2.0)
    model = Sequential([layers.Dense(1, input_shape=X.shape[1:])])
    model.compile(keras.optimizers.SGD(0.0), "mse", loss_weights=[weight], run_eagerly=run_eagerly)

    class Halve(Callback):
        def on_epoch_end(self, epoch, logs=None):
            keras.backend.set_value(weight, weight.numpy() / 2)

    losses = model.fit(X, Y, epochs=3, callbacks=[Halve()], shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(losses, [losses[0], losses[0] / 2, losses[0] / 4])


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_file_keeps_the_value_of_a_loss_weight(tmp_path, suffix):
    model = Sequential([layers.Dense(1, input_shape=X.shape[1:])])
    model.compile("sgd", "mse", loss_weights=[Variable(3.0)])
    model.fit(X, Y, verbose=0)
    path = str(tmp_path / f"model{suffix}")
    model.save(path)
    expected = model.fit(X, Y, shuffle=False, verbose=0).history
    assert keras.models.load_model(path).fit(X, Y, shuffle=False, verbose=0).history == expected


def test_reset_states_reaches_the_layers_that_keep_one():
    class Counter(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.stateful = True
            self.seen = self.add_weight(name="seen", shape=(), initializer="zeros", trainable=False)

        def call(self, x):
            self.seen.assign_add(1.0)
            return x

        def reset_states(self):
            self.seen.assign(0.0)

    inner, outer = Counter(), Counter()
    model = keras.Sequential([outer, keras.Sequential([inner]), keras.layers.Dense(1)])
    model(np.ones((2, 2), "float32"))
    assert float(inner.seen) == float(outer.seen) == 1.0
    model.reset_states()
    assert float(inner.seen) == float(outer.seen) == 0.0


def test_the_order_of_lists_of_results():
    """Recorded from tf.keras 2.15: lists are in the order of `metrics_names`, then come other names, sorted."""

    class Odd(Model):
        def test_step(self, data):
            return {"b": 2.0, "a": 1.0}

        train_step = test_step

    model = Odd()
    model.compile("sgd")
    x, y = np.ones((4, 3), "f4"), np.ones((4, 1), "f4")
    assert model.evaluate(x, y, verbose=0) == model.train_on_batch(x, y) == model.test_on_batch(x, y) == [1, 2]
    assert list(model.evaluate(x, y, verbose=0, return_dict=True)) == ["b", "a"]


def test_two_metrics_of_one_name():
    class Adds(layers.Layer):
        def call(self, x):
            self.add_metric(keras.backend.mean(x), name="x", aggregation="mean")
            return x

    model = Sequential([Adds(), Adds(), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = np.ones((4, 3), "f4"), np.ones((4, 1), "f4")
    assert len(model.train_on_batch(x, y)) == len(model.evaluate(x, y, verbose=0)) == 4
    assert model.metrics_names == ["loss", "mae", "x", "x"]
    assert list(model.evaluate(x, y, verbose=0, return_dict=True)) == ["loss", "mae", "x"]
