import protobuf from "protobufjs";
import { GraphOpRefused, GraphUnreadable } from "../../errors/graph.js";
import { refusedOp } from "./allowed-ops.js";

/** A shape as TensorFlow writes it. */
export interface ShapeProto {
  dim: { size: number }[];
}

/** An attribute of a node: exactly one of these. */
export interface AttrValue {
  s?: Uint8Array;
  i?: number;
  f?: number;
  b?: boolean;
  type?: number;
  shape?: ShapeProto;
  tensor?: { dtype: number; tensorShape: ShapeProto; tensorContent: Uint8Array };
  list?: { s?: Uint8Array[]; i?: number[]; f?: number[]; b?: boolean[]; type?: number[] };
}

/** A node as TensorFlow's GraphDef writes it. An input is "node:output", or "^node" to run after. */
export interface GraphNode {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, AttrValue>;
}

// The parts of TensorFlow's graph.proto that a recorded step needs; field numbers are theirs.
const schema = protobuf.parse(`
  syntax = "proto3";
  message Dim { int64 size = 1; }
  message Shape { repeated Dim dim = 2; }
  message Tensor { int32 dtype = 1; Shape tensor_shape = 2; bytes tensor_content = 4; }
  message List {
    repeated bytes s = 2; repeated int64 i = 3; repeated float f = 4; repeated bool b = 5;
    repeated int32 type = 6;
  }
  message Value {
    oneof value {
      List list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; int32 type = 6;
      Shape shape = 7; Tensor tensor = 8;
    }
  }
  message Node {
    string name = 1; string op = 2; repeated string input = 3; map<string, Value> attr = 5;
  }
  message Versions { int32 producer = 1; }
  message Graph { repeated Node node = 1; Versions versions = 4; }
`).root;
const graphType = schema.lookupType("Graph");

// The version from which TensorFlow infers how ops behave; the one that was proven (2.4).
const producer = 1087;

/** The bytes of a GraphDef, the same for the same nodes. @throws GraphOpRefused. */
export function encodeGraph(nodes: GraphNode[]): Uint8Array {
  checkOps(nodes);
  const sorted = nodes.map((node) => ({
    ...node,
    attr: Object.fromEntries(Object.entries(node.attr).sort(([a], [b]) => (a < b ? -1 : 1))),
  }));
  const message = graphType.fromObject({ node: sorted, versions: { producer } });
  return Uint8Array.from(graphType.encode(message).finish());
}

/**
 * The nodes of a stored GraphDef. Only what {@link encodeGraph} writes is understood: functions,
 * devices and everything else that a graph could carry are left out.
 *
 * @throws GraphUnreadable; GraphOpRefused for an op outside the allow-list.
 */
export function decodeGraph(bytes: Uint8Array): GraphNode[] {
  let nodes: GraphNode[];
  try {
    const decoded = graphType.toObject(graphType.decode(bytes), { longs: Number, arrays: true });
    nodes = (decoded["node"] as Partial<GraphNode>[]).map(
      ({ name = "", op = "", input = [], attr = {} }) => ({ name, op, input, attr }),
    );
  } catch (error) {
    throw new GraphUnreadable(error);
  }
  checkOps(nodes);
  return nodes;
}

function checkOps(nodes: GraphNode[]): void {
  const refused = nodes.find(({ op }) => refusedOp(op));
  if (refused) throw new GraphOpRefused(refused.op, refused.name);
}

/** A shape in TensorFlow's form. */
export function shapeProto(shape: readonly number[]): ShapeProto {
  return { dim: shape.map((size) => ({ size })) };
}

/** A constant of raw bytes. */
export function constant(
  name: string,
  dtype: number,
  shape: readonly number[],
  bytes: Uint8Array,
): GraphNode {
  const tensor = { dtype, tensorShape: shapeProto(shape), tensorContent: bytes };
  return { name, op: "Const", input: [], attr: { dtype: { type: dtype }, value: { tensor } } };
}
