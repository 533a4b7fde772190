import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withSafetensors } from "./numbers.js";
import type { ReadTensor } from "./numbers.js";

// Nothing but tensors is unpickled; nested names are joined by dots.
const PROGRAM = `
import json, struct, sys, torch
def flat(value, name=""):
    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (list, tuple)):
        for key, item in enumerate(value):
            yield from flat(item, f"{name}.{key}")
state = torch.load(sys.argv[1], map_location="cpu", weights_only=True)
header, parts, end = {}, [], 0
for name, tensor in flat(state):
    part = tensor.detach().to(torch.float32).contiguous().numpy().tobytes()
    header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [end, end + len(part)]}
    parts.append(part)
    end += len(part)
text = json.dumps(header).encode()
with open(sys.argv[2], "wb") as out:
    out.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
`;
const TIME_LIMIT = 300_000;

/**
 * The tensors of a file that torch.save wrote, read by a Python that has PyTorch; a text that says
 * why not, where none has it or the file holds more than tensors.
 *
 * @example const found = tensorsOfPt("plastic_state.pt"); if (typeof found === "string") tell(found);
 */
export function tensorsOfPt(file: string): Map<string, ReadTensor> | string {
  const folder = mkdtempSync(join(tmpdir(), "forkpoint-pt-"));
  try {
    const out = join(folder, "state.safetensors");
    const python = process.env["FORKPOINT_TORCH_PYTHON"] ?? "python3";
    const { status, stderr, error } = spawnSync(python, ["-c", PROGRAM, file, out], {
      encoding: "utf8",
      timeout: TIME_LIMIT,
    });
    if (error || /No module named 'torch'/.test(stderr ?? "")) {
      return "no Python with PyTorch is here to read it; name one in FORKPOINT_TORCH_PYTHON";
    }
    if (status !== 0) return `PyTorch cannot read it as weights only`;
    return withSafetensors(
      out,
      ({ header, read }) => new Map([...header.entries.keys()].map((name) => [name, read(name)])),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
