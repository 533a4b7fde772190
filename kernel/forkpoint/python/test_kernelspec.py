"""The installed kernelspec, started as VS Code does: by its argv alone, from any folder, without the
environment of a shell."""

import os
import subprocess
import uuid

import pytest
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.kernelspec import KernelSpecManager


@pytest.fixture
def started(tmp_path):
    spec = KernelSpecManager().get_kernel_spec("forkpoint")
    file = str(tmp_path / f"kernel-v3{uuid.uuid4()}.json")
    _, connection = write_connection_file(file, key=str(uuid.uuid4()).encode())
    argv = [part.replace("{connection_file}", file) for part in spec.argv]
    process = subprocess.Popen(argv, cwd="/", env={"HOME": os.environ["HOME"]})
    client = BlockingKernelClient(connection_file=file)
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield spec, client, process
    finally:
        client.stop_channels()
        process.kill()
        process.wait()


def test_what_vs_code_needs_is_there(started):
    spec, client, process = started
    assert all(os.path.exists(part) for part in spec.argv if "/" in part)
    assert [os.path.isabs(part) for part in spec.argv if "/" in part] == [True, True]
    assert (spec.language, spec.interrupt_mode) == ("typescript", "message")
    # JupyterLab offers its debugger by this, before it asks the kernel.
    assert spec.metadata == {"debugger": True}

    info = client.kernel_info(reply=True)["content"]
    assert (info["status"], info["protocol_version"], info["implementation"]) == ("ok", "5.5", "forkpoint")
    language = info["language_info"]
    # VS Code chooses the cells' language by its name, and their file's name by its extension.
    assert (language["name"], language["file_extension"]) == ("typescript", ".ts")
    assert (language["mimetype"], language["codemirror_mode"]["mode"]) == ("text/typescript", "typescript")

    printed, outputs = [], []
    client.execute_interactive(
        "console.log(process.cwd());\n"
        "import { Widget } from 'forkpoint';\n"
        "new Widget({ module: '@jupyter-widgets/base', moduleVersion: '2.0.0', model: 'LayoutModel',"
        " view: 'LayoutView', state: {} })",
        output_hook=lambda m: (printed if m["msg_type"] == "stream" else outputs).append(m),
        timeout=60,
    )
    assert "".join(m["content"]["text"] for m in printed) == "/\n"
    opened = next(m["content"] for m in outputs if m["msg_type"] == "comm_open")
    assert opened["target_name"] == "jupyter.widget"
    comms = client.comm_info(reply=True, timeout=10)["content"]["comms"]
    assert comms[opened["comm_id"]] == {"target_name": "jupyter.widget"}

    running = client.execute("globalThis.kept = 1; while (true) {}")
    while client.get_iopub_msg(timeout=10)["msg_type"] != "execute_input":
        pass
    client.control_channel.send(client.session.msg("interrupt_request", {}))
    assert client.get_control_msg(timeout=10)["content"] == {"status": "ok"}
    while (reply := client.get_shell_msg(timeout=10))["parent_header"]["msg_id"] != running:
        pass
    assert reply["content"]["ename"] == "Interrupted"

    client.shutdown()
    assert process.wait(10) == 0
