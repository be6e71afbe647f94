"""Processes, threads, signals: what would hang, crash or differ if broken. Each test has a limit of time."""

import concurrent.futures
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

import pyseq as keras
from pyseq import Sequential, function, layers
from pyseq.core import config, engine
from pyseq.ops import reduce, shape
from pyseq.plan import plan as plan_module

LIMIT = 60  # seconds until something counts as hanging; the machine may be busy
X = np.random.default_rng(3).standard_normal((64, 30)).astype("float32")
Y = np.arange(64) % 4
POSIX = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")


def made():
    keras.utils.set_random_seed(5)
    model = Sequential([layers.Dense(50, "relu", input_shape=(30,)), layers.Dropout(0.2), layers.Dense(4, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def work(threads=2):
    """Train, evaluate, predict, call; everything as bytes. Everything is shared among the team."""
    engine.set_parallel_work(1)
    plan_module.TEAM_WORK, plan_module.PARALLEL_WORK = 1, 0
    config.set_num_threads(threads)
    model = made()
    history = model.fit(X, Y, batch_size=20, epochs=3, verbose=0).history
    x = [model.predict(X), model.predict(X[:1]), np.asarray(model(X)), np.array(model.evaluate(X, Y, verbose=0))]
    return repr(history), [a.tobytes() for a in x + model.get_weights()]


@pytest.fixture(autouse=True)
def as_before():
    threads, parallel = config.get_num_threads(), engine.set_parallel_work(1)
    engine.set_parallel_work(parallel)
    before = plan_module.TEAM_WORK, plan_module.PARALLEL_WORK
    yield
    plan_module.TEAM_WORK, plan_module.PARALLEL_WORK = before
    engine.set_parallel_work(parallel)
    config.set_num_threads(threads)


def in_pool(method, queue, expected):
    queue.put((method, work() == expected, config.get_num_threads()))


@POSIX
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forked_children_have_one_thread_and_the_same_bits():
    """The parent's team has run before; a region in the child would wait for threads that are not there."""
    expected = work()
    fork = multiprocessing.get_context("fork")
    queue = fork.Queue()
    children = [fork.Process(target=in_pool, args=("fork", queue, expected)) for _ in range(2)]
    [c.start() for c in children]
    try:
        for _ in children:
            assert queue.get(timeout=LIMIT) == ("fork", True, 1)
    finally:
        [(c.kill(), c.join()) for c in children if c.is_alive() and not c.join(5) and c.is_alive()]
    assert work() == expected


def test_spawned_children_have_a_team_of_their_own():
    expected = work()
    spawn = multiprocessing.get_context("spawn")
    queue = spawn.Queue()
    child = spawn.Process(target=in_pool, args=("spawn", queue, expected))
    child.start()
    try:
        assert queue.get(timeout=LIMIT) == ("spawn", True, 2 if engine.openmp() else 1)
    finally:
        child.join(10)
        child.kill()


@POSIX
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_os_fork_of_a_model_that_has_plans():
    """Parent and child both go on with the model; what the child trains is its own."""
    work()
    model = made()
    model.fit(X, Y, verbose=0)
    expected, kept = model.predict(X).tobytes(), [w.tobytes() for w in model.get_weights()]
    child = os.fork()
    if not child:
        code = 1
        try:
            same = model.predict(X).tobytes() == expected
            model.fit(X, Y, batch_size=5, verbose=0)
            changed = [w.tobytes() for w in model.get_weights()] != kept
            code = 0 if same and changed and config.get_num_threads() == 1 else 2
        finally:
            os._exit(code)
    end = time.monotonic() + LIMIT
    pid = 0
    while not pid and time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0.01)
    if not pid:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        pytest.fail("the forked child hangs")
    assert os.waitstatus_to_exitcode(status) == 0
    assert [w.tobytes() for w in model.get_weights()] == kept
    model.fit(X, Y, verbose=0)


@POSIX
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_fork_while_another_thread_trains():
    model, other = made(), made()
    other.predict(X)
    stop = threading.Event()

    def train():
        while not stop.is_set():
            model.fit(X, Y, verbose=0)

    thread = threading.Thread(target=train)
    thread.start()
    fork = multiprocessing.get_context("fork")
    queue = fork.Queue()
    try:
        for _ in range(3):
            child = fork.Process(target=_predicts, args=(other, queue))
            child.start()
            assert queue.get(timeout=LIMIT) == other.predict(X).tobytes()
            child.join(10)
            child.kill()
    finally:
        stop.set()
        thread.join(LIMIT)
    assert not thread.is_alive()


def _predicts(model, queue):
    queue.put(model.predict(X).tobytes())


def in_threads(n, task):
    """task(k) in n threads; its results, in a limit of time."""
    with concurrent.futures.ThreadPoolExecutor(n) as pool:
        return [f.result(timeout=LIMIT) for f in [pool.submit(task, k) for k in range(n)]]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_predict_on_one_model_at_once(threads, team):
    with team(threads):
        model = made()
        config.run_functions_eagerly(True)
        expected = {n: model.predict(X[:n]).tobytes() for n in (1, 7, 32, 64)}
        config.run_functions_eagerly(False)
        barrier = threading.Barrier(6)

        def task(k):
            barrier.wait(LIMIT)
            wrong = 0
            for j in range(60):
                n = (1, 7, 32, 64)[(j + k) % 4]
                wrong += model.predict(X[:n]).tobytes() != expected[n]
                wrong += np.asarray(model(X[:n])).tobytes() != expected[n]
                wrong += model.predict_on_batch(X[:n]).tobytes() != expected[n]
            return wrong

        assert in_threads(6, task) == [0] * 6


def test_threads_train_models_of_their_own():
    """Not shuffled, nothing dropped: the global random state is shared."""
    alone, models = _trained(made()), [made() for _ in range(3)]
    assert all(weights == alone for weights in in_threads(3, lambda k: _trained(models[k])))


def _trained(model):
    for layer in model.layers:
        if isinstance(layer, layers.Dropout):
            layer.rate = 0.0
    for _ in range(3):
        model.fit(X, Y, batch_size=20, epochs=2, shuffle=False, verbose=0)
    return [w.tobytes() for w in model.get_weights()]


def test_one_thread_trains_while_others_predict():
    """Also on the model in training, whose variables its optimizer lays out anew at the first step."""
    for _ in range(5):
        model, other = made(), made()
        expected = other.predict(X).tobytes()
        stop, wrong, made_predictions = threading.Event(), [], []

        def predict(model=model, other=other, expected=expected, stop=stop, wrong=wrong, count=made_predictions):
            try:
                while not stop.is_set():
                    p = model.predict(X)
                    if not np.isfinite(p).all() or other.predict(X[:64]).tobytes() != expected:
                        wrong.append("differs")
                    if not np.isfinite(np.asarray(model(X))).all():
                        wrong.append("not finite")
                    count.append(1)
            except BaseException as error:
                wrong.append(repr(error))

        threads = [threading.Thread(target=predict) for _ in range(3)]
        [t.start() for t in threads]
        try:
            model.fit(X, Y, epochs=20, verbose=0)
            made().fit(X, Y, verbose=0)
        finally:
            stop.set()
            [t.join(LIMIT) for t in threads]
        assert not wrong and made_predictions and not any(t.is_alive() for t in threads)


def test_variables_stay_where_they_are_while_a_thread_trains_them():
    """Other optimizers, made in the meantime, would like them side by side in other orders."""
    wanted = _fitted_for(30)
    for _ in range(3):
        model = made()
        thread = threading.Thread(target=_fit_for, args=(model, 30))
        thread.start()
        while thread.is_alive():
            for order in (-1, 1):
                keras.optimizers.SGD().build(model.trainable_variables[::order])
                time.sleep(0.001)
        thread.join(LIMIT)
        assert all(a.tobytes() == b.tobytes() for a, b in zip(model.get_weights(), wanted, strict=True))


def _fit_for(model, epochs):
    model.fit(np.tile(X, (40, 1)), np.tile(Y, 40), epochs=epochs, batch_size=32, shuffle=False, verbose=0)


def _fitted_for(epochs):
    model = made()
    _fit_for(model, epochs)
    return model.get_weights()


def test_an_error_in_one_thread_is_that_threads():
    f = function(lambda x: reduce.sum(x))

    def task(k):
        if k % 2:
            with pytest.raises(ValueError, match="reshape"):
                function(lambda x: shape.reshape(x, (5, 7)))(X)
        return float(f(X))

    assert len(set(in_threads(6, task))) == 1


INTERRUPTED = """
    import os, signal, sys, threading, time
    import numpy as np
    import pyseq as keras
    from pyseq import layers
    model = keras.Sequential([layers.Dense(64, "relu", input_shape=(4,)), layers.Dense(1)])
    model.compile("adam", "mse")
    x, y = np.random.rand(6_000_000, 4).astype("float32"), np.random.rand(6_000_000, 1).astype("float32")
    model.fit(x[:64], y[:64], batch_size=1, verbose=0)
    print("ready", flush=True)
    start = time.monotonic()
    try:
        model.{act}
    except KeyboardInterrupt:
        print("stopped", time.time(), flush=True)
    before = model.get_weights()[-1]
    assert all(np.isfinite(w).all() for w in model.get_weights())
    model.fit(x[:64], y[:64], verbose=0)
    assert not np.array_equal(before, model.get_weights()[-1])
    print("usable", model.predict(x[:3]).shape, flush=True)
"""


@POSIX
@pytest.mark.parametrize(
    "act",
    ["fit(x, y, batch_size=1, epochs=9, verbose=0)", "predict(x, batch_size=1)",
     "evaluate(x, y, batch_size=1, verbose=0)", "fit(x, y, batch_size=1, epochs=9)"],
)  # fmt: skip
def test_an_interrupt_inside_a_long_epoch_stops_within_a_second(act):
    program = textwrap.dedent(INTERRUPTED.format(act=act))
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=os.getcwd()
    )
    try:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.4)
        sent = time.time()
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
    assert "usable (3, 1)" in out, out[-500:] + errors
    stopped = float(out.split("stopped ")[1].split()[0])
    assert stopped - sent < 1.0


@pytest.mark.skipif(not os.environ.get("PYSEQ_LONG_TESTS"), reason="long: set PYSEQ_LONG_TESTS=1")
def test_a_million_predictions_at_flat_memory():
    resource = pytest.importorskip("resource")
    model, x = made(), X[:1]

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for _ in range(20_000):
        model.predict(x)
        model(x)
    before = peak()
    for _ in range(1_000_000):
        model.predict(x)
    for _ in range(300_000):
        model(x)
    assert peak() - before < 2_000  # KiB


def test_ten_thousand_predictions_keep_nothing():
    import gc
    import tracemalloc

    model, x = made(), X[:1]
    for _ in range(100):
        model.predict(x)
        model(x)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(3_000):
            model.predict(x)
            model(x)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 20_000
    finally:
        tracemalloc.stop()
