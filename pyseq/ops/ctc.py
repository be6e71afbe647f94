"""Connectionist temporal classification: how unlikely a label is that may stand anywhere along the time axis."""

from __future__ import annotations

from pyseq.core import as_tensor, emit, float32, float64, int64, kernels, record
from pyseq.core.errors import invalid
from pyseq.ops import elementwise
from pyseq.ops.check import refuse_integers

CTC_LOSS, CTC_LOSS_BACKWARD = kernels("ctc_loss", "ctc_loss_backward")


def ctc_loss(labels, logits, label_length, logit_length, blank=0):
    """-log of the probability that a path spells the label: repeats merged, blanks dropped.

    Args:
        labels: (N, M) class numbers, any type; those from `label_length` on do not count.
        logits: (N, T, C), float32 or float64.
        label_length: (N,) numbers in [0, M]. logit_length: (N,) numbers in [0, T].
        blank: the class that is no symbol; below 0 from the end.
    Returns:
        (N,), inf where the time is too short.  vjp: dy -> dlogits, without a second derivative; where the loss is inf, dy times
            the probabilities, as in TensorFlow.
    Raises:
        ValueError: shapes that do not fit; a length or a class outside its range; a blank in a label.
    Source: tf.nn.ctc_loss.
    """
    labels, logits = as_tensor(labels), as_tensor(logits)
    if len(logits.shape) != 3 or len(labels.shape) != 2 or labels.shape[0] != logits.shape[0]:
        raise invalid(
            "ctc_loss: `labels` must be (batch, symbols) and `logits` (batch, time, classes). "
            f"Received: labels.shape={labels.shape}, logits.shape={logits.shape}."
        )
    if logits.dtype not in (float32, float64):
        logits = elementwise.cast(logits, float32)
    (n, t, c), m = logits.shape, labels.shape[1]
    if not -c <= blank < c:
        raise invalid(f"ctc_loss: `blank` must be one of the {c} classes. Received: blank={blank}.")
    blank %= c
    label_length = _lengths("label_length", label_length, n, m)
    logit_length = _lengths("logit_length", logit_length, n, t)
    labels = elementwise.cast(labels, int64)
    place = as_tensor([list(range(m))], int64) if m else labels
    counted = elementwise.less(place, label_length.reshaped((n, 1))) if m else labels
    inside = elementwise.where(counted, labels, as_tensor((blank + 1) % c, int64)) if m else labels
    refuse_integers(inside, 0, c, lambda found: invalid(f"ctc_loss: `labels` must be in [0, {c}). Received: {found}."))
    if c > 1:
        refuse_integers(
            inside,
            blank,
            blank + 1,
            lambda found: invalid(f"ctc_loss: `labels` must not hold the blank, class {blank}. Received: {found}."),
            inside=True,
        )
    dims, width = (n, t, c, m, blank), 2 * m + 1
    known = (logits, inside, label_length, logit_length)
    outputs = (((n,), logits.dtype), ((n, t, width), float64), ((n, t), float64))
    loss, alpha, scale = emit(CTC_LOSS, known, outputs, dims, parts=n, work=n * t * (c + width) * 16)

    def vjp(dy, needs):
        outputs = ((logits.shape, logits.dtype), ((n, width), float64))
        dlogits, _ = emit(
            CTC_LOSS_BACKWARD, (*known, alpha, scale, dy), outputs, dims, parts=n, work=n * t * (c + width) * 16
        )
        return record(dlogits, (logits, dy), _no_second_derivative)

    return record(loss, (logits,), vjp)


def _no_second_derivative(ddlogits, needs):
    raise NotImplementedError("ctc_loss: has no second derivative, as in TensorFlow.")


def _lengths(name, x, n, most):
    x = elementwise.cast(as_tensor(x), int64)
    if x.size != n:
        raise invalid(
            f"ctc_loss: `{name}` must have one number for each of the {n} samples. Received: shape={x.shape}."
        )
    refuse_integers(
        x, 0, most + 1, lambda found: invalid(f"ctc_loss: `{name}` must be in [0, {most}]. Received: {found}.")
    )
    return x.reshaped((n,))
