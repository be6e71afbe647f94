"""tf.image against recordings of TensorFlow 2.15 (make_image.py); random functions, plans and data sets by themselves."""

import numpy as np
import pytest

import pyseq.tf as tf
from tests.parity.recording import recorded
from tests.tf import image_cases as cases

RECORDED = recorded("tf_image")
# Ops say in Python's own classes what TensorFlow's kernels say in theirs.
ERRORS = {
    "InvalidArgumentError": {"InvalidArgumentError", "ValueError", "TypeError"},
    "ValueError": {"ValueError", "InvalidArgumentError"},  # which is a ValueError
    "OutOfRangeError": {"ValueError"},
}
# float32, values in [0, 1]: sums of up to 30 products, in another order.
TOLERANCE = {"rtol": 1e-5, "atol": 5e-6}
ABSENT = {"generate_bounding_box_proposals"}  # TensorFlow's is for GPUs only


def assert_same(got, wanted, text):
    if isinstance(wanted, dict) and "error" in wanted:
        assert isinstance(got, dict), f"{text}: no error, TensorFlow has {wanted['error']}"
        assert got["error"] in ERRORS.get(wanted["error"], {wanted["error"]}), text
    elif isinstance(wanted, list) and wanted and isinstance(wanted[0], np.ndarray):
        for g, w in zip(got, wanted, strict=True):
            assert_same(g, w, text)
    elif isinstance(wanted, np.ndarray):
        assert isinstance(got, np.ndarray), f"{text}: {got}"
        assert (got.shape, got.dtype) == (wanted.shape, wanted.dtype), text
        large = max(1.0, float(np.abs(wanted[np.isfinite(wanted)]).max(initial=0))) if wanted.dtype.kind == "f" else 1
        if wanted.dtype.kind == "f":
            half = 100 if wanted.dtype == np.float16 else 1
            np.testing.assert_allclose(
                got, wanted, rtol=TOLERANCE["rtol"] * half, atol=TOLERANCE["atol"] * half * large, err_msg=text
            )
        else:  # what was cut off between floats and integers may fall on either side
            near = 1 if wanted.dtype.itemsize == 1 else np.abs(wanted.astype("f8")).max() * 1e-6
            assert (got == wanted).mean() > 0.97 or wanted.dtype.itemsize > 1, text
            np.testing.assert_allclose(got.astype("f8"), wanted.astype("f8"), rtol=0, atol=near, err_msg=text)
    else:
        assert got == wanted, text


@pytest.mark.parametrize("text", cases.EXPRESSIONS)
def test_value(text):
    assert_same(cases.evaluate(tf, text), RECORDED["values"][text], text)


@pytest.mark.parametrize("text", cases.DIFFERENTIATED)
def test_gradient(text):
    (y, dx), (recorded_y, recorded_dx) = cases.differentiate(tf, text), RECORDED["gradients"][text]
    assert_same(y, recorded_y, text)
    if recorded_dx is None:  # TensorFlow has none
        assert dx is None or not dx.any()
    else:
        assert_same(dx, recorded_dx, text)


def test_argument_names():
    ours, theirs = cases.signatures(tf), RECORDED["signatures"]
    assert set(theirs) - set(ours) == ABSENT
    for name, arguments in ours.items():
        assert arguments == theirs[name], name
    with pytest.raises(AttributeError, match="draw_bounding_boxes"):
        tf.image.generate_bounding_box_proposals


RANDOM = {
    "random_flip_left_right": (), "random_flip_up_down": (), "random_brightness": (0.3,), "random_contrast": (0.2, 0.9),
    "random_saturation": (0.2, 0.9), "random_hue": (0.3,), "random_crop": ((3, 2, 3),),
}  # fmt: skip


@pytest.mark.parametrize("name", RANDOM)
def test_random(name):
    x, arguments = tf.constant(cases.F[0]), RANDOM[name]

    def some(function, n=12, **kwargs):
        return [function(x, *arguments, **kwargs).numpy().tobytes() for _ in range(n)]

    def traced(function, **kwargs):
        step = tf.function(lambda x: function(x, *arguments, **kwargs))
        return lambda x, *_: step(x)

    drawing, stateless = getattr(tf.image, name), getattr(tf.image, f"stateless_{name}")
    tf.random.set_seed(1)
    first = some(drawing, seed=5)
    assert len(set(first)) > 1, "calls draw on"
    for again in (lambda *a: drawing(*a, seed=5), traced(drawing, seed=5)):
        tf.random.set_seed(1)
        assert some(again) == first
    same = some(stateless, seed=(3, 4))
    assert len(set(same)) == 1
    assert some(traced(stateless, seed=(3, 4))) == same
    assert len({some(stateless, 1, seed=(1, k))[0] for k in range(12)}) > 1


BOXES = [[[0.2, 0.3, 0.5, 0.6], [0.6, 0.1, 0.9, 0.3]]]


@pytest.mark.parametrize(
    "limits", [{}, {"area_range": (0.3, 0.5), "aspect_ratio_range": (0.5, 2.0), "min_object_covered": 0.9}]
)
def test_random_windows(limits):
    area, ratio = limits.get("area_range", (0.05, 1)), limits.get("aspect_ratio_range", (0.75, 1.33))
    found = set()
    for seed in range(60):
        given = [40, 60, 3], tf.constant(BOXES), (seed, 1)
        begin, size, box = tf.image.stateless_sample_distorted_bounding_box(*given, **limits)
        (top, left, _), (height, width, _) = begin.numpy(), size.numpy()
        assert begin.dtype == size.dtype == "int32" and begin[2] == 0 and size[2] == -1
        np.testing.assert_allclose(box[0, 0] * [40, 60, 40, 60], [top, left, top + height, left + width], rtol=1e-6)
        assert 0 <= top <= top + height <= 40 and 0 <= left <= left + width <= 60
        assert area[0] * 2400 <= height * width <= area[1] * 2400
        assert ratio[0] * height - 0.5 <= width <= ratio[1] * height + 0.5
        shares = [
            max(0, min(y2, top + height) - max(y1, top))
            * max(0, min(x2, left + width) - max(x1, left))
            / (y2 - y1)
            / (x2 - x1)
            for y1, x1, y2, x2 in np.array(BOXES[0]) * [40, 60, 40, 60]
        ]
        assert max(shares) >= limits.get("min_object_covered", 0.1) - 1e-6
        found.add((top, left, height, width))
        planned = tf.function(lambda size, boxes, seed=(seed, 1): tf.image.stateless_sample_distorted_bounding_box(
            size, boxes, seed, **limits))  # fmt: skip
        if seed < 3:
            np.testing.assert_array_equal(planned(*given[:2])[0], begin)
    assert len(found) > 50


def test_random_windows_go_on():
    tf.random.set_seed(1)
    first = [tf.image.sample_distorted_bounding_box([40, 60, 3], BOXES, seed=3)[1].numpy().tolist() for _ in range(9)]
    tf.random.set_seed(1)
    again = [tf.image.sample_distorted_bounding_box([40, 60, 3], BOXES, seed=3)[1].numpy().tolist() for _ in range(9)]
    assert first == again and len(set(map(tuple, first))) > 5
    none = np.zeros((1, 0, 4), "float32")
    assert tf.image.sample_distorted_bounding_box([8, 9, 3], none, use_image_if_no_bounding_boxes=True)[0].shape == (3,)
    whole = tf.image.sample_distorted_bounding_box(np.int64([8, 9, 3]), BOXES, min_object_covered=1.5)
    assert [a.numpy().tolist() for a in whole] == [[0, 0, 0], [8, 9, -1], [[[0, 0, 1, 1]]]] and whole[
        1
    ].dtype == "int64"


@pytest.mark.parametrize("noise", ["uniform", "gaussian"])
def test_noise_around_glimpses(noise):
    x = np.stack([cases.noise((30, 30, 2)), 5 + cases.noise((30, 30, 2), 1.0)]).astype("float32")
    y = tf.image.extract_glimpse(x, (40, 40), [[0.0, 0.0], [3.0, 0.0]], noise=noise).numpy()
    np.testing.assert_array_equal(y[0, 5:35, 5:35], x[0])
    for image, made in zip(x, y, strict=True):
        assert image.min() <= made.min() and made.max() <= image.max()
        assert abs(made.mean() - image.mean()) < 0.05 and 0.2 < made.std() < 0.35
    assert len(np.unique(y[1])) > 2500


def test_a_random_change_is_what_it_says():
    x = tf.constant(cases.F)
    y = tf.image.random_crop(x, (1, 3, 2, 2), seed=3).numpy()
    places = [
        (n, i, j, k) for n in range(2) for i in range(2) for j in range(4) for k in range(2)
        if np.array_equal(y, cases.F[n : n + 1, i : i + 3, j : j + 2, k : k + 2])
    ]  # fmt: skip
    assert len(places) == 1
    many = tf.constant(np.repeat(cases.F[:1], 100, 0))
    flipped = tf.image.random_flip_left_right(many, seed=1).numpy()
    kinds = {a.tobytes() for a in flipped}
    assert kinds == {cases.F[0].tobytes(), cases.F[0, :, ::-1].tobytes()}
    delta = tf.image.random_brightness(x, 0.2).numpy() - cases.F
    assert np.ptp(delta) < 1e-6 and abs(delta.mean()) <= 0.2
    assert tf.image.random_crop(tf.range(9), [4]).shape == (4,)


@pytest.mark.parametrize("text", [t for t in cases.DIFFERENTIATED if "big" not in t and "[0]" not in t])
def test_planned_as_eager(text):
    def step(x):
        return eval(f"image.{text}", cases.names(tf, x))

    x = tf.constant(cases.F)
    assert tf.function(step)(x).numpy().tobytes() == step(x).numpy().tobytes()


def test_files_in_a_dataset(tmp_path):
    paths = []
    for k, image in enumerate(cases.U):
        paths.append(str(tmp_path / "deep" / f"{k}.png"))
        tf.io.write_file(paths[-1], tf.io.encode_png(image))
    assert [p.decode() for p in tf.io.matching_files(str(tmp_path / "*" / "*.png")).numpy()] == paths

    def load(path):
        x = tf.io.decode_png(tf.io.read_file(path), channels=3)
        return tf.image.resize(tf.image.convert_image_dtype(x, tf.float32), (2, 3))

    data = tf.data.Dataset.from_tensor_slices(paths).map(load).batch(2)
    np.testing.assert_allclose(next(iter(data)), tf.image.resize(cases.F, (2, 3)), atol=1e-6)
    with pytest.raises(tf.errors.NotFoundError):
        tf.io.read_file(str(tmp_path / "none"))
    with pytest.raises(TypeError, match="contents"):
        tf.io.decode_png(cases.U[0])


def test_jpeg():
    ramp = np.linspace(0, 255, 32 * 24 * 3).reshape(32, 24, 3).astype("uint8")
    content = tf.io.encode_jpeg(ramp, quality=100, chroma_downsampling=False)
    assert tf.io.is_jpeg(content).numpy() and tf.io.extract_jpeg_shape(content).numpy().tolist() == [32, 24, 3]
    x = tf.io.decode_jpeg(content).numpy()
    assert np.abs(x.astype(int) - ramp).max() <= 4
    np.testing.assert_array_equal(tf.io.decode_and_crop_jpeg(content, [1, 2, 5, 6]), x[1:6, 2:8])
    assert tf.io.decode_jpeg(content, ratio=4).shape == (8, 6, 3)
    assert tf.image.adjust_jpeg_quality(ramp, 10).numpy().tolist() != ramp.tolist()
    assert tf.image.random_jpeg_quality(cases.F[0], 5, 95).shape == cases.F[0].shape
    with pytest.raises(NotImplementedError, match="try_recover_truncated"):
        tf.io.decode_jpeg(content, try_recover_truncated=True)


def test_gif(tmp_path):
    from PIL import Image

    frames = [Image.fromarray(np.full((4, 5, 3), 80 * k, "uint8")) for k in range(3)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    content = tf.io.read_file(tmp_path / "a.gif")
    assert tf.io.decode_gif(content).shape == tf.io.decode_image(content).shape == (3, 4, 5, 3)
    assert tf.io.decode_image(content, expand_animations=False).shape == (4, 5, 3)
    frames[1].save(tmp_path / "a.bmp")
    np.testing.assert_array_equal(tf.io.decode_bmp(tf.io.read_file(tmp_path / "a.bmp")), np.full((4, 5, 3), 80))


def test_in_a_functional_model(tmp_path):
    keras = tf.keras
    x = keras.Input((None, None, 3))
    y = tf.image.rgb_to_grayscale(tf.image.flip_left_right(tf.image.resize(x, (4, 6), method="bicubic")))
    model = keras.Model(x, y)
    assert model.output_shape == (None, 4, 6, 1)
    wanted = tf.image.rgb_to_grayscale(tf.image.resize(cases.F, (4, 6), "bicubic")[:, :, ::-1])
    np.testing.assert_allclose(model.predict(cases.F, verbose=0), wanted, atol=1e-6)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(cases.F, verbose=0), model.predict(cases.F, verbose=0))


def test_pillow_is_an_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(ImportError, match=r"pyseq\[image\]"):
        tf.io.decode_png(b"\x89PNG")
    with pytest.raises(ImportError, match="encode_png"):
        tf.io.encode_png(cases.U[0])


def test_resize_with_pad_counts_in_float32():
    """As TensorFlow does: 8 columns scaled by 7 / 8 are 6.9999995, so the last of 7 is padding."""
    y = tf.image.resize_with_pad(np.ones((9, 8, 1), "float32"), 12, 7).numpy()[..., 0]
    assert y.sum() == 7 * 6 and y[:, -1].sum() == 0


def test_boxes_that_are_no_numbers_are_outside():
    """Detectors that diverge give such boxes; the crops are what `extrapolation_value` says, and gradients stay finite."""
    x = tf.Variable(cases.F)
    boxes = tf.Variable([[np.nan] * 4, [-1e38, 0.0, 1e38, 1.0], [0.0, 0.0, 1.0, 1.0]])
    for size in ((2, 3), (1, 1)):
        with tf.GradientTape() as tape:
            y = tf.image.crop_and_resize(x, boxes, [0, 0, 1], size, extrapolation_value=7.0)
        dx, dboxes = tape.gradient(y, [x, boxes])
        assert (y.numpy()[0] == 7).all() and (y.numpy()[2] != 7).all()
        assert np.isfinite(dx.numpy()).all() and np.isfinite(dboxes.numpy()[[0, 2]]).all()
