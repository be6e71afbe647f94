"""What tf.keras 2.15 answers to every case: the same random numbers, labels, files and texts, images to within rounding."""

import warnings

import numpy as np
import pytest

import pyseq
from tests.preprocessing import recording
from tests.preprocessing.cases import CASES, answers

RECORDS, ARRAYS, FILES = recording.read()

# float32 arithmetic on values up to 255, in another order
CLOSE = {"rtol": 2e-5, "atol": 2e-3}
# TensorFlow decodes JPEG files with a fast transform, off by up to 4 from the exact one that Pillow has.
OF_JPEG = {"image_dataset": 4, "image_dataset_split": 4}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("files")
    recording.write_files(FILES, place)
    return str(place)


@pytest.mark.parametrize("name", CASES)
def test_answers(name, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = answers(name, pyseq, folder)
    arrays = []
    compare(recording.encoded(made["value"], arrays), RECORDS[name]["value"], arrays, name)
    assert made["printed"].splitlines() == RECORDS[name]["printed"].splitlines()


def compare(got, wanted, arrays, place):
    assert type(got) is type(wanted) or (isinstance(got, (int, float)) and isinstance(wanted, (int, float))), place
    if isinstance(wanted, dict) and "array" in wanted:
        a, b = arrays[got["array"]], ARRAYS[wanted["array"]]
        assert (a.shape, a.dtype) == (b.shape, b.dtype), f"{place}: {a.dtype}{a.shape}, tf.keras: {b.dtype}{b.shape}"
        if a.dtype.kind == "f":
            bounds = {**CLOSE, "atol": OF_JPEG.get(place.partition("[")[0], CLOSE["atol"])}
            np.testing.assert_allclose(a, b, **bounds, err_msg=place)
        else:
            np.testing.assert_array_equal(a, b, place)
    elif isinstance(wanted, dict):
        assert list(got) == list(wanted), place
        for k in wanted:
            compare(got[k], wanted[k], arrays, f"{place}.{k}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), f"{place}: {len(got)}, tf.keras: {len(wanted)}"
        for k, (g, w) in enumerate(zip(got, wanted, strict=True)):
            compare(g, w, arrays, f"{place}[{k}]")
    elif isinstance(wanted, float):
        assert got == pytest.approx(wanted, rel=1e-12), place
    else:
        assert got == wanted, place
