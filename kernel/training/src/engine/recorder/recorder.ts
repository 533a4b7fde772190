import { StepNotRecordable } from "../../errors/graph.js";
import { refusedOp } from "../graph/allowed-ops.js";
import { constant, shapeProto } from "../graph/graph-def.js";
import type { AttrValue, GraphNode } from "../graph/graph-def.js";
import type { TensorFacts } from "../graph/rows/known-graph.js";
import type { Binding, OpAttribute } from "./binding.js";
import { modelLine } from "./model-line.js";

/** Stands in for the native binding and writes down what goes through it. */
export interface Recorder {
  binding: Binding;
  nodes: GraphNode[];
  /** Shape and type of every tensor, by its place. */
  facts: Map<string, TensorFacts>;
  /** Declares a tensor as a placeholder. */
  input(name: string, id: number, dtype: number, shape: number[]): void;
  /** Where a tensor comes from, as "node:output". */
  place(id: number, user: string): string;
  lineOf(node: string): string;
}

/** A recorder before a binding. `variables` are tensors whose values may change later. */
export function createRecorder(binding: Binding, variables: Map<number, string>): Recorder {
  const nodes: GraphNode[] = [];
  const places = new Map<number, string>();
  const lines = new Map<string, string>();
  const facts = new Map<string, TensorFacts>();
  const put = (id: number, where: string, dtype: number, shape: number[]): void => {
    places.set(id, where);
    facts.set(where, { dtype, shape });
  };
  const nextName = (): string => `n${nodes.length}`;

  const place = (id: number, user: string): string => {
    const known = places.get(id);
    if (known) return known;
    const variable = variables.get(id);
    if (variable !== undefined) {
      const what = `the step uses the variable "${variable}", which is not part of the model's weights, in ${user}`;
      throw new StepNotRecordable(what, user, modelLine());
    }
    throw new StepNotRecordable(
      `the step uses a tensor that was made before it, in ${user}`,
      user,
      modelLine(),
    );
  };
  const valueOf = (attribute: OpAttribute, op: string): AttrValue => {
    const { type, value } = attribute;
    const list = Array.isArray(value) ? value : null;
    switch (type) {
      case binding.TF_ATTR_TYPE:
        return { type: value as number };
      case binding.TF_ATTR_BOOL:
        return list ? { list: { b: list as boolean[] } } : { b: value as boolean };
      case binding.TF_ATTR_INT:
        return list ? { list: { i: list as number[] } } : { i: value as number };
      case binding.TF_ATTR_FLOAT:
        return list ? { list: { f: list as number[] } } : { f: value as number };
      case binding.TF_ATTR_STRING:
        return { s: Buffer.from(value as string) };
      case binding.TF_ATTR_SHAPE:
        return { shape: shapeProto(value as number[]) };
      default:
        throw new StepNotRecordable(
          `the op ${op} has the attribute ${attribute.name} of an unknown kind`,
          op,
          modelLine(),
        );
    }
  };

  // The binding's own functions are read-only and not enumerable.
  const own = Object.getOwnPropertyNames(binding).map((name) => [name, binding[name as never]]);
  const standIn = Object.fromEntries(own) as Binding;
  standIn.createTensor = (shape, dtype, values) => {
    if (!ArrayBuffer.isView(values)) {
      throw new StepNotRecordable("the step makes a tensor of strings", "string", modelLine());
    }
    const id = binding.createTensor(shape, dtype, values);
    const name = nextName();
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    lines.set(name, modelLine());
    nodes.push(constant(name, dtype, shape, Uint8Array.from(bytes)));
    put(id, `${name}:0`, dtype, shape);
    return id;
  };
  standIn.executeOp = (op, attributes, inputs, outputs) => {
    const line = modelLine();
    if (refusedOp(op)) {
      throw new StepNotRecordable(`the op ${op} cannot be part of a compiled step`, op, line);
    }
    const input = inputs.map((id) => place(id, op));
    const made = binding.executeOp(op, attributes, inputs, outputs);
    const name = nextName();
    lines.set(name, line);
    const attr: Record<string, AttrValue> = {};
    for (const attribute of attributes) attr[attribute.name] = valueOf(attribute, op);
    nodes.push({ name, op, input, attr });
    made.forEach(({ id, dtype, shape }, index) => put(id, `${name}:${index}`, dtype, shape));
    return made;
  };
  standIn.tensorDataSync = (id) => {
    if (readsOnlyToCheck()) return binding.tensorDataSync(id);
    const what = "the step reads a tensor's value (dataSync, data or array)";
    throw new StepNotRecordable(what, "dataSync", modelLine());
  };

  return {
    binding: standIn,
    nodes,
    facts,
    input(name, id, dtype, shape) {
      const attr = { dtype: { type: dtype }, shape: { shape: shapeProto(shape) } };
      nodes.push({ name, op: "Placeholder", input: [], attr });
      put(id, `${name}:0`, dtype, shape);
    },
    place,
    lineOf: (node) => lines.get(node.replace(/:\d+$/, "")) ?? "",
  };
}

// tfjs-node's gather reads its indices, but only to refuse those out of range.
function readsOnlyToCheck(): boolean {
  return /tfjs-node[\\/]dist[\\/]kernels[\\/]GatherV2\.js/.test(new Error().stack ?? "");
}
