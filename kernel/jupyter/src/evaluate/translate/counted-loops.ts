import type { Expression, ForStatement, Node } from "oxc-parser";
import { isArithmetic, runsOthers } from "./calls.js";
import { TICK } from "./names-in-cells.js";
import { bare, childrenOf, isFunction, isType } from "./nodes.js";

/** Iterations between two looks at the interrupt: about ten microseconds of arithmetic. */
const STRETCH = 4096;

/** A `for` that counts one variable up or down, with nothing in it that could take long. */
export interface CountedLoop {
  variable: string;
  up: boolean;
  /** Whether the variable is a number for sure, and no bigint or text. */
  numeric: boolean;
  /** Whether what the variable is compared with stays the same while a stretch runs. */
  fixed: boolean;
  limit: Expression;
}

/**
 * Tells whether a loop only counts and computes, so that it may be cut into stretches: looking for
 * an interrupt at each iteration would take longer than many such loops' bodies.
 *
 * @example countedLoop(node) // { variable: "i", up: true, … } for for (let i = 0; i < n; i++) s += a[i]
 */
export function countedLoop(node: ForStatement): CountedLoop | null {
  const { init, test, update, body } = node;
  if (init?.type !== "VariableDeclaration" || init.kind !== "let" || !test || !update) return null;
  const [first, second] = init.declarations;
  if (first?.id.type !== "Identifier" || second) return null;
  const variable = first.id.name;
  if (test.type !== "BinaryExpression" || bare(test.left).type !== "Identifier") return null;
  if ((test.left as { name?: string }).name !== variable) return null;
  const up = DIRECTIONS[test.operator];
  if (up === undefined || assignedName(update) !== variable) return null;
  if (![test, update, body].every(isQuick) || some(test, isAssignment)) return null;
  const fixed = !test.operator.endsWith("=") && isFixed(test.right, [update, body]);
  const numeric = isNumber(first.init) && adds(update) && !some(body, (n) => assigns(n, variable));
  return { variable, up, numeric, fixed, limit: test.right };
}

// The condition is looked at once more at the start of each stretch.
function isAssignment({ type }: Node): boolean {
  return type === "AssignmentExpression" || type === "UpdateExpression";
}

function isNumber(node: Node | null): boolean {
  return node?.type === "Literal" && typeof node.value === "number";
}

function adds(update: Expression): boolean {
  if (update.type !== "AssignmentExpression") return update.type === "UpdateExpression";
  return (update.operator === "+=" || update.operator === "-=") && isNumber(update.right);
}

const DIRECTIONS: Record<string, boolean | undefined> = {
  "<": true,
  "<=": true,
  ">": false,
  ">=": false,
};

/**
 * What an assignment assigns to, when that is one name: `a = 1`, `a += 1`, `a++`.
 *
 * @example assignedName(node) // "a"
 */
export function assignedName(node: Node): string | null {
  if (node.type !== "AssignmentExpression" && node.type !== "UpdateExpression") return null;
  const target = bare(node.type === "AssignmentExpression" ? node.left : node.argument);
  return target.type === "Identifier" ? target.name : null;
}

// A call may take any time; a function may keep the variable of one iteration for itself.
function isQuick(node: Node): boolean {
  if (isType(node)) return true;
  if (node.type === "AwaitExpression" || isFunction(node.type) || runsOthers(node)) return false;
  return childrenOf(node).every(isQuick);
}

/** Whether nothing in these parts of a quick loop can change a value. */
function isFixed(limit: Expression, parts: readonly Node[]): boolean {
  if (isNumber(limit)) return true;
  if (limit.type === "Identifier") {
    return !parts.some((part) => some(part, (node) => assigns(node, limit.name)));
  }
  const isLength =
    limit.type === "MemberExpression" &&
    !limit.computed &&
    limit.object.type === "Identifier" &&
    limit.property.name === "length";
  if (!isLength) return false;
  const { name } = limit.object as { name: string };
  return !parts.some((part) => some(part, (node) => assigns(node, name) || mayShorten(node)));
}

function assigns(node: Node, name: string): boolean {
  if (node.type === "ForInStatement" || node.type === "ObjectPattern") return true;
  if (node.type !== "AssignmentExpression" && node.type !== "UpdateExpression") return false;
  const target = bare(node.type === "AssignmentExpression" ? node.left : node.argument);
  if (target.type === "Identifier") return target.name === name;
  // An element is no name; a pattern, or a property such as `length`, may be anything.
  const isElement = target.type === "MemberExpression" && target.computed;
  return !isElement || target.property.type === "Literal";
}

// A property of any other name may be a getter, and do anything; elements only make arrays longer.
function mayShorten(node: Node): boolean {
  if (node.type === "UnaryExpression") return node.operator === "delete";
  if (node.type !== "MemberExpression" || node.computed) return false;
  return node.property.name !== "length" && !isArithmetic(node);
}

function some(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => some(child, test));
}

/** The texts around the body of a loop that is cut into stretches. */
export interface Stretch {
  before: string;
  after: string;
}

/**
 * Cuts a counted loop into stretches with a tick before each:
 * `for (let i = 0; i < n; ) { tick; const end = i + 4096; for (; i < n && i < end; i++) body }`.
 * `break` leaves both loops by the label. A limit that cannot change is looked at once a stretch.
 *
 * @param label a name that no other label around it has
 * @param texts the loop's parts, translated already
 * @example inStretches(loop, "__stretch1", { test: "i < n", update: "i++", limit: "n" })
 */
export function inStretches(
  { variable, up, numeric, fixed }: CountedLoop,
  label: string,
  { test, update, limit }: { test: string; update: string; limit: string },
): Stretch {
  const end = `${label}End`;
  const now = numeric ? variable : `Number(${variable})`;
  const [sign, before] = up ? ["+", "<"] : ["-", ">"];
  const far = `${now} ${sign} ${STRETCH}`;
  // Plain comparisons: V8 makes slower loops of Math.min.
  const until = fixed ? `${limit} ${before} ${far} ? ${limit} : ${far}` : far;
  const within = `${variable} ${before} ${end}`;
  const goesOn = fixed ? within : `(${test}) && ${within}`;
  return {
    before: `{ ${TICK} const ${end} = ${until}; for (; ${goesOn}; ${update}) `,
    after: " }",
  };
}
