"""Pipelines whose elements, specs and sizes are recorded from TensorFlow, and the recording of one.

Each is source text over `tf`, `np` and `D` (tf.data.Dataset); nothing depends on a random stream.
"""

from __future__ import annotations

import itertools

import numpy as np

MOST = 12  # elements of a pipeline that are recorded

GENERATORS = """
def count(n=3):
    for k in range(n):
        yield k, [0.5 * k] * 2
def ragged():
    for k in (1, 3, 2, 0, 4):
        yield np.arange(k)
def texts():
    yield "one"
    yield b"two"
def dicts():
    for k in range(3):
        yield {"b": k, "a": [k, k + 1]}
def lists():
    for k in range(4):
        yield [[k, k], [k + 1, k + 2]]
"""

X = "np.arange(12, dtype='float32').reshape(6, 2)"
XY = f"D.from_tensor_slices(({X}, np.arange(6) % 3))"
RAGGED = "D.from_generator(ragged, output_signature=tf.TensorSpec((None,), 'int64'))"
LISTS = "D.from_generator(lists, output_types='int32', output_shapes=(None, 2))"

PIPELINES = {
    # sources
    "slices": f"D.from_tensor_slices({X})",
    "slices_tuple": XY,
    "slices_dict": f"D.from_tensor_slices({{'b': {X}, 'a': np.arange(6)}})",
    "slices_nested": f"D.from_tensor_slices(({{'a': {X}, 'b': [1, 2, 3, 4, 5, 6]}}, [True] * 6))",
    "slices_list_is_one": "D.from_tensor_slices([1, 2, 3])",
    "slices_list_of_floats": "D.from_tensor_slices([1.5, 2, 3])",
    "slices_list_of_lists": "D.from_tensor_slices([[1, 2], [3, 4], [5, 6]])",
    "slices_list_of_arrays": f"D.from_tensor_slices([{X}, {X}])",
    "slices_big_ints": "D.from_tensor_slices([1, 2**40])",
    "slices_texts": "D.from_tensor_slices(['a', 'bc', 'ä'])",
    "slices_texts_and_labels": "D.from_tensor_slices((['a', 'b'], [0, 1]))",
    "slices_float64": "D.from_tensor_slices(np.arange(3.0))",
    "slices_uint8": "D.from_tensor_slices(np.arange(4, dtype='uint8').reshape(2, 2))",
    "slices_tensor": "D.from_tensor_slices(tf.constant([[1.0, 2.0], [3.0, 4.0]]))",
    "slices_empty": "D.from_tensor_slices(np.zeros((0, 3), 'float32'))",
    "tensors": f"D.from_tensors(({X}, [1, 2]))",
    "tensors_scalar": "D.from_tensors(3)",
    "tensors_text": "D.from_tensors('abc')",
    "range": "D.range(5)",
    "range_from_to": "D.range(2, 11, 3)",
    "range_down": "D.range(5, 0, -2)",
    "range_none": "D.range(5, 2)",
    "range_type": "D.range(3, output_type='float32')",
    "generator_types": "D.from_generator(count, output_types=('int64', 'float32'))",
    "generator_shapes": "D.from_generator(count, output_types=('int32', 'float32'), output_shapes=((), (2,)))",
    "generator_tensor_shapes":
        "D.from_generator(lists, tf.int32, tf.TensorShape([None, 2])).padded_batch(2, padded_shapes=tf.TensorShape([None, 2]))",
    "generator_signature":
        "D.from_generator(count, output_signature=(tf.TensorSpec((), 'int64'), tf.TensorSpec((2,), 'float64')))",
    "generator_args": "D.from_generator(count, args=[2], output_types=('int64', 'float32'))",
    "generator_ragged": RAGGED,
    "generator_texts": "D.from_generator(texts, output_types=tf.string)",
    "generator_dicts":
        "D.from_generator(dicts, output_signature={'a': tf.TensorSpec((2,), 'int32'), 'b': tf.TensorSpec((), 'int32')})",
    "generator_cast": "D.from_generator(lambda: iter([1, 2]), output_types='float32', output_shapes=())",
    "generator_twice": "D.from_generator(count, output_types=('int64', 'float32')).repeat(2)",
    "generator_none": "D.from_generator(lambda: iter(()), output_types='float32')",
    "lists": LISTS,
    # which elements, in what order
    "take": "D.range(5).take(3)",
    "take_all": "D.range(3).take(-1)",
    "take_too_many": "D.range(3).take(10)",
    "take_none": "D.range(3).take(0)",
    "skip": "D.range(5).skip(3)",
    "skip_all": "D.range(5).skip(-1)",
    "skip_too_many": "D.range(3).skip(4)",
    "repeat": "D.range(3).repeat(2)",
    "repeat_endless": "D.range(3).repeat()",
    "repeat_none": "D.range(3).repeat(0)",
    "repeat_empty": "D.range(0).repeat()",
    "shard": "D.range(10).shard(3, 1)",
    "shard_rows": f"{XY}.shard(4, 1)",
    "shard_batches": f"{XY}.batch(2).shard(2, 1)",
    "shard_after_take": "D.from_tensor_slices(np.arange(10)).skip(1).shard(3, 2).repeat(2)",
    "filter": "D.range(8).filter(lambda k: k % 3 == 1)",
    "filter_tuple": f"{XY}.filter(lambda x, y: y > 0)",
    "filter_batches": f"{XY}.batch(4).filter(lambda x, y: tf.reduce_sum(y) > 2)",
    "filter_none": "D.range(3).filter(lambda k: k > 5)",
    "take_while": "D.range(8).take_while(lambda k: k < 3)",
    "concatenate": "D.range(3).concatenate(D.range(7, 9))",
    "concatenate_shapes": "D.range(3).batch(3).concatenate(D.range(2).batch(2, drop_remainder=True))",
    "concatenate_endless": "D.range(3).repeat().concatenate(D.range(2))",
    "shuffle_one": "D.range(5).shuffle(1)",
    "zip": "D.zip((D.range(3), D.range(10, 20)))",
    "zip_args": "D.zip(D.range(3), D.range(10, 20))",
    "zip_one": "D.zip(D.range(3))",
    "zip_dict": "D.zip({'a': D.range(3), 'b': (D.range(2), D.range(4, 9))})",
    "zip_slices": f"D.zip((D.from_tensor_slices({X}), D.from_tensor_slices([1, 2, 3, 4])))",
    "zip_slices_batch": f"D.zip((D.from_tensor_slices({X}), D.from_tensor_slices([1, 2, 3, 4]))).batch(3)",
    "zip_unknown": "D.zip((D.range(0), D.range(5).filter(lambda k: k > 1)))",
    "zip_endless": "D.zip((D.range(3).repeat(), D.range(5).repeat()))",
    "zip_endless_and_not": "D.zip((D.range(3).repeat(), D.range(5)))",
    # together and apart
    "batch": f"{XY}.batch(4)",
    "batch_drop": f"{XY}.batch(4, drop_remainder=True)",
    "batch_exact": f"{XY}.batch(3)",
    "batch_large": f"{XY}.batch(100)",
    "batch_large_drop": f"{XY}.batch(100, drop_remainder=True)",
    "batch_dict": f"D.from_tensor_slices({{'b': {X}, 'a': np.arange(6)}}).batch(4)",
    "batch_texts": "D.from_tensor_slices(['a', 'bc', 'd']).batch(2)",
    "batch_batches": f"{XY}.batch(2).batch(2)",
    "batch_range": "D.range(5).batch(2)",
    "batch_endless": "D.range(3).repeat().batch(4)",
    "batch_repeat": f"{XY}.batch(4).repeat(2)",
    "repeat_batch": f"{XY}.repeat(2).batch(4)",
    "repeat_batch_take": f"{XY}.repeat().batch(4).take(4)",
    "batch_skip": f"{XY}.batch(2).skip(1)",
    "skip_batch": f"{XY}.skip(1).batch(4)",
    "take_batch": f"{XY}.take(5).batch(2, drop_remainder=True).repeat(2)",
    "repeat_take_skip_batch": f"{XY}.repeat(3).skip(4).take(10).batch(4).skip(1).take(2)",
    "shard_batch_repeat": f"{XY}.shard(2, 0).batch(2).repeat(2)",
    "generator_batch": "D.from_generator(count, output_types=('int64', 'float32'), output_shapes=((), (2,))).batch(2)",
    "unbatch": f"{XY}.batch(4).unbatch()",
    "unbatch_tensors": f"D.from_tensors(({X}, [1, 2, 3, 4, 5, 6])).unbatch()",
    "unbatch_known": f"{XY}.batch(3, drop_remainder=True).unbatch()",
    "unbatch_lists": f"{LISTS}.unbatch()",
    "rebatch": f"{XY}.batch(4).rebatch(3)",
    "rebatch_drop": f"{XY}.batch(4).rebatch(4, drop_remainder=True)",
    "padded": f"{RAGGED}.padded_batch(2)",
    "padded_to": f"{RAGGED}.padded_batch(2, padded_shapes=(5,))",
    "padded_none": f"{RAGGED}.padded_batch(3, padded_shapes=[None], padding_values=np.int64(-1))",
    "padded_minus_one": f"{RAGGED}.padded_batch(3, padded_shapes=[-1], drop_remainder=True)",
    "padded_tuple":
        f"{RAGGED}.map(lambda a: (a, tf.size(a))).padded_batch(2, padded_shapes=([None], []),"
        " padding_values=(np.int64(9), 0))",
    "padded_dict": f"{RAGGED}.map(lambda a: {{'a': a, 'n': tf.size(a)}}).padded_batch(4)",
    "padded_two_axes":
        "D.from_generator(lambda: iter([np.ones((1, 2)), np.ones((2, 1))]),"
        " output_signature=tf.TensorSpec((None, None), 'float32')).padded_batch(2, padding_values=0.5)",
    "window": "D.range(7).window(3)",
    "window_drop": "D.range(7).window(3, drop_remainder=True)",
    "window_shift": "D.range(5).window(3, shift=1)",
    "window_shift_drop": "D.range(5).window(3, shift=1, drop_remainder=True)",
    "window_stride": "D.range(10).window(3, shift=2, stride=2)",
    "window_stride_drop": "D.range(10).window(3, shift=2, stride=2, drop_remainder=True)",
    "window_gaps": "D.range(10).window(2, shift=4)",
    "window_tuple": f"{XY}.window(4)",
    "window_dict": f"D.from_tensor_slices({{'b': {X}, 'a': np.arange(6)}}).window(4)",
    "window_flat_map": "D.range(6).window(3, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(3))",
    "window_targets":
        "D.range(6).window(3, 1, drop_remainder=True).flat_map(lambda w: w.batch(3)).map(lambda w: (w[:-1], w[-1]))",
    "window_zip":
        f"{XY}.window(2).flat_map(lambda x, y: D.zip((x.batch(2), y.batch(2))))",
    # functions
    "map": "D.range(4).map(lambda k: k * 2)",
    "map_tuple": f"{XY}.map(lambda x, y: (x / 2, y))",
    "map_to_tuple": "D.range(3).map(lambda k: (k, tf.cast(k, 'float32') / 2))",
    "map_to_dict": "D.range(3).map(lambda k: {'k': k, 'one': tf.ones((2,))})",
    "map_from_dict": f"D.from_tensor_slices({{'b': {X}, 'a': np.arange(6)}}).map(lambda e: e['b'] + 1)",
    "map_to_list": "D.range(3).map(lambda k: [k, k + 1])",
    "map_to_number": "D.range(3).map(lambda k: 7)",
    "map_batches": f"{XY}.batch(4).map(lambda x, y: (tf.reduce_sum(x, axis=1), tf.one_hot(y, 3)))",
    "map_reshape": f"D.from_tensor_slices({X}).map(lambda x: tf.reshape(x, (2, 1)))",
    "map_parallel": "D.range(6).map(lambda k: k + 1, num_parallel_calls=2)",
    "map_auto": "D.range(6).map(lambda k: k + 1, num_parallel_calls=tf.data.AUTOTUNE).batch(4)",
    "map_nested": "D.range(2).map(lambda k: ((k, k + 1), {'a': k})).map(lambda t, d: t[0] + t[1] + d['a'])",
    "map_identity_texts": "D.from_tensor_slices(['a', 'b']).map(lambda t: t)",
    "flat_map": "D.range(3).flat_map(lambda k: D.range(2).map(lambda m: m + 10 * k))",
    "flat_map_slices": f"D.from_tensor_slices({X}).flat_map(lambda x: D.from_tensor_slices(x))",
    "interleave": "D.range(1, 6).interleave(lambda k: D.from_tensors(k).repeat(6), cycle_length=2, block_length=4)",
    "interleave_unequal": "D.range(4).interleave(lambda k: D.range(10, 12 + k), cycle_length=3, block_length=2)",
    "interleave_one": "D.range(3).interleave(lambda k: D.from_tensors(k).repeat(2), cycle_length=1)",
    "interleave_empty": "D.range(4).interleave(lambda k: D.range(k % 2), cycle_length=2)",
    "scan": "D.range(5).scan(np.int64(0), lambda s, k: (s + k, s))",
    "scan_tuple": "D.range(4).scan((np.int64(0), np.int64(1)), lambda s, k: ((s[1], s[0] + s[1]), s[0]))",
    "unique": "D.from_tensor_slices([3, 1, 3, 2, 1]).unique()",
    "unique_texts": "D.from_tensor_slices(['a', 'b', 'a']).unique()",
    "choose": "D.choose_from_datasets([D.range(3), D.range(10, 15)], D.range(9).map(lambda k: k % 2))",
    "choose_on": "D.choose_from_datasets([D.range(2), D.range(10, 15)], D.range(9).map(lambda k: k % 2), False)",
    "sample_one": "D.sample_from_datasets([D.range(3), D.range(5)], weights=[0.0, 1.0], stop_on_empty_dataset=True)",
    "buckets": f"{RAGGED}.bucket_by_sequence_length(lambda a: tf.shape(a)[0], [2, 3], [2, 2, 1])",
    "buckets_to_boundary":
        f"{RAGGED}.take(4).bucket_by_sequence_length(lambda a: tf.shape(a)[0], [2, 4], [2, 1, 1], pad_to_bucket_boundary=True)",
    "buckets_drop":
        f"{RAGGED}.bucket_by_sequence_length(lambda a: tf.shape(a)[0], [2, 3], [2, 2, 9], drop_remainder=True)",
    "list_files": "D.list_files(FILE, shuffle=False).map(lambda f: 1)",
    "enumerate": "D.from_tensor_slices([7.0, 8.0]).enumerate()",
    "enumerate_from": f"{XY}.enumerate(start=5).take(2)",
    "apply": "D.range(5).apply(lambda d: d.batch(2))",
    # the same elements
    "prefetch": f"{XY}.batch(4).prefetch(tf.data.AUTOTUNE)",
    "prefetch_slow": "D.range(20).map(lambda k: k).prefetch(2)",
    "cache": f"{XY}.cache().repeat(2).batch(5)",
    "cache_mapped": "D.range(3).map(lambda k: k + 1).cache().repeat(3)",
    "options": "D.range(3).with_options(tf.data.Options())",
    "lines": "tf.data.TextLineDataset(FILE)",
    "lines_two": "tf.data.TextLineDataset([FILE, FILE]).skip(1).batch(2)",
    "lines_of_dataset": "tf.data.TextLineDataset(D.from_tensor_slices([FILE]))",
    "lines_interleaved": "D.from_tensor_slices([FILE, FILE]).interleave(tf.data.TextLineDataset, cycle_length=2)",
}  # fmt: skip

VALUES = {
    "reduce": "D.range(5).reduce(np.int64(0), lambda s, k: s + k)",
    "reduce_count": "D.range(5).reduce(0, lambda s, _: s + 1)",
    "reduce_tuple": "D.range(5).reduce((np.int64(0), 0), lambda s, k: (s[0] + k, s[1] + 1))",
    "reduce_pairs": f"{XY}.reduce(np.float32(0), lambda s, e: s + tf.reduce_sum(e[0]))",
    "reduce_none": "D.range(0).reduce(3.0, lambda s, k: s + 1)",
    "single": "D.range(10).batch(10).get_single_element()",
    "length": "len(D.range(10).batch(3))",
    "bool": "bool(D.range(0))",
    "cardinality": "D.range(10).batch(3).cardinality()",
    "cardinality_experimental": "tf.data.experimental.cardinality(D.range(3).repeat())",
    "constants": "(tf.data.AUTOTUNE, tf.data.INFINITE_CARDINALITY, tf.data.UNKNOWN_CARDINALITY)",
    "next": "next(iter(D.range(3)))",
    "get_next": "iter(D.range(3)).get_next()",
    "as_numpy": "[type(e).__name__ for e in D.from_tensor_slices([1.5]).as_numpy_iterator()]",
    "repr": "repr(D.range(3).batch(2))",
    "repr_zip": "repr(D.zip((D.range(3), D.range(4))))",
    "spec": "repr(tf.TensorSpec((None, 3), tf.float32, name='x'))",
    "spec_unknown": "repr(tf.TensorSpec(None, 'int32'))",
    "spec_text": "repr(tf.TensorSpec((), tf.string))",
    "spec_equal": "tf.TensorSpec((2,)) == tf.TensorSpec([2], 'float32')",
    "spec_compatible": "tf.TensorSpec((None,)).is_compatible_with(tf.constant([1.0, 2.0]))",
    "spec_incompatible": "tf.TensorSpec((3,)).is_compatible_with(tf.constant([1.0, 2.0]))",
    "spec_of_tensor": "repr(tf.TensorSpec.from_tensor(tf.constant([1, 2])))",
    "shape": "repr(tf.TensorShape([None, 3])), str(tf.TensorShape(2)), tf.TensorShape([None, 3]).as_list()",
    "shape_of_spec": "D.range(3).batch(2).element_spec.shape.as_list()",
    "shape_numbers": "[tf.TensorShape([2, 3]).num_elements(), tf.TensorShape([2, 3]).rank, tf.TensorShape([None]).is_fully_defined()]",
    "signature": "tf.function(lambda x: x * 2, input_signature=[tf.TensorSpec((None,), tf.float32)])(np.arange(3.0))",
    "signature_unknown": "tf.function(lambda x: x * 2, input_signature=[tf.TensorSpec(None)])(np.ones((2, 2), 'f'))",
    "signature_nested":
        "tf.function(lambda d, y: d['a'] + y, input_signature=[{'a': tf.TensorSpec(())}, tf.TensorSpec(())])({'a': 1.0}, 2.0)",
}  # fmt: skip

ERRORS = {
    "slices_scalar": "D.from_tensor_slices(3)",
    "slices_unequal": "D.from_tensor_slices((np.zeros(3), np.zeros(4)))",
    "slices_ragged": "D.from_tensor_slices([[1, 2], [3]])",
    "slices_objects": "D.from_tensor_slices(np.array([{}, {}]))",
    "generator_not_callable": "D.from_generator(count(), output_types=('int64', 'float32'))",
    "generator_no_types": "D.from_generator(count)",
    "generator_both":
        "D.from_generator(count, output_types='int64', output_signature=tf.TensorSpec((), 'int64'))",
    "generator_signature_type": "D.from_generator(count, output_signature='int64')",
    "generator_structure": "list(D.from_generator(count, output_types=('int64',) * 3))",
    "generator_type": "list(D.from_generator(texts, output_types='int64'))",
    "generator_shape": "list(D.from_generator(ragged, output_signature=tf.TensorSpec((2,), 'int64')))",
    "generator_raises": "list(D.from_generator(lambda: (1 // 0 for _ in range(3)), output_types='int64'))",
    "batch_zero": "D.range(3).batch(0)",
    "batch_unequal": f"list({RAGGED}.batch(2))",
    "padded_smaller": f"list({RAGGED}.padded_batch(2, padded_shapes=(2,)))",
    "padded_rank": f"{RAGGED}.padded_batch(2, padded_shapes=(2, 2))",
    "padded_value_type": f"{RAGGED}.padded_batch(2, padding_values=0.5)",
    "unbatch_scalars": "D.range(3).unbatch()",
    "shuffle_zero": "D.range(3).shuffle(0)",
    "window_zero": "D.range(3).window(0)",
    "shard_index": "list(D.range(3).shard(2, 2))",
    "zip_no_datasets": "D.zip((D.range(3), [1, 2]))",
    "concatenate_types": "D.range(3).concatenate(D.from_tensor_slices([1.0]))",
    "concatenate_structure": "D.range(3).concatenate(D.zip((D.range(3), D.range(3))))",
    "map_not_callable": "D.range(3).map(3)",
    "map_too_few_arguments": f"list({XY}.map(lambda x: x))",
    "filter_not_bool": "list(D.range(3).filter(lambda k: k))",
    "flat_map_no_dataset": "list(D.range(3).flat_map(lambda k: k))",
    "apply_no_dataset": "D.range(3).apply(lambda d: 3)",
    "length_endless": "len(D.range(3).repeat())",
    "length_unknown": "len(D.range(3).filter(lambda k: k > 1))",
    "single_many": "D.range(3).get_single_element()",
    "single_none": "D.range(0).get_single_element()",
    "reduce_type": "D.range(3).reduce(0, lambda s, k: 0.5)",
    "buckets_sizes": f"{RAGGED}.bucket_by_sequence_length(lambda a: tf.shape(a)[0], [2, 3], [2, 2])",
    "choose_types": "D.choose_from_datasets([D.range(3), D.from_tensor_slices([0.5])], D.range(2))",
    "sample_weights": "D.sample_from_datasets([D.range(3), D.range(5)], weights=[1.0])",
    "list_files_none": "D.list_files('no such file')",
    "signature_shape": "tf.function(lambda x: x, input_signature=[tf.TensorSpec((2,))])(np.ones(3, 'float32'))",
    "signature_type": "tf.function(lambda x: x, input_signature=[tf.TensorSpec((2,))])(tf.constant([1, 2]))",
    "file_missing": "list(tf.data.TextLineDataset('no such file'))",
}  # fmt: skip


def names(tf, file):
    """What the source texts see."""
    seen = {"tf": tf, "np": np, "D": tf.data.Dataset, "FILE": str(file)}
    exec(GENERATORS, seen)
    return seen


def packed(x):
    """An element, as JSON."""
    if isinstance(x, dict):
        return {"dict": {k: packed(v) for k, v in sorted(x.items())}}
    if isinstance(x, tuple):
        return {"tuple": [packed(v) for v in x]}
    if isinstance(x, list):
        return {"list": [packed(v) for v in x]}
    if hasattr(x, "element_spec"):
        return {"dataset": [packed(v) for v in itertools.islice(iter(x), MOST)]}
    a = x.numpy() if hasattr(x, "numpy") else x
    kind = "object" if isinstance(a, (bytes, str)) else str(np.asarray(a).dtype)
    a = np.asarray(a, dtype=object if kind == "object" else None)
    values = [v.decode() if isinstance(v, bytes) else v for v in a.ravel().tolist()]
    return [kind, list(a.shape), values]


def recorded(dataset):
    """Elements, spec and size of a pipeline."""
    return {
        "elements": [packed(e) for e in itertools.islice(iter(dataset), MOST)],
        "spec": repr(dataset.element_spec),
        "size": int(dataset.cardinality()),
    }
