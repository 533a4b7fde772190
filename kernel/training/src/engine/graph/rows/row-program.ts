import type { GraphNode } from "../graph-def.js";
import { aliases, binaryOps, codeOf, reductions, unaryOps } from "./instructions.js";
import type { Operation } from "./instructions.js";
import { extent } from "./known-graph.js";
import type { KnownGraph } from "./known-graph.js";

/** The rows that a program goes over: as many, and as wide. */
export interface Domain {
  rows: number;
  width: number;
}

/** A value inside a program: one number for each place, for each row, or for all. */
type Value =
  | { kind: "constant"; number: number }
  | { kind: "input" | "register"; index: number; wide: boolean; shape: number[] };

interface Instruction {
  operation: Operation;
  /** A register. */
  target: number;
  operands: Value[];
}

/** A group of nodes as one program. */
export interface RowProgram {
  domain: Domain;
  /** Tensors from outside, as places. */
  inputs: string[];
  /** The node that runs it, with `outputs` (places of its members) as its outputs. */
  node(name: string, outputs: string[]): GraphNode;
}

interface Input {
  place: string;
  wide: boolean;
  /** Rows after which it begins again. */
  period: number;
}

const elementwise = new Set([...binaryOps.keys(), ...unaryOps.keys(), "AddN", "Pow"]);

/** The members of a group as a program over the rows of a domain; null when that cannot be. */
export function rowProgram(
  graph: KnownGraph,
  members: GraphNode[],
  domain: Domain,
): RowProgram | null {
  const { rows, width } = domain;
  const values = new Map<string, Value>();
  const inputs: Input[] = [];
  const code: Instruction[] = [];
  const wideRegisters: boolean[] = [];

  const emit = (operation: Operation, operands: Value[], wide: boolean, shape: number[]): Value => {
    const index = wideRegisters.push(wide) - 1;
    code.push({ operation, target: index, operands });
    return { kind: "register", index, wide, shape };
  };
  const isWide = (value: Value): boolean => value.kind !== "constant" && value.wide;

  // How a tensor of shape `from` is laid over the rows of a result of shape `to`.
  const layOver = (from: number[], to: number[]): { wide: boolean; period: number } | null => {
    if (extent(from) === 1) return { wide: false, period: 1 };
    const wholeRows = extent(to) === rows * width;
    const wide = wholeRows && from.at(-1) === width;
    if (wholeRows && !wide && from.at(-1) !== 1) return null;
    const outer = (shape: number[]): number[] => (wholeRows ? shape.slice(0, -1) : shape);
    const leading = outer(from);
    while (leading[0] === 1) leading.shift();
    const target = outer(to).slice(outer(to).length - leading.length);
    if (!leading.every((size, at) => size === target[at])) return null;
    return { wide, period: extent(leading) };
  };
  const operand = (place: string, to: number[]): Value | null => {
    const known = values.get(place);
    if (known) {
      if (known.kind === "constant" || extent(known.shape) === extent(to)) return known;
      return layOver(known.shape, to)?.period === rows ? known : null;
    }
    const number = graph.splatOf(place);
    if (number !== null) return { kind: "constant", number };
    const shape = graph.shapeOf(place);
    const laid = shape && layOver(shape, to);
    if (!shape || !laid) return null;
    let index = inputs.findIndex(
      (it) => it.place === place && it.wide === laid.wide && it.period === laid.period,
    );
    if (index < 0) index = inputs.push({ place, ...laid }) - 1;
    return { kind: "input", index, wide: laid.wide, shape };
  };
  const binary = (operation: Operation, a: Value, b: Value, shape: number[]): Value | null => {
    if (a.kind === "constant" && b.kind === "constant") return null;
    const one = (value: Value): boolean => value.kind === "constant" && value.number === 1;
    const same = operation === "Mul" && one(b) ? a : operation === "Mul" && one(a) ? b : null;
    if (same?.kind === "register") return { ...same, shape };
    return emit(operation, [a, b], isWide(a) || isWide(b), shape);
  };
  const along = (operation: Operation, value: Value, shape: number[]): Value => {
    const whole = isWide(value) ? value : emit("Copy", [value], true, shape);
    return emit(operation, [whole], false, shape);
  };

  const translate = (node: GraphNode): Value | null => {
    const { op, input } = node;
    const shape = graph.shapeOf(`${node.name}:0`);
    if (!shape) return null;
    const size = extent(shape);
    const [first, second] = input as [string, string];
    if (aliases.has(op)) {
      const value = values.get(first);
      if (value?.kind !== "register" || (op === "Cast" && !graph.shapeOf(first))) return null;
      const wholeRows = extent(value.shape) === rows * width;
      return wholeRows && shape.at(-1) !== width ? null : { ...value, shape };
    }
    if (reductions.has(op) || op === "Softmax") {
      const from = graph.shapeOf(first);
      const axis = op === "Softmax" ? -1 : graph.integerOf(second);
      if (!from || axis === null || from.at(-1) !== width || extent(from) !== rows * width)
        return null;
      if (axis !== -1 && axis !== from.length - 1) return null;
      const value = operand(first, from);
      if (!value || value.kind === "constant") return null;
      if (op !== "Softmax") return along(reductions.get(op)!, value, shape);
      const high = along("Max", value, from);
      const powers = emit("Exp", [emit("Sub", [value, high], true, from)], true, from);
      const share = emit("Reciprocal", [along("Sum", powers, from)], false, from);
      return emit("Mul", [powers, share], true, shape);
    }
    if (!elementwise.has(op)) return null;
    if (size !== rows && (size !== rows * width || shape.at(-1) !== width)) return null;
    const operands = input.map((place) => operand(place, shape));
    if (operands.includes(null)) return null;
    const [a, b] = operands as [Value, Value];
    if (binaryOps.has(op)) return binary(binaryOps.get(op)!, a, b, shape);
    if (a.kind === "constant") return null;
    if (unaryOps.has(op)) return emit(unaryOps.get(op)!, [a], isWide(a), shape);
    if (op === "AddN") {
      let sum: Value | null = a;
      for (const value of operands.slice(1)) sum = sum && binary("Add", sum, value!, shape);
      return sum;
    }
    if (op === "Pow" && b.kind === "constant" && b.number === 1.5) {
      const root = emit("Sqrt", [a], isWide(a), shape);
      return emit("Mul", [a, root], isWide(a), shape);
    }
    return null;
  };

  for (const member of members) {
    const value = translate(member);
    if (!value) return null;
    values.set(`${member.name}:0`, value);
  }
  return {
    domain,
    inputs: [...new Set(inputs.map(({ place }) => place))],
    node(name, outputs) {
      const taken = new Set<number>();
      const places = outputs.map((place) => {
        const found = values.get(place);
        if (found?.kind !== "register") throw new Error(`${place} is no value of the program`);
        const shape = graph.shapeOf(place)!;
        const spread = !found.wide && extent(shape) !== rows;
        // One register cannot be two outputs, and an output has a value for each of its places.
        const copied = spread || taken.has(found.index);
        const wide = found.wide || spread;
        const value = copied ? (emit("Copy", [found], wide, shape) as Register) : found;
        taken.add(value.index);
        return { value, shape };
      });
      return assemble(name, domain, inputs, code, wideRegisters, places);
    },
  };
}

type Register = Extract<Value, { index: number }>;

// Numbers the operands as native/row_program.cc does: inputs, constants, outputs, temporaries.
function assemble(
  name: string,
  { rows, width }: Domain,
  inputs: Input[],
  instructions: Instruction[],
  wideRegisters: boolean[],
  outputs: { value: Register; shape: number[] }[],
): GraphNode {
  const code = withoutDead(instructions, outputs);
  const used = inputs.filter((_, index) =>
    code.some(({ operands }) =>
      operands.some((value) => value.kind === "input" && value.index === index),
    ),
  );
  const constants: number[] = [];
  for (const { operands } of code) {
    for (const value of operands) {
      if (value.kind === "constant" && !constants.includes(value.number))
        constants.push(value.number);
    }
  }
  const firstOutput = used.length + constants.length;
  const places = new Map(outputs.map(({ value }, at) => [value.index, firstOutput + at]));
  const lastUse = new Map<number, number>();
  code.forEach(({ target, operands }, at) => {
    lastUse.set(target, at);
    for (const value of operands) if (value.kind === "register") lastUse.set(value.index, at);
  });
  const temporaries: boolean[] = [];
  const free: number[] = [];
  const numbers: number[] = [];
  code.forEach(({ operation, target, operands }, at) => {
    if (!places.has(target)) {
      const again = free.findIndex((slot) => temporaries[slot] === wideRegisters[target]);
      const slot =
        again < 0 ? temporaries.push(wideRegisters[target]!) - 1 : free.splice(again, 1)[0]!;
      places.set(target, firstOutput + outputs.length + slot);
    }
    const [a, b = a] = operands.map((value) => {
      if (value.kind === "constant") return used.length + constants.indexOf(value.number);
      return value.kind === "input" ? used.indexOf(inputs[value.index]!) : places.get(value.index)!;
    });
    numbers.push(codeOf(operation), places.get(target)!, a!, b!);
    // Freed only now, so that no instruction writes where it reads.
    const ended = operands.filter(
      (value): value is Register => value.kind === "register" && lastUse.get(value.index) === at,
    );
    for (const index of new Set(ended.map((value) => value.index))) {
      const slot = places.get(index)! - firstOutput - outputs.length;
      if (slot >= 0) free.push(slot);
    }
  });
  const program = [
    ...[rows, width, used.length],
    ...used.flatMap(({ wide, period }) => [wide ? 1 : 0, period]),
    outputs.length,
    ...outputs.flatMap(({ value, shape }) => [value.wide ? 1 : 0, shape.length, ...shape]),
    temporaries.length,
    ...temporaries.map((wide) => (wide ? 1 : 0)),
    code.length,
    ...numbers,
  ];
  return {
    ...{ name, op: "ForkpointRows", input: used.map(({ place }) => place) },
    attr: {
      N: { i: used.length },
      M: { i: outputs.length },
      program: { list: { i: program } },
      constants: { list: { f: constants } },
    },
  };
}

function withoutDead(code: Instruction[], outputs: { value: Register }[]): Instruction[] {
  const needed = new Set(outputs.map(({ value }) => value.index));
  const kept = [...code].reverse().filter(({ target, operands }) => {
    if (!needed.has(target)) return false;
    for (const value of operands) if (value.kind === "register") needed.add(value.index);
    return true;
  });
  return kept.reverse();
}
