"""A kernel to measure: started, spoken to and ended through jupyter_client."""

import json
import time
from contextlib import contextmanager
from queue import Empty

from jupyter_client.manager import KernelManager


@contextmanager
def kernel(name, folder=None):
    manager = KernelManager(kernel_name=name)
    manager.start_kernel(**({"cwd": folder} if folder else {}))
    client = manager.client()
    client.start_channels()
    client.manager = manager
    # tslab's idle after a cell does not always come.
    client.keeps_its_word = name != "tslab"
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
    # A slow kernel was asked twice what it is: its other answer may still come.
    while client.get_shell_msg(timeout=timeout)["parent_header"]["msg_id"] != message:
        pass
    elapsed = (time.perf_counter() - started) * 1e3
    text = ""
    while True:
        try:
            published = client.get_iopub_msg(timeout=timeout if client.keeps_its_word else 15)
        except Empty:
            if client.keeps_its_word:
                raise
            return elapsed, text
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


def burst(client, code):
    """As `run`, to the end of the output: a kernel that loses lines may also lose the end of its cell."""
    began = took = time.perf_counter()
    message = client.execute(code)
    text = ""
    while True:
        try:
            published = client.get_iopub_msg(timeout=5)
        except Empty:
            break
        took = time.perf_counter()
        if published["msg_type"] == "stream":
            text += published["content"]["text"]
        if published["content"].get("execution_state") == "idle" and published["parent_header"].get("msg_id") == message:
            break
    while client.get_shell_msg(timeout=60)["parent_header"]["msg_id"] != message:
        pass
    return (took - began) * 1e3, text
