"""Files that are damaged, or made to do harm: an error that says what is wrong, nothing run, nothing changed."""

import io
import json
import os
import shutil
import warnings
import zipfile

import numpy as np
import pytest

from pyseq.models import load_model
from pyseq.saving import deserialize_keras_object, limits
from tests.saving.cases import Unchanged, dense

h5py = pytest.importorskip("h5py")
REFUSED = (OSError, ValueError, TypeError)
ENDINGS = (".keras", ".h5", ".weights.h5")


@pytest.fixture
def model():
    made = dense()
    made.compile("adam", "mse")
    return made


def saved(model, tmp_path, ending):
    path = tmp_path / f"m{ending}"
    (model.save_weights if ending == ".weights.h5" else model.save)(path)
    return path


def assert_refused(model, path, match=".", error=REFUSED, whole=True):
    """Neither a model is made of the file nor does a model change by it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if whole:
            with pytest.raises(error, match=match):
                load_model(path)
        with Unchanged(model), pytest.raises(error, match=match):
            model.load_weights(path)


# ------------------------------------------------------------------------------------------------------ damage


@pytest.mark.parametrize("ending", ENDINGS)
def test_truncated(ending, model, tmp_path):
    """Wherever the file ends."""
    whole = saved(model, tmp_path, ending).read_bytes()
    for n in [*range(1, 9), *np.linspace(9, len(whole) - 1, 25).astype(int)]:
        path = tmp_path / f"cut{ending}"
        path.write_bytes(whole[:n])
        assert_refused(model, path, "cut", OSError, whole=ending != ".weights.h5")


def test_a_flipped_bit_in_an_archive(model, tmp_path):
    """The weights and the configuration have checksums; what is left, names and dates, changes nothing or is refused."""
    whole = saved(model, tmp_path, ".keras").read_bytes()
    weights, rng = model.get_weights(), np.random.default_rng(0)
    path, refused = tmp_path / "flipped.keras", 0
    for at in rng.integers(4, len(whole), 60):
        broken = bytearray(whole)
        broken[at] ^= 1 << rng.integers(8)
        path.write_bytes(broken)
        try:
            loaded = load_model(path)
        except REFUSED:
            refused += 1
            continue
        for a, b in zip(weights, loaded.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
    assert refused > 40


# ------------------------------------------------------------------------------------------------------ archives


def rewritten(path, change, compression=zipfile.ZIP_STORED):
    """The archive with `change(members)` applied; members: {name: bytes}."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("ending", [".h5", ".weights.h5"])
def test_changed_bytes_in_hdf5(ending, model, tmp_path):
    """HDF5 has no checksums: what can be read is read, all else is refused in words of ours."""
    whole, random = saved(model, tmp_path, ending).read_bytes(), np.random.RandomState(0)
    path, read = tmp_path / f"changed{ending}", 0
    read_it = load_model if ending == ".h5" else model.load_weights
    for _ in range(300):
        changed = bytearray(whole)
        for place in random.randint(len(whole), size=4):
            changed[place] = random.randint(256)
        path.write_bytes(changed)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                read_it(path)
            read += 1
        except REFUSED as e:
            assert "Insufficient precision" not in str(e) or isinstance(e, OSError)
    assert 0 < read < 300


@pytest.mark.parametrize("missing", ["config.json", "model.weights.h5"])
def test_archive_of_something_else(missing, model, tmp_path):
    path = rewritten(saved(model, tmp_path, ".keras"), lambda members: members.pop(missing))
    with pytest.raises(ValueError, match=f"The archive has no '{missing}'. It holds"):
        load_model(path)
    if missing != "config.json":
        with Unchanged(model), pytest.raises(ValueError, match="The archive has no 'model.weights.h5'"):
            model.load_weights(path)


def test_compressed_archive_is_read(model, tmp_path):
    path = rewritten(saved(model, tmp_path, ".keras"), lambda members: None, zipfile.ZIP_DEFLATED)
    load_model(path)
    model.load_weights(path)


def test_zip_bombs(model, tmp_path, monkeypatch):
    path = saved(model, tmp_path, ".keras")
    bomb = rewritten(
        path,
        lambda members: members.update({"model.weights.h5": bytes(limits.UNSUSPICIOUS + 2**20)}),
        zipfile.ZIP_BZIP2,
    )
    assert_refused(model, bomb, "but the archive holds", ValueError)
    path = saved(model, tmp_path, ".keras")
    monkeypatch.setattr(limits, "CONFIG_BYTES", 100)
    with pytest.raises(ValueError, match="must have at most 100 bytes"):
        load_model(path)


def test_members_that_lie_about_their_size(model, tmp_path):
    path = saved(model, tmp_path, ".keras")
    content = path.read_bytes()
    central = content.rindex(b"PK\x01\x02")  # of the last member, the weights
    for size in (10, 10**9):
        broken = bytearray(content)
        broken[central + 24 : central + 28] = size.to_bytes(4, "little")
        path.write_bytes(broken)
        assert_refused(model, path)


def test_encrypted_archive(model, tmp_path):
    path = saved(model, tmp_path, ".keras")
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + offset] |= 1
    path.write_bytes(content)
    assert_refused(model, path, "encrypted", OSError)


def test_names_of_members_are_no_paths(model, tmp_path):
    path = rewritten(
        saved(model, tmp_path, ".keras"), lambda members: members.update({"../../evil": b"x", "/evil": b"x"})
    )
    load_model(path)
    assert not (tmp_path.parent.parent / "evil").exists() and os.listdir(tmp_path) == ["m.keras"]


# -------------------------------------------------------------------------------------------------- configurations


def with_config(model, tmp_path, change):
    def rewrite(members):
        config = json.loads(members["config.json"])
        members["config.json"] = json.dumps(change(config) or config).encode()

    return rewritten(saved(model, tmp_path, ".keras"), rewrite)


def first_layer(config):
    return config["config"]["layers"][1]


@pytest.mark.parametrize(
    "node",
    [
        {"module": "os", "class_name": "system", "config": "touch ran"},
        {"module": "os", "class_name": "system", "config": {"command": "touch ran"}, "registered_name": "os.system"},
        {"module": "builtins", "class_name": "eval", "config": {"source": "1"}, "registered_name": None},
        {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"},
        {"module": "builtins", "class_name": "function", "config": "pyseq.saving.save.load_model", "registered_name": "f"},
        {"module": "keras.utils", "class_name": "get_file", "config": {"origin": "file:///etc/passwd"}},
        {"module": "keras.models", "class_name": "load_model", "config": {"filepath": "x"}, "registered_name": "load_model"},
        {"module": "pyseq.layers.dense", "class_name": "__init__", "config": {}},
        {"module": "keras.layers", "class_name": "__reduce__", "config": {}},
        {"module": "keras.layers", "class_name": "Lambda", "config": {"function": ["4wEAAAA=", None, None]}},
        {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "/tmp/x"}},
        {"class_name": "__lambda__", "config": {"value": ["4wEAAAA=", None, None]}},
        {"class_name": "Dense", "config": 3},
        {"class_name": "Dense", "config": {"units": 3, "no_such_argument": 1}},
        {"class_name": "Dense", "config": {"units": "many"}},
        {"class_name": "Dense", "config": {"units": -1}},
        {"class_name": "Dense", "config": {"units": 3, "activation": "os.system"}},
        {"class_name": "Dense", "config": {"units": 3, "kernel_initializer": {"class_name": "system", "config": {}}}},
        {"class_name": "Dense", "config": {"units": 3, "activation": {"class_name": "function", "config": ["a"]}}},
        {"class_name": ["Dense"], "config": {}},
        {"class_name": None, "config": {}},
        {"class_name": "", "config": {}},
        "Dense", 3, None, [], {},
    ],
    ids=str,
)  # fmt: skip
def test_layers_that_are_none(node, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def change(config):
        config["config"]["layers"][1] = node

    path = with_config(model, tmp_path, change)
    with pytest.raises((ValueError, TypeError)):
        load_model(path)
    assert os.listdir(tmp_path) == ["m.keras"]


@pytest.mark.parametrize("config", [[], {}, {"class_name": "Sequential"}, {"class_name": "Adam", "config": {}},
                                    {"class_name": "Sequential", "config": {"layers": 3}},
                                    {"class_name": "Sequential", "config": None}], ids=str)  # fmt: skip
def test_no_model(config, model, tmp_path):
    path = rewritten(
        saved(model, tmp_path, ".keras"), lambda members: members.update({"config.json": json.dumps(config).encode()})
    )
    with pytest.raises((ValueError, TypeError)):
        load_model(path)


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"nonsense", b"\xff\xfe", b"[" * 10**5, b'{"a":' * 10**5, b'{"a":' * 300 + b"1" + b"}" * 300,
     b'{"a": ' + b"9" * 10**5 + b"}"],
    ids=lambda t: str(t[:12]),
)  # fmt: skip
def test_json_that_is_none_or_too_deep(text, model, tmp_path):
    path = rewritten(saved(model, tmp_path, ".keras"), lambda members: members.update({"config.json": text}))
    with pytest.raises(
        ValueError, match="config.json is no JSON|must be a JSON object|nested at most|too large|unknown"
    ):
        load_model(path)


def test_compile_settings_that_are_none(model, tmp_path):
    def change(config):
        config["compile_config"]["loss"] = {"module": "os", "class_name": "system", "config": {"command": "touch ran"}}

    path = with_config(model, tmp_path, change)
    with pytest.raises(ValueError, match="Unknown loss function: 'system'"):
        load_model(path)
    load_model(path, compile=False)


def test_error_says_which_layer(model, tmp_path):
    path = with_config(model, tmp_path, lambda config: first_layer(config)["config"].update(units="many"))
    with pytest.raises((TypeError, ValueError), match="many"):
        load_model(path)


def test_custom_class_that_is_ours_by_name_only(model, tmp_path):
    """A file that says `mypackage.layers` means the user's Dense, not ours."""

    def change(config):
        first_layer(config).update(module="mypackage.layers", registered_name="mypackage>Dense")

    with pytest.raises(ValueError, match="mypackage>Dense"):
        load_model(with_config(model, tmp_path, change))


def test_deserialize_alone():
    for config in ({"class_name": "__lambda__", "config": {}}, {"class_name": "__numpy__", "config": {"value": [1]}},
                   {"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}},
                   {"class_name": "__typespec__", "config": {}}):  # fmt: skip
        with pytest.raises(ValueError):
            deserialize_keras_object(config)
    with pytest.raises(TypeError, match="unknown keyword argument"):
        deserialize_keras_object({}, unsafe=True)


# -------------------------------------------------------------------------------------------------------- HDF5


@pytest.fixture(params=ENDINGS)
def opened(request, model, tmp_path):
    """(edit, check): edit(change) applies change(file, path of the first kernel); check() sees the file refused."""
    ending = request.param
    path = saved(model, tmp_path, ending)
    kernel = "model_weights/first/first/kernel:0" if ending == ".h5" else "layers/dense/vars/0"

    def edit(change):
        if ending != ".keras":
            with h5py.File(path, "r+") as f:
                change(f, kernel)
            return path

        def rewrite(members):
            content = io.BytesIO(members["model.weights.h5"])
            with h5py.File(content, "r+") as f:
                change(f, kernel)
            members["model.weights.h5"] = content.getvalue()

        return rewritten(path, rewrite)

    return edit, lambda match: assert_refused(model, path, match, (ValueError, OSError), whole=ending != ".weights.h5")


def replaced(make):
    def change(f, name):
        del f[name]
        make(f, name)

    return change


def external_data(f, name):
    f.create_dataset(name, (6, 5), "f4", external=[("/etc/passwd", 0, 120)])


def virtual_data(f, name):
    layout = h5py.VirtualLayout((6, 5), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (6, 5))
    f.create_virtual_dataset(name, layout)


def texts(f, name):
    f.create_dataset(name, data=np.array(["a"] * 30, dtype=object).reshape(6, 5), dtype=h5py.string_dtype())


def records(f, name):
    f.create_dataset(name, data=np.zeros((6, 5), [("a", "f4"), ("b", "i4")]))


def complex_numbers(f, name):
    f.create_dataset(name, data=np.zeros((6, 5), "c8"))


def nothing(f, name):
    f.create_dataset(name, data=h5py.Empty("f4"))


def huge(f, name):
    f.create_dataset(name, (2**20, 2**20), "f4", chunks=(1024, 1024))


def huge_but_dense(f, name):
    f.create_dataset(name, (2**30, 2**10), "f8")


def a_group(f, name):
    f.create_group(name)


def soft_link(f, name):
    f[name] = h5py.SoftLink("/elsewhere")


def external_link(f, name):
    f[name] = h5py.ExternalLink("/etc/passwd", "x")


@pytest.mark.parametrize(
    "make, match",
    [
        (external_data, "lies in another file"), (virtual_data, "lies in another file"), (texts, "must hold numbers"),
        (records, "must hold numbers"), (complex_numbers, "must hold numbers"), (nothing, "must hold numbers"),
        (huge, "says it has"), (huge_but_dense, "says it has"), (a_group, "no data set|expected 2 variables"),
        (soft_link, "no data set|expected 2 variables"), (external_link, "no data set|expected 2 variables"),
    ],
)  # fmt: skip
def test_data_that_is_none(make, match, opened):
    edit, check = opened
    edit(replaced(make))
    check(match)


def test_links_to_groups_are_not_followed(opened):
    edit, check = opened

    def change(f, name):
        group = name.rpartition("/")[0]
        del f[group]
        f[group] = h5py.SoftLink("/")

    edit(change)
    check("expected 2 variables|no data set|no group")


def test_groups_that_hold_each_other(model, tmp_path):
    path = saved(model, tmp_path, ".weights.h5")
    with h5py.File(path, "r+") as f:
        for name in ("a", "b", "c"):
            f[f"layers/dense/{name}"] = f["layers"]
            f[f"layers/{name}"] = f["/"]
    model.load_weights(path)


def test_integers_and_halves_are_numbers(model, tmp_path):
    path = saved(model, tmp_path, ".weights.h5")
    with h5py.File(path, "r+") as f:
        f["layers/dense/vars/1"][...] = 1
        del f["layers/dense/vars/0"]
        f["layers/dense/vars/0"] = np.ones((6, 5), "f2")
    model.load_weights(path)
    np.testing.assert_array_equal(model.get_weights()[0], np.ones((6, 5), "f4"))


def test_names_in_attributes(model, tmp_path):
    """Names of layers that are paths, or not there."""
    path = saved(model, tmp_path, ".h5")
    for names in ([b"../../etc"], [b"/"], [b"."], [b"no_such_layer"] * 3, 3.5, "x"):
        with h5py.File(path, "r+") as f:
            f["model_weights"].attrs["layer_names"] = names
        assert_refused(model, path, "no group|Layer count|no data set", (ValueError, OSError))


def test_optimizer_state_that_does_not_fit(model, tmp_path):
    """The weights are loaded, training begins afresh, and that is said. What is too large is not even read."""
    x = np.zeros((4, 6), "float32")
    model.fit(x, np.zeros((4, 3)), verbose=0)
    path = saved(model, tmp_path, ".weights.h5")
    with h5py.File(path, "r+") as f:
        del f["optimizer/vars/1"]
        f.create_dataset("optimizer/vars/1", (2**22,), "f4")
    with pytest.warns(UserWarning, match="Skipping the state of the optimizer"):
        model.load_weights(path)
    model.fit(x, np.zeros((4, 3)), verbose=0)


def test_hdf5_of_something_else(model, tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as f:
        f["x"] = np.arange(5)
    with pytest.raises(ValueError, match="No model config found"):
        load_model(path)
    with Unchanged(model), pytest.raises(ValueError, match="expected"):
        model.load_weights(path)
    shutil.copy(path, tmp_path / "data.keras")
    with pytest.raises(ValueError, match="No model config found"):
        load_model(tmp_path / "data.keras")


def test_model_config_of_h5(model, tmp_path):
    path = saved(model, tmp_path, ".h5")
    for text in ("", "{", "[" * 10**5, "3", json.dumps({"class_name": "os.system", "config": "touch ran"}), b"\xff", 3):
        with h5py.File(path, "r+") as f:
            del f.attrs["model_config"]
            if isinstance(text, str) and len(text) > 60000:
                text = text[:60000]
            f.attrs["model_config"] = text
        with pytest.raises(REFUSED):
            load_model(path)


@pytest.mark.parametrize("config", [{}, {"a": 1}, {"class_name": "Dense", "config": {"units": 3}}], ids=str)
def test_h5_that_describes_no_model(config, model, tmp_path):
    path = saved(model, tmp_path, ".h5")
    with h5py.File(path, "r+") as f:
        f.attrs["model_config"] = json.dumps(config)
    with pytest.raises(ValueError, match="describes no model"):
        load_model(path)
