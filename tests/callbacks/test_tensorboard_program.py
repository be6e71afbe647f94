"""The real TensorBoard on what a `fit` wrote, in a headless Chromium: are the curves there? Opt-in.

    PYSEQ_TENSORBOARD   the program `tensorboard` (a virtual environment of its own will do)
    PYSEQ_SCREENSHOT    a file name for a picture of the page, to be looked at; optional

Needs selenium in the Python that runs the tests, and chromium and chromedriver on the path.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers

PROGRAM = os.environ.get("PYSEQ_TENSORBOARD")
pytestmark = pytest.mark.skipif(not PROGRAM, reason="set PYSEQ_TENSORBOARD to the program tensorboard")
LIMIT = 90  # s
EPOCHS = 8


def fetched(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def within(seconds, what, ask):
    """What `ask` gives, as soon as it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            answer = ask()
        except OSError:
            answer = None
        if answer:
            return answer
        time.sleep(0.3)
    pytest.fail(f"no {what} after {seconds} s")


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    rng = np.random.default_rng(0)
    x = rng.standard_normal((600, 20)).astype("float32")
    y = (x @ rng.standard_normal(20) > 0).astype("int64")
    for units, rate in ((8, 0.003), (32, 0.01)):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([layers.Dense(units, "relu", input_shape=(20,)), layers.Dense(2, "softmax")])
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        board = keras.callbacks.TensorBoard(
            folder / f"units{units}", histogram_freq=1, write_images=True, update_freq=5
        )
        model.fit(x, y, epochs=EPOCHS, verbose=0, validation_split=0.25, callbacks=[board])
    return folder


@pytest.fixture(scope="module")
def address(log_dir):
    """The running program's address."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    process = subprocess.Popen(
        [PROGRAM, "--logdir", log_dir, "--host", "127.0.0.1", "--port", str(port), "--reload_interval", "1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        runs = within(LIMIT, "runs", lambda: len(json.loads(fetched(f"{url}/data/runs"))) == 4)
        assert runs
        yield url
    finally:
        process.terminate()
        process.wait(LIMIT)


RUNS = [f"units{n}/{part}" for n in (8, 32) for part in ("train", "validation")]


def test_it_reads_every_curve(address):
    tags = within(LIMIT, "tags", lambda: _complete(json.loads(fetched(f"{address}/data/plugin/scalars/tags"))))
    assert sorted(tags) == sorted(RUNS)
    for run, found in tags.items():
        expected = {"epoch_loss", "epoch_accuracy"}
        expected |= {"batch_loss", "batch_accuracy"} if "train" in run else set()
        expected |= set() if "train" in run else {f"evaluation_{n}_vs_iterations" for n in ("loss", "accuracy")}
        assert set(found) == expected
    points = json.loads(fetched(f"{address}/data/plugin/scalars/scalars?run=units8/train&tag=epoch_loss"))
    assert [step for _, step, _ in points] == list(range(EPOCHS))
    assert points[-1][2] < points[0][2]


def _complete(tags):
    return tags if len(tags) == 4 and all(len(found) >= 2 for found in tags.values()) else None


@pytest.mark.parametrize("plugin", ["histograms", "images"])
def test_it_reads_weights(address, plugin):
    tags = within(LIMIT, plugin, lambda: json.loads(fetched(f"{address}/data/plugin/{plugin}/tags")))
    names = set(tags["units8/train"])
    assert len(names) == 4 and all(re.search(r"(kernel|bias)_0/", n) for n in names)
    tag = next(iter(names))
    rows = json.loads(fetched(f"{address}/data/plugin/{plugin}/{plugin}?run=units8/train&tag={tag}&sample=0"))
    assert len(rows) == EPOCHS


def test_it_draws_the_model(address):
    info = within(LIMIT, "graphs", lambda: json.loads(fetched(f"{address}/data/plugin/graphs/info")))
    (tag,) = info["units8/train"]["tags"]
    graph = fetched(f"{address}/data/plugin/graphs/graph?run=units8/train&tag={tag}&conceptual=true").decode()
    assert graph.count("node {") >= 2 and "dense" in graph


def test_a_browser_shows_the_curves(address, browser):
    browser.get(f"{address}/?tagFilter=epoch_#timeseries")

    def charts():
        """The titles of the cards that show a line with a point for each epoch."""
        cards = browser.execute_script(CARDS)
        return {re.match("[a-z_]+?(?=Alt|[^a-z_]|$)", c["text"])[0] for c in cards if c["points"] >= EPOCHS - 1}

    within(LIMIT, "curves", lambda: charts() >= {"epoch_loss", "epoch_accuracy"})
    if os.environ.get("PYSEQ_SCREENSHOT"):
        time.sleep(2)  # until the lines are drawn
        browser.save_screenshot(os.environ["PYSEQ_SCREENSHOT"])


# Cards of the page and the points of the lines in each; what is shown is inside several shadow roots. Lines are drawn as SVG.
CARDS = """
const found = [];
function walk(root) {
  for (const e of root.querySelectorAll('*')) {
    if (e.tagName.toLowerCase() === 'scalar-card') {
      let points = 0;
      for (const path of e.querySelectorAll('svg path')) {
        points = Math.max(points, (path.getAttribute('d') || '').split('L').length - 1);
      }
      found.push({text: e.textContent, points});
    }
    if (e.shadowRoot) walk(e.shadowRoot);
  }
}
walk(document);
return found;
"""


@pytest.fixture
def browser():
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1400,1000",
    ):
        options.add_argument(flag)
    options.add_argument("--disable-webgl")  # lines are then SVG, whose points can be counted
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    yield driver
    driver.quit()
