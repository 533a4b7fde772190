"""Comms and widgets, also while a cell awaits."""

import uuid


def comm_id() -> str:
    return uuid.uuid4().hex


def test_comms_are_served_while_a_cell_awaits_with_buffers_both_ways(shared):
    shared.run('import { serveEcho } from "toy"; serveEcho()')
    cell = shared.start("await new Promise((done) => setTimeout(done, 1500)); 'done'")
    comm = comm_id()
    opened = shared.send("comm_open", {"comm_id": comm, "target_name": "echo", "data": {"hello": 1}})
    sent = shared.send("comm_msg", {"comm_id": comm, "data": {"n": 2}}, buffers=[b"\x00\x01\xff", b"abc"])
    messages = shared.idle(sent)
    (echo,) = [m for m in messages if m["msg_type"] == "comm_msg"]
    assert echo["content"]["data"] == {"echo": {"n": 2}}
    assert [bytes(b) for b in echo["buffers"]] == [b"\xff\x01\x00", b"cba"]
    states = [m["content"]["execution_state"] for m in messages if m["msg_type"] == "status"]
    assert states == ["busy", "idle"]
    assert [m["msg_type"] for m in shared.of(opened)] == ["status", "comm_msg", "status"]
    assert not any(m["content"].get("execution_state") == "idle" for m in shared.of(cell))
    assert shared.finish(cell).result == "'done'"


def test_an_unknown_target_is_closed_at_once(shared):
    comm = comm_id()
    sent = shared.send("comm_open", {"comm_id": comm, "target_name": "nobody", "data": {}})
    (close,) = [m for m in shared.idle(sent) if m["msg_type"] == "comm_close"]
    assert close["content"]["comm_id"] == comm


def test_a_listeners_failure_shows_and_the_kernel_lives(shared):
    shared.run('import { widget } from "toy"; const w = widget(new Uint8Array(0)); w.onMessage(() => { throw new Error("in a listener") })')
    model = shared.run("w.modelId").result.strip("'")
    sent = shared.send("comm_msg", {"comm_id": model, "data": {"method": "custom", "content": {}}})
    (error,) = [m["content"] for m in shared.idle(sent) if m["msg_type"] == "error"]
    assert error["evalue"] == "in a listener"
    assert shared.run("1").result == "1"


def test_a_widget_opens_shows_updates_and_closes(shared):
    cell = shared.run('import { widget } from "toy"; const shown = widget(new Uint8Array([1, 2])); shown')
    (message,) = [m for m in cell.messages if m["msg_type"] == "comm_open"]
    model = message["content"]["comm_id"]
    data = message["content"]["data"]
    assert message["metadata"] == {"version": "2.1.0"}
    assert message["content"]["target_name"] == "jupyter.widget"
    assert data["state"]["_model_name"] == "ToyModel" and data["state"]["nested"] == [{}]
    assert data["buffer_paths"] == [["bytes"], ["nested", 0, "bytes"]]
    assert [bytes(b) for b in message["buffers"]] == [b"\x01\x02", b"\x01\x02"]
    (result,) = cell.contents("execute_result")
    assert result["data"]["application/vnd.jupyter.widget-view+json"]["model_id"] == model
    assert result["data"]["text/plain"] == "a toy"

    (update,) = shared.run("shown.set({ value: 5, other: shown })").contents("comm_msg")
    assert update["data"]["state"] == {"value": 5, "other": f"IPY_MODEL_{model}"}
    assert shared.run("shown.set({ value: 6 }, { silent: true }); shown.state.value").types.count("comm_msg") == 0
    (custom,) = [m for m in shared.run("shown.send({ a: 1 }, [new Uint8Array([9])])").messages if m["msg_type"] == "comm_msg"]
    assert custom["content"]["data"] == {"method": "custom", "content": {"a": 1}}
    assert bytes(custom["buffers"][0]) == b"\x09"

    assert len(shared.run("shown.close(); shown.close()").contents("comm_close")) == 1
    assert shared.run("shown.set({ value: 7 })").error["ename"] == "CommClosed"


def test_a_change_of_the_page_is_echoed_and_heard(shared):
    model = shared.run(
        'import { widget } from "toy"; const heard: any[] = []; const ear = widget(new Uint8Array(1));\n'
        "ear.onChange((patch) => heard.push(patch)); ear.modelId"
    ).result.strip("'")
    data = {"method": "update", "state": {"value": 8}, "buffer_paths": [["bytes"]]}
    sent = shared.send("comm_msg", {"comm_id": model, "data": data}, buffers=[b"\x07\x08"])
    (echo,) = [m for m in shared.idle(sent) if m["msg_type"] == "comm_msg"]
    assert echo["content"]["data"] == {"method": "echo_update", "state": {"value": 8}, "buffer_paths": [["bytes"]]}
    assert bytes(echo["buffers"][0]) == b"\x07\x08"
    assert shared.run("[heard.length, ear.state.value, ear.state.bytes.length]").result == "[ 1, 8, 2 ]"


def test_a_reloaded_page_gets_every_widget_back(shared):
    model = shared.run(
        'import { widget } from "toy"; const back = widget(new Uint8Array([3])); back.set({ value: 11 }, { silent: true }); back.modelId'
    ).result.strip("'")
    info = shared.reply(shared.client.comm_info("jupyter.widget"))["content"]
    assert info["comms"][model] == {"target_name": "jupyter.widget"}
    comm = comm_id()
    shared.send("comm_open", {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}}, metadata={"version": "1.0.0"})
    sent = shared.send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
    (answer,) = [m for m in shared.idle(sent) if m["msg_type"] == "comm_msg"]
    data = answer["content"]["data"]
    assert data["method"] == "update_states"
    state = data["states"][model]
    assert (state["model_name"], state["model_module"], state["model_module_version"]) == ("ToyModel", "toy-widgets", "1.0.0")
    assert state["state"]["value"] == 11
    paths = dict(zip([tuple(p) for p in data["buffer_paths"]], answer["buffers"], strict=True))
    assert bytes(paths[(model, "state", "bytes")]) == b"\x03"
