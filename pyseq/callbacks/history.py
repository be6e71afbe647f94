"""History: what `fit` returns."""

from __future__ import annotations

from pyseq.callbacks.callback import Callback


class History(Callback):
    """Records the losses and metrics of each epoch.

    Attributes:
        history: {name: list of one float an epoch}; validation values are called "val_...".
        epoch: the epochs' numbers. params: verbose, epochs, steps.
    """

    backed_up = ("history", "epoch")

    def __init__(self):
        super().__init__()
        self.history = {}

    def on_train_begin(self, logs=None):
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self

    def plot(self, names=None, axes=None):
        """Draw losses and metrics over the epochs: a panel for each, training and validation in it. Needs matplotlib.

        Args:
            names: of the panels, such as ["loss", "accuracy"]; by default all there are, without "val_...".
            axes: matplotlib axes to draw in, as many as names; by default those of a new figure.
        Returns:
            The matplotlib figure. `plt.show()` shows it, `figure.savefig("curves.png")` saves it.
        """
        try:
            from matplotlib import pyplot
        except ImportError:
            raise ImportError("History.plot: needs matplotlib. Install it: pip install matplotlib") from None
        if names is None:
            names = [name for name in self.history if not name.startswith("val_") or name[4:] not in self.history]
        unknown = [name for name in names if name not in self.history]
        if unknown or not names:
            raise ValueError(f"History.plot: `names` must be among {list(self.history)}. Received: names={names}.")
        if axes is None:
            _, axes = pyplot.subplots(1, len(names), figsize=(5 * len(names), 4), squeeze=False, layout="constrained")
            axes = axes[0]
        axes = list(axes) if hasattr(axes, "__len__") else [axes]
        if len(axes) != len(names):
            raise ValueError(f"History.plot: `axes` must be as many as names. Received: {len(axes)} for {names}.")
        for name, panel in zip(names, axes, strict=True):
            self._draw(name, panel)
        return axes[0].figure

    def _draw(self, name, panel):
        for key, label in ((name, "training"), (f"val_{name}", "validation")):
            values = self.history.get(key, ())
            if len(values):
                at = [k + 1 for k in self._epochs_of(values)]
                panel.plot(at, values, label=label, marker="o" if len(at) == 1 else None)
        panel.set_xlabel("epoch")
        panel.set_title(name)
        panel.grid(alpha=0.3)
        panel.legend()

    def _epochs_of(self, values):
        """The epochs that values belong to: all, or with `validation_freq` every so many; spread evenly if that is not known."""
        n = len(self.epoch)
        if len(values) == n:
            return self.epoch
        if 0 < len(values) < n:
            every = n // len(values)
            return self.epoch[every - 1 :: every][: len(values)]
        return range(len(values))
