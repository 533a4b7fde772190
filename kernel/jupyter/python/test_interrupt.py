"""Interrupting a cell keeps the kernel and its names."""

import time

import pytest


@pytest.mark.parametrize(
    "code",
    [
        "while (true) {}",
        "for (;;) { try { for (;;) {} } catch {} }",
        "await new Promise(() => {})",
        "await 0; while (true) {}",
        "while (true) await 0",
        "setTimeout(() => { while (true) {} }, 1); await new Promise(() => {})",
        # No loop of the cell's own: only a signal stops it.
        "'x'.repeat(1e6).split('').forEach(() => { 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.match(/^(a+)+$/) })",
    ],
)
def test_a_cell_is_stopped_and_names_are_kept(shared, code):
    shared.run("let state = 41")
    msg_id = shared.start(f"state = 42; {code}")
    time.sleep(0.4)
    began = time.monotonic()
    shared.manager.interrupt_kernel()
    messages = shared.idle(msg_id, timeout=10)
    assert time.monotonic() - began < 5
    errors = [m["content"] for m in messages if m["msg_type"] == "error"]
    assert errors[-1]["ename"] == "Interrupted"
    assert shared.reply(msg_id)["content"]["ename"] == "Interrupted"
    assert shared.run("state").result == "42"


@pytest.mark.parametrize(
    "code",
    [
        "elsewhere()",
        "new elsewhere()",
        "elsewhere``",
        "[...iterable]",
        "const [first] = iterable",
        "for (const x of iterable) {}",
        "function own(own: () => void) { own() }\nown(elsewhere)",
        "function own() {}\nfunction call(own: any) { own() }\ncall(elsewhere)",
    ],
)
def test_whatever_comes_into_a_loop_of_a_library_is_stopped(shared, code):
    # What a Function is made of looks at no interrupt, as a library's text does not.
    shared.run("var elsewhere = new Function('for (;;) {}'); var iterable = { [Symbol.iterator]: () => ({ next: elsewhere }) }")
    msg_id = shared.start(code)
    time.sleep(0.3)
    shared.manager.interrupt_kernel()
    assert shared.finish(msg_id).error["ename"] == "Interrupted"


def test_an_abandoned_loop_ends_at_its_next_await(shared):
    msg_id = shared.start(
        "let turns = 0;\nwhile (true) { await new Promise((done) => setTimeout(done, 20)); turns++ }"
    )
    time.sleep(0.3)
    shared.manager.interrupt_kernel()
    assert shared.finish(msg_id).error["ename"] == "Interrupted"
    time.sleep(0.1)
    first = shared.run("turns").result
    time.sleep(0.3)
    assert shared.run("turns").result == first


def test_functions_of_an_interrupted_cell_still_work(shared):
    msg_id = shared.start("async function waits() { await 0; for (const x of [1]) x; return 'fine' }\nwhile (true) {}")
    time.sleep(0.3)
    shared.manager.interrupt_kernel()
    shared.finish(msg_id)
    assert shared.run("await waits()").result == "'fine'"


def test_an_interrupt_aborts_what_waits_and_an_idle_one_does_nothing(shared):
    first = shared.start("while (true) {}")
    second = shared.client.execute("1")
    time.sleep(0.2)
    shared.manager.interrupt_kernel()
    assert shared.finish(first).reply["status"] == "error"
    assert shared.finish(second).reply["status"] == "aborted"
    shared.manager.interrupt_kernel()
    time.sleep(0.3)
    assert shared.run("'undisturbed'").result == "'undisturbed'"


def test_a_second_interrupt_stops_what_earlier_cells_left_running_and_says_so(shared):
    time.sleep(2.1)  # what came before is not a first one
    begun = shared.run("let beats = 0; void (async () => { for (;;) { await new Promise((r) => setTimeout(r, 5)); beats++ } })(); 0")
    assert begun.reply["status"] == "ok", begun
    msg_id = shared.start("await new Promise(() => {})")
    shared.manager.interrupt_kernel()
    assert shared.finish(msg_id).error["ename"] == "Interrupted"
    assert shared.run("beats").result != shared.run("await new Promise((r) => setTimeout(r, 60)); beats").result
    time.sleep(2.1)  # from here on it counts as a first one again
    shared.manager.interrupt_kernel()
    time.sleep(0.2)
    shared.manager.interrupt_kernel()
    shared.pump(lambda m: m["msg_type"] == "stream" and "Interrupted again" in m["content"]["text"])
    first = shared.run("await new Promise((r) => setTimeout(r, 60)); beats").result
    assert shared.run("await new Promise((r) => setTimeout(r, 60)); beats").result == first


def test_a_loop_that_fills_the_memory_is_stopped_before_the_process_dies(start):
    kernel = start(NODE_OPTIONS="--max-old-space-size=600")
    cell = kernel.run("let state = 41; const all: number[][] = []; for (;;) all.push(Array.from({ length: 1e5 }, Math.random))", timeout=60)
    assert cell.error["ename"] == "MemoryExhausted"
    assert kernel.run("all.length = 0; state + 1").result == "42"
