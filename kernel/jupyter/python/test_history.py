"""History, which outlives the kernel."""

import os
from pathlib import Path


def inputs(kernel, **request):
    content = kernel.ask("history_request", {"raw": True, "output": False, **request})["content"]
    return [line for _, _, line in content["history"]]


def test_history_is_kept_across_restarts(start, tmp_path):
    env = {"JUPYTER_DATA_DIR": str(tmp_path / "data")}
    kernel = start(**env)
    kernel.run("const first = 1")
    kernel.run("'silent'", silent=True)
    kernel.run("'unstored'", store_history=False)
    kernel.run("first + 1")
    kernel.manager.restart_kernel(now=False)
    kernel.client.wait_for_ready(timeout=20)
    kernel.run("'second session'")
    assert inputs(kernel, hist_access_type="tail", n=2) == ["first + 1", "'second session'"]
    assert inputs(kernel, hist_access_type="range", session=-1) == ["const first = 1", "first + 1"]
    assert inputs(kernel, hist_access_type="range", session=0) == ["'second session'"]
    assert inputs(kernel, hist_access_type="search", pattern="*s*") == ["const first = 1", "first + 1", "'second session'"]
    (found,) = kernel.ask("history_request", {"hist_access_type": "search", "pattern": "first*", "output": True})["content"]["history"]
    assert found == [1, 2, ["first + 1", "2"]]
    assert [path.name for path in (tmp_path / "data" / "history").glob("*.sqlite")] == ["echo.sqlite"]


def test_a_killed_kernel_loses_no_line_that_was_there_for_a_while(start, tmp_path):
    env = {"JUPYTER_DATA_DIR": str(tmp_path / "data")}
    kernel = start(**env)
    kernel.run("'written'")
    file = Path(env["JUPYTER_DATA_DIR"], "history", "echo.sqlite")
    kernel.run("await new Promise((done) => setTimeout(done, 700))", store_history=False)
    assert file.exists()
    kernel.manager.shutdown_kernel(now=True)
    assert inputs(start(**env), hist_access_type="tail") == ["'written'"]


def test_a_damaged_file_is_left_alone_and_the_session_has_its_history(start, tmp_path):
    folder = tmp_path / "data" / "history"
    folder.mkdir(parents=True)
    damaged = os.urandom(8192)
    (folder / "echo.sqlite").write_bytes(damaged)
    kernel = start(JUPYTER_DATA_DIR=str(tmp_path / "data"))
    kernel.run("'in memory'")
    assert inputs(kernel, hist_access_type="tail") == ["'in memory'"]
    assert (folder / "echo.sqlite").read_bytes() == damaged
