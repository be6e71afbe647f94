"""tf.config, tf.random, tf.Module, scopes, tf.compat.v1, tf.io: what recordings cannot show."""

import numpy as np
import pytest

import pyseq
import pyseq.tf as tf


def test_threads():
    threading = tf.config.threading
    before = pyseq.config.get_num_threads()
    try:
        threading.set_intra_op_parallelism_threads(1)
        assert threading.get_intra_op_parallelism_threads() == pyseq.config.get_num_threads() == 1
        threading.set_inter_op_parallelism_threads(3)
        assert threading.get_inter_op_parallelism_threads() == 3
        threading.set_intra_op_parallelism_threads(0)
        assert pyseq.config.get_num_threads() == pyseq.config.default_num_threads()
    finally:
        threading.set_inter_op_parallelism_threads(0)
        pyseq.config.set_num_threads(before)
    with pytest.raises(ValueError, match="from 0 to 1024"):
        threading.set_intra_op_parallelism_threads(-1)


def test_devices():
    cpu = tf.config.list_physical_devices()[0]
    tf.config.set_visible_devices(cpu)
    tf.config.set_visible_devices([cpu], "CPU")
    assert tf.config.get_visible_devices() == [cpu] and tf.config.get_visible_devices("GPU") == []
    for gpu in tf.config.experimental.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    with pytest.raises(ValueError, match="must be among"):
        tf.config.set_visible_devices(["GPU:0"])
    with pytest.raises(ValueError, match="cannot be hidden"):
        tf.config.set_visible_devices([])
    assert tf.config.get_logical_device_configuration(cpu) is None
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()])
    with pytest.raises(ValueError, match="one device without limits"):
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    assert tf.config.experimental.get_memory_info("CPU:0")["current"] >= 0
    tf.config.experimental.enable_op_determinism()


def test_run_functions_eagerly():
    tf.config.run_functions_eagerly(True)
    try:
        assert tf.config.functions_run_eagerly() and tf.function(lambda: tf.executing_eagerly())() is True
    finally:
        tf.config.run_functions_eagerly(False)
    assert not tf.function(lambda: tf.executing_eagerly())()  # a tensor, as in TensorFlow


def test_scopes():
    with tf.device("/GPU:0"), tf.device(None), tf.control_dependencies([]), tf.name_scope("a") as path:
        assert path == "a/"
        with tf.name_scope("b"):
            assert tf.get_current_name_scope() == "a/b"
    assert tf.get_current_name_scope() == ""
    with pytest.raises(ValueError, match="must be like '/CPU:0'"), tf.device("nonsense"):
        pass
    assert tf.group(1, 2) is None and tf.no_op() is None
    inside = tf.function(lambda: (tf.inside_function(), tf.get_static_value(tf.ones(2) * 2.0)))()
    assert inside == (True, None)

    @tf.function
    def f(x):
        with tf.init_scope():
            assert tf.executing_eagerly()
        return x

    f(tf.ones(1))


class Net(tf.Module):
    def __init__(self, name=None):
        super().__init__(name)
        self.w = tf.Variable([[1.0], [2.0]], name="w")
        self.frozen = tf.Variable(1.0, trainable=False, name="frozen")
        self.parts = [{"b": tf.Variable(0.0, name="b")}, Inner()]
        self.again = self.w

    @tf.Module.with_name_scope
    def __call__(self, x):
        return x @ self.w + self.parts[0]["b"] + self.parts[1].v * 0.0, tf.get_current_name_scope()


class Inner(tf.Module):
    def __init__(self):
        super().__init__()
        self.v = tf.Variable(5.0, name="v")
        self.dense = tf.keras.layers.Dense(2)


def test_module_finds_its_variables():
    net = Net()
    net.parts[1].dense.build((None, 3))
    assert net.name == "net" and Net("other").name == "other"
    assert [v.name.split(":")[0].split("/")[-1] for v in net.variables] == ["w", "frozen", "b", "v", "kernel", "bias"]
    assert len(net.trainable_variables) == 5 and [v is net.frozen for v in net.non_trainable_variables] == [True]
    assert [type(m).__name__ for m in net.submodules] == ["Inner", "Dense"]
    y, scope = net(tf.constant([[1.0, 1.0]]))
    assert y.numpy().tolist() == [[3.0]] and scope == "net"


def test_a_module_trains():
    net, optimizer = Net(), tf.optimizers.SGD(0.1)
    x, target = tf.constant([[1.0, 2.0], [2.0, 1.0]]), tf.constant([[1.0], [0.0]])

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((net(x)[0] - target) ** 2)
        variables = [net.w, net.parts[0]["b"]]
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    losses = [float(step()) for _ in range(50)]
    assert losses[-1] < losses[0] / 20


def test_generators():
    def draws(g):
        return [
            g.normal([3], 1.0, 2.0), g.uniform([3], 2, 9, "int32"), g.uniform_full_int([3]), g.truncated_normal([3]),
            g.binomial([3], 5.0, 0.5), g.make_seeds(2), g.split(2)[1].normal([2]),
        ]  # fmt: skip

    first, second = (draws(tf.random.Generator.from_seed(7)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    g = tf.random.Generator.from_seed(7)
    g.normal([3])
    copy = tf.random.Generator(copy_from=g)
    np.testing.assert_array_equal(copy.normal([4]).numpy(), g.normal([4]).numpy())
    f = tf.function(lambda: g.normal([2]))
    assert not np.array_equal(f().numpy(), f().numpy())
    g.reset_from_seed(7)
    np.testing.assert_array_equal(g.normal([3], 1.0, 2.0).numpy(), first[0].numpy())
    tf.random.set_global_generator(g)
    assert tf.random.get_global_generator() is g
    with pytest.raises(NotImplementedError, match="Philox"):
        tf.random.Generator.from_seed(1, alg="threefry")


def test_stateless_draws_depend_on_the_seed_alone():
    for draw in (
        lambda s: tf.random.stateless_normal([4], s),
        lambda s: tf.random.stateless_uniform([4], s, 0, 99999, "int32"),
        lambda s: tf.random.stateless_uniform([4], s, None, None, "int32"),
        lambda s: tf.random.stateless_truncated_normal([4], s),
        lambda s: tf.random.stateless_gamma([4], s, 2.0),
        lambda s: tf.random.stateless_categorical(tf.zeros([1, 9999]), 4, s),
        lambda s: tf.random.stateless_poisson([4], s, 50.0, "int64"),
        lambda s: tf.random.stateless_binomial([4], s, 10000.0, 0.5),
    ):
        first, second, other = draw([1, 2]).numpy(), draw(tf.constant([1, 2])).numpy(), draw([2, 1]).numpy()
        np.testing.assert_array_equal(first, second)
        assert not np.array_equal(first, other)
    assert tf.random.split([1, 2], 3).shape == (3, 2) and tf.random.fold_in([1, 2], 5).shape == (2,)


@pytest.mark.parametrize(
    ("draw", "mean", "var"),
    [
        (lambda n: tf.random.gamma([n], 3.0, 2.0), 1.5, 0.75),
        (lambda n: tf.random.poisson([n], 4.0), 4.0, 4.0),
        (lambda n: pyseq.random.binomial((n,), 10, 0.3), 3.0, 2.1),
        (lambda n: pyseq.random.beta((n,), 2.0, 3.0), 0.4, 0.04),
        (lambda n: pyseq.random.bernoulli((n,), 0.2), 0.2, 0.16),
        (lambda n: tf.random.categorical(np.log(np.float32([[0.5, 0.25, 0.25]])), n), 0.75, 0.6875),
    ],
)
def test_distributions_have_their_mean_and_variance(draw, mean, var):
    tf.random.set_seed(5)
    n = 20000
    x = draw(n).numpy().astype("float64")
    assert abs(x.mean() - mean) < 5 * (var / n) ** 0.5  # five standard errors
    assert abs(x.var() - var) < 0.1 * var
    f = tf.function(lambda: draw(10))
    assert not np.array_equal(f().numpy(), f().numpy())  # a plan draws anew


def test_gamma_has_a_gradient_in_the_rate_alone():
    rate, alpha = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(rate)
        y = tf.random.gamma([], 3.0, rate)
    assert float(tape.gradient(y, rate)) == pytest.approx(-float(y) / 2, rel=1e-6)
    with tf.GradientTape() as tape:
        tape.watch(alpha)
        y = tf.random.gamma([], alpha)
    with pytest.raises(NotImplementedError, match="draws have no gradient"):
        tape.gradient(y, alpha)


def test_compat_v1():
    v1 = tf.compat.v1
    v1.enable_eager_execution()
    v1.logging.set_verbosity(v1.logging.ERROR)
    assert v1.keras is pyseq and v1.reduce_sum is tf.reduce_sum and tf.compat.v2 is tf
    with pytest.raises(NotImplementedError, match="tf.compat.v1.Session: .*tf.function"):
        v1.Session()
    with pytest.raises(NotImplementedError, match="Port the program"):
        v1.disable_eager_execution()
    with pytest.raises(AttributeError, match="'Sesion'.*Nearest: Session"):
        v1.Sesion
    assert tf.compat.as_str_any(3) == "3" and tf.compat.as_text(b"a") == "a"


def test_files(tmp_path):
    gfile = tf.io.gfile
    place = str(tmp_path / "a" / "b")
    gfile.makedirs(place)
    with gfile.GFile(gfile.join(place, "x.txt"), "w") as f:
        f.write("é")
    assert gfile.GFile(f"{place}/x.txt", "rb").read() == "é".encode() and gfile.listdir(place) == ["x.txt"]
    gfile.copy(f"{place}/x.txt", f"{place}/y.txt")
    assert (
        gfile.glob(f"{place}/*.txt") == [f"{place}/x.txt", f"{place}/y.txt"]
        and gfile.stat(f"{place}/y.txt").st_size == 2
    )
    with pytest.raises(tf.errors.AlreadyExistsError):
        gfile.rename(f"{place}/x.txt", f"{place}/y.txt")
    gfile.rename(f"{place}/x.txt", f"{place}/y.txt", overwrite=True)
    with pytest.raises(tf.errors.NotFoundError):
        gfile.GFile(f"{place}/x.txt")
    assert [names for _, _, names in gfile.walk(str(tmp_path))] == [[], [], ["y.txt"]]
    gfile.rmtree(str(tmp_path / "a"))
    assert not gfile.exists(place)
    with pytest.raises(NotImplementedError, match="only files of this machine"):
        gfile.exists("gs://bucket/x")


def test_checks_run_in_every_run_of_a_plan():
    @tf.function
    def f(x):
        tf.debugging.assert_positive(x, message="must be positive")
        tf.debugging.check_numerics(x, "x")
        return x * 2.0

    assert f(tf.constant([1.0])).numpy() == 2
    with pytest.raises(tf.errors.InvalidArgumentError, match="must be positive"):
        f(tf.constant([-1.0]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="NaN or Inf"):
        f(tf.constant([np.inf]))
    assert f.experimental_get_tracing_count() == 1
    with pytest.raises(NotImplementedError, match="TerminateOnNaN"):
        tf.debugging.enable_check_numerics()


def test_what_a_failed_check_says():
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.debugging.assert_equal(tf.constant([1, 2]), tf.constant([1, 3]), message="hey")
    assert str(caught.value).splitlines()[:4] == [
        "hey", "Condition x == y did not hold.", "Indices of first 1 different values:", "[[1]]",
    ]  # fmt: skip
    assert caught.value.error_code == tf.errors.INVALID_ARGUMENT and caught.value.node_def is None
