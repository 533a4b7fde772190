"""A hundred thousand hostile messages on all channels; a slice of them, another each day, in short."""

import datetime
import os
from collections import Counter
from contextlib import closing
from pathlib import Path

import zmq
from hostile import CHANNELS, frames_of

ALL = 100_000
SLICE = 2_000

LONG = bool(os.environ.get("FORKPOINT_LONG"))
START = 0 if LONG else (datetime.date.today().toordinal() * SLICE) % ALL
NUMBERS = range(START, START + (ALL if LONG else SLICE))


def memory(pid: int) -> float:
    """MiB that the process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


class Attacker:
    """Sockets that send anything, and read whatever comes back."""

    def __init__(self, kernel) -> None:
        client = kernel.client
        # The key, so that what is behind the signature is reached too; an identity of its own.
        self.session = type(client.session)(key=client.session.key)
        kinds = {"shell": zmq.DEALER, "control": zmq.DEALER, "stdin": zmq.DEALER, "iopub": zmq.XSUB, "hb": zmq.DEALER}
        self.context = zmq.Context()
        self.sockets = {}
        for channel in CHANNELS:
            socket = self.context.socket(kinds[channel])
            socket.setsockopt(zmq.IDENTITY, b"attacker")
            socket.setsockopt(zmq.LINGER, 0)
            socket.connect(f"tcp://{client.ip}:{getattr(client, f'{channel}_port')}")
            self.sockets[channel] = socket
        self.statuses: Counter[str] = Counter()

    def send(self, number: int) -> None:
        channel, frames = frames_of(number, self.session)
        # A heartbeat is a request: an empty frame comes before it.
        self.sockets[channel].send_multipart([b"", *frames] if channel == "hb" else frames)

    def drain(self, patience: int = 0) -> None:
        """Takes what has come, and what comes within so many milliseconds of the last."""
        for channel, socket in self.sockets.items():
            while socket.poll(patience):
                frames = socket.recv_multipart()
                if channel in ("shell", "control"):
                    message = self.session.deserialize(self.session.feed_identities(frames)[1])
                    assert "status" in message["content"], message
                    self.statuses[message["content"]["status"]] += 1

    def beat(self) -> None:
        """A heartbeat of a client that behaves."""
        socket = self.context.socket(zmq.REQ)
        socket.connect(self.sockets["hb"].LAST_ENDPOINT.decode())
        socket.send(b"ping")
        assert socket.poll(5000) and socket.recv() == b"ping"
        socket.close(0)

    def close(self) -> None:
        for socket in self.sockets.values():
            socket.close(0)
        self.context.term()


def test_hostile_messages_change_nothing(start):
    # Little room per thread: a kernel that kept what it was sent would die of it.
    kernel = start(NODE_OPTIONS="--max-old-space-size=256")
    kernel.run("const witness = 42")
    pid = kernel.manager.provisioner.process.pid
    # Closed however it ends: sockets left to the garbage collector would hold up all tests behind this one.
    with closing(Attacker(kernel)) as attacker:
        early = 0.0
        for number in NUMBERS:
            attacker.send(number)
            if number % 50 == 49:
                attacker.drain()
                kernel.seen.clear()
                while kernel.client.iopub_channel.msg_ready():
                    kernel.client.get_iopub_msg(timeout=1)
            if number % 1000 == 999:
                kernel.reply(kernel.client.kernel_info(), timeout=10)
                assert kernel.manager.is_alive(), f"by message {number - 999} to {number}"
            if number == ALL // 2 - 1:
                # Main has caught up when it answers.
                kernel.reply(kernel.client.history(hist_access_type="tail", n=1), timeout=60)
                early = memory(pid)
        # Hostile cells that fail abort what waits behind them, and hostile interrupts may still come.
        for _ in range(10):
            cell = kernel.run("witness", timeout=60)
            if cell.reply["status"] == "ok":
                break
        assert cell.result == "42"
        # The kernel has answered all; on a busy machine that is on its way for a while.
        attacker.drain(patience=500)
        assert attacker.statuses["error"] > len(NUMBERS) / 60, "few errors: were they heard at all?"
        assert kernel.run("({} as any).polluted").result is None
        attacker.beat()
        content = kernel.reply(kernel.client.complete("Math.flo", 8))["content"]
        assert content["matches"] == ["floor"]
        if LONG and Path("/proc").is_dir():
            late = memory(pid)
            print(f"memory after half: {early:.0f} MiB, after all: {late:.0f} MiB")
            assert late < early + 40
            assert int(kernel.run("process.memoryUsage().heapUsed").result) < 60e6
