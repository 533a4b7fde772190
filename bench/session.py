"""A kernel to measure: started, spoken to and ended through jupyter_client."""

import json
import time
from contextlib import contextmanager

from jupyter_client.manager import KernelManager


@contextmanager
def kernel(name, folder=None):
    manager = KernelManager(kernel_name=name)
    manager.start_kernel(**({"cwd": folder} if folder else {}))
    client = manager.client()
    client.start_channels()
    client.manager = manager
    client.wait_for_ready(timeout=60)
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def run(client, code, timeout=600):
    """Executes a cell; returns (milliseconds to the reply, text of its streams)."""
    started = time.perf_counter()
    message = client.execute(code)
    reply = client.get_shell_msg(timeout=timeout)
    elapsed = (time.perf_counter() - started) * 1e3
    assert reply["parent_header"]["msg_id"] == message
    text = ""
    while True:
        published = client.get_iopub_msg(timeout=timeout)
        if published["parent_header"].get("msg_id") != message:
            continue
        if published["msg_type"] == "stream":
            text += published["content"]["text"]
        if published["msg_type"] == "error":
            raise RuntimeError("\n".join(published["content"]["traceback"]))
        if published["msg_type"] == "status" and published["content"]["execution_state"] == "idle":
            return elapsed, text


def answer(client, code):
    """Executes a cell that prints one JSON value."""
    return json.loads(run(client, code)[1].strip().splitlines()[-1])
