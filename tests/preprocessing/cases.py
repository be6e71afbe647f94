"""What is asked of tf.keras 2.15 and of pyseq alike: functions of `keras` and of the folder of files, by name in CASES.

A function returns nested dicts and lists of arrays, numbers and texts. `answers` adds what it prints.
"""

import contextlib
import io
import json
import os
import random

import numpy as np

TEXTS = [
    "The cat sat on the mat.", "The dog -- it's BIG -- ate my homework!\n", "", "mat, mat\tand the Café; the end",
    "one two three four five six seven one two three one",
]  # fmt: skip
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def answers(name, keras, folder):
    """{"value": what the case returns, "printed": ...}"""
    np.random.seed(7)
    random.seed(7)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        value = CASES[name](keras, folder)
    return {"value": value, "printed": out.getvalue()}


# ------------------------------------------------------------------------------------------ labels and sequences


@case
def labels(keras, folder):
    u = keras.utils
    return [
        u.to_categorical([0, 2, 1]), u.to_categorical([[0], [2]], 4, "int8"), u.to_ordinal([0, 3, 1]),
        u.to_ordinal([[2], [0]], 5, "float64"), u.normalize(np.arange(6.0).reshape(2, 3)),
        u.normalize(np.arange(6.0).reshape(2, 3), axis=0, order=1),
    ]  # fmt: skip


@case
def packing(keras, folder):
    pack, unpack = keras.utils.pack_x_y_sample_weight, keras.utils.unpack_x_y_sample_weight
    return [pack(1), pack([1]), pack(1, 2), pack(1, 2, 3), unpack((1,)), unpack((1, 2)), unpack([1, 2, 3]), unpack(5)]


@case
def pad_sequences(keras, folder):
    pad = keras.utils.pad_sequences
    ragged = [[1], [2, 3], [4, 5, 6, 7], []]
    rows = [np.ones((2, 3)), np.arange(12.0).reshape(4, 3), []]
    made = [pad(ragged), keras.preprocessing.sequence.pad_sequences(ragged, 2), pad(rows, dtype="float32", value=-1)]
    for padding in ("pre", "post"):
        for truncating in ("pre", "post"):
            made.append(pad(ragged, maxlen=3, padding=padding, truncating=truncating, value=9))
            made.append(pad(rows, 3, "float64", padding, truncating, 0.5))
    made.append(pad([["a", "bc"], ["d"]], dtype=object, value="<pad>").tolist())
    return made


@case
def timeseries_generator(keras, folder):
    series, targets = np.arange(50).reshape(25, 2), np.arange(25) * 10
    made = []
    for kwargs in (
        {}, {"sampling_rate": 2}, {"stride": 3}, {"reverse": True, "batch_size": 4}, {"start_index": 5, "end_index": 15},
        {"shuffle": True, "batch_size": 6}, {"batch_size": 3, "stride": 2, "sampling_rate": 3},
    ):  # fmt: skip
        generator = keras.preprocessing.sequence.TimeseriesGenerator(series, targets, length=4, **kwargs)
        made.append([len(generator), [list(generator[k]) for k in range(len(generator))], generator.get_config()])
    made.append(json.loads(generator.to_json()))
    return made


@case
def skipgrams(keras, folder):
    s = keras.preprocessing.sequence
    words = [1, 5, 0, 3, 2, 2, 7, 4, 1, 6]
    table = s.make_sampling_table(8, 0.1)
    return [
        list(s.skipgrams(words, 8)), list(s.skipgrams(words, 8, window_size=1, shuffle=False)),
        list(s.skipgrams(words, 8, negative_samples=0.5, categorical=True, seed=3)),
        list(s.skipgrams(words, 8, 2, 0, sampling_table=table)), table, s.make_sampling_table(20),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------ texts


@case
def words(keras, folder):
    t = keras.preprocessing.text
    return [
        [t.text_to_word_sequence(text) for text in TEXTS], t.text_to_word_sequence("A-b_c", lower=False, filters="-"),
        t.text_to_word_sequence("a,b,,c d", split=",", filters=""), t.hashing_trick(TEXTS[1], 50, "md5"),
        t.hashing_trick("a b c", 10, hash_function=ord), t.hashing_trick("xyz", 10, "md5", analyzer=list),
        len(t.one_hot(TEXTS[0], 20)),
    ]  # fmt: skip


@case
def tokenizer(keras, folder):
    make = keras.preprocessing.text.Tokenizer
    made = []
    for kwargs in (
        {}, {"num_words": 5}, {"oov_token": "<oov>"}, {"num_words": 4, "oov_token": "<oov>"}, {"char_level": True},
        {"lower": False, "filters": ""}, {"analyzer": lambda text: text.split("a")}, {"split": "a", "num_words": 6},
    ):  # fmt: skip
        t = make(**kwargs)
        t.fit_on_texts(TEXTS[:3])
        t.fit_on_texts(iter(TEXTS[3:4]))
        made.append(_everything_of(t))
        again = keras.preprocessing.text.tokenizer_from_json(t.to_json())
        made.append(again.texts_to_sequences([TEXTS[4], TEXTS[0]]))
    listed = make(oov_token="?")
    listed.fit_on_texts([["A", "b c"], ["a", "D"]])
    made.append([_everything_of(listed), listed.texts_to_sequences([["b c", "x"], ["d"]])])
    return made


def _everything_of(t):
    sequences = t.texts_to_sequences(TEXTS)
    config = t.get_config()
    return {
        "index": list(t.word_index.items()), "counts": list(t.word_counts.items()), "sequences": sequences,
        "docs": sorted(t.word_docs.items()), "index_docs": sorted(t.index_docs.items()), "count": t.document_count,
        "texts": t.sequences_to_texts([*sequences, [1, 2, 99]]), "config": sorted(config),
        "plain": {k: v for k, v in config.items() if k not in ("word_docs", "index_docs")},
        "matrices": [t.texts_to_matrix(TEXTS, mode) for mode in ("binary", "count", "freq", "tfidf")],
    }  # fmt: skip


@case
def tokenizer_of_sequences(keras, folder):
    t = keras.preprocessing.text.Tokenizer(num_words=6)
    t.fit_on_sequences([[1, 2, 2], [3], [5, 9, 1]])
    return [sorted(t.index_docs.items()), t.sequences_to_matrix([[1, 1, 5], [], [2, 8]], "tfidf"), t.document_count]


# ------------------------------------------------------------------------------------------ images in memory


def images(n=5, height=9, width=7, channels=3, seed=0):
    return np.random.RandomState(seed).randint(0, 256, (n, height, width, channels)).astype("float32")


@case
def affine(keras, folder):
    apply = keras.preprocessing.image.apply_affine_transform
    square, tall = images(1, 8, 8)[0], images(1, 9, 6)[0]
    last = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
    made = [apply(tall.transpose(2, 0, 1), theta=20, tx=1), apply(tall, **last)]
    for change in (
        {"theta": 30}, {"tx": 1.5, "ty": -2}, {"shear": 25}, {"zx": 0.7, "zy": 1.4},
        {"theta": -50, "tx": 1, "ty": 0.5, "shear": 10, "zx": 1.2, "zy": 0.8},
    ):  # fmt: skip
        for mode in ("nearest", "constant", "reflect", "wrap"):
            made.append(apply(square, **change, fill_mode=mode, cval=3.0, **last))
        made += [apply(tall, **change, order=order, **last) for order in (0, 1, 3)]
    return made


@case
def random_changes(keras, folder):
    i = keras.preprocessing.image
    x = images(1, 8, 6)[0].transpose(2, 0, 1)
    return [
        i.random_rotation(x, 40), i.random_shift(x, 0.3, 0.2), i.random_shear(x, 20), i.random_zoom(x, (0.6, 1.3)),
        i.random_channel_shift(x, 50), i.apply_channel_shift(x, -30.0), i.random_brightness(images(1)[0], (0.3, 1.5)),
        i.apply_brightness_shift(images(1)[0], 0.5), i.apply_brightness_shift(images(1)[0] / 100 - 1, 1.5, scale=False),
    ]  # fmt: skip


SETTINGS = {
    "plain": {},
    "rotation": {"rotation_range": 40},
    "shifts": {"width_shift_range": 0.2, "height_shift_range": 0.3},
    "pixel_shifts": {"width_shift_range": 3, "height_shift_range": [1, 2, 4]},
    "float_pixels": {"width_shift_range": 2.5},
    "shear": {"shear_range": 15},
    "zoom": {"zoom_range": 0.3},
    "zooms": {"zoom_range": [0.5, 1.5]},
    "flips": {"horizontal_flip": True, "vertical_flip": True},
    "channels": {"channel_shift_range": 60.0},
    "brightness": {"brightness_range": (0.4, 1.6)},
    "samplewise": {"samplewise_center": True, "samplewise_std_normalization": True},
    "featurewise": {"featurewise_center": True, "featurewise_std_normalization": True, "rescale": 1 / 255},
    "zca": {"zca_whitening": True, "featurewise_center": True, "zca_epsilon": 1e-3},
    "function": {"preprocessing_function": lambda x: x[::-1] + 1, "rescale": 0.5},
    "constant": {"rotation_range": 60, "fill_mode": "constant", "cval": 7, "interpolation_order": 0},
    "all": {
        "rotation_range": 20, "width_shift_range": 0.1, "height_shift_range": 0.1, "shear_range": 5, "zoom_range": 0.1,
        "horizontal_flip": True, "vertical_flip": True, "channel_shift_range": 10, "brightness_range": (0.8, 1.2),
        "rescale": 1 / 255, "fill_mode": "reflect",
    },
    "first": {"data_format": "channels_first", "rotation_range": 30, "horizontal_flip": True, "featurewise_center": True},
}  # fmt: skip


def _flow(setting):
    def flow(keras, folder):
        x = images(11, 8, 8)
        x = x.transpose(0, 3, 1, 2) if setting == "first" else x
        generator = keras.preprocessing.image.ImageDataGenerator(**SETTINGS[setting])
        if generator.featurewise_center:
            generator.fit(x[:8])
        made = [generator.mean, generator.std]
        batches = generator.flow(x, np.arange(11), batch_size=4, seed=3)
        made += [len(batches), [list(next(batches)) for _ in range(7)], list(batches[1])]
        made.append([generator.random_transform(x[0], seed=5), generator.get_random_transform(x[0].shape, seed=6)])
        return made

    flow.__name__ = f"flow_{setting}"
    return case(flow)


for _setting in SETTINGS:
    _flow(_setting)


@case
def flow_arguments(keras, folder):
    x, y, w = images(10, 4, 5, 1), np.arange(10) % 2, np.linspace(0, 1, 10)
    make = keras.preprocessing.image.ImageDataGenerator
    generator = make(validation_split=0.3, horizontal_flip=True)
    np.random.seed(1)
    # not with sample_weight: tf.keras leaves the weights of the other subset in
    made = [list(next(generator.flow(x, y, batch_size=4, subset=s))) for s in ("training", "validation")]
    made.append(list(next(generator.flow(x, y, batch_size=4, sample_weight=w))))
    made.append(next(generator.flow(x, batch_size=3, shuffle=False)))
    made.append(list(next(generator.flow((x, [y, w]), y, batch_size=3))))
    batches = generator.flow(x, y, batch_size=4)
    made += [list(batches[0]), list(batches[2])]
    batches.on_epoch_end()
    made += [list(batches[0]), list(next(batches)), list(next(batches))]
    batches.reset()
    made.append(list(next(batches)))
    fitted = make(featurewise_center=True, rotation_range=10)
    fitted.fit(x, augment=True, rounds=2, seed=4)
    return [*made, fitted.mean]


# ------------------------------------------------------------------------------------------ images in files


def _at(folder, name):
    return os.path.join(folder, name)


@case
def load_img(keras, folder):
    i = keras.preprocessing.image
    made = []
    for name in (
        "pets/cat/1.png",
        "pets/dog/a.jpg",
        "odd/grey.png",
        "odd/alpha.png",
        "odd/palette.gif",
        "odd/deep.png",
    ):
        for mode in ("rgb", "rgba", "grayscale"):
            if (name, mode) != ("odd/deep.png", "rgba"):
                made.append(i.img_to_array(keras.utils.load_img(_at(folder, name), color_mode=mode)))
    for interpolation in ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos"):
        for keep in (False, True):
            made.append(
                i.img_to_array(i.load_img(_at(folder, "pets/cat/1.png"), False, "rgb", (6, 13), interpolation, keep))
            )
    return made


@case
def image_arrays(keras, folder):
    u = keras.utils
    x = images(1, 5, 4)[0]
    made = [np.asarray(u.array_to_img(x)), np.asarray(u.array_to_img(x / 7 - 3, scale=True))]
    made += [np.asarray(u.array_to_img(x.transpose(2, 0, 1), "channels_first", scale=False)), u.array_to_img(x).mode]
    made += [np.asarray(u.array_to_img(x[:, :, :1])), np.asarray(u.array_to_img(x[:, :, :1] * 20, scale=False))]
    made += [u.img_to_array(u.array_to_img(x), "channels_first", "uint8"), u.img_to_array(x[:, :, 0])]
    u.save_img(_at(folder, "written.png"), x, scale=False)
    made.append(u.img_to_array(u.load_img(_at(folder, "written.png"))))
    os.remove(_at(folder, "written.png"))
    return made


METHODS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")


@case
def smart_resize(keras, folder):
    resize = keras.preprocessing.image.smart_resize
    x = images(2, 10, 7)
    return [resize(x, size, method) for method in METHODS for size in ((5, 5), (13, 6), (4, 12), (10, 7))]


@case
def flow_from_directory(keras, folder):
    make = keras.preprocessing.image.ImageDataGenerator
    made = []
    for kwargs in (
        {}, {"class_mode": "binary", "classes": ["dog", "cat"]}, {"class_mode": "sparse", "color_mode": "grayscale"},
        {"class_mode": "input", "interpolation": "bilinear"}, {"class_mode": None, "keep_aspect_ratio": True},
        {"subset": "training"}, {"subset": "validation", "shuffle": False}, {"color_mode": "rgba", "seed": None},
    ):  # fmt: skip
        generator = make(horizontal_flip=True, rotation_range=10, validation_split=0.4)
        arguments = {"target_size": (7, 6), "batch_size": 3, "seed": 2, **kwargs}
        flow = generator.flow_from_directory(_at(folder, "pets"), **arguments)
        batches = [next(flow) for _ in range(len(flow) + 1)]
        made.append(
            [flow.class_indices, flow.filenames, flow.classes, flow.samples, flow.num_classes, flow.image_shape]
        )
        made.append([list(b) if isinstance(b, tuple) else b for b in batches])
    return made


@case
def flow_from_dataframe(keras, folder):
    import pandas as pd

    names = ["cat/1.png", "dog/a.jpg", "none.png", "cat/deep/2.bmp", "dog/b.png", "readme.txt"]
    frame = pd.DataFrame(
        {
            "filename": names, "class": ["cat", "dog", "cat", "cat", "dog", "dog"], "w": [1.0, 2, 3, 4, 5, 6],
            "u": [1, 2, 3, 4, 5, 6], "v": [0.5, 1, 2, 3, 4, 5], "many": [["a"], ["b", "a"], [], ["c"], "b", "a"],
        }
    )  # fmt: skip
    generator = keras.preprocessing.image.ImageDataGenerator(validation_split=0.5)
    made = []
    for kwargs in (
        {}, {"class_mode": "binary", "weight_col": "w"}, {"class_mode": "sparse", "classes": ["dog"]},
        {"class_mode": "raw", "y_col": "u"}, {"class_mode": "raw", "y_col": ["u", "v"]}, {"y_col": "many"},
        {"class_mode": "multi_output", "y_col": ["u", "v"]}, {"class_mode": None, "shuffle": False}, {"class_mode": "input"},
        {"subset": "training"}, {"subset": "validation"},
    ):  # fmt: skip
        arguments = {"target_size": (5, 5), "batch_size": 3, "seed": 2, **kwargs}
        flow = generator.flow_from_dataframe(frame, _at(folder, "pets"), **arguments)
        batches = [next(flow) for _ in range(len(flow))]
        made.append([flow.filenames, flow.samples, getattr(flow, "class_indices", None)])
        made.append([list(b) if isinstance(b, tuple) else b for b in batches])
    return made


# ------------------------------------------------------------------------------------------ data sets


def _elements(dataset):
    return [list(e) if isinstance(e, tuple) else e for e in dataset.as_numpy_iterator()]


def _paths(dataset, folder):
    return [os.path.relpath(path, folder).replace(os.sep, "/") for path in dataset.file_paths]


@case
def timeseries_dataset(keras, folder):
    make = keras.utils.timeseries_dataset_from_array
    data, targets = np.arange(60.0).reshape(30, 2), np.arange(30)
    made = []
    for kwargs in (
        {}, {"sequence_stride": 3}, {"sampling_rate": 2}, {"batch_size": None}, {"start_index": 4, "end_index": 20},
        {"sequence_stride": 2, "sampling_rate": 3, "batch_size": 2},
    ):  # fmt: skip
        both = make(data, targets, 5, **{"batch_size": 4, **kwargs})
        made.append([len(both), _elements(both), _elements(make(data.astype("int16"), None, 5, **kwargs))])
    return made


@case
def image_dataset(keras, folder):
    make = keras.utils.image_dataset_from_directory
    pets, made = _at(folder, "pets"), []
    for kwargs in (
        {}, {"label_mode": "categorical"}, {"label_mode": "binary", "class_names": ["dog", "cat"]}, {"labels": None},
        {"labels": [3, 1, 1, 0, 2, 3, 1]}, {"label_mode": None}, {"crop_to_aspect_ratio": True}, {"batch_size": None},
    ):  # fmt: skip
        dataset = make(pets, **{"batch_size": 3, "image_size": (6, 5), "shuffle": False, **kwargs})
        made.append([dataset.class_names, _paths(dataset, folder), len(dataset), _elements(dataset)])
    return made


@case
def image_dataset_without_loss(keras, folder):
    make = keras.utils.image_dataset_from_directory
    made = []
    for kwargs in (
        {}, {"color_mode": "rgba"}, {"color_mode": "grayscale"}, *({"interpolation": method} for method in METHODS),
        {"crop_to_aspect_ratio": True, "interpolation": "bicubic"},
    ):  # fmt: skip
        dataset = make(_at(folder, "png"), batch_size=3, image_size=(6, 5), shuffle=False, **kwargs)
        made.append(_elements(dataset))
    return made


@case
def image_dataset_split(keras, folder):
    make = keras.utils.image_dataset_from_directory
    arguments = {"image_size": (4, 4), "validation_split": 0.3, "seed": 5}
    left, right = make(_at(folder, "pets"), subset="both", **arguments)
    alone = [make(_at(folder, "pets"), subset=s, **arguments) for s in ("training", "validation")]
    return [*[_paths(d, folder) for d in (left, right, *alone)], _elements(right)]


@case
def text_dataset(keras, folder):
    make = keras.utils.text_dataset_from_directory
    made = []
    for kwargs in ({}, {"max_length": 4}, {"label_mode": "categorical", "batch_size": None}, {"labels": None}):
        dataset = make(_at(folder, "mail"), **{"batch_size": 2, "shuffle": False, **kwargs})
        made.append([dataset.class_names, _elements(dataset)])
    left, right = make(_at(folder, "mail"), validation_split=0.5, subset="both", seed=1)
    return [*made, _elements(right)]


@case
def split_dataset(keras, folder):
    split = keras.utils.split_dataset
    x, y = np.arange(20.0).reshape(10, 2), np.arange(10.0).reshape(10, 1)
    made = []
    for kwargs in (
        {"left_size": 0.8}, {"right_size": 3}, {"left_size": 2, "right_size": 0.25}, {"left_size": 4, "shuffle": True, "seed": 1},
    ):  # fmt: skip
        made.append([[len(part), _elements(part)] for part in split((x, y), **kwargs)])
        made.append([[len(part), _elements(part)] for part in split(x, **kwargs)])
    return made
