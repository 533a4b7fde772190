"""Start and end of the process, and what strangers send to it."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import zmq


def wait_for_end(kernel, timeout=6.0):
    end = time.monotonic() + timeout
    while kernel.manager.is_alive() and time.monotonic() < end:
        time.sleep(0.05)
    return kernel.manager.provisioner.process.returncode


def test_shutdown_waits_for_the_host_and_exits_with_0(start, tmp_path):
    note = tmp_path / "note"
    kernel = start(ECHO_SHUTDOWN_NOTE=str(note))
    kernel.run("setInterval(() => {}, 1000)")
    msg_id = kernel.client.shutdown(restart=True)
    reply = kernel.client.get_control_msg(timeout=5)
    assert reply["content"] == {"status": "ok", "restart": True}
    assert reply["parent_header"]["msg_id"] == msg_id
    assert wait_for_end(kernel) == 0
    assert note.read_text() == "restart"


def test_shutdown_ends_a_loop_first(start, tmp_path):
    note = tmp_path / "note"
    kernel = start(ECHO_SHUTDOWN_NOTE=str(note))
    kernel.start("while (true) {}")
    kernel.client.shutdown()
    assert wait_for_end(kernel) == 0
    assert note.read_text() == "shutdown"


def test_a_stuck_main_thread_is_killed(start):
    kernel = start()
    kernel.run("setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 1); 1")
    time.sleep(0.3)
    kernel.client.shutdown()
    assert wait_for_end(kernel) == -signal.SIGKILL


def test_sigterm_shuts_down_in_order(start, tmp_path):
    note = tmp_path / "note"
    kernel = start(ECHO_SHUTDOWN_NOTE=str(note))
    os.kill(kernel.manager.provisioner.process.pid, signal.SIGTERM)
    assert wait_for_end(kernel) == 0
    assert note.read_text() == "shutdown"


def test_heartbeat_kernel_info_and_control_answer_while_main_is_stuck(start):
    kernel = start()
    kernel.start("const until = Date.now() + 3000; const f = (): number => Date.now() < until ? 1 : 0; while (f());")
    began = time.monotonic()
    info = kernel.reply(kernel.client.kernel_info(), timeout=2)["content"]
    assert info["protocol_version"] == "5.5"
    assert info["language_info"]["version"].startswith("5.9")
    message = kernel.client.session.msg("kernel_info_request", {})
    kernel.client.control_channel.send(message)
    assert kernel.client.get_control_msg(timeout=2)["content"] == info
    assert kernel.client.hb_channel.is_beating()
    assert time.monotonic() - began < 2


def test_a_wrong_signature_is_dropped(start):
    kernel = start()
    session = kernel.client.session
    wrong = type(session)(key=b"not the key", signature_scheme="hmac-sha256")
    message = wrong.msg("execute_request", {"code": "globalThis.entered = true", "silent": False})
    wrong.send(kernel.client.shell_channel.socket, message)
    kernel.client.shell_channel.socket.send_multipart([b"no delimiter", b"at all"])
    assert kernel.run("'entered' in globalThis").result == "false"


def test_two_clients_both_hear_and_only_the_asker_gets_the_reply(start):
    kernel = start()
    with kernel.another() as other:
        msg_id = kernel.client.execute("'for both'")
        assert kernel.finish(msg_id).result == "'for both'"
        heard = []
        end = time.monotonic() + 5
        while time.monotonic() < end and "execute_result" not in heard:
            heard.append(other.get_iopub_msg(timeout=5)["msg_type"])
        assert "execute_result" in heard
        assert not other.shell_channel.msg_ready()


def test_the_first_status_is_starting_exactly_once_and_a_subscriber_is_welcomed(tmp_path):
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="echo-ts")
    manager.cache_ports = False
    manager.write_connection_file()
    # Subscribed before the kernel binds: nothing is missed.
    context = zmq.Context()
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.SUBSCRIBE, b"")
    socket.connect(f"tcp://{manager.ip}:{manager.iopub_port}")
    manager.start_kernel(cwd=str(tmp_path))
    try:
        states, welcomed = [], False
        while socket.poll(3000):
            frames = socket.recv_multipart()
            at = frames.index(b"<IDS|MSG>")
            header, content = json.loads(frames[at + 2]), json.loads(frames[at + 5])
            welcomed = welcomed or header["msg_type"] == "iopub_welcome"
            if header["msg_type"] == "status":
                states.append(content["execution_state"])
        assert welcomed
        assert states.count("starting") <= 1
    finally:
        socket.close(0)
        context.term()
        manager.shutdown_kernel(now=True)


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks processes up in /proc")
def test_a_kernel_does_not_outlive_the_program_that_started_it(tmp_path):
    starter = (
        "import sys, time\n"
        "from jupyter_client.manager import start_new_kernel\n"
        "manager, client = start_new_kernel(kernel_name='echo-ts', cwd=sys.argv[1])\n"
        "print(manager.provisioner.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starter, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as program:
        kernel = int(program.stdout.readline())
        program.kill()
    end = time.monotonic() + 10
    while running(kernel) and time.monotonic() < end:
        time.sleep(0.1)
    assert not running(kernel)


def running(pid: int) -> bool:
    """Whether a process is there, and no zombie that nobody has waited for."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_nbclient_goes_on_after_errors_and_keeps_outputs(tmp_path):
    import nbformat
    from nbclient import NotebookClient

    cells = [
        "const a: number = ))",
        "console.log('out'); setTimeout(() => console.log('late'), 50); 1",
        "throw new Error('boom')",
        "import { widget } from 'toy'; widget(new Uint8Array([1]))",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    client = NotebookClient(
        notebook,
        kernel_name="echo-ts",
        allow_errors=True,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    done = client.execute()
    nbformat.validate(done)
    kinds = [[output.output_type for output in cell.outputs] for cell in done.cells]
    assert kinds[0] == ["error"] and kinds[2] == ["error"]
    assert kinds[1][:2] == ["stream", "execute_result"]
    assert kinds[3] == ["execute_result"]
    states = done.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    (state,) = states.values()
    assert state["model_name"] == "ToyModel"
    assert [buffer["path"] for buffer in state["buffers"]] == [["bytes"], ["nested", 0, "bytes"]]


def test_a_flood_does_not_keep_the_kernel_from_ending(start):
    kernel = start()
    session = kernel.client.session
    shell = kernel.client.shell_channel.socket
    flood = session.serialize(session.msg("kernel_info_request", {}))
    kernel.client.shutdown()
    end = time.monotonic() + 6
    while kernel.manager.is_alive() and time.monotonic() < end:
        for _ in range(20):
            if shell.poll(0, zmq.POLLOUT):
                shell.send_multipart(flood)
        while shell.poll(0):
            shell.recv_multipart()
    assert wait_for_end(kernel) == 0


def test_a_port_that_is_taken_ends_the_start_with_a_sentence(start, tmp_path):
    kernel = start()
    info = kernel.client.get_connection_info()
    file = tmp_path / "connection.json"
    file.write_text(json.dumps({**info, "key": info["key"].decode()}))
    ended = subprocess.run(
        [*kernel.manager.kernel_spec.argv[:-1], str(file)],
        **{"capture_output": True, "text": True, "timeout": 10, "cwd": tmp_path},
    )
    assert ended.returncode == 1
    assert "Address already in use" in ended.stderr
