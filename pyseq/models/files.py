"""A model's methods for files and configurations. How files look is the business of `pyseq.saving`, imported when used."""

from __future__ import annotations

import inspect

from pyseq._version import __version__
from pyseq.core.structure import map_shapes
from pyseq.registry import custom_object_scope

COMPILE_ARGUMENTS = (
    "optimizer", "loss", "metrics", "loss_weights", "weighted_metrics", "run_eagerly", "steps_per_execution", "jit_compile",
)  # fmt: skip
KERAS_VERSION = "2.15.0"  # whose layouts files have


class Files:
    """Part of Model: saving, loading, describing."""

    def __new__(cls, *args, **kwargs):
        model = super().__new__(cls)
        object.__setattr__(model, "_init_arguments", (args, kwargs))  # for a `get_config` that nobody had to write
        return model

    def save(
        self,
        filepath,
        overwrite=True,
        save_format=None,
        *,
        include_optimizer=True,
        signatures=None,
        options=None,
        **kwargs,
    ):
        """Write the model to a file: architecture, weights, what it was compiled with, state of the optimizer.

        Args:
            filepath: str or Path. A name that ends in ".h5" or ".hdf5" gets the layout of Keras 2's HDF5 files, any other
                that of ".keras" archives.
            overwrite: replace a file of that name? False: ask at the terminal.
            save_format: "keras" or "h5"; by the name by default.
            include_optimizer: save how training stands?
            signatures, options, and `save_traces`, `zipped`: of TensorFlow's SavedModel format, which there is not:
                signatures are refused, the others say nothing about these files.
        The file takes the old one's place when it is whole. `load_model` reads it; so do tf.keras 2.15 and, `.keras`
        archives of layers that have not changed since, Keras 3.
        Raises:
            NotImplementedError: TensorFlow's SavedModel format is asked for. OSError: the file cannot be written.
        """
        from pyseq.saving import save_model

        named = {"include_optimizer": include_optimizer, "signatures": signatures, "options": options}
        save_model(self, filepath, overwrite=overwrite, save_format=save_format, **named, **kwargs)

    def save_weights(self, filepath, overwrite=True, save_format=None, options=None):
        """Write the weights to a file; see `pyseq.saving.save_weights`."""
        from pyseq.saving import save_weights

        save_weights(self, filepath, overwrite, save_format, options)

    def load_weights(self, filepath, skip_mismatch=False, by_name=False, options=None):
        """Set the weights to those of a file; see `pyseq.saving.load_weights`."""
        from pyseq.saving import load_weights

        load_weights(self, filepath, skip_mismatch, by_name, options)

    def export(self, *args, **kwargs):
        raise NotImplementedError(
            "Model.export writes TensorFlow's SavedModel format, which needs TensorFlow. Use `save`."
        )

    # ------------------------------------------------------------------------------------------ configurations

    def to_json(self, **kwargs) -> str:
        """The architecture, without weights, as JSON; `models.model_from_json` reads it.

        Args:
            kwargs: of `json.dumps`.
        """
        import json

        from pyseq.saving.objects import serialize_keras_object

        node = {"class_name": type(self).__name__, "config": serialize_keras_object(self.get_config())}
        return json.dumps(self._description(node), **kwargs)

    def _description(self, node):
        return {
            **node,
            "keras_version": KERAS_VERSION,
            "backend": "tensorflow",
            "pyseq_version": __version__,
        }

    def to_yaml(self, **kwargs):
        raise RuntimeError(
            "Method `model.to_yaml()` has been removed due to security risk of arbitrary code execution. Please use "
            "`model.to_json()` instead."
        )

    def get_config(self):
        """The arguments that the model was made with; override it if they do not say everything."""
        args, kwargs = self._init_arguments
        parameters = inspect.signature(type(self).__init__).parameters
        if any(p.kind is p.VAR_POSITIONAL for p in parameters.values()) and args:
            raise NotImplementedError(f"{type(self).__name__}: a model made with *args must override `get_config`.")
        from pyseq.saving.objects import serialize_keras_object

        config = dict(zip(list(parameters)[1:], args, strict=False)) | kwargs
        try:
            config = serialize_keras_object(config)
        except TypeError as e:
            raise NotImplementedError(
                f"Model {type(self).__name__} must override `get_config` to be described; its arguments alone do not do. {e}"
            ) from None
        takes_name = "name" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        return {**config, "name": self.name} if takes_name and self._named_by_user else config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The model that `get_config` described; `custom_objects`: {name: class or function} it may name.

        Raises:
            TypeError: `__init__` does not take what the config holds.
        """
        with custom_object_scope(custom_objects or {}):
            if cls.get_config is Files.get_config:
                from pyseq.saving.objects import read

                config = {k: read(v) for k, v in config.items()}
            try:
                return cls(**config)
            except TypeError as e:
                raise TypeError(
                    "Unable to revive model from config. When overriding the `get_config()` method, make sure that the returned "
                    f"config contains all items used as arguments in the constructor to {cls}, which is the default behavior. "
                    "You can override this default behavior by defining a `from_config(cls, config)` class method to specify how "
                    f"to create an instance of {cls.__name__} from its config.\n\nReceived config={config}\n\n"
                    f"Error encountered during deserialization: {e}"
                ) from e

    def get_compile_config(self):
        """What the model was compiled with, described; None before `compile`."""
        if not self._compiled:
            return None
        from pyseq.saving.objects import serialize_keras_object

        return serialize_keras_object(self._compile_arguments())

    def _compile_arguments(self):
        return {**dict.fromkeys(COMPILE_ARGUMENTS), **self._compiled["arguments"], "optimizer": self.optimizer}

    def compile_from_config(self, config):
        """Compile the model as `get_compile_config` described."""
        from pyseq.models.model import Model
        from pyseq.saving.objects import read_compile_arguments
        from pyseq.saving.telling import tell

        if type(self).compile is not Model.compile:
            tell(
                f"`compile()` was not called as part of model loading because {type(self).__name__}'s `compile()` method is "
                "custom. Override `get_compile_config()` and `compile_from_config(config)` as well, or call `compile()` after "
                "loading."
            )
            return
        self.compile(**read_compile_arguments({k: v for k, v in config.items() if k in COMPILE_ARGUMENTS}))

    def build_from_config(self, config):
        """Make the weights for the input shape that `get_build_config` gave."""
        shape = config.get("input_shape")
        if shape is not None and not self.built:
            self.build(map_shapes(tuple, shape))
