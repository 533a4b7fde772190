import type { NamedTensorMap } from "@tensorflow/tfjs";
import { StepNotRecordable } from "../../errors/graph.js";
import type { GraphNode } from "../graph/graph-def.js";
import { prune } from "../graph/prune.js";
import type { TensorFacts } from "../graph/rows/known-graph.js";
import type { Tensorflow } from "../tfjs.js";
import { nativeBackend } from "./binding.js";
import type { NativeBackend } from "./binding.js";
import { withOutsideValuesNoticed } from "./outside-values.js";
import { createRecorder } from "./recorder.js";

/** A function of tensors as a graph; its placeholders are named as the inputs were. */
export interface Recording {
  nodes: GraphNode[];
  /** Where each output of the function comes from, as "node:output". */
  outputs: Record<string, string>;
  /** Shape and type of every tensor, by its place. */
  facts: Map<string, TensorFacts>;
  /** The line of the model that made a node. */
  lineOf(node: string): string;
}

/**
 * Runs a function once on the native backend and writes down every TensorFlow op that it executes.
 * The inputs become placeholders; every other tensor that it makes or uses becomes a constant.
 *
 * @throws StepNotRecordable when a value is read while it runs, when an op is not on the allow-list,
 *   or when it reads the clock or Math.random; with the op and the line of the model.
 */
export function record(
  tf: Tensorflow,
  inputs: NamedTensorMap,
  run: (inputs: NamedTensorMap) => NamedTensorMap,
): Recording {
  const backend = nativeBackend(tf);
  const { binding } = backend;
  const recorder = createRecorder(binding, variablesOf(tf, backend));
  for (const [name, tensor] of Object.entries(inputs)) {
    const [id] = backend.getInputTensorIds([tensor]) as [number];
    const { dtype, shape } = backend.tensorMap.get(tensor.dataId);
    recorder.input(name, id, dtype, shape);
  }
  const notice = ({ what, line }: { what: string; line: string }): never => {
    throw new StepNotRecordable(`the step reads ${what}`, what, line);
  };
  const outputs: Record<string, string> = {};
  backend.binding = recorder.binding;
  try {
    tf.tidy(() => {
      const made = withOutsideValuesNoticed(() => run(inputs), notice);
      for (const [name, tensor] of Object.entries(made)) {
        const [id] = backend.getInputTensorIds([tensor]) as [number];
        outputs[name] = recorder.place(id, "an output of the step");
      }
    });
  } finally {
    backend.binding = binding;
  }
  const roots = [...Object.keys(inputs), ...Object.values(outputs)];
  const { facts, lineOf } = recorder;
  return { nodes: prune(recorder.nodes, roots), outputs, facts, lineOf };
}

/**
 * Where two recordings of one function with different inputs differ: there a value that was made in
 * JavaScript has been frozen. Null when they are the same.
 */
export function frozenValue(one: Recording, other: Recording): StepNotRecordable | null {
  const count = Math.max(one.nodes.length, other.nodes.length);
  for (let index = 0; index < count; index++) {
    const [a, b] = [one.nodes[index], other.nodes[index]];
    if (a && b && sameNode(a, b)) continue;
    const node = a ?? b!;
    const line = one.lineOf(node.name) || other.lineOf(node.name);
    const what =
      a?.op === "Const" && b?.op === "Const" && sameShape(a, b)
        ? "the step makes a value in JavaScript that changes from step to step"
        : `the step takes another course from step to step, at the op ${node.op}`;
    return new StepNotRecordable(what, node.op, line);
  }
  return null;
}

function sameNode(a: GraphNode, b: GraphNode): boolean {
  const [x, y] = [a.attr["value"]?.tensor, b.attr["value"]?.tensor];
  if (x && y && Buffer.compare(x.tensorContent, y.tensorContent) !== 0) return false;
  return description(a) === description(b);
}

function sameShape(a: GraphNode, b: GraphNode): boolean {
  const shape = ({ attr }: GraphNode) => JSON.stringify(attr["value"]?.tensor?.tensorShape);
  return shape(a) === shape(b);
}

// Everything but the bytes of a constant, which are compared as they are.
function description(node: GraphNode): string {
  return JSON.stringify(node, (key, value: unknown) => (key === "tensorContent" ? null : value));
}

// Values that were not used yet would be uploaded while recording, and so look like constants.
function variablesOf(tf: Tensorflow, backend: NativeBackend): Map<number, string> {
  const variables = Object.values(tf.engine().registeredVariables);
  return new Map(variables.map((it) => [backend.getInputTensorIds([it])[0]!, it.name]));
}
