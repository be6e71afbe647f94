"""`keras`: pyseq under the name that the cases use."""

import importlib
import types

import pytest

MODULES = "losses metrics activations optimizers initializers regularizers constraints layers models callbacks utils"


def library():
    """The Keras face, with every module that there is as an attribute."""
    import pyseq

    face = types.SimpleNamespace(**{k: v for k, v in vars(pyseq).items() if not k.startswith("_")})
    for name in [*MODULES.split(), "datasets", "backend"]:
        if not hasattr(face, name):
            try:
                setattr(face, name, importlib.import_module(f"pyseq.{name}"))
            except ModuleNotFoundError as e:
                if e.name != f"pyseq.{name}":
                    raise
    for name in ("Sequential", "Model"):
        if not hasattr(face, name) and hasattr(face, "models"):
            setattr(face, name, getattr(face.models, name))
    return face


@pytest.fixture(scope="session")
def keras():
    return library()


@pytest.fixture(autouse=True)
def names_from_the_start():
    """Default names count from 0 in each test, as in the recordings."""
    from pyseq.layers.naming import reset_names

    reset_names()
