"""A kernelspec for the echo kernel, in a folder that lasts as long as the tests."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from frontend import Frontend  # noqa: E402

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
KERNEL = "echo-ts"


def node_path() -> str:
    """The Node that the workspace installed, as it names itself."""
    node = REPOSITORY / "node_modules" / ".bin" / "node"
    printed = subprocess.run(
        [str(node), "-p", "process.execPath"], capture_output=True, text=True, check=True
    )
    return printed.stdout.strip()


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is collected: jupyter_kernel_test starts its kernel by name."""
    import tempfile

    folder = tempfile.TemporaryDirectory(prefix="echo-kernel-")
    config.add_cleanup(folder.cleanup)
    spec = Path(folder.name) / "kernels" / KERNEL
    spec.mkdir(parents=True)
    content = {
        # As Forkpoint's own kernelspec has it: else V8 lets young garbage fill hundreds of MiB.
        "argv": [node_path(), "--max-semi-space-size=8", str(HERE / "echo-kernel.mjs"), "{connection_file}"],
        "display_name": "Echo",
        "language": "typescript",
        "interrupt_mode": "message",
        "kernel_protocol_version": "5.5",
    }
    (spec / "kernel.json").write_text(json.dumps(content))
    os.environ["JUPYTER_PATH"] = folder.name
    # The kernels' history, which is not the developer's.
    os.environ["JUPYTER_DATA_DIR"] = str(Path(folder.name) / "data")


@pytest.fixture
def start(tmp_path: Path):
    """Starts a kernel in an empty folder, or in the one given."""
    frontends = []

    def begin(cwd: Path | None = None, **env: str) -> Frontend:
        frontend = Frontend(KERNEL, cwd or tmp_path, env)
        frontends.append(frontend)
        return frontend

    yield begin
    for frontend in frontends:
        frontend.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory):
    """One kernel for the tests of a file that leave it as it was."""
    frontend = Frontend(KERNEL, tmp_path_factory.mktemp("notebook"), {})
    yield frontend
    frontend.close()
