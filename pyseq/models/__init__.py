"""Models: layers put together, with training, evaluation and prediction."""

from pyseq._faces import missing as _missing
from pyseq.models.functional import Functional
from pyseq.models.model import Model
from pyseq.models.sequential import Sequential

_FILES = ("load_model", "model_from_config", "model_from_json", "model_from_yaml", "save_model")
__all__ = ["Functional", "Model", "Sequential", "clone_model", *_FILES]
_LATER = {name: f"pyseq.saving.save:{name}" for name in _FILES} | {"clone_model": "pyseq.models.clone:clone_model"}
__getattr__ = _missing(__name__, lambda: __all__, _LATER)


def __dir__():
    return sorted(__all__)
