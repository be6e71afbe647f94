"""Optimizers: what turns gradients into changes of the weights. The formulas are those of tf.keras 2.15.

Names match in any case. To add one: a class with `slot_groups` and `update_step` (adagrad.py), and its name below.
"""

from __future__ import annotations

from pyseq.optimizers import experimental, legacy, schedules
from pyseq.optimizers.adadelta import Adadelta
from pyseq.optimizers.adafactor import Adafactor
from pyseq.optimizers.adagrad import Adagrad
from pyseq.optimizers.adam import Adam, AdamW
from pyseq.optimizers.adamax import Adamax, Nadam
from pyseq.optimizers.ftrl import Ftrl
from pyseq.optimizers.lion import Lion
from pyseq.optimizers.optimizer import Optimizer
from pyseq.optimizers.rmsprop import RMSprop
from pyseq.optimizers.sgd import SGD
from pyseq.registry import Registry

# What no config of an optimizer from before TF 2.11 has; Keras 3 has the second and no first.
NEWER = ("is_legacy_optimizer", "use_ema")


class _Optimizers(Registry):
    """The table of optimizers, and that of the older ones beside it."""

    def __init__(self):
        super().__init__("optimizer", "keras.optimizers", ignore_case=True)
        self.older = Registry("optimizer", "keras.optimizers.legacy", ignore_case=True)

    def deserialize(self, config, custom_objects=None):
        if isinstance(config, dict) and self._is_older(config):
            return self.older.deserialize(config, custom_objects)
        return super().deserialize(config, custom_objects)

    def _is_older(self, config):
        """A config from before TF 2.11, as tf.keras 2.15 tells them apart: it says nothing of being newer."""
        module, arguments = config.get("module"), config.get("config")
        if isinstance(module, str) and "legacy" in module.split("."):
            return True
        name = str(config.get("class_name")).lower()
        if name not in self.older.table or not isinstance(arguments, dict) or not arguments:
            return False
        return arguments.get(NEWER[0], True) is True and NEWER[1] not in arguments

    def knows(self, cls):
        return super().knows(cls) or self.older.knows(cls)

    def serialize(self, thing, use_legacy_format=False):
        table = self.older if self.older.knows(type(thing)) else super()
        return table.serialize(thing, use_legacy_format)


_registry = _Optimizers()
_newer = (SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta, Adafactor, Adamax, Nadam, Ftrl, Lion)
_classes = {c.__name__: _registry.add(c) for c in _newer}
for _name in legacy.__all__:
    if _name != "Optimizer":
        _registry.older.add(getattr(legacy, _name))


def get(identifier, **kwargs):
    """Optimizer of a name, a config, a class or an object.

    Args:
        use_legacy_optimizer: by keyword: does a name mean the class from before TF 2.11?
    Raises:
        ValueError: none of these, or an unknown name (the closest are listed).
    """
    older = _use_legacy("optimizers.get", kwargs)
    if hasattr(identifier, "apply_gradients") and not isinstance(identifier, type):
        return identifier
    if isinstance(identifier, str):
        return (_registry.older if older else _registry).get(identifier)
    if isinstance(identifier, dict) or (isinstance(identifier, type) and issubclass(identifier, Optimizer)):
        return _registry.get(identifier)
    raise ValueError(f"Could not interpret optimizer identifier: {identifier}")


def serialize(optimizer, use_legacy_format=False):
    """Config of an optimizer: {"module", "class_name", "config", "registered_name"}; the last of two names in TF 2.4's form."""
    return _registry.serialize(optimizer, use_legacy_format)


def deserialize(config, custom_objects=None, use_legacy_format=False, **kwargs):
    """Optimizer of a config that `serialize` gave, in either form; of the older class if its config is of that time."""
    older = _use_legacy("optimizers.deserialize", kwargs)
    return (_registry.older if older else _registry).deserialize(config, custom_objects)


def _use_legacy(who, kwargs):
    older = kwargs.pop("use_legacy_optimizer", False)
    if kwargs:
        raise TypeError(f"{who}: unknown keyword argument. Received: {sorted(kwargs)}.")
    return older


__all__ = ["Optimizer", *_classes, "deserialize", "experimental", "get", "legacy", "schedules", "serialize"]
