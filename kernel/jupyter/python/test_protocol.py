"""Every message of the protocol, field by field, where jupyter_kernel_test does not look."""

import json
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
import zmq
from jupyter_client.session import utcnow


def test_headers(shared):
    msg_id = shared.client.execute("console.log('x'); 1")
    cell = shared.finish(msg_id)
    other = shared.run("2")
    headers = [m["header"] for m in [*cell.messages, *other.messages]]
    assert len({header["msg_id"] for header in headers}) == len(headers)
    # The kernel's own session, one for all of its life, and not the client's.
    (session,) = {header["session"] for header in headers}
    assert session != shared.client.session.session
    for header in headers:
        assert header["version"] == "5.5"
        assert header["username"]
        assert abs(utcnow() - header["date"]) < timedelta(minutes=1)
    for message in cell.messages:
        parent = message["parent_header"]
        assert parent["msg_id"] == msg_id
        assert parent["msg_type"] == "execute_request"
        assert parent["session"] == shared.client.session.session


def test_the_reply_to_a_cell(shared):
    reply = shared.ask("execute_request", {"code": "1"})
    count = reply["content"].pop("execution_count")
    assert reply["content"] == {"status": "ok", "payload": [], "user_expressions": {}}
    assert reply["metadata"]["status"] == "ok"
    assert reply["metadata"]["started"].endswith("Z")
    failed = shared.ask("execute_request", {"code": "throw new RangeError('no')"})["content"]
    assert failed["execution_count"] == count + 1
    assert (failed["status"], failed["ename"], failed["evalue"]) == ("error", "RangeError", "no")
    assert all(isinstance(line, str) for line in failed["traceback"])


def test_topics_are_what_a_subscriber_chooses_by(shared):
    client = shared.manager.blocking_client()
    socket = zmq.Context.instance().socket(zmq.SUB)
    socket.connect(f"tcp://{client.ip}:{client.iopub_port}")
    socket.setsockopt(zmq.SUBSCRIBE, b"stream.stdout")

    def receive():
        assert socket.poll(3000)
        frames = socket.recv_multipart()
        return frames[0], json.loads(frames[3])["msg_type"], json.loads(frames[4]), json.loads(frames[6])

    topic, msg_type, parent, content = receive()
    assert (topic, msg_type, parent) == (b"stream.stdout", "iopub_welcome", {})
    assert content == {"subscription": "stream.stdout"}
    shared.run("console.error('left out'); console.log('heard')")
    topic, msg_type, _, content = receive()
    assert (topic, msg_type, content) == (b"stream.stdout", "stream", {"name": "stdout", "text": "heard\n"})
    assert not socket.poll(100)
    socket.close(0)


@pytest.mark.parametrize("channel", ["shell", "control"])
def test_connect(shared, channel):
    content = shared.ask("connect_request", {}, channel)["content"]
    assert content.pop("status") == "ok"
    assert content == {
        f"{name}_port": getattr(shared.manager, f"{name}_port")
        for name in ("shell", "control", "iopub", "stdin", "hb")
    }


def test_usage(shared):
    first = shared.ask("usage_request", {}, "control")
    assert first["msg_type"] == "usage_reply"
    shared.run("const stop = Date.now() + 400; while (Date.now() < stop);")
    usage = shared.ask("usage_request", {}, "control")["content"]
    assert usage["pid"] == shared.manager.provisioner.process.pid
    assert usage["hostname"] and usage["cpu_count"] == os.cpu_count()
    assert 20 < usage["kernel_cpu"] < 100 * os.cpu_count()
    assert 30e6 < usage["kernel_memory"] < 2e9
    assert 0 <= usage["host_cpu_percent"] <= 100
    memory = usage["host_virtual_memory"]
    assert 0 < memory["available"] <= memory["total"]
    assert memory["percent"] == pytest.approx(100 * memory["used"] / memory["total"], abs=0.1)


def test_usage_counts_child_processes(shared):
    if not Path("/proc").is_dir():
        pytest.skip("child processes are looked up in /proc")
    before = shared.ask("usage_request", {}, "control")["content"]["kernel_memory"]
    shared.run(
        "import { spawn } from 'node:child_process'\n"
        "const child = spawn(process.execPath, ['-e', 'const b = Buffer.alloc(100e6, 1); console.log(1); setInterval(() => b, 1000)'])\n"
        "await new Promise((done) => child.stdout.once('data', done))"
    )
    after = shared.ask("usage_request", {}, "control")["content"]["kernel_memory"]
    shared.run("child.kill()")
    assert after - before > 100e6


def test_there_are_no_subshells_and_it_says_so(shared):
    for msg_type in ("create_subshell_request", "delete_subshell_request"):
        content = shared.ask(msg_type, {"subshell_id": "x"}, "control")["content"]
        assert (content["status"], content["ename"]) == ("error", "SubshellsUnsupported")
    content = shared.ask("list_subshell_request", {}, "control")["content"]
    assert content == {"status": "ok", "subshell_id": []}


@pytest.mark.parametrize("channel", ["shell", "control"])
def test_an_unknown_request_is_busy_and_idle_and_nothing_else(shared, channel):
    msg_id = shared.send("surprise_request", {}, channel=channel)
    assert [m["content"]["execution_state"] for m in shared.idle(msg_id)] == ["busy", "idle"]
    assert not getattr(shared.client, f"{channel}_channel").msg_ready()


WRONG = [
    ("shell", "execute_request", {}, "code"),
    ("shell", "execute_request", {"code": 5}, "code"),
    ("shell", "execute_request", {"code": "1", "silent": "yes"}, "silent"),
    ("shell", "execute_request", {"code": "1", "user_expressions": {"a": 1}}, "user_expressions"),
    ("shell", "complete_request", {"code": None, "cursor_pos": 0}, "code"),
    ("shell", "complete_request", {"code": "x", "cursor_pos": "0"}, "cursor_pos"),
    ("shell", "inspect_request", {"code": "x", "cursor_pos": -1}, "cursor_pos"),
    ("shell", "inspect_request", {"code": "x", "cursor_pos": 0, "detail_level": []}, "detail_level"),
    ("shell", "is_complete_request", {"code": ["x"]}, "code"),
    ("shell", "history_request", {"hist_access_type": 3}, "hist_access_type"),
    ("shell", "history_request", {"hist_access_type": "everything"}, "hist_access_type"),
    ("shell", "history_request", {"hist_access_type": "tail", "n": 1.5}, "n"),
    ("shell", "comm_info_request", {"target_name": {}}, "target_name"),
    ("control", "shutdown_request", {"restart": "perhaps"}, "restart"),
]


@pytest.mark.parametrize(("channel", "msg_type", "content", "field"), WRONG)
def test_a_wrong_field_is_named_in_an_error_reply(shared, channel, msg_type, content, field):
    reply = shared.ask(msg_type, content, channel)
    assert reply["msg_type"] == msg_type.replace("_request", "_reply")
    assert reply["content"]["status"] == "error"
    assert reply["content"]["ename"] == "RequestInvalid"
    assert f"The {field} of this {msg_type} must be" in reply["content"]["evalue"]
    assert isinstance(reply["content"]["traceback"], list)


@pytest.mark.parametrize("msg_type", ["comm_open", "comm_msg", "comm_close"])
def test_a_comm_message_with_a_wrong_field_does_nothing(shared, msg_type):
    msg_id = shared.send(msg_type, {"comm_id": 5, "target_name": [], "data": "x"})
    assert [m["msg_type"] for m in shared.idle(msg_id)] == ["status", "status"]


def test_null_is_as_good_as_left_out(shared):
    request = {"code": "'null'", "silent": None, "store_history": None, "user_expressions": None}
    assert shared.ask("execute_request", request)["content"]["status"] == "ok"
    content = shared.ask("complete_request", {"code": "Math.flo", "cursor_pos": None})["content"]
    assert content["matches"] == ["floor"]
    request = {"hist_access_type": "tail", "n": 1, "session": None, "stop": None, "pattern": None}
    ((_, _, line),) = shared.ask("history_request", request)["content"]["history"]
    assert line == "'null'"


@pytest.mark.parametrize("cursor_pos", [8, 9, 10**9, 2**70])
def test_a_cursor_behind_the_end_is_at_the_end(shared, cursor_pos):
    content = shared.ask("complete_request", {"code": "Math.flo", "cursor_pos": cursor_pos})["content"]
    assert (content["matches"], content["cursor_start"], content["cursor_end"]) == (["floor"], 5, 8)
    content = shared.ask("inspect_request", {"code": "Math.floor", "cursor_pos": cursor_pos + 2})["content"]
    assert content["found"] is True


def test_completion_in_text_beyond_the_basic_plane(shared):
    code = "const s = '🙂🙂🙂'; Math.flo + '🙂'"
    cursor = code.index("flo") + 3
    content = shared.ask("complete_request", {"code": code, "cursor_pos": cursor})["content"]
    assert content["matches"] == ["floor"]
    assert (content["cursor_start"], content["cursor_end"]) == (cursor - 3, cursor)
    (kind,) = content["metadata"]["_jupyter_types_experimental"]
    assert (kind["text"], kind["start"], kind["end"]) == ("floor", cursor - 3, cursor)


@pytest.mark.parametrize("level", [0, 1])
def test_inspection_at_both_levels(shared, level):
    request = {"code": "Math.floor", "cursor_pos": 10, "detail_level": level}
    content = shared.ask("inspect_request", request)["content"]
    assert content["status"] == "ok" and content["found"] is True and content["metadata"] == {}
    assert "floor(x: number): number" in content["data"]["text/plain"]
    content = shared.ask("inspect_request", {**request, "code": "  ", "cursor_pos": 1})["content"]
    assert content == {"status": "ok", "found": False, "data": {}, "metadata": {}}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("nobodyDeclaredThis", None),
        ("Math.nobodyDeclaredThis", None),
        ("JSON.parse('1').field", None),
        ("interface A { b: Nowhere }; let a: A; a", "let a: A"),
        ("let loose: any; loose", "let loose: any"),
        ("parseInt(nobodyDeclaredThis", "parseInt(string: string"),
    ],
)
def test_of_an_unknown_name_nothing_is_found(shared, code, found):
    content = shared.ask("inspect_request", {"code": code, "cursor_pos": len(code)})["content"]
    assert content["found"] is (found is not None)
    assert (found or "") in content["data"].get("text/plain", "")


def test_clear_output(shared):
    cell = shared.run("import { clear } from 'toy'; clear(true); console.log('new'); clear()")
    assert cell.types == ["status", "execute_input", "clear_output", "stream", "clear_output", "status"]
    assert [content["wait"] for content in cell.contents("clear_output")] == [True, False]


def test_a_page_comes_with_the_reply_of_its_cell_only(shared):
    shared.run("import { page } from 'toy'")
    (page,) = shared.run("page('a long manual')").reply["payload"]
    assert page == {"source": "page", "start": 0, "data": {"text/plain": "a long manual"}}
    assert shared.run("1").reply["payload"] == []


def test_a_hundred_thousand_lines_arrive_in_order(shared):
    cell = shared.run("for (let i = 0; i < 100_000; i++) console.log(`line ${i}`)", timeout=30)
    assert cell.text() == "".join(f"line {i}\n" for i in range(100_000))
    assert cell.types[-1] == "status"


def test_what_was_printed_shows_while_the_cell_goes_on(shared):
    msg_id = shared.client.execute("console.log('now'); const until = Date.now() + 1500; while (Date.now() < until);")
    began = time.monotonic()
    shared.pump(lambda m: m["msg_type"] == "stream" and m["parent_header"]["msg_id"] == msg_id)
    assert time.monotonic() - began < 1
    shared.finish(msg_id)


def test_cells_that_are_still_on_their_way_when_the_first_fails_are_aborted(shared):
    ids = []
    for code in ["throw new Error('first')", *["'not run'"] * 5]:
        ids.append(shared.client.execute(code))
        time.sleep(0.004)  # as a page sends them, one after the other
    statuses = [shared.finish(msg_id).reply["status"] for msg_id in ids]
    assert statuses == ["error", *["aborted"] * 5]


def test_shutdown_is_told_to_every_client(start):
    kernel = start()
    msg_id = kernel.client.shutdown()
    told = kernel.pump(lambda m: m["msg_type"] == "shutdown_reply")
    assert told["parent_header"]["msg_id"] == msg_id
    assert told["content"] == {"status": "ok", "restart": False}
    kernel.idle(msg_id)
