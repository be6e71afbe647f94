# Gradient tapes: part of engine.pyx, which includes this file.
#
#   record(y, inputs, vjp)  ->  an Entry on every tape of this thread that follows one of the inputs
#   tape.gradient           ->  forward over the entries: which outputs depend on the sources?
#                               backward: vjp of each entry that matters, sums of cotangents by tensor id

cdef class Entry:
    """One recorded op: ids of what it made, ids of the inputs a tape follows (0: not followed), its gradient."""
    cdef list outputs
    cdef list inputs
    cdef bint single
    cdef object vjp


cdef list active_tapes():
    return None if current_tapes == NULL else <list>current_tapes


def recording():
    """Is a tape recording in this thread?"""
    cdef GradientTape tape
    if current_tapes != NULL:
        for tape in <list>current_tapes:
            if tape.recording:
                return True
    return False


def record(y, tuple inputs, vjp):
    """Put an op's gradient on the active tapes; returns `y`."""
    cdef GradientTape tape
    if current_tapes != NULL:
        for tape in <list>current_tapes:
            if tape.recording:
                tape.add(y, inputs, vjp)
    return y


cdef class stop_recording:
    """Context in which no tape of this thread records."""
    cdef list stopped

    def __enter__(self):
        cdef GradientTape tape
        self.stopped = []
        for tape in active_tapes() or ():
            if tape.recording:
                tape.recording = False
                self.stopped.append(tape)

    def __exit__(self, *exc):
        cdef GradientTape tape
        for tape in self.stopped:
            tape.recording = True


cdef class GradientTape:
    """Records what is computed from followed tensors, and differentiates it.

    Args:
        persistent: may `gradient` be called more than once?
        watch_accessed_variables: follow trainable variables by themselves when they are used?
    Source: tf.GradientTape.
    """
    cdef list entries
    cdef set followed
    cdef dict variables
    cdef bint persistent, watch_variables, recording, entered, used

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self.persistent = persistent
        self.watch_variables = watch_accessed_variables
        self.reset()

    def reset(self):
        """Forget everything recorded."""
        self.entries = []
        self.followed = set()
        self.variables = {}
        self.used = False

    def __enter__(self):
        global current_tapes
        if self.entered:
            raise ValueError("GradientTape: is recording already; enter it once.")
        tapes = active_tapes()
        if tapes is None:
            tapes = []
            Py_INCREF(tapes)                          # given back by the last tape that leaves
            current_tapes = <PyObject *>tapes
        tapes.append(self)
        self.entered = self.recording = True
        return self

    def __exit__(self, *exc):
        global current_tapes
        cdef list tapes = active_tapes()
        cdef Py_ssize_t j
        self.entered = self.recording = False
        for j in range(len(tapes) - 1, -1, -1):
            if tapes[j] is self:
                del tapes[j]
                break
        if not tapes:
            current_tapes = NULL
            Py_DECREF(tapes)

    def stop_recording(self):
        """Context in which this tape does not record."""
        return PausedTape(self)

    def watch(self, tensor):
        """Follow a tensor, a variable, or a structure of them (floating point only)."""
        for x in flat(tensor):
            if isinstance(x, Variable):
                self.variables[(<Variable>x)._value.id] = x
            elif not isinstance(x, Tensor):
                raise ValueError(f"GradientTape.watch: must get tensors or variables. Received: {type(x).__name__}.")
            if not x.dtype.is_floating:
                raise ValueError(f"GradientTape.watch: only floating point tensors have gradients. Received: dtype={x.dtype.name}.")
            self.followed.add(x.id)

    def watched_variables(self):
        """Variables followed so far, in the order of their first use."""
        return tuple(self.variables.values())

    cdef bint follows(self, Tensor x) except -1:
        if x.trainable and self.watch_variables and x.id not in self.followed:
            self.followed.add(x.id)
            variable = x.variable() if x.variable is not None else None
            if variable is not None:
                self.variables[x.id] = variable
        return x.id in self.followed

    cdef int add(self, y, tuple inputs, vjp) except -1:
        cdef Entry entry
        cdef bint any_followed = False
        ids = []
        for x in inputs:
            if x is not None and self.follows(operand(x)):
                ids.append(operand(x).id)
                any_followed = True
            else:
                ids.append(0)
        if not any_followed:
            return 0
        entry = Entry.__new__(Entry)
        entry.single = isinstance(y, Tensor)
        entry.outputs = [(<Tensor>t).id for t in ((y,) if entry.single else y)]
        entry.inputs = ids
        entry.vjp = vjp
        self.followed.update(entry.outputs)
        self.entries.append(entry)
        return 0

    def gradient(self, target, sources, output_gradients=None, unconnected_gradients="none"):
        """Gradient of the sum of `target` with respect to each of `sources`, in the structure of `sources`.

        Args:
            target: a floating point tensor or a structure of them.
            sources: a tensor or variable, or a structure of them.
            output_gradients: cotangents of `target`, same structure; ones by default and where an entry is None.
            unconnected_gradients: "none", or "zero" for zeros where `target` does not depend on a source.
        Returns:
            Tensors of the sources' shapes; None where there is no path.
        Raises:
            RuntimeError: a second call on a tape that is not persistent.
        """
        cdef bint zeros = zeros_wanted("gradient", unconnected_gradients)
        flat_sources = self.begin_use("gradient", sources)
        cdef bint was_recording = self.recording
        self.recording = was_recording and self.persistent
        try:
            targets = flat(target)
            grads = self.pull_back(targets, flat_sources, cotangents_of(targets, output_gradients))
        finally:
            self.end_use(was_recording)
        if zeros:
            grads = [OPERATORS["zeros_like"](x) if g is None else g for g, x in zip(grads, flat_sources)]
        return like_structure(sources, iter(grads))

    def jacobian(self, target, sources, unconnected_gradients="none", parallel_iterations=None, experimental_use_pfor=True):
        """Gradients of each element of `target` with respect to each of `sources`, in the structure of `sources`.

        Args:
            target: a floating point tensor.
            sources, unconnected_gradients: as of `gradient`.
            parallel_iterations, experimental_use_pfor: how TensorFlow goes about it; the numbers do not depend on them.
        Returns:
            Tensors of shape target.shape + source.shape; None where there is no path.
        """
        cdef bint zeros = zeros_wanted("jacobian", unconnected_gradients)
        one_target("jacobian", target)
        flat_sources = self.begin_use("jacobian", sources)
        cdef bint was_recording = self.recording
        self.recording = was_recording and self.persistent
        try:
            rows = self.pull_rows(target, flat_sources, target.size, lambda k: unit(target, k, target.size))
        finally:
            self.end_use(was_recording)
        shape = target.shape
        found = [stacked_rows(column, 0, (*shape, *x.shape), x, zeros) for column, x in zip(rows, flat_sources)]
        return like_structure(sources, iter(found))

    def batch_jacobian(self, target, source, unconnected_gradients="none", parallel_iterations=None,
                       experimental_use_pfor=True):
        """For each sample the gradients of each element of `target` with respect to `source`.

        Args:
            target: floating point, (N, ...); a sample's values depend on nothing but the same sample of `source`.
            source: tensor or variable, (N, ...).
            unconnected_gradients, parallel_iterations, experimental_use_pfor: as of `jacobian`.
        Returns:
            Tensor (N, *target.shape[1:], *source.shape[1:]); None without a path.
        """
        cdef bint zeros = zeros_wanted("batch_jacobian", unconnected_gradients)
        one_target("batch_jacobian", target)
        (source,) = self.begin_use("batch_jacobian", [source], "source")
        if len(target.shape) < 2 or len(source.shape) < 2 or target.shape[0] != source.shape[0]:
            self.used = False
            raise ValueError(
                "GradientTape.batch_jacobian: `target` and `source` must have two axes at least and one batch size. "
                f"Received: target.shape={target.shape}, source.shape={source.shape}.")
        n = size_of(as_tuple(target.shape[1:]))
        cdef bint was_recording = self.recording
        self.recording = was_recording and self.persistent
        try:
            (column,) = self.pull_rows(target, [source], n, lambda k: unit(target, k, n, target.shape[0]))
        finally:
            self.end_use(was_recording)
        return stacked_rows(column, 1, (*target.shape, *source.shape[1:]), source, zeros)

    cdef list begin_use(self, who, sources, name="sources"):
        """The leaves of `sources`; a tape that is not persistent is used up."""
        if self.used and not self.persistent:
            raise RuntimeError(
                f"GradientTape.{who}: a tape that is not persistent computes one set of gradients. "
                "Use GradientTape(persistent=True) to call it again.")
        flat_sources = flat(sources)
        for x in flat_sources:
            if not isinstance(x, (Tensor, Variable)):
                raise TypeError(f"GradientTape.{who}: `{name}` must be tensors or variables. Received: {type(x).__name__}.")
        self.used = True
        return flat_sources

    cdef int end_use(self, bint was_recording) except -1:
        self.recording = was_recording
        if not self.persistent:
            self.entries = []
        return 0

    cdef list that_matter(self, set reached):
        """For each entry: does it lead on from `reached`? What it makes is added there."""
        cdef Entry entry
        cdef list matters = [False] * len(self.entries)
        cdef Py_ssize_t j
        for j in range(len(self.entries)):
            entry = self.entries[j]
            for k in entry.inputs:
                if k in reached:
                    reached.update(entry.outputs)
                    matters[j] = True
                    break
        return matters

    cdef list pull_back(self, list targets, list sources, list cotangents):
        cdef Py_ssize_t j
        cdef list entries = self.entries
        cdef set reached = {x.id for x in sources}, wanted = set(reached)
        cdef list matters = self.that_matter(reached)
        cdef dict grads = {}
        if cotangents is not None and len(cotangents) != len(targets):
            raise ValueError(
                f"GradientTape.gradient: `output_gradients` must have one entry for each of the {len(targets)} tensors in "
                f"`target` (None for ones). Received: {len(cotangents)} entries.")
        for j in range(len(targets)):
            self.seed_gradient(grads, targets[j], None if cotangents is None else cotangents[j])
        for j in range(len(matters) - 1, -1, -1):
            if matters[j]:
                self.pull_entry(entries[j], grads, reached, wanted)
            if not self.persistent:
                entries[j] = None                     # its closure holds tensors that nobody needs any more
        return [grads.get(x.id) for x in sources]

    cdef list pull_rows(self, target, list sources, Py_ssize_t n, cotangent):
        """For each source the list of its gradients for the cotangents 0 to n - 1."""
        cdef Py_ssize_t j, row
        cdef list entries = self.entries
        cdef set reached = {x.id for x in sources}, wanted = set(reached)
        cdef list matters = self.that_matter(reached)
        cdef dict grads
        rows = [[] for _ in sources]
        for row in range(n):
            grads = {}
            self.seed_gradient(grads, target, cotangent(row))
            for j in range(len(matters) - 1, -1, -1):
                if matters[j]:
                    self.pull_entry(entries[j], grads, reached, wanted)
            for column, x in zip(rows, sources):
                column.append(grads.get(x.id))
        return rows

    cdef int seed_gradient(self, dict grads, target, cotangent) except -1:
        if not isinstance(target, (Tensor, Variable)):
            raise TypeError(f"GradientTape.gradient: `target` must be a tensor. Received: {type(target).__name__}.")
        if not target.dtype.is_floating:
            raise TypeError(f"GradientTape.gradient: `target` must be floating point. Received: dtype={target.dtype.name}.")
        if cotangent is None:
            cotangent = OPERATORS["ones_like"](target)
        else:
            cotangent = as_tensor(cotangent, like=target)
            if cotangent.shape != target.shape:
                raise ValueError(
                    "GradientTape.gradient: `output_gradients` must have the shape of `target`. "
                    f"Received: shape={cotangent.shape}, target.shape={target.shape}.")
        accumulate(grads, target.id, cotangent)
        return 0

    cdef int pull_entry(self, Entry entry, dict grads, set reached, set wanted) except -1:
        cdef Py_ssize_t j
        dys = [grads.get(k) if k in wanted else grads.pop(k, None) for k in entry.outputs]
        if all([dy is None for dy in dys]):
            return 0
        needs = [k in reached for k in entry.inputs]
        dxs = entry.vjp(dys[0] if entry.single else tuple(dys), needs)
        if len(needs) == 1 and not isinstance(dxs, (tuple, list)):
            dxs = (dxs,)
        if len(dxs) != len(needs):
            raise ValueError(f"record: a vjp of {len(needs)} inputs must return {len(needs)} gradients. Received: {len(dxs)}.")
        for j in range(len(needs)):
            if needs[j] and dxs[j] is not None:
                accumulate(grads, entry.inputs[j], dxs[j])
        return 0


cdef bint zeros_wanted(who, unconnected_gradients) except -1:
    unconnected = getattr(unconnected_gradients, "value", unconnected_gradients)
    if unconnected not in ("none", "zero"):
        raise ValueError(f"GradientTape.{who}: `unconnected_gradients` must be 'none' or 'zero'. Received: {unconnected!r}.")
    return unconnected == "zero"


cdef list cotangents_of(list targets, output_gradients):
    """One for each target; of a single target a list of numbers is one."""
    if output_gradients is None:
        return None
    leaves = flat(output_gradients)
    if len(targets) == 1 and not (len(leaves) == 1 and isinstance(leaves[0], (Tensor, Variable))):
        return [output_gradients]
    return leaves


cdef int one_target(who, target) except -1:
    if not isinstance(target, (Tensor, Variable)):
        raise TypeError(f"GradientTape.{who}: `target` must be one tensor. Received: {type(target).__name__}.")
    return 0


cdef object unit(target, Py_ssize_t k, Py_ssize_t n, Py_ssize_t samples=1):
    """Zeros like `target` with a one at element k of the n of each sample."""
    a = np.zeros((samples, n), target.dtype.numpy)
    a[:, k] = 1
    return wrap(a.reshape(target.shape))


cdef object stacked_rows(list rows, Py_ssize_t axis, tuple shape, x, bint zeros):
    """The rows of a Jacobian along a new axis, as `shape`; a row without a path is zero. None if none has one."""
    like = next((row for row in rows if row is not None), None)
    if like is None:
        return as_tensor(np.zeros(shape, x.dtype.numpy)) if zeros or (not rows and 0 in shape) else None
    rows = [OPERATORS["zeros_like"](like) if row is None else row for row in rows]
    return OPERATORS["reshape"](OPERATORS["stack"](rows, axis), shape)


cdef int accumulate(dict grads, key, dx) except -1:
    held = grads.get(key)
    grads[key] = dx if held is None else OPERATORS["add"](held, dx)
    return 0


class PausedTape:
    """Context in which one tape does not record."""

    def __init__(self, tape):
        self.tape = tape

    def __enter__(self):
        (<GradientTape>self.tape).recording = False

    def __exit__(self, *exc):
        (<GradientTape>self.tape).recording = (<GradientTape>self.tape).entered


cdef list flat(x):
    """Leaves of nested lists, tuples and dicts (by sorted key)."""
    if isinstance(x, dict):
        return [leaf for k in sorted(x) for leaf in flat(x[k])]
    if isinstance(x, (list, tuple)):
        return [leaf for item in x for leaf in flat(item)]
    return [x]


cdef object like_structure(x, leaves):
    """The structure of `x` with other leaves, in the order of `flat`."""
    if isinstance(x, dict):
        done = {k: like_structure(x[k], leaves) for k in sorted(x)}
        return {k: done[k] for k in x}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[like_structure(item, leaves) for item in x])
    if isinstance(x, (list, tuple)):
        return type(x)([like_structure(item, leaves) for item in x])
    return next(leaves)
