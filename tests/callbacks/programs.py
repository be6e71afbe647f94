"""Short programs about callbacks, the same under tf.keras and pyseq; what they print is compared.

`keras`, `c` (its callbacks), `np`, `x` (12, 3), `y` (12, 1), `model` (one Dense layer `d`, SGD, mse, mae) and `Trace` are given.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile

import numpy as np

from tests.callbacks import event_reader

FIT = "model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0, {})"
VALIDATION = "validation_data=(x[:8], y[:8]), validation_batch_size=4"
PROGRAMS = {
    "fit": FIT.format("callbacks=[Trace()]"),
    "fit_validation": FIT.format(f"callbacks=[Trace()], {VALIDATION}"),
    "fit_validation_freq": FIT.format(f"callbacks=[Trace()], {VALIDATION}, validation_freq=2"),
    "fit_validation_split": FIT.format("callbacks=[Trace()], validation_split=0.25"),
    "fit_initial_epoch": FIT.format("callbacks=[Trace()], initial_epoch=1"),
    "fit_no_epochs": FIT.format("callbacks=[Trace()], initial_epoch=2"),
    "fit_steps_per_epoch": FIT.format("callbacks=[Trace()], steps_per_epoch=1"),
    "fit_short_last_batch": "model.fit(x, y, batch_size=5, shuffle=False, verbose=0, callbacks=[Trace()])",
    "fit_two": FIT.format("callbacks=[Trace('a'), Trace('b')]"),
    "fit_nested": FIT.format("callbacks=[[Trace('a')], (Trace('b'), [Trace('c')])]"),
    "fit_one_without_list": FIT.format("callbacks=Trace('a')"),
    "fit_again": "\n".join(2 * ["t = Trace(); " + FIT.format("callbacks=[t]")]),
    "fit_eagerly": "model.compile('sgd', 'mse', run_eagerly=True); " + FIT.format("callbacks=[Trace()]"),
    "evaluate": "model.evaluate(x, y, batch_size=4, verbose=0, callbacks=[Trace()])",
    "evaluate_steps": "model.evaluate(x, y, batch_size=4, steps=2, verbose=0, callbacks=[Trace()])",
    "predict": "model.predict(x, batch_size=5, verbose=0, callbacks=[Trace()])",
    "predict_one_batch": "model.predict(x, verbose=0, callbacks=[Trace()])",
    "predict_steps": "model.predict(x, batch_size=4, steps=2, verbose=0, callbacks=[Trace()])",
    "params": """
class P(c.Callback):
    def set_model(self, model):
        super().set_model(model)
        print('set_model', model is not None)
    def set_params(self, params):
        super().set_params(params)
        print('set_params', sorted(params.items()), self.model is model)
    def on_train_begin(self, logs=None):
        print(self.params, logs)
for verbose in (0, 2):
    model.fit(x, y, batch_size=5, epochs=1, verbose=0, callbacks=[P()], validation_data=(x, y))
    model.evaluate(x, y, batch_size=5, verbose=0, callbacks=[P()])
    model.predict(x, batch_size=5, verbose=0, callbacks=[P()])
""",
    "old_batch_hooks": """
class Old(c.Callback):
    def on_batch_begin(self, batch, logs=None):
        print('begin', batch, sorted(logs))
    def on_batch_end(self, batch, logs=None):
        print('end', batch, sorted(logs))
"""
    + FIT.format(f"callbacks=[Old()], {VALIDATION}"),
    "evaluate_and_predict_inside": """
class Inside(c.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(epoch, sorted(logs), len(self.model.evaluate(x, y, verbose=0)), self.model.predict(x, verbose=0).shape)
    def on_test_end(self, logs=None):
        print('not called')
"""
    + FIT.format("callbacks=[Inside()]"),
    "logs_are_shared": """
class Adds(c.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs['added'] = epoch + 0.5
class Sees(c.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(logs['added'], type(logs['loss']).__name__)
h = """
    + FIT.format("callbacks=[Adds(), Sees()]")
    + "\nprint(list(h.history), h.history['added'])",
    "history": """
h = c.History()
first = model.fit(x, y, epochs=2, verbose=0, callbacks=[h])
print(first is h, model.history is h, h.epoch, sorted(h.history), len(h.history['loss']), sorted(h.params))
second = model.fit(x, y, epochs=3, initial_epoch=2, verbose=0, callbacks=[h])
print(h.epoch, len(h.history['loss']))
third = model.fit(x, y, verbose=0)
print(third is h, model.history is third, third.epoch, third.model is model)
""",
    "callback_list": """
l = c.CallbackList([Trace('a')], add_history=True, add_progbar=True, model=model, verbose=0, epochs=3, steps=7)
print([type(k).__name__ for k in l], sorted(l.params.items()), model.history is l.callbacks[1])
l.on_train_begin(); l.on_epoch_begin(0); l.on_train_batch_begin(0); l.on_train_batch_end(0, {'loss': 1.0})
l.on_batch_begin(1); l.on_batch_end(1, {'loss': 0.5}); l.on_test_begin(); l.on_test_batch_begin(0)
l.on_test_batch_end(0, {'loss': 2.0}); l.on_test_end({'loss': 2.0}); l.on_epoch_end(0, {'loss': 0.75})
l.on_train_end({'loss': 0.75}); l.on_predict_begin(); l.on_predict_batch_begin(0)
l.on_predict_batch_end(0, {'outputs': x}); l.on_predict_end()
print(model.history.history)
""",
    "callback_list_append": """
l = c.CallbackList(model=model)
print(list(l))
l.append(Trace('a'))
l.on_epoch_begin(3)
l.set_params({'verbose': 0, 'epochs': 1, 'steps': None})
print(l.callbacks[0].params, l.callbacks[0].model)
""",
    "callback_list_in_fit": """
l = c.CallbackList([Trace()], add_history=True, model=model, epochs=2, verbose=0, steps=3)
h = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0, callbacks=l)
print(h is l.callbacks[1], h.epoch)
""",
    "default_hooks_return_nothing": """
k = c.Callback()
print(k.model, [getattr(k, n)() for n in ('on_train_begin', 'on_test_end')], k.on_epoch_end(0), k.on_batch_end(0))
""",
    "rate_per_batch": """
class Rate(c.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = 0.25 / (batch + 1)
    def on_epoch_end(self, epoch, logs=None):
        print(round(float(keras.backend.get_value(self.model.optimizer.lr)), 5))
"""
    + FIT.format("callbacks=[Rate()]")
    + "\nprint([np.round(w, 3).tolist() for w in model.get_weights()])",
    "scheduler_of_the_guide": """
class CustomLearningRateScheduler(keras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule
    def on_epoch_begin(self, epoch, logs=None):
        lr = float(keras.backend.get_value(self.model.optimizer.learning_rate))
        scheduled_lr = self.schedule(epoch, lr)
        keras.backend.set_value(self.model.optimizer.lr, scheduled_lr)
        print(f"Epoch {epoch}: Learning rate is {float(np.array(scheduled_lr)):6.4f}.")
"""
    + FIT.format("callbacks=[CustomLearningRateScheduler(lambda e, lr: lr * 0.5)]"),
    "stopping_of_the_guide": """
class EarlyStoppingAtMinLoss(keras.callbacks.Callback):
    def __init__(self, patience=0):
        super().__init__()
        self.patience = patience
        self.best_weights = None
    def on_train_begin(self, logs=None):
        self.wait = 0
        self.stopped_epoch = 0
        self.best = np.inf
    def on_epoch_end(self, epoch, logs=None):
        current = logs.get("loss")
        if np.less(current, self.best):
            self.best = current
            self.wait = 0
            self.best_weights = self.model.get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.stopped_epoch = epoch
                self.model.stop_training = True
                print("Restoring model weights from the end of the best epoch.")
                self.model.set_weights(self.best_weights)
    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
class Worse(c.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["loss"] = abs(3 - epoch)
model.fit(x, y, epochs=9, verbose=0, callbacks=[Worse(), EarlyStoppingAtMinLoss(2)])
""",
    "weights_changed_in_a_hook": """
class Zero(c.Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.model.layers[0].bias.assign([0.5])
"""
    + FIT.format("callbacks=[Zero()]")
    + "\nprint([np.round(w, 3).tolist() for w in model.get_weights()])",
    "stopped_before_training": "model.stop_training = True; " + FIT.format("callbacks=[Trace()]"),
    "error_in_a_hook": """
class Fails(c.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise RuntimeError('enough')
try:
    model.fit(x, y, epochs=9, verbose=0, callbacks=[Trace(), Fails()])
except RuntimeError as e:
    print(e)
""",
    "empty_logs": """
class Silent(keras.Model):
    def __init__(self):
        super().__init__()
        self.d = keras.layers.Dense(1)
    def call(self, inputs):
        return self.d(inputs)
    def train_step(self, data):
        self(data[0])
        return {}
m = Silent()
m.compile('sgd', 'mse')
h = m.fit(x, y, batch_size=4, epochs=2, verbose=0, callbacks=[
    Trace(), c.CSVLogger('log.csv'), c.EarlyStopping('loss'), c.ReduceLROnPlateau('loss', patience=0, verbose=1),
    c.TerminateOnNaN(), c.TensorBoard('log')])
with open('log.csv') as file:
    print(h.epoch, list(h.history), file.read().split())
""",
    "base_logger": """
b = c.BaseLogger(stateful_metrics=['auc'])
b.set_params({'metrics': ['loss', 'auc', 'absent']})
b.on_epoch_begin(0)
b.on_batch_end(0, {'size': 3, 'loss': 1.0, 'auc': 0.25})
b.on_batch_end(1, {'size': 1, 'loss': 3.0, 'auc': 0.5})
logs = {}
b.on_epoch_end(0, logs)
print(logs)
""",
    "early_stopping_again": """
class Feed(c.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs['val_loss'] = [3, 2, 1, 2, 3, 4][epoch]
stop = c.EarlyStopping(patience=1, verbose=1)
for _ in range(2):
    print(model.fit(x, y, epochs=6, verbose=0, callbacks=[Feed(), stop]).epoch, stop.wait, stop.best, stop.stopped_epoch)
""",
    "attributes": """
e = c.EarlyStopping('auc', 0.5, 3, baseline=2, restore_best_weights=True, start_from_epoch=1)
print(e.monitor, e.min_delta, e.patience, e.verbose, e.baseline, e.restore_best_weights, e.start_from_epoch, e.best_weights)
r = c.ReduceLROnPlateau(factor=0.5, patience=3, cooldown=1, min_lr=0.5)
print(r.monitor, r.factor, r.patience, r.verbose, r.mode, r.min_delta, r.cooldown, r.min_lr, r.wait, r.best, r.in_cooldown())
m = c.ModelCheckpoint('a/b', save_freq=3, save_best_only=True)
print(m.filepath, m.monitor, m.verbose, m.save_best_only, m.save_weights_only, m.save_freq, m.best, m.period,
      m.load_weights_on_restart, m.epochs_since_last_save)
s = c.LearningRateScheduler(len, 1)
print(s.schedule is len, s.verbose)
f = c.CSVLogger('a.csv', ';', True)
print(f.filename, f.sep, f.append, f.writer, f.keys)
t = c.TensorBoard('l', 1, False, True, True, 'batch')
print(t.log_dir, t.histogram_freq, t.write_graph, t.write_images, t.write_steps_per_second, t.update_freq,
      t.embeddings_freq, t.embeddings_metadata)
b = c.BackupAndRestore('b', 5, False)
print(b.backup_dir, b.save_freq, b.delete_checkpoint)
q = c.RemoteMonitor('http://a', '/p', 'f', {'h': 1}, True)
print(q.root, q.path, q.field, q.headers, q.send_as_json)
p = c.ProgbarLogger('steps', ['x'])
print(p.stateful_metrics, p.seen, p.target, p.verbose, p.epochs)
""",
}
HOOKS = "train_begin epoch_begin train_batch_begin train_batch_end test_begin test_batch_end test_end epoch_end".split()
for hook in HOOKS:
    PROGRAMS[f"stop_at_{hook}"] = f"""
class Stops(Trace):
    def on_{hook}(self, *args, **kwargs):
        super().on_{hook}(*args, **kwargs)
        self.model.stop_training = True
h = model.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0, callbacks=[Stops()], {VALIDATION})
print(h.epoch)
"""
for name, arguments in {
    "": "",
    "histograms": "histogram_freq=1",
    "histograms_every_other": "histogram_freq=2",
    "images": "histogram_freq=1, write_images=True",
    "no_graph": "write_graph=False",
    "old_arguments": "write_grads=True, batch_size=3, embeddings_layer_names=['d'], embeddings_data=1",
}.items():
    PROGRAMS[f"tensorboard_{name}"] = (
        f"model.fit(x, y, batch_size=4, epochs=3, verbose=0, shuffle=False, {VALIDATION}, "
        f"callbacks=[c.TensorBoard('log', {arguments})])\nshow('log')"
    )
for freq in ("'batch'", 2, 4):  # with a Trace: only if a callback has batch hooks does tf.keras call TensorBoard's
    PROGRAMS[f"tensorboard_update_freq_{freq}".replace("'", "")] = (
        f"model.fit(x, y, batch_size=4, epochs=2, verbose=0, shuffle=False, "
        f"callbacks=[Quiet(), c.TensorBoard('log', update_freq={freq})])\nshow('log')"
    )
PROGRAMS["tensorboard_schedule"] = """
model.compile(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.5, 1, 0.5)), 'mse')
model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0, callbacks=[c.TensorBoard('log')])
show('log')
"""
PROGRAMS["tensorboard_evaluate"] = """
t = c.TensorBoard('log', write_graph=False)
model.fit(x, y, batch_size=4, epochs=2, verbose=0, shuffle=False, callbacks=[t])
model.evaluate(x, y, verbose=0, callbacks=[t])
show('log')
"""
PROGRAMS["tensorboard_weights_of_every_shape"] = """
class Odd(keras.layers.Layer):
    def build(self, shape):
        for k, s in enumerate([(), (5,), (1, 4), (4, 2), (2, 3, 4), (1, 3, 4), (2, 2, 3, 3), (2, 2, 3, 2), (1, 1)]):
            self.add_weight(name=f'w{k}', shape=s, initializer=keras.initializers.Constant(k / 8))
    def call(self, inputs):
        return inputs
model = keras.Sequential([Odd(name='odd', input_shape=(3,)), keras.layers.Dense(1, name='d', kernel_initializer='ones')])
model.compile('sgd', 'mse')
model.fit(x, y, verbose=0, callbacks=[c.TensorBoard('log', histogram_freq=1, write_images=True)])
show('log')
"""


def run(keras, name, warned):
    """What one program prints in an empty folder, and the warnings or error."""
    c = keras.callbacks
    x = ((np.arange(36) % 7 - 3) / 4.0).reshape(12, 3).astype("float32")
    y = ((np.arange(12) % 3) / 2.0).reshape(12, 1).astype("float32")
    model = keras.Sequential([keras.layers.Dense(1, name="d", input_shape=(3,))])
    model.set_weights([np.array([[0.5], [-0.25], [0.125]], "float32"), np.zeros(1, "float32")])
    model.compile(keras.optimizers.SGD(0.0625), "mse", metrics=["mae"])
    scope = {"keras": keras, "c": c, "np": np, "x": x, "y": y, "model": model, "Trace": _trace(c), "show": show}
    scope["Quiet"] = type("Quiet", (c.Callback,), {"on_train_batch_end": lambda self, batch, logs=None: None})
    printed, error, before = io.StringIO(), None, os.getcwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(printed):
        os.chdir(folder)
        try:
            exec(PROGRAMS[name], scope)
        except Exception as e:
            error = [type(e).__name__, str(e)]
        finally:
            os.chdir(before)
    return {"printed": printed.getvalue().split("\n"), "warned": warned(), "error": error}


def _trace(c):
    """A callback that prints each hook with what it gets."""

    def hook(name):
        def says(self, *args):
            *index, logs = args
            print(self.name + name, *index, {k: seen(logs[k]) for k in sorted(logs)})

        return says

    def seen(value):
        return list(value.shape) if np.ndim(value) else round(float(value), 3)

    names = [n for n in dir(c.Callback) if n.startswith("on_") and n not in ("on_batch_begin", "on_batch_end")]
    made = type("Trace", (c.Callback,), {n: hook(n) for n in names})
    made.__init__ = lambda self, name="": (super(made, self).__init__(), setattr(self, "name", name and f"{name} "))[0]
    return made


def show(log_dir):
    """Print what is in the event files below a folder; of strings the length."""
    for folder, rows in event_reader.folders(log_dir).items():
        for step, tag, plugin, value in rows:
            if plugin == "graph_keras_model":
                value = "JSON"
            elif plugin == "images":
                w, h, *pngs = value
                value = [int(w), int(h), *(event_reader.pixels(p).squeeze().tolist() for p in pngs)]
            elif "per_second" in tag:
                value = "some"
            else:
                value = np.round(value, 3).tolist()
            print(folder, step, tag, plugin, value)
