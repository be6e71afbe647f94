"""What changes between steps, and must be seen by a plan that exists already. Eager steps say what is right."""

import numpy as np
import pytest

import pyseq as keras
from pyseq import Sequential, layers, optimizers
from pyseq.callbacks import Callback
from pyseq.core import as_tensor, config

rng = np.random.default_rng(2)
X = rng.standard_normal((48, 6)).astype("float32")
Y = rng.integers(0, 3, 48)


def model_of(run_eagerly, optimizer="sgd", rate=0.3, **kwargs):
    keras.utils.set_random_seed(1)
    model = Sequential(
        [layers.Dense(10, "relu", input_shape=(6,)), layers.Dropout(rate), layers.Dense(3, "softmax")]
    )  # fmt: skip
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=run_eagerly, **kwargs)
    return model


def fit(model, **kwargs):
    history = model.fit(X, Y, **{"batch_size": 20, "epochs": 2, "verbose": 0, **kwargs}).history
    return np.array(list(history.values()))


def state(model):
    return [v.numpy().tobytes() for v in [*model.weights, *model.optimizer.variables]]


def as_eagerly(scenario, **kwargs):
    """Does the scenario give the same logs, weights, optimizer state and predictions by plans as eagerly?"""
    results = []
    for run_eagerly in (True, False):
        model = model_of(run_eagerly, **kwargs)
        logs = scenario(model)
        results.append((state(model), model.predict(X).tobytes(), np.asarray(model(X)).tobytes(), logs))
    (a, p, q, logs), (b, r, s, more) = results
    assert a == b and p == r and q == s
    np.testing.assert_equal(logs, more)
    return model


class Each(Callback):
    """Calls a function at one hook."""

    def __init__(self, hook, act):
        super().__init__()
        setattr(self, hook, lambda k, logs=None: act(self.model, k))


HOOKS = ["on_epoch_begin", "on_epoch_end", "on_train_batch_begin", "on_train_batch_end", "on_batch_end"]


class TestLearningRate:
    def change(self, model, rate):
        model.optimizer.learning_rate = rate

    @pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
    def test_assigned_between_fits(self, optimizer):
        def scenario(model):
            fit(model)
            before = state(model)
            model.optimizer.learning_rate = 0.0
            fit(model)
            assert state(model)[:4] == before[:4]
            model.optimizer.learning_rate.assign(0.2)
            fit(model)
            assert state(model)[:4] != before[:4]
            keras.backend.set_value(model.optimizer.lr, 0.1)
            return fit(model)

        as_eagerly(scenario, optimizer=optimizer)

    @pytest.mark.parametrize("hook", HOOKS)
    def test_assigned_by_a_callback(self, hook):
        def act(model, k):
            model.optimizer.learning_rate = 0.1 / (1 + k)

        as_eagerly(lambda model: fit(model, callbacks=[Each(hook, act)]))

    def test_a_schedule_put_in_its_place_and_compile(self):
        def scenario(model):
            fit(model)
            model.compile(
                optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)), "sparse_categorical_crossentropy",
                run_eagerly=model.run_eagerly,
            )  # fmt: skip
            return fit(model)

        as_eagerly(scenario)

    def test_iterations(self):
        def scenario(model):
            fit(model)
            model.optimizer.iterations.assign(1000)
            return fit(model), model.optimizer.iterations.numpy()

        as_eagerly(scenario, optimizer="adam")


class TestWeights:
    @pytest.mark.parametrize("hook", HOOKS)
    def test_set_by_a_callback(self, hook):
        def act(model, k):
            model.set_weights([w * 0.5 for w in model.get_weights()])
            model.layers[0].kernel.assign_add(np.ones((6, 10), "float32") * (k + 1))

        as_eagerly(lambda model: fit(model, callbacks=[Each(hook, act)]))

    def test_set_between(self):
        def scenario(model):
            start, seen = model.get_weights(), []
            for _ in range(3):
                seen += [
                    fit(model),
                    model.predict(X),
                    model.predict(X[:1]),
                    model.evaluate(X, Y, verbose=0),
                    np.asarray(model(X)),
                ]
                model.set_weights(start)
                seen += [model.predict(X), model.predict(X[:1]), np.asarray(model(X)), model.test_on_batch(X, Y)]
                model.layers[-1].bias.assign([1.0, 2.0, 3.0])
                seen += [model.predict(X), model.predict(X[:1]), np.asarray(model(X)), model.evaluate(X, Y, verbose=0)]
            model.optimizer.set_weights([w * 0 for w in model.optimizer.get_weights()])
            return [np.asarray(s) for s in [*seen, fit(model)]]

        as_eagerly(scenario, optimizer="adam")

    def test_read_by_a_callback_are_those_of_the_step(self):
        def scenario(model):
            seen = []
            fit(model, callbacks=[Each("on_train_batch_end", lambda m, k: seen.append(m.get_weights()[0]))])
            assert len({s.tobytes() for s in seen}) == len(seen) == 6
            held = [model.layers[0].kernel.value()]
            fit(model)
            assert held[0].numpy().tobytes() == seen[-1].tobytes()
            return seen

        as_eagerly(scenario)

    def test_evaluated_predicted_and_called_by_a_callback(self):
        def scenario(model):
            seen = []

            def act(m, k):
                seen.extend([m.predict(X[:5]), np.asarray(m(X[:5])), m.predict(X, batch_size=7)])

            fit(model, callbacks=[Each("on_train_batch_end", act)])
            return seen

        as_eagerly(scenario)

    def test_another_model_trained_by_a_callback(self):
        def scenario(model):
            others = []

            def act(m, k):
                others.append(model_of(model.run_eagerly, "adam"))
                fit(others[-1], epochs=1)

            fit(model, callbacks=[Each("on_train_batch_end", act)])
            return [state(other) for other in others]

        as_eagerly(scenario, optimizer="adam")

    def test_variables_of_the_model_taken_over_by_another_optimizer_in_a_callback(self):
        """Which lays them out anew in memory."""

        def scenario(model):
            def act(m, k):
                optimizer = optimizers.Adam(0.01)
                with keras.GradientTape() as tape:
                    loss = keras.backend.sum(m(X) ** 2)
                some = [m.layers[0].bias, m.layers[-1].kernel, m.layers[0].kernel]
                optimizer.minimize(loss, some, tape)

            fit(model, callbacks=[Each("on_train_batch_end", act)])

        as_eagerly(scenario, optimizer="adam")

    def test_a_layer_shared_by_two_models(self):
        def scenario(model):
            other = Sequential([model.layers[0], layers.Dense(3, "softmax", kernel_initializer="ones")])
            other.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=model.run_eagerly)
            for _ in range(3):
                fit(model)
                fit(other)
            return [model.predict(X[:2]), other.predict(X[:2])]

        as_eagerly(scenario)


class TestRandomness:
    def test_draws_differ_from_step_to_step(self):
        losses = []
        model = model_of(False, rate=0.9, optimizer=optimizers.SGD(0.0))
        for _ in range(5):
            losses.append(model.train_on_batch(X, Y)[0])
        assert len(set(losses)) == 5
        history = model.fit(X, Y, batch_size=48, epochs=5, shuffle=False, verbose=0).history["loss"]
        assert len(set(history)) == 5

    def test_seed_set_again(self):
        def scenario(model):
            results = []
            for _ in range(2):
                keras.utils.set_random_seed(9)
                results.append(fit(model))
            return results

        as_eagerly(scenario)

    def test_a_seeded_layer_goes_on(self):
        def scenario(model):
            model = Sequential([layers.Dropout(0.5, seed=3)])
            model.compile("sgd", "mse", run_eagerly=False)
            return [np.asarray(model(X[:2], training=True)) for _ in range(3)]

        made = as_eagerly(scenario) and scenario(None)
        assert len({a.tobytes() for a in made}) == 3

    def test_plain_noise_in_a_model_called_many_times(self):
        keras.utils.set_random_seed(4)
        model = Sequential([layers.Dropout(0.5)])
        assert len({np.asarray(model(X, training=True)).tobytes() for _ in range(8)}) == 8
        assert len({np.asarray(model(X)).tobytes() for _ in range(8)}) == 1


class TestStructure:
    def test_trainable_and_compile(self):
        def scenario(model):
            fit(model)
            first, last = model.layers[0], model.layers[-1]
            before = first.get_weights()
            first.trainable = False
            model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=model.run_eagerly)
            fit(model)
            assert all(np.array_equal(a, b) for a, b in zip(before, first.get_weights(), strict=True))
            frozen = last.get_weights()
            first.trainable, last.trainable = True, False
            model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=model.run_eagerly)
            logs = fit(model)
            assert not np.array_equal(before[0], first.get_weights()[0])
            assert np.array_equal(frozen[0], last.get_weights()[0])
            return logs

        as_eagerly(scenario)

    def test_what_is_trainable_waits_for_compile(self):
        def scenario(model):
            first = model.layers[0]
            first.trainable = False
            before = first.get_weights()
            logs = [fit(model)]
            after = first.get_weights()
            assert not np.array_equal(before[0], after[0])
            assert not first.trainable and not first.trainable_weights
            logs += [fit(model, batch_size=7), model.train_on_batch(X, Y)]
            assert not np.array_equal(after[0], first.get_weights()[0])
            model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=model.run_eagerly)
            first.trainable = True
            frozen = first.get_weights()
            logs.append(fit(model))
            assert np.array_equal(frozen[0], first.get_weights()[0]) and first.trainable
            return logs

        as_eagerly(scenario)

    def test_a_discriminator_is_trained_alone_and_frozen_behind_a_generator(self):
        discriminator = Sequential([layers.Dense(4, "relu", input_shape=(3,)), layers.Dense(1, "sigmoid")])
        discriminator.compile("adam", "binary_crossentropy")
        discriminator.trainable = False
        generator = Sequential([layers.Dense(3, input_shape=(2,))])
        both = Sequential([generator, discriminator])
        both.compile("adam", "binary_crossentropy")
        x, z, labels = np.ones((8, 3), "f4"), np.ones((8, 2), "f4"), np.arange(8) % 2
        for _ in range(3):
            judge, maker = discriminator.get_weights(), generator.get_weights()
            discriminator.train_on_batch(x, labels)
            assert not np.array_equal(judge[3], discriminator.get_weights()[3])
            assert np.array_equal(maker[1], generator.get_weights()[1])
            judge = discriminator.get_weights()
            both.train_on_batch(z, np.ones(8))
            assert all(np.array_equal(a, b) for a, b in zip(judge, discriminator.get_weights(), strict=True))
            assert not np.array_equal(maker[1], generator.get_weights()[1])

    def test_add_and_pop(self):
        def scenario(model):
            seen = [fit(model), np.asarray(model(X)), np.asarray(model(X)), np.asarray(model(X)), model.predict(X)]
            model.pop()
            assert model(X).shape == model.predict(X).shape == (48, 10)
            model.add(layers.Dense(7, "relu", kernel_initializer="ones"))
            model.add(layers.Dense(3, "softmax", kernel_initializer="ones"))
            for _ in range(4):
                seen.append(np.asarray(model(X)))
            model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=model.run_eagerly)
            return [*seen, model.predict(X), fit(model)]

        as_eagerly(scenario)

    def test_recompiled_with_another_loss_and_metric(self):
        def scenario(model):
            one_hot = np.eye(3, dtype="float32")[Y]
            logs = [fit(model)]
            model.compile("sgd", "mse", metrics=["mae"], run_eagerly=model.run_eagerly)
            logs.append(model.fit(X, one_hot, verbose=0).history)
            assert list(logs[-1]) == ["loss", "mae"]
            return logs

        as_eagerly(scenario)

    def test_run_eagerly_toggled(self):
        def scenario(model):
            toggles = not model.run_eagerly
            for k in range(6):
                if toggles:
                    model.run_eagerly = bool(k % 2)
                    config.run_functions_eagerly(k == 4)
                fit(model, epochs=1)
            config.run_functions_eagerly(False)

        as_eagerly(scenario, optimizer="adam")


class TestLayerAttributes:
    """`model(x)` runs the layers' code as it is now. (Steps see changed attributes after `compile`, as in tf.keras.)"""

    def called(self, model, change):
        before = [np.asarray(model(X)) for _ in range(5)][-1]
        change()
        after = [np.asarray(model(X)).tobytes() for _ in range(5)]
        assert len(set(after)) == 1 and after[0] != before.tobytes()
        config.run_functions_eagerly(True)
        try:
            assert np.asarray(model(X)).tobytes() == after[0]
        finally:
            config.run_functions_eagerly(False)

    def test_activation(self):
        model = model_of(False)
        self.called(model, lambda: setattr(model.layers[0], "activation", keras.activations.tanh))

    def test_kernel_replaced(self):
        model = model_of(False)
        kernel = keras.Variable(np.ones((6, 10), "float32"))
        self.called(model, lambda: setattr(model.layers[0], "kernel", kernel))

    def test_layer_of_ones_own(self):
        class Scale(layers.Layer):
            factor, calls = 1.0, 0

            def call(self, x):
                Scale.calls += 1
                return x * Scale.factor

        model = Sequential([layers.Dense(3), Scale()])
        model(X)
        before = Scale.calls
        self.called(model, lambda: setattr(Scale, "factor", 2.0))
        assert Scale.calls == before + 11

    def test_activation_of_ones_own(self):
        factor, calls = [1.0], []

        def scaled(x):
            calls.append(1)
            return x * factor[0]

        model = Sequential([layers.Dense(3, activation=scaled)])
        model(X)
        before = len(calls)
        self.called(model, lambda: factor.__setitem__(0, 2.0))
        assert len(calls) == before + 11

    def test_inside_a_model_inside(self):
        inner = Sequential([layers.Dense(4), layers.Activation("relu")])
        model = Sequential([inner, layers.Dense(2)])
        self.called(model, lambda: setattr(inner.layers[1], "activation", keras.activations.tanh))

    def test_layer_added_to_a_model_inside(self):
        inner = Sequential([layers.Dense(4), layers.Activation("relu")])
        model = Sequential([inner, layers.Dense(2)])
        self.called(model, lambda: inner.add(layers.Activation("tanh")))

    def test_layer_added_to_a_list(self):
        class Stack(keras.Model):
            def __init__(self):
                super().__init__()
                self.stack = [layers.Dense(4)]

            def call(self, x):
                for layer in self.stack:
                    x = layer(x)
                return x

        model = Stack()
        self.called(model, lambda: model.stack.append(layers.Dense(4, kernel_initializer="ones")))

    def test_trainable_is_seen_by_tapes(self):
        model = model_of(False)
        for _ in range(4):
            model(X)
        with keras.GradientTape() as tape:
            y = model(X)
        assert all(g is not None for g in tape.gradient(y, model.trainable_variables))


class TestData:
    def test_batch_size_shape_and_dtype(self):
        def scenario(model):
            seen = []
            for n, kind in [
                (48, "f4"),
                (48, "f8"),
                (5, "f4"),
                (48, "i4"),
                (1, "f4"),
                (33, "f8"),
                (48, "f4"),
                (48, "f2"),
            ]:
                x = (X[:n] * 3).astype(kind)
                seen += [
                    model.predict(x),
                    model.predict(x, batch_size=7),
                    np.asarray(model(x)),
                    model.predict_on_batch(x),
                ]
                seen += [model.evaluate(x, Y[:n], verbose=0), model.train_on_batch(x, Y[:n])]
            seen.append(model.predict(X[::2]))
            seen.append(model.predict(np.asfortranarray(X)))
            return [np.asarray(s) for s in seen]

        as_eagerly(scenario)

    def test_rows_that_depend_on_their_batch(self):
        """The batch size of `predict` counts also when the rows came as one batch before."""

        class LessMean(layers.Layer):
            def call(self, x):
                return x - keras.backend.mean(x, axis=0)

        def scenario(model):
            less_mean = Sequential([LessMean()])
            less_mean.run_eagerly = model.run_eagerly
            return [less_mean.predict(X[:20], batch_size=size) for size in (32, 4, 20, 7)]

        as_eagerly(scenario)

    def test_values_changed_in_place(self):
        def scenario(model):
            x = X.copy()
            seen = []
            for _ in range(4):
                seen += [model.predict(x), model.predict(x[:3]), np.asarray(model(x)), fit(model)]
                x *= 1.5
            return seen

        as_eagerly(scenario)

    def test_results_are_the_callers(self):
        """What was returned before does not change when the plan runs again, and may be written to."""
        model = model_of(False)
        for make in (lambda x: model.predict(x), lambda x: model.predict_on_batch(x), lambda x: np.asarray(model(x))):
            first = make(X[:3])
            kept = first.copy()
            for _ in range(5):
                make(-X[:3])
            np.testing.assert_array_equal(first, kept)
            first[:] = 0

    def test_weights_given_or_not(self):
        def scenario(model):
            w = np.linspace(0, 1, 48, dtype="float32")
            return [fit(model), fit(model, sample_weight=w), fit(model), fit(model, class_weight={0: 1, 1: 2, 2: 0.5})]

        as_eagerly(scenario)

    def test_floatx(self):
        model = model_of(False)
        first = model.predict(X)
        config.set_floatx("float64")
        np.testing.assert_array_equal(model.predict(X), first)
        config.set_floatx("float32")

    def test_instruction_set(self):
        """A plan made for one instruction set runs with the kernels of the one in use."""
        before, results = config.isa(), {}
        model = model_of(False)
        for name in config.available_isas() * 2:
            config.set_isa(name)
            config.run_functions_eagerly(True)
            expected = [model.predict(X), np.asarray(model(X))]
            config.run_functions_eagerly(False)
            for _ in range(4):
                np.testing.assert_array_equal(model.predict(X), expected[0])
                np.testing.assert_array_equal(np.asarray(model(X)), expected[1])
            results[name] = expected
        config.set_isa(before)

    def test_labels_outside_the_classes(self):
        model = model_of(False)
        wrong = Y.copy()
        wrong[40] = 7
        before = model.get_weights()
        for act in (model.train_on_batch, model.test_on_batch, lambda x, y: model.evaluate(x, y, verbose=0)):
            model.train_on_batch(X, Y)
            with pytest.raises(ValueError, match="label value of 7"):
                act(X, wrong)
        with pytest.raises(ValueError, match="label value of 7"):
            model.fit(X, wrong, batch_size=5, verbose=0)
        fit(model)
        assert not np.array_equal(before[0], model.get_weights()[0]) and np.isfinite(model.predict(X)).all()


class TestMetrics:
    def test_reset(self):
        def scenario(model):
            logs = [model.train_on_batch(X, Y, reset_metrics=False) for _ in range(3)]
            model.reset_metrics()
            logs += [model.train_on_batch(X, Y, reset_metrics=False) for _ in range(2)]
            logs += [model.test_on_batch(X[:5], Y[:5]), model.evaluate(X, Y, verbose=0), fit(model)]
            return [np.asarray(log) for log in logs]

        as_eagerly(scenario)

    def test_read_and_reset_by_a_callback(self):
        def scenario(model):
            seen = []

            def act(m, k):
                seen.append([float(metric.result()) for metric in m.metrics])
                if k % 2:
                    m.reset_metrics()

            logs = fit(model, callbacks=[Each("on_train_batch_end", act)])
            return seen, logs

        as_eagerly(scenario)

    def test_assigned_to_an_attribute(self):
        def scenario(model):
            model.extra = keras.metrics.Mean(name="extra")
            model.extra.update_state(3.0)
            logs = fit(model, epochs=1)
            return logs.shape

        as_eagerly(scenario)


def test_stop_training():
    def scenario(model):
        def act(m, k):
            m.stop_training = k == 1

        return fit(model, epochs=3, callbacks=[Each("on_train_batch_end", act)]).shape

    as_eagerly(scenario)


def test_a_callback_that_raises_leaves_the_model_usable():
    def scenario(model):
        def act(m, k):
            raise KeyError("no")

        with pytest.raises(KeyError):
            fit(model, callbacks=[Each("on_train_batch_end", act)])
        return fit(model)

    as_eagerly(scenario)


class TestPredictions:
    def test_outputs_without_a_row_for_each_sample(self):
        """As tf.keras does, what the batches gave is put together along the first axis."""

        class Rows(Sequential):
            def predict_step(self, data):
                return keras.backend.cast(keras.layers.Reshape((-1,))(super().predict_step(data)), "float32")

        class Flat(Sequential):
            def predict_step(self, data):
                y = super().predict_step(data)
                from pyseq.ops import shape

                return shape.reshape(y, (-1,))

        for run_eagerly in (True, False):
            for cls, expected in ((Rows, (48, 3)), (Flat, (144,))):
                model = cls([layers.Dense(3, input_shape=(6,))])
                model.compile("sgd", "mse", run_eagerly=run_eagerly)
                for size in (20, 16, 48, 7):
                    got = model.predict(X, batch_size=size)
                    assert got.shape == expected
                    np.testing.assert_allclose(got.ravel(), np.asarray(model(X)).ravel(), rtol=1e-6)

    def test_structures(self):
        class Many(keras.Model):
            def __init__(self):
                super().__init__()
                self.d = layers.Dense(3)

            def call(self, x):
                y = self.d(x)
                return {"b": y, "a": [y * 2.0, y], "x": x}

        keras.utils.set_random_seed(1)
        model = Many()
        made = model.predict(X, batch_size=20)
        assert list(made) == ["b", "a", "x"]
        np.testing.assert_array_equal(made["x"], X)
        np.testing.assert_array_equal(made["a"][0], made["b"] * 2)
        np.testing.assert_array_equal(made["a"][1], made["b"])
        one = model.predict(X[:20])
        np.testing.assert_array_equal(one["a"][0], made["a"][0][:20])

    def test_what_is_kept_of_many_shapes_is_bounded(self):
        class Rows(keras.Model):
            def __init__(self):
                super().__init__()
                self.d = layers.Dense(1)

            def call(self, x):
                return self.d(x)

        model = Rows()
        for n in range(1, 300):
            x = np.ones((2, n, 3), "float32")
            model.predict(x)
            for _ in range(4):
                model(x)
        plans = model._plans
        assert max(len(plans.small), len(plans.calls), len(plans.known)) <= 64

    def test_a_tensor_is_predicted_too(self):
        model = model_of(False)
        np.testing.assert_array_equal(model.predict(as_tensor(X)), model.predict(X))
