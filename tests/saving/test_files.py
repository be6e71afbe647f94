"""Names, formats, folders, questions at the terminal, errors that name the way out."""

import builtins
import os
import pickle
import stat
import sys
import warnings
import zipfile

import pytest

import pyseq as keras
from pyseq.models import load_model, save_model
from pyseq.saving import files
from tests.saving.cases import Unchanged, assert_same_weights, dense

ZIP, HDF5 = b"PK\x03\x04", b"\x89HDF"


def head(path):
    return path.read_bytes()[:4]


@pytest.mark.parametrize(
    "name, save_format, expected",
    [
        ("m.keras", None, ZIP), ("m.h5", None, HDF5), ("m.hdf5", None, HDF5), ("m.keras", "keras", ZIP), ("m", "h5", HDF5),
        ("m.h5", "tf", HDF5), ("m.model", "keras", ZIP), ("m.h5", "h5", HDF5),
    ],
)  # fmt: skip
def test_format_of_a_model(name, save_format, expected, tmp_path):
    model = dense()
    model.save(tmp_path / name, save_format=save_format)
    assert head(tmp_path / name) == expected
    assert_same_weights(load_model(tmp_path / name, compile=False), model)


def test_name_without_a_known_ending(tmp_path):
    model = dense()
    with pytest.warns(UserWarning, match=r"becomes one file, a .keras archive"):
        model.save(tmp_path / "my_model")
    assert_same_weights(load_model(tmp_path / "my_model"), model)
    with pytest.warns(UserWarning, match=r"layout of '.weights.h5'"):
        model.save_weights(tmp_path / "ckpt")
    other = dense()
    other.load_weights(tmp_path / "ckpt")
    assert_same_weights(other, model)


@pytest.mark.parametrize("name", ["w.keras", "w.h5", "w.hdf5"])
def test_format_of_weights(name, tmp_path):
    model = dense()
    model.save_weights(tmp_path / name)
    assert head(tmp_path / name) == HDF5
    other = dense()
    other.load_weights(tmp_path / name)
    assert_same_weights(other, model)


def test_formats_of_tensorflow(tmp_path):
    model = dense()
    with pytest.raises(NotImplementedError, match="SavedModel format .* Use a path that ends in '.keras'"):
        model.save(tmp_path / "m", save_format="tf")
    with pytest.raises(NotImplementedError, match="checkpoint format .* '.weights.h5'"):
        model.save_weights(tmp_path / "w", save_format="tf")
    with pytest.raises(ValueError, match="looks like an HDF5 file"):
        model.save_weights(tmp_path / "w.h5", save_format="tf")
    with pytest.raises(NotImplementedError, match="signatures"):
        model.save(tmp_path / "m.keras", signatures={"a": 1})
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"")
    with pytest.raises(NotImplementedError, match="SavedModel"):
        load_model(tmp_path / "saved")
    (tmp_path / "ckpt.index").write_bytes(b"")
    with pytest.raises(NotImplementedError, match="checkpoint"):
        model.load_weights(tmp_path / "ckpt")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ckpt.index", "saved"]


def test_wrong_arguments(tmp_path):
    model = dense()
    with pytest.raises(ValueError, match="Unknown `save_format`"):
        model.save(tmp_path / "m.keras", save_format="onnx")
    with pytest.raises(ValueError, match="Unknown format"):
        model.save_weights(tmp_path / "w.h5", save_format="npz")
    with pytest.raises(TypeError, match=r"unknown keyword argument. Received: \['compress'\]"):
        model.save(tmp_path / "m.keras", compress=True)
    with pytest.raises(TypeError, match="unexpected keyword argument 'compress'"):
        load_model(tmp_path / "m.keras", compress=True)
    with pytest.raises(TypeError, match="`filepath` must be a str or a Path. Received: filepath=3"):
        model.save(3)
    (tmp_path / "folder.keras").mkdir()
    with pytest.raises(IsADirectoryError, match="it is a directory"):
        model.save(tmp_path / "folder.keras")
    for path in ("nowhere.keras", "nowhere.h5"):
        with pytest.raises(FileNotFoundError, match="No file or directory found at"):
            load_model(tmp_path / path)
        with pytest.raises(FileNotFoundError, match="No file or directory found at"):
            model.load_weights(tmp_path / path)
    with pytest.raises(IsADirectoryError, match="is a directory; a file was expected"):
        load_model(tmp_path)


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "w.weights.h5"])
def test_asked_before_overwriting(name, tmp_path, monkeypatch, capsys):
    model, path, questions, answers = dense(), tmp_path / name, [], ["maybe", "n"]
    save = model.save_weights if name.startswith("w") else model.save
    save(path, overwrite=False)  # there is nothing to overwrite: no question
    before = path.read_bytes()

    def answer(question):
        questions.append(question)
        return answers.pop(0)

    monkeypatch.setattr(builtins, "input", answer)
    save(path, overwrite=False)
    assert "already exists - overwrite? [y/n]" in questions[0] and "Enter" in questions[1]
    assert path.read_bytes() == before
    answers.append("y")
    model.set_weights([w + 1 for w in model.get_weights()])
    save(path, overwrite=False)
    assert path.read_bytes() != before
    assert "[TIP] Next time specify overwrite=True!" in capsys.readouterr().out

    def nobody(question):
        raise EOFError

    monkeypatch.setattr(builtins, "input", nobody)
    with pytest.raises(FileExistsError, match="Pass overwrite=True"):
        save(path, overwrite=False)


def test_without_h5py(tmp_path, monkeypatch):
    model = dense()
    model.save(tmp_path / "m.keras")
    monkeypatch.setitem(sys.modules, "h5py", None)
    for call in (
        lambda: model.save(tmp_path / "new.keras"),
        lambda: model.save(tmp_path / "new.h5"),
        lambda: model.save_weights(tmp_path / "new.weights.h5"),
        lambda: load_model(tmp_path / "m.keras"),
        lambda: model.load_weights(tmp_path / "m.keras"),
    ):
        with pytest.raises(ImportError, match="pip install h5py"):
            call()
    assert [p.name for p in tmp_path.iterdir()] == ["m.keras"]


def test_h5py_is_imported_when_used():
    code = "import sys, pyseq, pyseq.models, pyseq.saving; assert 'h5py' not in sys.modules"
    assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", code) == 0


def test_error_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    model, path = dense(), tmp_path / "m.keras"
    model.save(path)
    before = path.read_bytes()
    monkeypatch.setattr(
        zipfile.ZipFile, "writestr", lambda *a, **k: (_ for _ in ()).throw(OSError(28, "No space left"))
    )
    with pytest.raises(OSError, match="No space left"):
        model.save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["m.keras"]


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
def test_mode_and_link_of_the_old_file_stay(tmp_path):
    model, real, link = dense(), tmp_path / "real.keras", tmp_path / "link.keras"
    model.save(real)
    assert stat.S_IMODE(real.stat().st_mode) == 0o666 & ~_umask()
    real.chmod(0o600)
    link.symlink_to(real)
    model.save(link)
    assert link.is_symlink() and stat.S_IMODE(real.stat().st_mode) == 0o600


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_leftovers_of_killed_processes_go(tmp_path):
    model = dense()
    machine = files._machine()
    dead = os.spawnl(os.P_NOWAIT, sys.executable, sys.executable, "-c", "")
    os.waitpid(dead, 0)
    kept = {f".m.keras.{machine}-{os.getpid():x}-0123abcd.part", ".m.keras.00000000-1-0123abcd.part",
            f".other.keras.{machine}-{dead:x}-0123abcd.part"}  # fmt: skip
    old = ".m.keras.00000000-2-0123abcd.part"
    for name in (*kept, old, f".m.keras.{machine}-{dead:x}-0123abcd.part"):
        (tmp_path / name).write_bytes(b"half")
    os.utime(tmp_path / old, (0, 0))
    model.save(tmp_path / "m.keras")
    assert set(os.listdir(tmp_path)) == {"m.keras", *kept}


@pytest.mark.parametrize("content", [b"", b"not a model", pickle.dumps({"a": 1}), b"\x80\x04N.", b"GIF89a"])
@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_foreign_files(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    model = dense()
    with pytest.raises(OSError, match="there is no model in it"):
        load_model(tmp_path / name)
    with Unchanged(model), pytest.raises(OSError, match="there is no model in it"):
        model.load_weights(tmp_path / name)


def test_name_says_nothing(tmp_path):
    """A file is read by what it is: renamed files load."""
    model = dense()
    model.save(tmp_path / "m.keras")
    model.save(tmp_path / "m.h5")
    (tmp_path / "m.keras").rename(tmp_path / "a.h5")
    (tmp_path / "m.h5").rename(tmp_path / "a.keras")
    for name in ("a.h5", "a.keras"):
        assert_same_weights(load_model(tmp_path / name, compile=False), model)


def test_weights_only_file_is_no_model(tmp_path):
    model = dense()
    for name in ("w.weights.h5", "w.h5"):
        model.save_weights(tmp_path / name)
        with pytest.raises(ValueError, match="weights only"):
            load_model(tmp_path / name)


def test_safe_mode_and_options_are_taken(tmp_path):
    model = dense()
    save_model(model, tmp_path / "m.keras", save_traces=True, options=None)
    assert_same_weights(load_model(tmp_path / "m.keras", safe_mode=False), model)


def test_home_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    dense().save("~/m.keras")
    assert (tmp_path / "m.keras").exists()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        keras.models.load_model("~/m.keras", compile=False)


def test_public_names():
    """Those of tf.keras 2.15; and where else it has them."""
    for name in (
        "custom_object_scope deserialize_keras_object get_custom_objects get_registered_name get_registered_object load_model "
        "register_keras_serializable save_model serialize_keras_object"
    ).split():
        assert callable(getattr(keras.saving, name)) and name in dir(keras.saving)
        if "model" not in name:
            assert getattr(keras.utils, name) is getattr(keras.saving, name)
    for name in "clone_model load_model model_from_config model_from_json model_from_yaml save_model".split():
        assert callable(getattr(keras.models, name)) and name in dir(keras.models)
