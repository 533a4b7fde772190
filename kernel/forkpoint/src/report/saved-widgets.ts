import { ReportError } from "./report-error.js";

/** Widget state as a notebook holds it. */
export interface SavedWidgets {
  version_major: number;
  version_minor: number;
  state: Record<string, SavedModel>;
}

/** One model: its attributes, and the bytes that belong into them. */
export interface SavedModel {
  model_name: string;
  model_module: string;
  model_module_version: string;
  state: Record<string, unknown>;
  buffers?: SavedBuffer[];
}

/** Bytes at a place in a model's attributes. */
export interface SavedBuffer {
  path: (string | number)[];
  encoding: "base64" | "hex";
  data: string;
}

/**
 * Checks saved widget state, which may come from others, and returns a copy that may be changed.
 *
 * @throws ReportError "NotebookInvalid"
 * @example const widgets = checkedWidgets(notebook.metadata.widgets[STATE_TYPE]);
 */
export function checkedWidgets(value: unknown): SavedWidgets {
  const { version_major, version_minor, state } = (value ?? {}) as Partial<SavedWidgets>;
  if (version_major !== 2 || !isObject(state)) throw damaged("its version is not 2");
  const models: [string, SavedModel][] = Object.entries(state).map(([id, model]) => {
    if (!isModel(model)) throw damaged(`model ${id.slice(0, 40)}`);
    const { model_name, model_module, model_module_version, buffers = [] } = model;
    const named = { model_name, model_module, model_module_version };
    return [id, { ...named, state: structuredClone(model.state), buffers: [...buffers] }];
  });
  return { version_major, version_minor: Number(version_minor) || 0, state: fromEntries(models) };
}

/**
 * The bytes of a buffer.
 *
 * @example bytesOf({ path: ["metrics", 0], encoding: "base64", data: "AAEC" }).length === 3
 */
export function bytesOf({ data, encoding }: SavedBuffer): Uint8Array {
  return Buffer.from(data, encoding);
}

// Without a prototype, so that a model named `__proto__` is a model like any other.
function fromEntries(models: [string, SavedModel][]): Record<string, SavedModel> {
  const result = Object.create(null) as Record<string, SavedModel>;
  for (const [id, model] of models) result[id] = model;
  return result;
}

function isModel(value: unknown): value is SavedModel {
  if (!isObject(value)) return false;
  const { model_name, model_module, model_module_version, state, buffers } =
    value as Partial<SavedModel>;
  return (
    [model_name, model_module, model_module_version].every((name) => typeof name === "string") &&
    isObject(state) &&
    (buffers === undefined || (Array.isArray(buffers) && buffers.every(isBuffer)))
  );
}

function isBuffer(value: unknown): value is SavedBuffer {
  if (!isObject(value)) return false;
  const { path, encoding, data } = value as Partial<SavedBuffer>;
  return (
    Array.isArray(path) &&
    path.length > 0 &&
    path.every((part) => typeof part === "string" || Number.isSafeInteger(part)) &&
    (encoding === "base64" || encoding === "hex") &&
    typeof data === "string"
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(what: string): ReportError {
  return new ReportError(
    "NotebookInvalid",
    `The saved widget state of the notebook is damaged (${what}). Run the notebook again and save it.`,
  );
}
