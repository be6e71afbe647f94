"""tf.data against recordings of TensorFlow: values, order, structure, specs, sizes, errors."""

import json

import numpy as np
import pytest

import pyseq.tf as tf
from tests.data import cases
from tests.parity.recording import FIXTURES

RECORDED = json.loads((FIXTURES / "data.json").read_text())
SEEN = cases.names(tf, FIXTURES / "lines.txt")


@pytest.mark.parametrize("name", cases.PIPELINES)
def test_elements(name):
    expected = RECORDED["pipelines"][name]
    found = cases.recorded(eval(cases.PIPELINES[name], SEEN))
    assert found["elements"] == expected["elements"]
    assert found["size"] == expected["size"]


@pytest.mark.parametrize("name", cases.PIPELINES)
def test_spec(name):
    dataset = eval(cases.PIPELINES[name], SEEN)
    assert repr(dataset.element_spec) == RECORDED["pipelines"][name]["spec"]


@pytest.mark.parametrize("name", cases.PIPELINES)
def test_an_iteration_does_not_change_the_next(name):
    dataset = eval(cases.PIPELINES[name], SEEN)
    first = cases.recorded(dataset)
    next(iter(dataset), None)  # one that is broken off
    assert cases.recorded(dataset) == first


@pytest.mark.parametrize("name", cases.PIPELINES)
def test_numpy_elements_are_the_same(name):
    dataset = eval(cases.PIPELINES[name], SEEN)
    elements = [e for e, _ in zip(dataset.as_numpy_iterator(), range(cases.MOST), strict=False)]
    if "dataset" not in json.dumps(cases.recorded(dataset)["elements"]):
        assert [cases.packed(e) for e in elements] == cases.recorded(dataset)["elements"]


@pytest.mark.parametrize("name", cases.VALUES)
def test_value(name):
    assert cases.packed(eval(cases.VALUES[name], SEEN)) == RECORDED["values"][name]


# What TensorFlow calls by names of its own, as Python calls it
NAMES = {
    "InvalidArgumentError": (ValueError, TypeError),
    "NotFoundError": (FileNotFoundError,),
    "UnknownError": (Exception,),
    "StagingError": (TypeError,),
    "DataLossError": (ValueError,),
}
# Errors of other types than TensorFlow's, which are slips there
OTHER = {"list_files_none": "FileNotFoundError", "map_not_callable": "TypeError", "flat_map_no_dataset": "TypeError"}


@pytest.mark.parametrize("name", cases.ERRORS)
def test_error(name):
    expected = RECORDED["errors"][name]
    if expected is None:
        pytest.skip("no error in TensorFlow")
    with pytest.raises(Exception) as e:  # noqa: PT011  the type is looked at below
        eval(cases.ERRORS[name], SEEN)
    expected = OTHER.get(name, expected)
    allowed = NAMES.get(expected)
    assert isinstance(e.value, allowed) if allowed else type(e.value).__name__ == expected, (expected, e.value)
    assert str(e.value)


def orders(dataset, n=3):
    return [[int(np.asarray(e)) for e in dataset] for _ in range(n)]


SHUFFLES = {
    "rows": tf.data.Dataset.from_tensor_slices(np.arange(50)),
    "elements": tf.data.Dataset.range(50),
}


@pytest.mark.parametrize("source", SHUFFLES)
@pytest.mark.parametrize("size", [2, 7, 50, 1000])
def test_shuffle_is_a_permutation_that_reaches_as_far_as_its_buffer(source, size):
    for order in orders(SHUFFLES[source].shuffle(size)):
        assert sorted(order) == list(range(50)) and order != list(range(50))
        assert all(k < place + size for place, k in enumerate(order))  # nothing comes before it was read


@pytest.mark.parametrize("source", SHUFFLES)
def test_shuffle_anew_each_time_unless_told(source):
    d = SHUFFLES[source]
    a, b, c = orders(d.shuffle(50))
    assert a != b != c
    a, b, c = orders(d.shuffle(50, reshuffle_each_iteration=False))
    assert a == b == c
    a, b, c = orders(d.shuffle(50, seed=3))
    assert a != b != c
    assert orders(d.shuffle(50, seed=3)) == [a, b, c]
    assert orders(d.shuffle(50, seed=4)) != [a, b, c]
    a, b, c = orders(d.shuffle(50, seed=3, reshuffle_each_iteration=False))
    assert a == b == c


@pytest.mark.parametrize("source", SHUFFLES)
def test_repeat_shuffles_anew_in_each_pass(source):
    (order,) = orders(SHUFFLES[source].shuffle(50).repeat(2), 1)
    assert sorted(order[:50]) == sorted(order[50:]) == list(range(50)) and order[:50] != order[50:]
    (order,) = orders(SHUFFLES[source].shuffle(50, reshuffle_each_iteration=False).repeat(2), 1)
    assert order[:50] == order[50:]


@pytest.mark.parametrize("source", SHUFFLES)
def test_shuffles_follow_from_the_global_seed(source):
    d = SHUFFLES[source].shuffle(20)
    tf.random.set_seed(5)
    first = orders(d)
    tf.random.set_seed(5)
    assert orders(d) == first
    tf.random.set_seed(6)
    assert orders(d) != first


def test_shuffles_are_uniform():
    counts = np.zeros((4, 4))
    d = tf.data.Dataset.from_tensor_slices(np.arange(4)).shuffle(4).repeat(3000)
    order = np.array(orders(d, 1)[0]).reshape(-1, 4)
    for place in range(4):
        counts[place] = np.bincount(order[:, place], minlength=4)
    assert abs(counts / 3000 - 0.25).max() < 0.05


def test_datasets_at_random():
    sources = [tf.data.Dataset.from_tensors(np.int64(k)).repeat() for k in range(3)]
    d = tf.data.Dataset.sample_from_datasets(sources, [0.2, 0.0, 0.8]).take(2000)
    first, second = orders(d, 2)
    assert first != second
    assert abs(np.bincount(first, minlength=3) / 2000 - [0.2, 0, 0.8]).max() < 0.05
    seeded = tf.data.Dataset.sample_from_datasets(sources, seed=1).take(50)
    first, second = orders(seeded, 2)
    assert first == second


def test_list_files(tmp_path):
    for name in "cab":
        (tmp_path / f"{name}.txt").write_text("")
    d = tf.data.Dataset.list_files(str(tmp_path / "*.txt"), shuffle=False)
    assert [e.numpy() for e in d] == [str(tmp_path / f"{n}.txt").encode() for n in "abc"]
    assert sorted(e.numpy() for e in tf.data.Dataset.list_files([str(tmp_path / "*.txt")])) == [e.numpy() for e in d]


def test_batches_of_a_shuffle_keep_rows_together():
    x, y = np.arange(40.0).reshape(20, 2), np.arange(20)
    for bx, by in tf.data.Dataset.from_tensor_slices((x, y)).shuffle(20).batch(8).repeat(2):
        np.testing.assert_array_equal(bx.numpy(), x[by.numpy()])


def test_cache_computes_once_when_it_was_read_to_its_end():
    calls = []

    def source():
        calls.append(1)
        yield from range(3)

    d = tf.data.Dataset.from_generator(source, output_types="int64").cache()
    next(iter(d))  # broken off: nothing is kept
    for _ in range(3):
        assert [int(e) for e in d] == [0, 1, 2]
    assert len(calls) == 2


def test_the_dataset_does_not_see_later_changes_of_its_arrays():
    x = np.zeros(3, "float32")
    d = tf.data.Dataset.from_tensor_slices(x)
    x[:] = 1
    assert [float(e) for e in d] == [0, 0, 0]


def test_changes_of_what_an_iterator_gave_stay_out_of_the_dataset():
    d = tf.data.Dataset.from_tensor_slices(np.zeros((4, 2), "float32")).batch(2)
    for e in d.as_numpy_iterator():
        e += 1
    assert all((e == 0).all() for e in d.as_numpy_iterator())


def test_map_that_cannot_be_traced_runs_as_python():
    def f(k):
        return k + 1 if int(k) % 2 else k * 10

    d = tf.data.Dataset.range(4)
    assert [int(e) for e in d.map(f)] == [0, 2, 20, 4]
    assert [int(e) for e in d.map(f, num_parallel_calls=2)] == [0, 2, 20, 4]


def test_map_by_threads_keeps_order_and_raises_where_it_was():
    import time

    def f(k):
        k = int(k)
        time.sleep(0.003 if k % 3 else 0.006)
        if k == 20:
            raise RuntimeError("at 20")
        return np.int64(k)

    seen = []
    with pytest.raises(RuntimeError, match="at 20"):
        for e in tf.data.Dataset.range(40).map(f, num_parallel_calls=4):
            seen.append(int(e))
    assert seen == list(range(20))


def test_random_numbers_in_map_are_new_ones_each_time_and_follow_from_the_seed():
    d = tf.data.Dataset.range(3).map(lambda k: tf.random.uniform(()))
    tf.random.set_seed(1)
    first, second = ([float(e) for e in d] for _ in range(2))
    assert len({*first, *second}) == 6
    tf.random.set_seed(1)
    assert [float(e) for e in d] == first


def test_elements_of_ever_new_shapes_do_not_make_ever_new_plans():
    d = tf.data.Dataset.range(100).map(lambda k: np.ones(int(k))).map(lambda a: a * 2)
    assert [e.shape[0] for e in d] == list(range(100))
    assert d._node.call.traces is False


def test_prefetch_of_something_slow_is_made_by_a_thread_that_ends():
    import threading
    import time

    def slow():
        for k in range(100):
            time.sleep(0.004)
            yield k

    d = tf.data.Dataset.from_generator(slow, output_types="int64").prefetch(3)

    def threads():
        return sum(t.name == "pyseq-prefetch" for t in threading.enumerate())

    before = threads()
    iterator = iter(d)
    assert [int(next(iterator)) for _ in range(6)] == list(range(6))
    assert threads() == before + 1
    del iterator
    for _ in range(100):
        if threads() == before:
            break
        time.sleep(0.02)
    assert threads() == before


def test_what_is_not_there_says_so():
    d = tf.data.Dataset.range(3)
    for call in (lambda: d.save("x"), lambda: tf.data.Dataset.load("x"), lambda: d.cache("x")):
        with pytest.raises(NotImplementedError, match="Dataset.save|Dataset.load|cache"):
            call()
    with pytest.raises(AttributeError, match="Nearest: prefetch"):
        d.prefech(1)
    with pytest.raises(ValueError, match="must be an integer"):
        d.take("two")


def test_compressed_lines(tmp_path):
    import gzip
    import zlib

    text = (FIXTURES / "lines.txt").read_bytes()
    (tmp_path / "a.gz").write_bytes(gzip.compress(text))
    (tmp_path / "a.zlib").write_bytes(zlib.compress(text))
    expected = [e.numpy() for e in tf.data.TextLineDataset(FIXTURES / "lines.txt")]
    assert expected[1] == b"second, longer line"
    for name, kind in (("a.gz", "GZIP"), ("a.zlib", "ZLIB")):
        assert [e.numpy() for e in tf.data.TextLineDataset(str(tmp_path / name), kind)] == expected
    with pytest.raises(ValueError, match="compression_type"):
        tf.data.TextLineDataset("a", "ZIP")
