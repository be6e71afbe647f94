"""Wrong arguments, and what tf.keras has no recorded answer for."""

import io
import random
import re

import numpy as np
import pytest

import pyseq as keras
from pyseq.preprocessing import image, sequence, text
from tests.preprocessing import recording
from tests.preprocessing.cases import images


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("files")
    recording.write_files(recording.read()[2], place)
    return place


def frame(**columns):
    import pandas as pd

    return pd.DataFrame({"filename": ["cat/1.png", "dog/b.png"], "class": ["cat", "dog"], **columns})


X = images(4)
G = image.ImageDataGenerator
u = keras.utils

WRONG = {
    "pad_sequences: `padding` must be 'pre' or 'post'. Received: padding='left'": lambda f: u.pad_sequences(
        [[1]], padding="left"
    ),
    "pad_sequences: `truncating` must be": lambda f: u.pad_sequences([[1]], truncating="no"),
    "pad_sequences: `sequences` must be a list of sequences. Received: sequences[1]=2": lambda f: u.pad_sequences(
        [[1], 2]
    ),
    "pad_sequences: `sequences` must be a list": lambda f: u.pad_sequences(iter([[1]])),
    "pad_sequences: `maxlen` must be at least 0": lambda f: u.pad_sequences([[1]], -1),
    "pad_sequences: `dtype` must be object": lambda f: u.pad_sequences([[1]], value="x"),
    "rows of shape (3,) in sequences[1], (2,) before": lambda f: u.pad_sequences([np.ones((1, 2)), np.ones((1, 3))]),
    "TimeseriesGenerator: `targets` must be as long": lambda f: sequence.TimeseriesGenerator([1, 2], [1], 1),
    "TimeseriesGenerator: `length` must leave a step": lambda f: sequence.TimeseriesGenerator([1, 2], [1, 2], 2),
    "TimeseriesGenerator: `stride` must be at least 1": lambda f: sequence.TimeseriesGenerator(
        [1, 2], [1, 2], 1, stride=0
    ),
    "make_sampling_table: `size` must be at least 1": lambda f: sequence.make_sampling_table(0),
    "text_to_word_sequence: `input_text` must be a str": lambda f: text.text_to_word_sequence(3),
    "hashing_trick: `n` must be at least 2": lambda f: text.hashing_trick("a", 1),
    "hashing_trick: `hash_function` must be None, 'md5' or": lambda f: text.hashing_trick("a", 5, "sha"),
    "Tokenizer: unknown keyword argument. Received: ['words']": lambda f: text.Tokenizer(words=3),
    "`mode` must be one of ('binary', 'count'": lambda f: text.Tokenizer(5).sequences_to_matrix([[1]], "x"),
    "the number of columns is not known": lambda f: text.Tokenizer().sequences_to_matrix([[1]]),
    "call `fit_on_texts` before using mode 'tfidf'": lambda f: text.Tokenizer(5).sequences_to_matrix([[1]], "tfidf"),
    "tokenizer_from_json: `json_string` must be what": lambda f: text.tokenizer_from_json('{"config": {}}'),
    "to_ordinal: `y` must be in [0, num_classes)": lambda f: u.to_ordinal([3], 2),
    "load_img: `color_mode` must be one of": lambda f: u.load_img(f / "odd/grey.png", color_mode="cmyk"),
    "load_img: `interpolation` must be one of": lambda f: u.load_img(f / "odd/grey.png", False, "rgb", (2, 2), "cubic"),
    "load_img: `target_size` must be (height, width)": lambda f: u.load_img(f / "odd/grey.png", target_size=3),
    "load_img: `path` must be a path or a BytesIO": lambda f: u.load_img(3),
    "img_to_array: `data_format` must be": lambda f: u.img_to_array(X[0], "channels"),
    "img_to_array: `img` must have two or three axes": lambda f: u.img_to_array(X),
    "array_to_img: `x` must have three axes": lambda f: u.array_to_img(X),
    "array_to_img: `x` must have 1, 3 or 4 channels": lambda f: u.array_to_img(np.ones((2, 2, 5))),
    "smart_resize: `size` must be": lambda f: image.smart_resize(X, (0, 3)),
    "smart_resize: `x` must have the shape": lambda f: image.smart_resize(X[0, 0], (3, 3)),
    "`interpolation` must be one of ('bilinear', 'nearest'": lambda f: image.smart_resize(X, (3, 3), "cubic"),
    "ImageDataGenerator: `zoom_range` must be two numbers": lambda f: G(zoom_range=[1]),
    "ImageDataGenerator: `brightness_range` must be two numbers": lambda f: G(brightness_range=2),
    "ImageDataGenerator: `validation_split` must be": lambda f: G(validation_split=1.5),
    "ImageDataGenerator: `fill_mode` must be one of": lambda f: G(fill_mode="zeros"),
    "ImageDataGenerator: `data_format` must be": lambda f: G(data_format="nchw"),
    "ImageDataGenerator.fit: `x` must have four axes": lambda f: G().fit(X[0]),
    "ImageDataGenerator.flow: `x` must have four axes": lambda f: G().flow(X[0]),
    "`y` must be as long as `x`. Received: len(x)=4, len(y)=2": lambda f: G().flow(X, [1, 2]),
    "`sample_weight` must be as long as `x`": lambda f: G().flow(X, sample_weight=[1]),
    "`subset` must be one of ('training', 'validation')": lambda f: G(validation_split=0.5).flow(X, subset="test"),
    "have different classes": lambda f: G(validation_split=0.5).flow(X, [0, 0, 1, 1], subset="training"),
    "`batch_size` must be at least 1": lambda f: G().flow(X, batch_size=0),
    "asked for batch 3 of 2": lambda f: G().flow(X, batch_size=2)[3],
    "apply_affine_transform: `x` must have three axes": lambda f: image.apply_affine_transform(X, 1),
    "apply_affine_transform: `row_axis`, `col_axis`": lambda f: image.apply_affine_transform(X[0], 1, channel_axis=1),
    "random_zoom: `zoom_range` must be two numbers": lambda f: image.random_zoom(X[0], 0.5),
    "DirectoryIterator: `class_mode` must be one of": lambda f: G().flow_from_directory(f / "pets", class_mode="raw"),
    "there is no folder": lambda f: G().flow_from_directory(f / "pets", classes=["cow"]),
    "there is no column 'path'": lambda f: G().flow_from_dataframe(frame(), f / "pets", "path"),
    "flow_from_dataframe: unknown keyword argument": lambda f: G().flow_from_dataframe(frame(), f / "pets", x="y"),
    "`x_col` must name a column of texts": lambda f: G().flow_from_dataframe(frame(n=[1, 2]), f / "pets", "n"),
    "`y_col` must name a column of texts": lambda f: G().flow_from_dataframe(frame(n=[1, 2]), f / "pets", y_col="n"),
    "`y_col` must be a list": lambda f: G().flow_from_dataframe(frame(), f / "pets", class_mode="multi_output"),
    "`weight_col` must name a column of numbers": lambda f: G().flow_from_dataframe(
        frame(), f / "pets", weight_col="class"
    ),
    "must be two classes for class_mode='binary'": lambda f: G().flow_from_dataframe(
        frame(), f / "pets", class_mode="binary", classes=["cat"]
    ),
    "`labels` must be 'inferred'": lambda f: u.image_dataset_from_directory(f / "pets", "all"),
    "`labels` must be as many as there are files": lambda f: u.image_dataset_from_directory(f / "pets", [1, 2]),
    "`class_names` may only be given with": lambda f: u.image_dataset_from_directory(
        f / "pets", [1, 2], class_names=["a"]
    ),
    "`class_names` must be the names of the folders": lambda f: u.image_dataset_from_directory(
        f / "pets", class_names=["a"]
    ),
    "`label_mode` must be one of": lambda f: u.text_dataset_from_directory(f / "mail", label_mode="float"),
    "must be given together": lambda f: u.text_dataset_from_directory(f / "mail", subset="training"),
    "`validation_split` must be between 0 and 1": lambda f: u.text_dataset_from_directory(
        f / "mail", validation_split=2, subset="training"
    ),
    "`seed` must be given": lambda f: u.text_dataset_from_directory(
        f / "mail", validation_split=0.5, subset="training"
    ),
    "`subset` must be 'training', 'validation' or 'both'": lambda f: u.text_dataset_from_directory(
        f / "mail", validation_split=0.5, subset="test", seed=1
    ),
    "there are no files in": lambda f: u.text_dataset_from_directory(f / "odd", labels=None),
    "there must be two classes for label_mode='binary'": lambda f: u.image_dataset_from_directory(
        f / "png", label_mode="binary"
    ),
    "image_dataset_from_directory: unknown keyword": lambda f: u.image_dataset_from_directory(f / "pets", size=3),
    "`image_size` must be (height, width)": lambda f: u.image_dataset_from_directory(f / "pets", image_size=256),
    "`max_length` must be at least 0": lambda f: u.text_dataset_from_directory(f / "mail", max_length=-1),
    "`sampling_rate` must be at least 1": lambda f: u.timeseries_dataset_from_array(
        np.arange(9), None, 3, sampling_rate=0
    ),
    "`sequence_stride` must be at least 1 and less than 9": lambda f: u.timeseries_dataset_from_array(
        np.arange(9), None, 3, 9
    ),
    "`end_index` must be higher than `start_index`": lambda f: u.timeseries_dataset_from_array(
        np.arange(9), None, 3, start_index=5, end_index=4
    ),
    "split_dataset: at least one of": lambda f: u.split_dataset(np.ones(3)),
    "split_dataset: `dataset` must be a Dataset": lambda f: u.split_dataset(3, 0.5),
    "must be a list or tuple of arrays. Received: ['int']": lambda f: u.split_dataset([3], 0.5),
    "must be of one length. Received: lengths [2, 3]": lambda f: u.split_dataset([np.ones(2), np.ones(3)], 0.5),
    "`left_size` must be an integer or a float": lambda f: u.split_dataset(np.ones(3), "half"),
    "`left_size` must be an integer between 0 and 3": lambda f: u.split_dataset(np.ones(3), 3),
    "must not be more than all 10 elements": lambda f: u.split_dataset(np.ones(10), 0.7, 0.7),
    "of 3 elements 0 would go left": lambda f: u.split_dataset(np.ones(3), 0.1),
    "`dataset` must have elements": lambda f: u.split_dataset(np.ones((0, 2)), 0.1),
}


@pytest.mark.parametrize("message", WRONG)
def test_wrong(message, folder):
    with pytest.raises(
        (ValueError, TypeError, KeyError, FileNotFoundError, NotImplementedError), match=re.escape(message)
    ):
        WRONG[message](folder)


def test_warnings(folder):
    with pytest.warns(UserWarning, match="`featurewise_center` does nothing before `fit"):
        G(featurewise_center=True).standardize(X[0])
    with pytest.warns(UserWarning, match="`zca_whitening` makes `featurewise_center` True"):
        G(zca_whitening=True)
    with pytest.warns(UserWarning, match="`samplewise_std_normalization` makes `samplewise_center` True"):
        assert G(samplewise_std_normalization=True).samplewise_center
    with pytest.warns(UserWarning, match="the images have 2 channels"):
        G().flow(X[..., :2])
    with pytest.warns(UserWarning, match="1 of 2 names are no image files"):
        G().flow_from_dataframe(frame(file=["cat/1.png", "dog/none.png"]), folder / "pets", "file")
    with pytest.warns(UserWarning, match="`nb_words` is called `num_words`"):
        assert text.Tokenizer(nb_words=3).num_words == 3
    with pytest.warns(UserWarning, match="`grayscale` is deprecated"):
        assert u.load_img(folder / "odd/grey.png", grayscale=True).mode == "L"
    with pytest.warns(UserWarning, match="JPEG files have no transparency"):
        u.save_img(io.BytesIO(), np.zeros((2, 2, 4)), file_format="jpg")


def test_damaged_image(folder, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.png").write_bytes((folder / "odd" / "grey.png").read_bytes()[:40])
    with pytest.raises(OSError):
        u.load_img(tmp_path / "a" / "x.png")
    dataset = u.image_dataset_from_directory(tmp_path)
    with pytest.raises(ValueError, match="is no image, or damaged"):
        next(iter(dataset))
    with pytest.raises(FileNotFoundError):
        u.load_img(tmp_path / "none.png")


# ------------------------------------------------------------------------------------------ without a recorded answer


def test_pad_nothing():
    assert u.pad_sequences([]).shape == (0, 0)
    assert u.pad_sequences([[1, 2]], maxlen=0).shape == (1, 0)


def test_tokenizer_goes_on_from_a_file():
    tokenizer = text.Tokenizer()
    tokenizer.fit_on_texts(["a b"])
    again = text.tokenizer_from_json(tokenizer.to_json())
    again.fit_on_texts(["b c"])
    assert again.word_index == {"b": 1, "a": 2, "c": 3} and again.document_count == 2
    assert again.index_docs == {1: 2, 2: 1, 3: 1}


def test_tokenizer_of_one_long_text():
    tokenizer = text.Tokenizer(char_level=True)
    tokenizer.fit_on_texts("abca")  # as some programs do: every character is a text
    assert tokenizer.document_count == 4 and tokenizer.texts_to_sequences(["ab"]) == [[1, 2]]


def test_python_random_is_the_only_source_of_skipgrams():
    random.seed(1)
    first = sequence.skipgrams([1, 2, 3, 4], 9)
    random.seed(1)
    assert sequence.skipgrams([1, 2, 3, 4], 9) == first


def test_weights_go_with_their_images():
    y = np.arange(4) % 2
    w = np.arange(4.0)
    flow = G(validation_split=0.5).flow(X, y, sample_weight=w, subset="training", shuffle=False)
    np.testing.assert_array_equal(flow[0][2], [2, 3])


def test_images_are_left_alone():
    x = X.copy()
    generator = G(featurewise_center=True, rescale=0.5, samplewise_center=True, horizontal_flip=True)
    generator.fit(x)
    next(generator.flow(x))
    generator.standardize(x[0])
    np.testing.assert_array_equal(x, X)


def test_brightness_with_channels_first():
    generator = G(brightness_range=(0.5, 0.5), data_format="channels_first")
    dark = next(generator.flow(X.transpose(0, 3, 1, 2), shuffle=False))
    np.testing.assert_array_equal(
        dark.transpose(0, 2, 3, 1), next(G(brightness_range=(0.5, 0.5)).flow(X, shuffle=False))
    )


def test_changed_images_are_saved(tmp_path):
    next(G().flow(X, save_to_dir=tmp_path, save_prefix="a", save_format="jpeg", shuffle=False))
    assert sorted(p.name[:4] for p in tmp_path.iterdir()) == ["a_0_", "a_1_", "a_2_", "a_3_"]


def test_links_are_followed_if_asked(folder, tmp_path):
    (tmp_path / "pets").mkdir()
    (tmp_path / "pets" / "cat").mkdir()
    (tmp_path / "pets" / "cat" / "more").symlink_to(folder / "pets" / "dog")
    assert G().flow_from_directory(tmp_path / "pets").samples == 0
    assert G().flow_from_directory(tmp_path / "pets", follow_links=True).samples == 4
    assert len(u.image_dataset_from_directory(tmp_path / "pets", follow_links=True).file_paths) == 4


def test_training_on_a_flow_and_on_data_sets(folder):
    def model(shape):
        net = keras.Sequential([keras.layers.Flatten(input_shape=shape), keras.layers.Dense(2, "softmax")])
        net.compile("sgd", "sparse_categorical_crossentropy")
        return net

    def losses(data, shape, **kwargs):
        history = model(shape).fit(data, epochs=2, verbose=0, **kwargs).history
        assert np.isfinite(history["loss"]).all()
        return history["loss"]

    flow = G(rescale=1 / 255, horizontal_flip=True).flow(X, np.arange(4) % 2, batch_size=2)
    losses(flow, X.shape[1:])
    losses(flow, X.shape[1:], workers=2)
    files = G(rescale=1 / 255).flow_from_directory(folder / "pets", (6, 5), class_mode="sparse", batch_size=4)
    losses(files, (6, 5, 3), validation_data=files)
    losses(u.image_dataset_from_directory(folder / "pets", image_size=(6, 5)), (6, 5, 3))
    series = u.timeseries_dataset_from_array(np.arange(40.0) / 40, np.arange(40) % 2, 6, shuffle=True, seed=1)
    losses(series, (6,))
    generator = sequence.TimeseriesGenerator(np.arange(40.0) / 40, np.arange(40) % 2, 6, batch_size=8)
    losses(generator, (6,))


def test_timeseries_shuffled_windows_are_the_same_windows():
    data = np.arange(30)
    make = u.timeseries_dataset_from_array
    for batch_size in (4, None):
        shuffled = make(data, data * 2, 5, batch_size=batch_size, shuffle=True, seed=3)
        rows = [(x, y) for x, y in shuffled.as_numpy_iterator()]
        x, y = (np.concatenate(a) if batch_size else np.stack(a) for a in zip(*rows, strict=True))
        assert not np.array_equal(x[:, 0], np.arange(26))
        order = np.argsort(x[:, 0])
        np.testing.assert_array_equal(x[order], np.arange(26)[:, None] + np.arange(5))
        np.testing.assert_array_equal(y, 2 * x[:, 0])


def test_element_spec_of_data_sets(folder):
    spec = u.timeseries_dataset_from_array(np.zeros((30, 2), "float32"), np.arange(30), 5).element_spec
    assert [s.shape for s in spec] == [(None, 5, 2), (None,)]
    spec = u.image_dataset_from_directory(folder / "pets", image_size=(6, 5), label_mode="categorical").element_spec
    assert [s.shape for s in spec] == [(None, 6, 5, 3), (None, 2)]


def test_split_keeps_structure_and_batches():
    from pyseq.data import Dataset

    dataset = Dataset.from_tensor_slices({"a": np.arange(10), "b": np.ones((10, 2), "float32")}).batch(3)
    left, right = u.split_dataset(dataset, left_size=0.7)
    assert [e["a"].tolist() for e in left.as_numpy_iterator()] == [[0, 1, 2], [3, 4, 5], [6]]
    assert [e["b"].shape for e in right.as_numpy_iterator()] == [(3, 2)]
    left, _ = u.split_dataset(dataset.prefetch(1), 4)
    assert [e["a"].tolist() for e in left.as_numpy_iterator()] == [[0, 1, 2], [3]]
    left, right = u.split_dataset(Dataset.range(5), right_size=2)
    assert list(left.as_numpy_iterator()) == [0, 1, 2] and list(right.as_numpy_iterator()) == [3, 4]
    left, right = u.split_dataset([np.array([b"x", b"y", b"z"], dtype=object), np.arange(3)], 1)
    assert list(left.as_numpy_iterator()) == [(b"x", 0)]
