"""The other TypeScript kernels, from a folder into which npm has put them:

npm install --ignore-scripts tslab @types/node @deno/linux-x64-glibc
"""

import json
import os
from pathlib import Path

COMMANDS = {
    "tslab": ["node_modules/.bin/tslab", "kernel", "--config-path"],
    "deno": ["node_modules/@deno/linux-x64-glibc/deno", "jupyter", "--kernel", "--conn"],
}


def offer(folder, specs):
    """Makes their kernels known to this process, in a folder for kernelspecs; returns their names."""
    found = []
    for name, (program, *parameters) in COMMANDS.items():
        path = Path(folder).resolve() / program
        if not path.exists():
            continue
        spec = Path(specs) / "kernels" / name
        spec.mkdir(parents=True)
        content = {"argv": [str(path), *parameters, "{connection_file}"], "display_name": name}
        (spec / "kernel.json").write_text(json.dumps({**content, "language": "typescript"}))
        found.append(name)
    if not found:
        raise SystemExit(f"There is neither tslab nor Deno in {folder}.{__doc__.partition(':')[2].rstrip()}")
    others = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(specs), *([others] if others else [])])
    return found
