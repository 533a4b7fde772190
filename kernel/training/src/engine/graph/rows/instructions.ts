// The order is that of the enum in native/row_program.cc.
const names = [
  ...["Add", "Sub", "Mul", "Div", "Maximum", "Minimum"],
  ...["Neg", "Square", "Sqrt", "Rsqrt", "Reciprocal", "Abs", "Relu", "Exp", "Erf", "Copy"],
  ...["Sum", "Mean", "Max"],
] as const;

/** What a row program can do with one or two operands. */
export type Operation = (typeof names)[number];

/** The number of an operation in a program. */
export function codeOf(operation: Operation): number {
  return names.indexOf(operation);
}

/** TensorFlow's elementwise ops of two operands, as operations. */
export const binaryOps = new Map<string, Operation>([
  ["Add", "Add"],
  ["AddV2", "Add"],
  ["Sub", "Sub"],
  ["Mul", "Mul"],
  ["Div", "Div"],
  ["RealDiv", "Div"],
  ["Maximum", "Maximum"],
  ["Minimum", "Minimum"],
]);

/** TensorFlow's elementwise ops of one operand, as operations. */
export const unaryOps = new Map<string, Operation>(
  (["Neg", "Square", "Sqrt", "Rsqrt", "Reciprocal", "Abs", "Relu", "Exp", "Erf"] as const).map(
    (name) => [name, name],
  ),
);

/** TensorFlow's reductions, as operations along a row. */
export const reductions = new Map<string, Operation>(
  (["Sum", "Mean", "Max"] as const).map((name) => [name, name]),
);

/** Ops that leave the values as they are. */
export const aliases = new Set(["Identity", "Reshape", "Cast"]);
