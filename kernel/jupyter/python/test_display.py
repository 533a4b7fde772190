"""What the display functions put into a frontend."""

import base64
import html
import time

import pytest


def outputs(cell):
    return [m["content"] for m in cell.messages if m["msg_type"] in ("display_data", "update_display_data")]


def test_display_does_not_let_what_is_printed_next_overtake_it(shared):
    cell = shared.run(
        """
        import { display, md } from "@forkpoint/display";
        display(md`**first**`); console.log("second"); display([{ a: 1 }]); console.log("third");
        await display({ "text/html": "<b>x</b>", "text/plain": "x" }, { raw: true })
        """
    )
    assert cell.types[2:-1] == ["display_data", "stream", "display_data", "stream", "display_data"]
    first, table, raw = cell.contents("display_data")
    assert first["data"] == {"text/markdown": "**first**", "text/plain": "**first**"}
    assert table["data"]["text/plain"] == "   a\n0  1" and "<table" in table["data"]["text/html"]
    assert raw["data"] == {"text/html": "<b>x</b>", "text/plain": "x"}
    assert cell.result is None


def test_a_chart_brings_its_picture_before_what_comes_next(shared):
    cell = shared.run(
        """
        import { display } from "@forkpoint/display";
        const chart = { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar",
          data: { values: [{ a: 1 }] }, encoding: { x: { field: "a", title: "paces" } } };
        display(chart); console.log("second"); chart
        """
    )
    assert cell.types[2:-1] == ["display_data", "stream", "execute_result"]
    for (content,) in (cell.contents("display_data"), cell.contents("execute_result")):
        assert ">paces</text>" in content["data"]["image/svg+xml"]
        assert content["data"]["application/vnd.vegalite.v5+json"]["mark"] == "bar"


def test_an_output_is_updated_by_its_display_id_from_a_later_cell(shared):
    shared.run('import { display } from "@forkpoint/display"; display(1, { display_id: "number" })')
    cell = shared.run('display(2, { display_id: "number", update: true })')
    (update,) = cell.contents("update_display_data")
    assert update == {"data": {"text/plain": "2"}, "metadata": {}, "transient": {"display_id": "number"}}
    assert cell.contents("display_data") == []


def test_late_display_lands_in_the_cell_that_asked_for_it(shared):
    first = shared.run(
        """
        import { display } from "@forkpoint/display";
        setTimeout(() => display({ async [Symbol.for("Jupyter.display")]() {
          await new Promise((done) => setTimeout(done, 50));
          return { "text/plain": "late" };
        } }), 100);
        0
        """
    )
    shared.run("await new Promise((done) => setTimeout(done, 400))")
    (late,) = [m for m in shared.seen if m["msg_type"] == "display_data" and m["content"]["data"]["text/plain"] == "late"]
    assert late["parent_header"]["msg_id"] == first.messages[0]["parent_header"]["msg_id"]


def test_hostile_text_in_a_table_stays_text(shared):
    evil = "</td><script>alert(1)</script>"
    (result,) = shared.run(f"[{{ name: {evil!r}, {evil!r}: 1 }}]").contents("execute_result")
    table = result["data"]["text/html"]
    assert "<script" not in table and html.escape(evil) in table
    assert evil in result["data"]["text/plain"]


def test_data_that_cannot_be_read_does_not_fail_the_cell(shared):
    cell = shared.run("[{ get a(): number { throw new Error('not there') } }]")
    assert cell.reply["status"] == "ok"
    assert cell.result == "[ { a: [Getter] } ]\n(not shown as a table: not there)"


def test_tags_and_images(shared, tmp_path):
    path = tmp_path / "dot.gif"
    path.write_bytes(base64.b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="))
    cell = shared.run(
        f"""
        import {{ display, html, image, svg }} from "@forkpoint/display";
        display(image({str(path)!r})); display(svg`<svg></svg>`);
        html`<b>${{"<i>"}}</b>`
        """
    )
    picture, drawing = cell.contents("display_data")
    assert base64.b64decode(picture["data"]["image/gif"]) == path.read_bytes()
    assert picture["data"]["text/plain"] == "GIF picture, 1 × 1, 35 bytes"
    assert drawing["data"]["image/svg+xml"] == "<svg></svg>"
    (result,) = cell.contents("execute_result")
    assert result["data"] == {"text/html": "<b>&lt;i&gt;</b>", "text/plain": "<i>"}


def test_the_functions_are_there_without_an_import_and_give_way_to_the_cells_names(start):
    kernel = start()
    cell = kernel.run("const there: any = globalThis; [there.display, there.html, there.md, there.svg, there.image, there.progress].map((f) => typeof f).join()")
    assert cell.result == "'" + ",".join(["function"] * 6) + "'"
    assert kernel.run("const html = 'mine'; function image() { return html } image()").result == "'mine'"
    assert kernel.run("Object.keys(globalThis).includes('progress')").result == "false"


# Cells of the kind that tslab's own examples hold (yunabe/tslab-examples), written afresh.


def test_tslab_shows_contents_by_type(shared):
    cell = shared.run(
        """
        import * as tslab from "tslab";
        import { display } from "tslab";
        console.log(tslab.versions);
        tslab.display.html("Hello <b>tslab!</b>");
        display.markdown("# x"); display.latex("$x$"); display.svg("<svg></svg>");
        display.text("plain"); display.javascript("1"); display.raw("text/x-mine", "mine");
        for (const show of [display.png, display.jpeg, display.gif, display.pdf]) show(Buffer.from([1, 2, 3]));
        tslab.display.raw("image/webp", new Uint8Array([1, 2, 3]))
        """
    )
    assert "tslab: '1.0.22'" in cell.text()
    shown = cell.contents("display_data")
    assert [list(content["data"].items())[0] for content in shown] == [
        ("text/html", "Hello <b>tslab!</b>"),
        ("text/markdown", "# x"),
        ("text/latex", "$x$"),
        ("image/svg+xml", "<svg></svg>"),
        ("text/plain", "plain"),
        ("text/javascript", "1"),
        ("text/x-mine", "mine"),
        ("image/png", "AQID"),
        ("image/jpeg", "AQID"),
        ("image/gif", "AQID"),
        ("application/pdf", "AQID"),
        ("image/webp", "AQID"),
    ]
    assert all(content["transient"] == {} for content in shown)
    assert all("text/plain" in content["data"] for content in shown)


def test_tslab_by_require_as_its_javascript_notebooks_have_it(shared):
    shared.run("const tslab = require('tslab');")
    cell = shared.run("const fs = require('fs');\nconst tslab = require('tslab'); tslab.display.html('<i>a</i>')")
    (shown,) = cell.contents("display_data")
    assert shown["data"]["text/html"] == "<i>a</i>"


def test_tslabs_new_display_overwrites_one_output(shared):
    cell = shared.run(
        """
        import * as tslab from "tslab";
        let sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
        let line = tslab.newDisplay(), other: tslab.Display = tslab.newDisplay();
        {
            let display = line;
            for (let progress = 1; progress <= 3; progress++) {
              await sleep(5);
              display.text(`progress: ${progress}%`);
            }
        }
        other.html("<b>other</b>")
        """
    )
    first, *updates, other = outputs(cell)
    assert [m for m in cell.types if "display" in m] == ["display_data", *["update_display_data"] * 2, "display_data"]
    assert {o["transient"]["display_id"] for o in (first, *updates)} != {other["transient"]["display_id"]}
    assert len({o["transient"]["display_id"] for o in (first, *updates)}) == 1
    assert updates[-1]["data"] == {"text/plain": "progress: 3%"}
    again = shared.run("line.text('from the next cell')")
    assert again.contents("update_display_data")[0]["transient"] == first["transient"]


def test_tslab_is_typed(shared):
    shared.run('import * as tslab from "tslab"; const display = tslab.newDisplay()')
    content = shared.reply(shared.client.inspect("display.png", 11))["content"]
    assert "Display.png(b: Uint8Array): void" in content["data"]["text/plain"]


PROGRESS = 'import { progress } from "@forkpoint/display";\n'


def test_progress_is_one_output_with_at_most_four_updates_a_second(shared):
    started = time.monotonic()
    cell = shared.run(
        PROGRESS
        + """
        const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
        let sum = 0;
        for await (const n of progress([1, 2, 3, 4].flatMap((n) => Array(25).fill(n)), { label: "Adding" })) { sum += n; await wait(10) }
        sum
        """
    )
    seconds = time.monotonic() - started
    assert cell.result == "250"
    first, *updates = outputs(cell)
    assert cell.types.count("display_data") == 1
    assert 3 <= len(updates) <= 4 * seconds + 1
    assert {o["transient"]["display_id"] for o in updates} == {first["transient"]["display_id"]}
    assert first["data"]["text/plain"] == "Adding   0% [                    ] 0/100"
    assert updates[-1]["data"]["text/plain"].startswith("Adding 100% [████████████████████] 100/100 in ")
    assert 'aria-valuenow="100"' in updates[-1]["data"]["text/html"]


@pytest.mark.parametrize(
    ("loop", "end"),
    [
        ("for (const n of progress(10)) if (n === 5) break", "stopped at 5/10"),
        ("for await (const n of progress(10)) if (n === 5) break", "stopped at 5/10"),
        ("for (const n of progress(10)) if (n === 5) throw new Error('mine')", "stopped at 5/10"),
        ("for (const n of progress((function* () { yield 1; throw new Error('source') })())) ;", "failed at 1 after 0.0 s: source"),
        ("for await (const n of progress((async function* () { yield 1; throw new Error('source') })(), { total: 4 })) ;", "failed at 1/4 after 0.0 s: source"),
        ("for await (const n of progress(new Set([Promise.resolve(1), 2]))) { const m: number = n; if (m !== n) throw 0 }", "2/2 in"),
        ("for (const n of progress(0)) ;", "0/0 in"),
        ("for (const c of progress('abc', { total: 3 })) c.charAt(0)", "3/3 in"),
    ],
)
def test_progress_says_how_the_loop_ended(shared, loop, end):
    last = outputs(shared.run(PROGRESS + loop))[-1]
    assert end in last["data"]["text/plain"]


def test_an_interrupted_loop_is_shown_as_stopped(shared):
    msg_id = shared.start(PROGRESS + "for (const n of progress(1e9, { label: 'Long' })) { }")
    shared.pump(lambda m: m["msg_type"] == "update_display_data")
    shared.manager.interrupt_kernel()
    cell = shared.finish(msg_id)
    assert cell.error["ename"] == "Interrupted"
    assert "stopped at" in outputs(cell)[-1]["data"]["text/plain"]


def test_a_loop_interrupted_in_an_endless_await_is_shown_as_stopped(shared):
    msg_id = shared.start(PROGRESS + "for await (const n of progress(5)) await new Promise(() => {})")
    shared.pump(lambda m: m["msg_type"] == "display_data")
    shared.manager.interrupt_kernel()
    shared.finish(msg_id)
    # On a busy machine the loop's time may be shown anew before.
    last = shared.pump(
        lambda m: m["msg_type"] == "update_display_data" and "stopped at" in m["content"]["data"]["text/plain"]
    )
    assert last["parent_header"]["msg_id"] == msg_id
    assert "stopped at 0/5" in last["content"]["data"]["text/plain"]


def test_loops_inside_a_loop_share_one_output(shared):
    cell = shared.run(
        PROGRESS
        + """
        const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
        for (const epoch of progress(20, { label: "epochs" })) for (const batch of progress(50, { label: "batches" })) ;
        await Promise.all([1, 2].map(async () => { for await (const n of progress(3)) await wait(5) }))
        """
    )
    last = {o["transient"]["display_id"]: o["data"]["text/plain"] for o in outputs(cell)}
    assert [text.split(" in ")[0].split("] ")[-1] for text in last.values()] == ["20/20", "50/50", "3/3", "3/3"]
    assert len(outputs(cell)) < 20


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ("progress(-1)", "progress: the total is -1, give a whole number from 0."),
        ("progress(5, { lable: 'x' } as any)", 'progress: it has no option "lable", use total, label.'),
        ("progress(null as any)", "progress: null cannot be gone through, give a number or an iterable."),
    ],
)
def test_progress_checks_what_it_is_given(shared, call, sentence):
    error = shared.run(PROGRESS + call).error
    assert (error["ename"], error["evalue"]) == ("DisplayRefused", sentence)
