"""A frontend for tests: it runs cells and gathers every message that belongs to them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client import BlockingKernelClient
from jupyter_client.manager import KernelManager

TIMEOUT = 20.0


@dataclass
class Cell:
    """What came of one cell."""

    reply: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)

    def contents(self, msg_type: str) -> list[dict[str, Any]]:
        return [m["content"] for m in self.messages if m["msg_type"] == msg_type]

    def text(self, name: str = "stdout") -> str:
        return "".join(c["text"] for c in self.contents("stream") if c["name"] == name)

    @property
    def result(self) -> str | None:
        results = self.contents("execute_result")
        return results[0]["data"]["text/plain"] if results else None

    @property
    def error(self) -> dict[str, Any]:
        (error,) = self.contents("error")
        return error

    @property
    def types(self) -> list[str]:
        return [m["msg_type"] for m in self.messages]


class Frontend:
    """A kernel and the one client that listens to it."""

    def __init__(self, name: str, cwd: Path, env: dict[str, str]) -> None:
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel(cwd=str(cwd), env={**os.environ, **env})
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.seen: list[dict[str, Any]] = []
        try:
            self.client.wait_for_ready(timeout=60)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)

    @contextmanager
    def another(self) -> Iterator[BlockingKernelClient]:
        """A second client. Sockets left to the garbage collector would hold up all tests behind this one."""
        client = self.manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=20)
            yield client
        finally:
            client.stop_channels()

    def pump(self, until: Callable[[dict[str, Any]], bool], timeout: float = TIMEOUT) -> dict[str, Any]:
        """Reads iopub messages until one satisfies the condition."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=0.2)
            except Empty:
                continue
            self.seen.append(message)
            if until(message):
                return message
        raise TimeoutError(f"not seen within {timeout} s; last: {self.seen[-3:]}")

    def of(self, msg_id: str) -> list[dict[str, Any]]:
        """Every message seen so far whose parent this is."""
        return [m for m in self.seen if m["parent_header"].get("msg_id") == msg_id]

    def idle(self, msg_id: str, timeout: float = TIMEOUT) -> list[dict[str, Any]]:
        """Waits for the idle that belongs to a request."""

        def is_idle(message: dict[str, Any]) -> bool:
            return (
                message["msg_type"] == "status"
                and message["content"]["execution_state"] == "idle"
                and message["parent_header"].get("msg_id") == msg_id
            )

        if not any(is_idle(message) for message in self.seen):
            self.pump(is_idle, timeout)
        return self.of(msg_id)

    def reply(self, msg_id: str, timeout: float = TIMEOUT) -> dict[str, Any]:
        """The shell reply to a request."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            message = self.client.get_shell_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == msg_id:
                return message
        raise TimeoutError(f"no reply within {timeout} s")

    def finish(self, msg_id: str, timeout: float = TIMEOUT) -> Cell:
        """Waits for the end of a cell that was started."""
        messages = self.idle(msg_id, timeout)
        return Cell(self.reply(msg_id, timeout)["content"], messages)

    def beside(self, msg_id: str) -> str:
        """What TypeScript says of a cell, which may come after its idle; without colours."""

        def printed() -> str:
            contents = [m["content"] for m in self.of(msg_id) if m["msg_type"] == "stream"]
            return "".join(c["text"] for c in contents if c["name"] == "stderr")

        while "TS" not in printed():
            self.pump(lambda m: m["msg_type"] == "stream")
        return re.sub(r"\x1b\[\d+m", "", printed())

    def run(self, code: str, timeout: float = TIMEOUT, **options: Any) -> Cell:
        """Runs a cell to its end."""
        return self.finish(self.client.execute(code, **options), timeout)

    def start(self, code: str) -> str:
        """Starts a cell and waits until it runs."""
        msg_id = self.client.execute(code)
        self.pump(
            lambda m: m["msg_type"] == "execute_input" and m["parent_header"]["msg_id"] == msg_id
        )
        return msg_id

    def send(
        self,
        msg_type: str,
        content: dict[str, Any],
        buffers: list[bytes] | None = None,
        metadata: dict[str, Any] | None = None,
        channel: str = "shell",
    ) -> str:
        """Sends any message, with buffers; returns its id."""
        session = self.client.session
        message = session.msg(msg_type, content, metadata=metadata)
        socket = getattr(self.client, f"{channel}_channel").socket
        session.send(socket, message, buffers=buffers)
        return message["header"]["msg_id"]

    def ask(
        self, msg_type: str, content: dict[str, Any], channel: str = "shell", timeout: float = TIMEOUT
    ) -> dict[str, Any]:
        """Sends any request; returns its reply, after the idle that belongs to it."""
        msg_id = self.send(msg_type, content, channel=channel)
        messages = self.idle(msg_id, timeout)
        states = [m["content"].get("execution_state") for m in messages]
        assert (states[0], states[-1]) == ("busy", "idle")
        get = getattr(self.client, f"get_{channel}_msg")
        while True:
            message = get(timeout=timeout)
            if message["parent_header"].get("msg_id") == msg_id:
                return message
