"""Executes a notebook with Forkpoint's kernel through nbclient.

After the last cell it waits for the training behind the cells: a further cell, which is not kept,
asks the kernel, while outputs and widget state of the notebook's own cells go on arriving.
"""

import argparse
import os
import sys
from pathlib import Path

# jsonschema would compile the grammar of a format that no notebook's schema has: a second and a half.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

import nbformat
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.client import CellExecutionComplete
from nbclient.exceptions import CellExecutionError, DeadKernelError

WAIT = """
import { settled as settledBehindCells } from "forkpoint";
{
  const failures = await settledBehindCells({
    onProgress: ({ session, step, target }) => console.log(`${session}: step ${step} of ${target}`),
    everySeconds: 2,
    stop: %s,
  });
  for (const failure of failures) console.error(`FAILED ${failure}`);
}
"""


class Client(NotebookClient):
    """Hears what arrives late: nbclient drops every message whose parent is not the cell that runs
    now, and training behind the cells goes on publishing for the cell that showed it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.owners = {}
        self.waiting = None
        self.failures = 0

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        self.owners[parent_msg_id] = (cell, cell_index)
        while True:
            message = await ensure_async(self.kc.iopub_channel.get_msg(timeout=None))
            owner = message["parent_header"].get("msg_id")
            if owner == parent_msg_id:
                try:
                    self.process_message(message, cell, cell_index)
                except CellExecutionComplete:
                    return
            elif owner in self.owners and message["msg_type"] not in ("status", "execute_input"):
                self.process_message(message, *self.owners[owner])

    def process_message(self, msg, cell, cell_index):
        if cell is self.waiting and msg["msg_type"] == "stream":
            for line in msg["content"]["text"].splitlines():
                if line.startswith("FAILED "):
                    self.failures += 1
                print(f"  {line}", flush=True)
            return None
        return super().process_message(msg, cell, cell_index)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("notebook", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--no-wait", action="store_true")
    parser.add_argument("--timeout", type=int, default=None)
    options = parser.parse_args()

    notebook = nbformat.read(options.notebook, as_version=4)
    client = Client(
        notebook,
        timeout=options.timeout,
        kernel_name="forkpoint",
        resources={"metadata": {"path": str(options.notebook.parent)}},
    )
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    failed = False
    try:
        with client.setup_kernel():
            number = 0
            for index, cell in enumerate(list(notebook.cells)):
                if cell.cell_type == "code":
                    number += 1
                    print(f"cell {number} of {len(cells)}", flush=True)
                client.execute_cell(cell, index)
            stop = "true" if options.no_wait else "false"
            client.waiting = nbformat.v4.new_code_cell(WAIT % stop)
            notebook.cells.append(client.waiting)
            try:
                client.execute_cell(client.waiting, len(notebook.cells) - 1, store_history=False)
            finally:
                notebook.cells.pop()
            failed = client.failures > 0
            client.set_widgets_metadata()
    except (DeadKernelError, RuntimeError) as error:
        # nbclient raises a plain RuntimeError when the kernel ends before it is ready.
        print(f"The kernel ended: {error}. `npx forkpoint doctor` says what is wrong.", file=sys.stderr)
        failed = True
    except CellExecutionError as error:
        print(error, file=sys.stderr)
        client.set_widgets_metadata()
        failed = True
    # Written beside the target and renamed, so that a crash leaves the old file whole.
    part = options.output.with_name(options.output.name + ".part")
    nbformat.write(notebook, part)
    os.replace(part, options.output)
    print(f"wrote {options.output}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
