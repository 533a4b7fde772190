"""Hostile frames, each made from its number alone."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from jupyter_client.session import Session

CHANNELS = ("shell", "control", "stdin", "iopub", "hb")
DELIMITER = b"<IDS|MSG>"

REQUESTS: dict[str, dict[str, Any]] = {
    "execute_request": {"code": "1", "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": True, "stop_on_error": False},
    "complete_request": {"code": "Math.f", "cursor_pos": 6},
    "inspect_request": {"code": "Math.floor", "cursor_pos": 7, "detail_level": 0},
    "is_complete_request": {"code": "f("},
    "history_request": {"hist_access_type": "tail", "n": 3, "output": True, "raw": True, "session": 0, "start": 0, "stop": 2, "pattern": "a*", "unique": True},
    "comm_info_request": {"target_name": "x"},
    "comm_open": {"comm_id": "c", "target_name": "nobody", "data": {}},
    "comm_msg": {"comm_id": "c", "data": {}},
    "comm_close": {"comm_id": "c", "data": {}},
    "kernel_info_request": {},
    "connect_request": {},
    "interrupt_request": {},
    "usage_request": {},
    "debug_request": {"type": "request", "seq": 1, "command": "debugInfo"},
    "create_subshell_request": {},
    "delete_subshell_request": {"subshell_id": "s"},
    "list_subshell_request": {},
    "input_reply": {"value": "x"},
    # Never with a flag that is right: that one is no mistake.
    "shutdown_request": {"restart": "no flag"},
}

# The compiler's memory comes and goes by hundreds of MiB: few questions to it, else nothing else shows.
LANGUAGE = ("complete_request", "inspect_request")
WEIGHTS = [1 if name in LANGUAGE else 5 for name in REQUESTS]

ODD: list[Callable[[random.Random], Any]] = [
    lambda r: None,
    lambda r: r.choice([True, -1, 0, 1.5, 1e300, -(2**63), 2**53 + 1]),
    lambda r: r.choice(["", "\0", "\ud800", "🙂" * 50, "x" * 5000, "__proto__", "../../etc"]),
    lambda r: [[]] * r.randrange(4),
    lambda r: {"__proto__": {"polluted": 1}, "constructor": 1},
    lambda r: r.choice([10**9, 2**31, 2**70]),
]

# Text, since Python's own writer gives up long before.
DEEP = ["[" * 20_000 + "]" * 20_000, '{"a":' * 20_000 + "1" + "}" * 20_000]


def some_bytes(r: random.Random, longest: int = 200) -> bytes:
    return r.randbytes(r.randrange(longest))


def odd_content(r: random.Random, msg_type: str) -> dict[str, Any]:
    content = dict(REQUESTS[msg_type])
    for _ in range(r.randrange(1, 4)):
        key = r.choice([*content, "extra", "__proto__"])
        if r.random() < 0.3:
            content.pop(key, None)
        elif key != "restart" and not (key == "code" and msg_type == "execute_request"):
            content[key] = r.choice(ODD)(r)
    if msg_type == "shutdown_request":
        content["restart"] = r.choice(["no flag", 1, [], {}])
    return content


def parts_of(r: random.Random, session: Session, msg_type: str) -> list[bytes]:
    """The four JSON frames of a message that is wrong somewhere."""
    header: Any = {
        **{"msg_id": f"{r.randrange(10**9)}", "session": "hostile", "username": "attacker"},
        **{"date": "2026-01-01T00:00:00Z", "msg_type": msg_type, "version": "5.4"},
    }
    content: Any = odd_content(r, msg_type)
    parent: Any = {}
    metadata: Any = {}
    kind = r.randrange(12)
    if kind == 0:
        header[r.choice(list(header))] = r.choice(ODD)(r)
    elif kind == 1:
        header.pop(r.choice([key for key in header if key != "msg_type"]))
    elif kind == 2:
        parent = r.choice(ODD)(r)
    elif kind == 3:
        metadata = r.choice(ODD)(r)
    elif kind == 4 and msg_type != "shutdown_request":
        content = r.choice(ODD)(r)
    elif kind == 5:
        header["subshell_id"] = r.choice(ODD)(r)
    frames = [json.dumps(part).encode("utf8", "surrogatepass") for part in (header, parent, metadata, content)]
    if kind == 6:
        at = r.randrange(3 if msg_type == "shutdown_request" else 4)
        deep = r.choice(DEEP).encode()
        text = frames[at].rstrip(b"}")
        frames[at] = (text + (b"," if text != b"{" else b"") + b'"deep":' + deep + b"}") if r.random() < 0.7 else deep
    elif kind == 7:
        at = r.randrange(4)
        frames[at] = frames[at][: r.randrange(len(frames[at]))]
    elif kind == 8:
        frames[r.randrange(4)] = some_bytes(r)
    return frames


def frames_of(number: int, session: Session) -> tuple[str, list[bytes]]:
    """The channel and the frames of the hostile message of that number."""
    r = random.Random(number)
    channel = r.choices(CHANNELS, weights=(8, 6, 3, 1, 1))[0]
    if channel == "hb":
        return channel, [some_bytes(r, 2000) for _ in range(r.randrange(1, 4))]
    if channel == "iopub":
        return channel, [r.choice([b"\0", b"\1", b"", b"\7"]) + some_bytes(r, 20)]
    kind = r.random()
    if kind < 0.15:
        return channel, [some_bytes(r) for _ in range(r.randrange(1, 12))]
    msg_type = r.choices(list(REQUESTS), weights=WEIGHTS)[0]
    parts = parts_of(r, session, msg_type)
    signature = session.sign(parts)
    if kind < 0.25:
        signature = r.choice([b"", b"00", some_bytes(r), signature[:-1], signature.upper() + b"x"])
    frames = [DELIMITER, signature, *parts, *[some_bytes(r) for _ in range(r.randrange(3))]]
    if kind < 0.35:
        del frames[r.randrange(6) :]
    elif kind < 0.4:
        frames.insert(r.randrange(7), some_bytes(r))
    if r.random() < 0.1:
        frames = [some_bytes(r) for _ in range(3)] + frames
    return channel, frames or [b""]
