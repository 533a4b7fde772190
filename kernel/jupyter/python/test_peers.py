"""What the suites of other kernels ask, where nothing here asks it already.

Deno's jupyter tests, and where each has its counterpart:
  heartbeat_echoes, http_server, shutdown_reply, interrupt_reply, store_history_false,
  execute_result_broadcast_for_expression ........................ here
  kernel_info, execute_request ................................... test_conformance
  prompt_does_not_block_heartbeat, stdin_prompt_reply,
  stdin_disabled_returns_null (a StdinRefused with us) ........... test_stdin
  complete_request_multibyte, complete_request_astral_cursor ..... test_protocol
  rejects_invalid_hmac_signature, shutdown_restart_reply ......... test_process
  interrupt_running_code ......................................... test_interrupt
  relative_import ................................................ test_modules
  execute_error_reports_traceback, execute_error_source_map_* .... test_cells

kernel-testbed's tiers: 1 (basic) and 2 (interactive) are test_conformance and the first test here,
3 (rich output) and 4 (advanced) test_cells, test_stdin, test_comms, test_interrupt, test_protocol.
"""

import urllib.request

import pytest
import zmq


@pytest.mark.parametrize(
    ("code", "status"),
    [("const x = {", "incomplete"), ("const x = 1", "complete"), ("function function", "invalid")],
)
def test_completeness_as_kernel_testbed_asks_it(shared, code, status):
    content = shared.ask("is_complete_request", {"code": code})["content"]
    assert content["status"] == status
    assert ("indent" in content) == (status == "incomplete")


def test_heartbeat_echoes(shared):
    socket = zmq.Context.instance().socket(zmq.REQ)
    socket.setsockopt(zmq.LINGER, 0)
    socket.connect(f"tcp://{shared.client.ip}:{shared.client.hb_port}")
    for frames in ([b"ping"], [b"", b"\x00\xff" * 1000], [b"a", b"b", b"c"]):
        socket.send_multipart(frames)
        assert socket.poll(2000)
        assert socket.recv_multipart() == frames
    socket.close(0)


def test_execute_result_is_broadcast_for_an_expression(shared):
    cell = shared.run("1+1")
    (result,) = cell.contents("execute_result")
    assert result["execution_count"] == cell.reply["execution_count"]
    assert result["data"] == {"text/plain": "2"} and result["metadata"] == {}


def test_store_history_false_leaves_the_count(start):
    reply = start().run("console.log('asdf')", store_history=False).reply
    assert (reply["status"], reply["execution_count"]) == ("ok", 0)


def test_a_server_goes_on_serving_after_its_cell(shared):
    port = shared.run(
        "import { createServer } from 'node:http'\n"
        "const server = createServer((_request, response) => response.end('hello')).listen(0)\n"
        "await new Promise((done) => server.once('listening', done)); (server.address() as any).port"
    ).result
    for _ in range(3):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=5) as response:
            assert response.read() == b"hello"
    shared.run("server.close()")


def test_interrupt_reply_of_an_idle_kernel(shared):
    assert shared.ask("interrupt_request", {}, "control")["content"] == {"status": "ok"}


def test_shutdown_reply_and_exit(start):
    kernel = start()
    kernel.client.shutdown(restart=False)
    message = kernel.client.get_control_msg(timeout=5)
    assert (message["msg_type"], message["content"]) == ("shutdown_reply", {"status": "ok", "restart": False})
    assert kernel.manager.provisioner.process.wait(5) == 0
