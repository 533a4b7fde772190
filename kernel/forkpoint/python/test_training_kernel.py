"""Forkpoint's kernel as the set-up installs it: cells while training runs behind them."""

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "jupyter" / "python"))

from frontend import Frontend  # noqa: E402

SESSION = """
import { open, microGPT, corpus, adamW } from "forkpoint";
const store = await open();
const session = await store.session("s", {
  model: microGPT({ layers: 1, heads: 1, embed: 16, block: 16 }), data: corpus.sonnets(),
  optimizer: adamW({ learningRate: 1e-3 }), batchSize: 2, seed: 1, evaluateEvery: 1_000_000,
});
"""


@pytest.fixture
def kernel(tmp_path):
    frontend = Frontend("forkpoint", tmp_path, {})
    yield frontend
    frontend.close()


def test_an_interrupt_pauses_training_at_a_step_saves_it_and_says_where(kernel):
    assert kernel.run(SESSION, timeout=60).reply["status"] == "ok"
    train = "const run = session.train({ to: 1_000_000 }); await run.until(3)"
    assert kernel.run(train, timeout=60).reply["status"] == "ok"
    msg_id = kernel.start("for (;;) await new Promise((r) => setTimeout(r, 5))")
    kernel.manager.interrupt_kernel()
    assert kernel.finish(msg_id).error["ename"] == "Interrupted"
    printed = lambda: "".join(m["content"]["text"] for m in kernel.of(msg_id) if m["msg_type"] == "stream")  # noqa: E731
    while "Training of s is paused after step" not in printed():
        kernel.pump(lambda m: m["msg_type"] == "stream")
    paused = "JSON.stringify([run.status, session.step])"
    first = kernel.run(paused).result
    assert "paused" in first
    time.sleep(0.3)
    assert kernel.run(paused).result == first
    # Its cell again goes on.
    assert kernel.run(train, timeout=60).reply["status"] == "ok"
    cell = kernel.run("const at = session.step; await run.until(at + 2); run.status", timeout=60)
    assert cell.result == "'running'"
    kernel.run("await run.stop()", timeout=60)


def test_tfjs_node_is_the_kernels_tensorflow_with_the_backend_compiled_here(kernel):
    cell = kernel.run(
        """
        import * as tf from "@tensorflow/tfjs-node";
        import { Tensor } from "@tensorflow/tfjs-core";
        import * as plain from "@tensorflow/tfjs";
        const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
        await model.save("file://saved");
        const again = await tf.loadLayersModel("file://saved/model.json");
        const bytes: Uint8Array = await tf.node.encodePng(tf.zeros([2, 2, 1], "int32") as tf.Tensor3D);
        JSON.stringify([tf.getBackend(), tf.zeros([1]) instanceof Tensor, plain.getBackend(),
          again.countParams(), bytes.length > 20])
        """,
        timeout=60,
    )
    assert cell.result == """'["tensorflow",true,"tensorflow",3,true]'"""
    assert cell.contents("stream") == []


def test_a_store_closed_behind_its_views_leaves_them_as_they_are(kernel):
    assert kernel.run(SESSION, timeout=60).reply["status"] == "ok"
    shown = kernel.run(
        """
        import { dashboard } from "forkpoint";
        const run = session.train({ to: 1_000_000 });
        await run.until(3);
        dashboard(session)
        """,
        timeout=60,
    )
    assert shown.reply["status"] == "ok"
    # What the views still had to tell is due within two seconds; nothing of it may reach a closed store.
    close = "await store.close(); await new Promise((r) => setTimeout(r, 2500)); 'closed'"
    assert kernel.run(close, timeout=60).result == "'closed'"
    kernel.run("1")
    said = [m for m in kernel.seen if m["msg_type"] in ("stream", "error")]
    assert said == []
