"""The older names of tf.data.experimental. Expected values are tf.data's of TensorFlow 2.15."""

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf

experimental, Dataset = tf.data.experimental, tf.data.Dataset


def listed(dataset):
    return [np.asarray(e).tolist() for e in dataset.as_numpy_iterator()]


@pytest.mark.parametrize(
    "transformation, expected",
    [
        (experimental.enumerate_dataset(3), [[3, 0], [4, 1], [5, 2], [6, 3], [7, 4], [8, 5]]),
        (experimental.map_and_batch(lambda v: v * 2, 4), [[0, 2, 4, 6], [8, 10]]),
        (experimental.map_and_batch(lambda v: v * 2, 4, 2, drop_remainder=True), [[0, 2, 4, 6]]),
        (experimental.scan(np.int64(0), lambda s, v: (s + v, s + v)), [0, 1, 3, 6, 10, 15]),
        (experimental.take_while(lambda v: v < 2), [0, 1]),
        (experimental.unique(), [0, 1, 2, 3, 4, 5]),
        (experimental.assert_cardinality(6), [0, 1, 2, 3, 4, 5]),
    ],
)
def test_apply(transformation, expected):
    assert listed(Dataset.range(6).apply(transformation)) == expected


def test_unbatch_and_bucket_and_shuffle():
    assert listed(Dataset.range(4).batch(2).apply(experimental.unbatch())) == [0, 1, 2, 3]
    rows = Dataset.from_generator(lambda: ([1] * n for n in (1, 5, 2, 6)), tf.int32, [None])
    by_length = rows.apply(experimental.bucket_by_sequence_length(lambda e: tf.shape(e)[0], [4], [2, 2]))
    assert listed(by_length) == [[[1, 0], [1, 1]], [[1, 1, 1, 1, 1, 0], [1] * 6]]
    shuffled = listed(Dataset.range(9).apply(experimental.shuffle_and_repeat(9, 2, seed=1)))
    assert sorted(shuffled[:9]) == sorted(shuffled[9:]) == list(range(9)) != shuffled[:9]


def test_functions_of_datasets():
    few, many = Dataset.range(3), Dataset.range(10, 13)
    assert listed(experimental.sample_from_datasets([few, many], [1.0, 0.0]).take(2)) == [0, 1]
    choice = Dataset.from_tensor_slices(np.array([0, 0, 0, 0, 1]))
    assert listed(experimental.choose_from_datasets([few, many], choice)) == [0, 1, 2, 10]
    assert experimental.get_single_element(few.batch(3)).numpy().tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="must not both"):
        experimental.map_and_batch(abs, 2, num_parallel_batches=1, num_parallel_calls=1)


def test_assert_cardinality_tells_fit_how_many_steps_there_are(capsys):
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    rows = Dataset.from_tensor_slices((np.ones((8, 2)), np.ones((8, 1)))).filter(lambda x, y: True).batch(2)
    assert int(rows.cardinality()) == -2
    known = rows.apply(experimental.assert_cardinality(4))
    assert len(known) == 4
    model.fit(known, verbose=1)
    assert "1/4 [" in capsys.readouterr().out


@pytest.mark.parametrize("expected, message", [(2, "contain 2 elements but contained at least 3"),
                                               (9, "contain 9 elements but contained only 6")])  # fmt: skip
def test_assert_cardinality_refuses(expected, message):
    with pytest.raises(ValueError, match=message):
        listed(Dataset.range(6).apply(experimental.assert_cardinality(expected)))


def test_sparse_matrices_are_refused_with_the_remedy():
    sparse = pytest.importorskip("scipy.sparse")
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    with pytest.raises(ValueError, match=r"`x`: sparse matrices are not taken.*x\.toarray\(\)"):
        model.predict(sparse.csr_matrix(np.eye(2)), verbose=0)
