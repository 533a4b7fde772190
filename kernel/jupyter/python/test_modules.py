"""Where the imports of a cell come from."""

import json
import time


def package(folder, name, files, **fields):
    place = folder / "node_modules" / name
    place.mkdir(parents=True)
    (place / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0", **fields}))
    for file, text in files.items():
        (place / file).write_text(text)


def test_an_empty_folder_has_the_kernels_package_and_nodes_types(start, tmp_path):
    kernel = start(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert kernel.run('import { point, type Point } from "toy"; const p: Point = point("a", 2); p.x').result == "2"
    beside = kernel.beside(kernel.client.execute('point("a", "b")'))
    assert "Argument of type 'string' is not assignable to parameter of type 'number'." in beside
    cell = kernel.run(
        "const timer: NodeJS.Timeout = setTimeout(() => {}, 1); Buffer.from('x').length + process.pid * 0"
    )
    assert cell.result == "1"
    assert kernel.run('import { loads } from "toy"; import * as all from "toy"; [loads, all.loads]').result == "[ 1, 1 ]"
    assert kernel.run('(await import("toy")).loads').result == "1"
    assert kernel.run('require("toy").loads').result == "1"
    assert "'no-such-thing'" in kernel.run('import "no-such-thing"; 1').error["evalue"]


def test_the_kernels_package_wins_over_the_folders(start, tmp_path):
    package(
        tmp_path,
        "toy",
        {"index.js": "export const loads = 'wrong'", "index.d.ts": "export const loads: string"},
        type="module",
        types="./index.d.ts",
        exports="./index.js",
    )
    package(
        tmp_path,
        "uses-toy",
        {"index.js": "export { loads } from 'toy'", "index.d.ts": "export { loads } from 'toy'"},
        type="module",
        exports={".": {"types": "./index.d.ts", "default": "./index.js"}},
    )
    kernel = start(tmp_path)
    assert kernel.run('import { loads } from "toy"; const n: number = loads; n').result == "1"
    assert kernel.run('import { loads as again } from "uses-toy"; const m: number = again; m').result == "1"


def test_packages_of_the_folder(start, tmp_path):
    package(tmp_path, "esm-only", {"index.js": "await 0; export default 'esm'; export const n = 1"}, type="module", exports={"import": "./index.js"})
    package(tmp_path, "common", {"index.js": "module.exports = Object.assign(() => 'called', { ['hid' + 'den']: 2 })"})
    package(
        tmp_path,
        "compiled",
        {"index.js": "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'the default'; exports['n' + 'ame'] = 'n'"},
    )
    kernel = start(tmp_path)
    assert kernel.run('import esm, { n } from "esm-only"; [esm, n]').result == "[ 'esm', 1 ]"
    assert kernel.run('import common from "common"; common()').result == "'called'"
    assert kernel.run('import compiled, { name } from "compiled"; [compiled, name]').result == "[ 'the default', 'n' ]"
    assert kernel.run('const { name: again } = require("compiled"); again').result == "'n'"
    assert kernel.run('import { readFileSync } from "fs"; typeof readFileSync').result == "'function'"


def test_files_beside_the_notebook(start, tmp_path):
    (tmp_path / "lib.ts").write_text("export interface L { n: number }\nexport const one: L = { n: 1 }")
    (tmp_path / "data.json").write_text('{"rows": [1, 2]}')
    kernel = start(tmp_path)
    assert kernel.run('import { one, type L } from "./lib"; const l: L = one; l.n').result == "1"
    assert kernel.run('import data from "./data.json"; data.rows.length').result == "2"
    (tmp_path / "lib.ts").write_text("export interface L { n: number }\nexport const one: L = { n: 200 }; export const two = 'new'")
    assert kernel.run('import { one, two } from "./lib.ts"; [one.n, two]').result == "[ 200, 'new' ]"
    assert kernel.run("import.meta.dirname").result == f"'{tmp_path}'"


def test_a_types_only_import_loads_nothing(start, tmp_path):
    package(tmp_path, "only-types", {"index.d.ts": "export interface T { a: 1 }"}, types="./index.d.ts")
    kernel = start(tmp_path)
    assert kernel.run('import { T } from "only-types"; const t: T = { a: 1 }; t.a').result == "1"


def test_an_edited_file_is_loaded_anew_also_below_another_one(start, tmp_path):
    (tmp_path / "outer.ts").write_text("import { inner } from './inner'; import { kept } from './kept.ts'\nexport const outer = () => inner * 10\nexport { kept }")
    (tmp_path / "inner.ts").write_text("export const inner: number = 1")
    (tmp_path / "kept.ts").write_text("export const kept = {}")
    (tmp_path / "old.cjs").write_text("module.exports = { old: 1 }")
    kernel = start(tmp_path)
    assert kernel.run("import { outer, kept } from './outer'; import { old } from './old.cjs'; const before = kept; [outer(), old]").result == "[ 10, 1 ]"
    (tmp_path / "inner.ts").write_text("export const inner: number = 25")
    (tmp_path / "old.cjs").write_text("module.exports = { old: 22 }")
    assert kernel.run("import { outer, kept } from './outer'; import { old } from './old.cjs'; [outer(), kept === before, old]").result == "[ 250, true, 22 ]"


def test_magic_lines_install_packages_and_run_commands(start, tmp_path):
    made = tmp_path / "made-here"
    made.mkdir()
    (made / "package.json").write_text('{"name": "made-here", "version": "1.0.0", "type": "module", "exports": {"types": "./i.d.ts", "default": "./i.js"}}')
    (made / "i.js").write_text("export const made = 7")
    (made / "i.d.ts").write_text("export const made: number")
    kernel = start(tmp_path)
    assert "made-here" in kernel.run('import { made } from "made-here"; made').error["evalue"]
    install = kernel.run('//! npm install --offline --no-audit --no-fund ./made-here\nimport { made } from "made-here"; made', timeout=60)
    assert install.reply["status"] == "ok", install.error
    assert (install.result, "added 1 package" in install.text()) == ("7", True)
    cell = kernel.run("//! sh echo out; echo err >&2\n//! sh pwd\n'after'")
    assert (cell.text(), cell.text("stderr"), cell.result) == (f"out\n{tmp_path}\n", "err\n", "'after'")
    cell = kernel.run("//! sh exit 3\nconsole.log('not run')")
    assert (cell.error["ename"], cell.text()) == ("CommandFailed", "")
    assert kernel.run("//! a banner is a comment\n1").result == "1"


def test_an_interrupt_ends_a_command_with_what_it_started(start, tmp_path):
    kernel = start(tmp_path)
    msg_id = kernel.start("//! sh (sleep 1; touch survived) & sleep 30\n1")
    kernel.manager.interrupt_kernel()
    assert kernel.finish(msg_id).error["ename"] == "Interrupted"
    time.sleep(1.3)
    assert not (tmp_path / "survived").exists()
