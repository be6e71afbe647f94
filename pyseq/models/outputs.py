"""What belongs to which output of a model: labels, weights, losses and metrics given by name, by place, or once for all."""

from __future__ import annotations

from pyseq.core.structure import flatten


def is_nested(x) -> bool:
    return isinstance(x, (dict, list, tuple))


def pseudo_names(outputs) -> list[str]:
    """Names of the outputs of a model that does not name them: "output_1", "output_2"; of dicts the keys ("a", "b_1")."""
    if not is_nested(outputs):
        return ["output_1"]
    return [("" if isinstance(outputs, dict) else "output_") + "_".join(path) for path in _paths(outputs)]


def _paths(outputs):
    """The way to each leaf, in the order of `flatten`: keys, and places counted from 1."""
    if not is_nested(outputs):
        yield ()
    elif isinstance(outputs, dict):
        yield from ((str(k), *path) for k in sorted(outputs) for path in _paths(outputs[k]))
    else:
        yield from ((str(k + 1), *path) for k, x in enumerate(outputs) for path in _paths(x))


class Conform:
    """Brings things into the order of the outputs.

    Args:
        outputs: what the model gives: a tensor or a structure of them. names: of its leaves, in the order of `flatten`.
        what, who: for messages.
    """

    def __init__(self, outputs, names, what, who="compile"):
        self.outputs, self.names, self.what, self.who = outputs, names, what, who

    def one_each(self, given) -> list:
        """One entry of `given` for each output; None where there is none.

        Args:
            given: one thing for all; a dict by the names of the outputs; or a structure as that of the outputs, of which dicts
                may lack keys. Lists go by place, in dicts of outputs too (sorted by key).
        Raises:
            ValueError: unknown names; a list of another length.
        """
        return self._by_output(given, self._single)

    def groups(self, given, copy) -> list[list]:
        """The list of metrics of each output.

        A metric, or a list without lists inside, is for every output; if there are several, each gets its own.

        Args:
            given: as of `one_each`, with a metric or a list of them for each output.
            copy: metric -> one for another output.
        """
        if not is_nested(given) or (isinstance(given, (list, tuple)) and not any(map(is_nested, given))):
            entries = [] if given is None else flatten(given)
            return [entries] if len(self.names) == 1 else [[copy(entry) for entry in entries] for _ in self.names]
        return [[] if g is None else flatten(g) for g in self._by_output(given, lambda group: group)]

    def _by_output(self, given, leaf):
        if not isinstance(given, dict) or not _is_flat(self.outputs):
            return self._spread(given, self.outputs, leaf)
        self._refuse_unknown(given, self.names)
        return [leaf(given.get(name)) for name in self.names]

    def _single(self, given):
        """What stands for one output: the thing itself, or a list of it."""
        if isinstance(given, (list, tuple)) and len(given) == 1:
            return self._single(given[0])
        if is_nested(given):
            raise self._wrong_number(given)
        return given

    def _spread(self, given, outputs, leaf):
        """The entries for the leaves of a part of the outputs."""
        if not is_nested(outputs):
            return [leaf(given)]
        if not is_nested(given):
            return [given] * len(flatten(outputs))
        if isinstance(outputs, dict) and isinstance(given, dict):
            self._refuse_unknown(given, sorted(outputs))
            parts = [(given.get(k), outputs[k]) for k in sorted(outputs)]
        else:
            inside = [outputs[k] for k in sorted(outputs)] if isinstance(outputs, dict) else outputs
            if isinstance(given, dict) or len(given) != len(inside):
                raise self._wrong_number(given)
            parts = zip(given, inside, strict=True)
        return [entry for g, o in parts for entry in self._spread(g, o, leaf)]

    def _refuse_unknown(self, given, known):
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise ValueError(
                f"{self.who}: `{self.what}` must name outputs of the model: {list(known)}. Received: {unknown}."
            )

    def _wrong_number(self, given):
        return ValueError(
            f"{self.who}: `{self.what}` must have one entry for each of the {len(self.names)} outputs {self.names}. "
            f"Received: {len(given)} entries."
        )


def _is_flat(outputs):
    """One output, or a list of them? Then dicts go by the names of the outputs."""
    return not is_nested(outputs) or (not isinstance(outputs, dict) and not any(map(is_nested, outputs)))
