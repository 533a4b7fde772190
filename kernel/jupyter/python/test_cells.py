"""What a cell can do, and how it ends."""

import re

import pytest


def test_names_live_on_and_can_be_declared_again(shared):
    assert shared.run("const a = 1; let k = 3; function g() { return k }").reply["status"] == "ok"
    assert shared.run("k = 9; g() + a").result == "10"
    assert shared.run("const a = 'again'; a").result == "'again'"
    assert shared.run("const k = 20; g()").result == "20"


def test_top_level_await_and_for_await(shared):
    cell = shared.run(
        """
        async function* numbers() { yield 1; yield 2 }
        let sum = 0;
        for await (const n of numbers()) sum += n;
        await Promise.resolve(sum)
        """
    )
    assert cell.result == "3"


def test_types_names_enums_and_classes_of_earlier_cells(shared):
    shared.run(
        "interface P { x: number }\nenum Colour { Red, Green }\nclass Box<T> { constructor(readonly value: T) {} }"
    )
    cell = shared.run("const p: P = { x: 1 }; [p.x, Colour.Green, new Box('v').value]")
    assert cell.result == "[ 1, 1, 'v' ]"


def test_a_failed_cell_keeps_what_it_assigned(shared):
    assert shared.run("const kept = 5; throw new Error('half way'); const unreached = 1").error[
        "evalue"
    ] == "half way"
    assert shared.run("kept").result == "5"
    assert shared.run("unreached").error["evalue"] == "unreached is not defined"


def test_a_cell_with_type_errors_runs_and_they_come_beside_its_result(shared):
    msg_id = shared.client.execute("console.log('ran')\nconst n: number = 'text'")
    shared.reply(msg_id)
    text = shared.beside(msg_id)
    ran = [m["content"]["text"] for m in shared.of(msg_id) if m["content"].get("name") == "stdout"]
    assert ran == ["ran\n"]
    assert "cell-" in text and ":2:7 - " in text
    assert "TS2322: " in text and "Type 'string' is not assignable to type 'number'." in text
    assert "2 | " in text and "const n: number = 'text'" in text
    assert shared.run("n").result == "'text'"


def test_of_a_failed_cell_the_types_speak_before_the_error(shared):
    # Types that are only just starting are not waited for: they speak behind the error then.
    shared.reply(shared.client.complete("Math.flo", 8))
    cell = shared.run("const few: string[] = []\nfew.shove('x')")
    assert cell.types == ["status", "execute_input", "stream", "error", "status"]
    assert "Property 'shove' does not exist on type 'string[]'." in cell.text("stderr")
    assert cell.error["evalue"] == "few.shove is not a function"


def test_type_errors_refuse_the_cell_if_the_kernel_is_told_so(start):
    kernel = start(ECHO_TYPE_ERRORS="refuse")
    cell = kernel.run("console.log('ran')\nconst n: number = 'text'")
    assert cell.types == ["status", "execute_input", "error", "status"]
    assert cell.error["ename"] == "TypeScriptError"
    assert cell.error["evalue"] == "Line 2: Type 'string' is not assignable to type 'number'."


def test_a_runtime_error_shows_cell_lines_without_frames_of_the_kernel(shared):
    shared.run("type Unused = {\n  a: number\n}\nfunction thrower() {\n  throw new RangeError('deep')\n}")
    cell = shared.run("interface Also { b: 1 }\n\nthrower()")
    trace = "\n".join(cell.error["traceback"])
    assert cell.error["ename"] == "RangeError"
    assert re.search(r"at thrower \(cell-\d+\.ts:5:9\)", trace)
    assert re.search(r"at cell-\d+\.ts:3:\d", trace)
    assert "throw new RangeError" in trace
    assert "/dist/" not in trace and "node:internal" not in trace and "__cells" not in trace
    assert cell.reply["ename"] == "RangeError"


def test_messages_name_things_as_the_cell_does(shared):
    shared.run("let notAFunction: any = 1")
    assert shared.run("notAFunction()").error["evalue"] == "notAFunction is not a function"


def test_values_that_are_no_errors_can_be_thrown(shared):
    assert shared.run("throw 'just text'").error["evalue"] == "'just text'"


def test_results(shared):
    assert shared.run("undefined").result is None
    assert shared.run("null").result == "null"
    assert shared.run("const only = 1").result is None
    assert shared.run("1; ;").result is None
    assert shared.run("Promise.resolve(5)").result == "Promise { 5 }"
    assert shared.run("({ a: [1, { b: 2 }] })").result == "{ a: [ 1, { b: 2 } ] }"


def test_a_display_method_is_awaited_and_its_failure_is_the_cells(shared):
    shared.run('import { slowly } from "toy"')
    (result,) = shared.run("slowly('soon')").contents("execute_result")
    assert result["data"] == {"text/plain": "soon", "text/html": "<b>soon</b>"}
    cell = shared.run("({ [Symbol.for('Jupyter.display')]() { throw new Error('no picture') } })")
    assert cell.error["evalue"] == "no picture"


def test_display_and_update(shared):
    shared.run('import { showHtml } from "toy"')
    cell = shared.run("showHtml('<i>1</i>', { displayId: 'd' }); showHtml('<i>2</i>', { displayId: 'd', update: true })")
    assert cell.types == ["status", "execute_input", "display_data", "update_display_data", "status"]
    assert cell.contents("update_display_data")[0]["transient"] == {"display_id": "d"}
    (plain,) = shared.run("showHtml('x')").contents("display_data")
    assert plain["transient"] == {}


def test_silent_and_store_history(shared):
    count = shared.run("1").reply["execution_count"]
    silent = shared.run("console.log('unheard'); let quiet = 7; quiet", silent=True)
    assert silent.types == ["status", "status"]
    assert silent.reply["execution_count"] == count
    kept_out = shared.run("quiet", store_history=False)
    assert (kept_out.result, kept_out.reply["execution_count"]) == ("7", count)
    assert shared.run("quiet").reply["execution_count"] == count + 1


def test_user_expressions(shared):
    reply = shared.run(
        "const base = 20", user_expressions={"good": "base * 2", "bad": "nothingThere"}
    ).reply
    assert reply["user_expressions"]["good"]["data"] == {"text/plain": "40"}
    assert reply["user_expressions"]["bad"]["status"] == "error"


def test_an_error_aborts_what_waits(shared):
    ids = [shared.client.execute(code) for code in ["throw new Error('first')", "1", "2"]]
    cells = [shared.finish(msg_id) for msg_id in ids]
    assert [cell.reply["status"] for cell in cells] == ["error", "aborted", "aborted"]
    assert cells[1].types == ["status", "status"]
    assert shared.run("'goes on'").result == "'goes on'"


def test_without_stop_on_error_nothing_is_aborted(shared):
    first = shared.client.execute("throw new Error('first')", stop_on_error=False)
    second = shared.client.execute("'second'")
    assert shared.finish(first).reply["status"] == "error"
    assert shared.finish(second).result == "'second'"


def test_twenty_thousand_lines_arrive_in_order(shared):
    cell = shared.run("for (let i = 0; i < 20000; i++) console.log('line ' + i)", timeout=60)
    assert cell.text() == "".join(f"line {i}\n" for i in range(20000))
    assert len(cell.contents("stream")) < 2000


def test_stdout_and_stderr_keep_their_order(shared):
    cell = shared.run("console.log('a'); console.error('b'); console.log('c'); process.stdout.write('ü🙂')")
    assert [(c["name"], c["text"]) for c in cell.contents("stream")] == [
        ("stdout", "a\n"),
        ("stderr", "b\n"),
        ("stdout", "c\nü🙂"),
    ]


def test_late_output_lands_in_the_cell_that_caused_it(shared):
    first = shared.run("setTimeout(() => console.log('late'), 300); 1")
    second = shared.run("await new Promise((done) => setTimeout(done, 600)); console.log('second')")
    late = [m for m in shared.seen if m["msg_type"] == "stream" and m["content"]["text"] == "late\n"]
    assert len(late) == 1
    assert late[0]["parent_header"]["msg_id"] == first.messages[0]["parent_header"]["msg_id"]
    assert second.text() == "second\n"


def test_history_gives_outputs_when_asked(shared):
    count = shared.run("6 * 7").reply["execution_count"]
    msg_id = shared.client.history(output=True, hist_access_type="range", session=0, start=count)
    ((_, _, (code, output)),) = shared.reply(msg_id)["content"]["history"]
    assert (code, output) == ("6 * 7", "42")


def test_completion_counts_code_points(shared):
    code = "const s = '🙂🙂'; Math.flo"
    content = shared.reply(shared.client.complete(code, len(code)))["content"]
    assert content["matches"] == ["floor"]
    assert code[content["cursor_start"] : content["cursor_end"]] == "flo"


def test_completion_knows_earlier_cells(shared):
    shared.run("const completable = { alpha: 1, beta: 2 }")
    content = shared.reply(shared.client.complete("completable.", 12))["content"]
    assert content["matches"] == ["alpha", "beta"]
    content = shared.reply(shared.client.complete("compl", 5))["content"]
    assert "completable" in content["matches"]


def test_the_kernels_own_globals_are_typed(shared):
    for name, signature in [("confirm", "confirm(text?: string): boolean"), ("md", "var md: (strings: TemplateStringsArray")]:
        content = shared.reply(shared.client.inspect(name, len(name)))["content"]
        assert signature in content["data"]["text/plain"]


def test_inspection_tells_types_and_documentation(shared):
    shared.run('import { point } from "toy"')
    content = shared.reply(shared.client.inspect("point(", 6))["content"]
    assert "point(name: string, x: number): Point" in content["data"]["text/plain"]
    assert "Makes a point." in content["data"]["text/plain"]


def test_at_detail_level_1_an_inspection_shows_the_source(shared):
    shared.run("/** Doubles. */\nfunction doubled(n: number) {\n  return n * 2;\n}")
    content = shared.reply(shared.client.inspect("doubled(1)", 3, detail_level=0))["content"]
    assert "doubled(n: number): number" in content["data"]["text/plain"]
    assert "return n * 2" not in content["data"]["text/plain"]
    content = shared.reply(shared.client.inspect("doubled(1)", 3, detail_level=1))["content"]
    assert "Doubles." in content["data"]["text/plain"]
    assert "return n * 2" in content["data"]["text/plain"]


def test_completions_carry_kinds_and_signatures(shared):
    content = shared.reply(shared.client.complete("Math.flo", 8))["content"]
    (entry,) = content["metadata"]["_jupyter_types_experimental"]
    assert (entry["text"], entry["type"], entry["start"], entry["end"]) == ("floor", "function", 5, 8)
    assert entry["signature"] == "Math.floor(x: number): number"


def test_completion_works_while_a_cell_keeps_main_busy(shared):
    msg_id = shared.start("const end = Date.now() + 2500; while (Date.now() < end);")
    content = shared.reply(shared.client.complete("Math.flo", 8), timeout=2)["content"]
    assert content["matches"] == ["floor"]
    assert not any(
        m["content"].get("execution_state") == "idle" for m in shared.of(msg_id)
    ), "the cell must still run"
    shared.finish(msg_id)


@pytest.mark.parametrize("code", ["process.exit(3)", "process.abort()", "setTimeout(() => process.exit(), 10)"])
def test_a_cell_cannot_end_the_kernel(shared, code):
    msg_id = shared.client.execute(f"{code};\nawait new Promise((done) => setTimeout(done, 100))")
    shared.idle(msg_id)
    (error,) = [m["content"] for m in shared.of(msg_id) if m["msg_type"] == "error"]
    assert error["ename"] == "ExitRefused"
    assert any("cell-" in line for line in error["traceback"])
    shared.reply(msg_id)
    assert shared.manager.is_alive()
    assert shared.run("1 + 1").result == "2"


@pytest.mark.parametrize(
    "code",
    [
        "void Promise.reject(new Error('astray'))",
        "setTimeout(() => { throw new Error('astray') }, 10)",
        "void (async () => { await 0; throw new Error('astray') })()",
        "new (await import('node:events')).EventEmitter().emit('error', new Error('astray'))",
        "queueMicrotask(() => { throw new Error('astray') })",
    ],
)
def test_what_nobody_catches_shows_in_the_cell_that_caused_it(shared, code):
    msg_id = shared.client.execute(code)
    shared.reply(msg_id)
    if not any(m["msg_type"] == "error" for m in shared.of(msg_id)):
        shared.pump(lambda m: m["msg_type"] == "error" and m["parent_header"]["msg_id"] == msg_id)
    (error,) = [m["content"] for m in shared.of(msg_id) if m["msg_type"] == "error"]
    assert (error["ename"], error["evalue"]) == ("Error", "astray")
    assert any("cell-" in line for line in error["traceback"])
    assert shared.run("'alive'").result == "'alive'"
