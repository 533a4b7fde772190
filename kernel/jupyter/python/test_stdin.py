"""Questions to the user, asked by a cell that waits and by one that goes on."""

import time
from queue import Empty

import pytest

# Called through globalThis: what a cell's types know of them is tested with the compiler.
ASK = "(globalThis as any)"


def question(kernel, timeout=5):
    return kernel.client.get_stdin_msg(timeout=timeout)


def asking(kernel, code):
    return kernel.client.execute(code, allow_stdin=True)


def test_prompt_waits_and_returns_what_was_typed(shared):
    msg_id = asking(shared, f"console.log('first'); {ASK}.prompt('Name: ') + '!'")
    request = question(shared)
    assert request["msg_type"] == "input_request"
    assert request["content"] == {"prompt": "Name: ", "password": False}
    assert request["parent_header"]["msg_id"] == msg_id
    # What was printed before the question can be read before it is answered.
    shared.pump(lambda m: m["msg_type"] == "stream")
    shared.client.input("Ünï🙂")
    assert shared.finish(msg_id).result == "'Ünï🙂!'"


@pytest.mark.parametrize(
    ("call", "prompt", "typed", "result"),
    [
        ("prompt('Size: ', '12')", "Size: [12] ", "", "'12'"),
        ("prompt()", "", "", "''"),
        ("prompt('EOF ')", "EOF ", "\x04", "null"),
        ("confirm('Delete?')", "Delete? [y/N] ", "Y", "true"),
        ("confirm('Delete?')", "Delete? [y/N] ", "", "false"),
        ("confirm('Delete?')", "Delete? [y/N] ", "\x04", "false"),
        ("alert('Look')", "Look [Enter] ", "", None),
    ],
)
def test_the_forms_of_a_question(shared, call, prompt, typed, result):
    msg_id = asking(shared, f"{ASK}.{call}")
    assert question(shared)["content"]["prompt"] == prompt
    shared.client.input(typed)
    assert shared.finish(msg_id).result == result


def test_input_lets_other_code_go_on_and_hides_passwords(shared):
    msg_id = asking(
        shared,
        f"let ticks = 0; const timer = setInterval(() => ticks++, 10);\n"
        f"const secret = await {ASK}.input('Key: ', {{ password: true }});\nclearInterval(timer); secret.length",
    )
    assert question(shared)["content"] == {"prompt": "Key: ", "password": True}
    time.sleep(0.2)
    shared.client.input("hidden")
    assert shared.finish(msg_id).result == "6"
    assert int(shared.run("ticks").result) > 3


def test_questions_of_one_cell_come_one_after_the_other(shared):
    msg_id = asking(
        shared, f"const both = Promise.all([{ASK}.input('a'), {ASK}.input('b')]); const now = {ASK}.prompt('c'); [...await both, now]"
    )
    for prompt in "abc":
        assert question(shared)["content"]["prompt"] == prompt
        with pytest.raises(Empty):
            question(shared, timeout=0.2)
        shared.client.input(prompt.upper())
    assert shared.finish(msg_id).result == "[ 'A', 'B', 'C' ]"


@pytest.mark.parametrize("call", ["prompt('x')", "confirm('x')", "alert('x')", "input('x')"])
def test_stdin_disabled_is_refused_at_once(shared, call):
    cell = shared.run(f"await {ASK}.{call}", allow_stdin=False)
    assert cell.error["ename"] == "StdinRefused"
    assert "allow_stdin" in cell.error["evalue"]
    assert not shared.client.stdin_channel.msg_ready()


def test_code_whose_cell_has_ended_may_not_ask(shared):
    msg_id = asking(shared, f"setTimeout(() => {ASK}.prompt('late'), 100); 0")
    shared.finish(msg_id)
    late = shared.pump(lambda m: m["msg_type"] == "error" and m["parent_header"]["msg_id"] == msg_id)
    assert late["content"]["ename"] == "StdinRefused"
    # Nor may it when another cell runs: that one's user knows nothing of it.
    first = asking(shared, f"setTimeout(() => {ASK}.prompt('late'), 100); 0")
    shared.finish(first)
    other = asking(shared, "await new Promise((done) => setTimeout(done, 400))")
    shared.finish(other)
    assert any(m["msg_type"] == "error" for m in shared.of(first))
    assert not shared.client.stdin_channel.msg_ready()


def test_a_question_that_a_cell_does_not_wait_for_ends_with_it(shared):
    msg_id = asking(shared, f"void {ASK}.input('unheard').catch((e: any) => console.log(e.code)); 0")
    question(shared)
    shared.finish(msg_id)
    shared.pump(lambda m: m["msg_type"] == "stream" and m["content"]["text"] == "StdinRefused\n")
    shared.client.input("too late")
    msg_id = asking(shared, f"{ASK}.prompt('next')")
    question(shared)
    shared.client.input("in time")
    assert shared.finish(msg_id).result == "'in time'"


@pytest.mark.parametrize("call", ["prompt('x')", "await (globalThis as any).input('x')"])
def test_an_interrupt_ends_the_wait(shared, call):
    call = call if call.startswith("await") else f"{ASK}.{call}"
    shared.run("let kept = 1")
    msg_id = asking(shared, f"kept = 2; {call}")
    question(shared)
    began = time.monotonic()
    shared.manager.interrupt_kernel()
    assert shared.finish(msg_id).error["ename"] == "Interrupted"
    assert time.monotonic() - began < 1
    assert shared.run("kept").result == "2"


def test_prompt_does_not_block_heartbeat_nor_completion(shared):
    shared.reply(shared.client.complete("Math.flo", 8))  # the first waits for the compiler's start
    msg_id = asking(shared, f"{ASK}.prompt('x')")
    question(shared)
    assert shared.client.hb_channel.is_beating()
    began = time.monotonic()
    assert shared.reply(shared.client.complete("Math.flo", 8), timeout=2)["content"]["matches"] == ["floor"]
    assert shared.reply(shared.client.kernel_info(), timeout=2)["content"]["status"] == "ok"
    assert time.monotonic() - began < 2
    shared.client.input("")
    shared.finish(msg_id)


def test_only_who_was_asked_can_answer(shared):
    with shared.another() as other:
        msg_id = asking(shared, f"{ASK}.prompt('x')")
        request = question(shared)
        other.input("from a stranger")
        session = shared.client.session
        stale = session.msg("input_reply", {"value": "stale"}, parent={"msg_id": "of an earlier question"})
        shared.client.stdin_channel.send(stale)
        shared.client.stdin_channel.send(session.msg("input_reply", {"value": 5}))
        time.sleep(0.2)
        answer = session.msg("input_reply", {"value": "right"}, parent=request["header"])
        shared.client.stdin_channel.send(answer)
        assert shared.finish(msg_id).result == "'right'"


def test_a_restart_while_a_cell_waits_for_an_answer(start):
    kernel = start()
    msg_id = asking(kernel, f"{ASK}.prompt('x')")
    question(kernel)
    began = time.monotonic()
    kernel.client.shutdown(restart=True)
    kernel.client.get_control_msg(timeout=3)
    kernel.manager.restart_kernel(now=False)
    kernel.client.wait_for_ready(timeout=20)
    assert time.monotonic() - began < 5
    assert kernel.run("1 + 1").result == "2"
    assert msg_id
