import type { Runtime, Session } from "node:inspector/promises";
import type { DapVariable } from "./dap.js";

/** More parts of one value than this are not listed. */
const MOST_PARTS = 500;

/** Parts of a value: of which objects, and which names of theirs are not to be shown. */
interface Listing {
  objects: string[];
  hidden: (name: string) => boolean;
}

/** Values that live in main, by the numbers that clients get for them. */
export interface RemoteValues {
  /** A number under which the parts of these objects can be asked for. */
  reference(objects: readonly string[], hidden?: (name: string) => boolean): number;
  variable(name: string, value: Runtime.RemoteObject): DapVariable;
  /** @returns null for a number that means nothing (any more) */
  parts(reference: number): Promise<DapVariable[] | null>;
  names(object: string): Promise<string[]>;
  /** A value as Node prints it, several lines deep. */
  inspected(value: Runtime.RemoteObject): Promise<string>;
  /** The numbers given so far mean nothing any more. */
  forget(): void;
}

/**
 * Makes the table of values that a client may look into.
 *
 * @example const { variablesReference } = values.variable("model", result);
 */
export function createRemoteValues(session: Session): RemoteValues {
  const listings = new Map<number, Listing>();
  let last = 0;

  function reference(objects: readonly string[], hidden = (_: string): boolean => false): number {
    last += 1;
    listings.set(last, { objects: [...objects], hidden });
    return last;
  }

  const properties = (objectId: string, generatePreview: boolean) =>
    session.post("Runtime.getProperties", { objectId, ownProperties: true, generatePreview });

  function variable(name: string, value: Runtime.RemoteObject): DapVariable {
    const { objectId, type, subtype, className } = value;
    const opens = objectId !== undefined && type !== "function" && type !== "symbol";
    return {
      name,
      value: textOf(value),
      type: className ?? subtype ?? type,
      variablesReference: opens ? reference([objectId]) : 0,
    };
  }

  return {
    reference,
    variable,
    async parts(number) {
      const listing = listings.get(number);
      if (!listing) return null;
      const parts = new Map<string, DapVariable>();
      for (const object of listing.objects) {
        const { result } = await properties(object, true);
        for (const { name, value, isOwn } of result) {
          // An inner scope's names come first and hide an outer one's.
          if (!value || isOwn === false || parts.has(name) || listing.hidden(name)) continue;
          if (name === "__proto__") continue;
          parts.set(name, variable(name, value));
          if (parts.size === MOST_PARTS) return [...parts.values(), more(result.length)];
        }
      }
      return [...parts.values()];
    },
    async names(object) {
      return (await properties(object, false)).result.map(({ name }) => name);
    },
    async inspected(value) {
      const { objectId } = value;
      if (!objectId) return textOf(value);
      const functionDeclaration = `function () { return process.getBuiltinModule("node:util").inspect(this, { depth: 4 }) }`;
      const { result } = await session.post("Runtime.callFunctionOn", {
        ...{ functionDeclaration, objectId, returnByValue: true },
      });
      return String(result.value);
    },
    forget: () => listings.clear(),
  };
}

const more = (all: number): DapVariable => ({
  ...{ name: "…", type: "", variablesReference: 0 },
  value: `${all} in all, the first ${MOST_PARTS} are shown`,
});

/**
 * A value in a line, as a debugger shows it.
 *
 * @example textOf({ type: "string", value: "a" }) // '"a"'
 */
export function textOf({
  type,
  subtype,
  value,
  description,
  preview,
  unserializableValue,
}: Runtime.RemoteObject): string {
  if (type === "undefined") return "undefined";
  if (type === "string") return JSON.stringify(value);
  if (type === "function") return /^[^{]*/.exec(description ?? "")![0].trim() || "function";
  if (subtype === "error") return description?.split("\n")[0] ?? "Error";
  if (preview && type === "object" && subtype !== "null") return previewText(preview);
  return unserializableValue ?? description ?? String(value);
}

function previewText({
  subtype,
  description,
  properties,
  overflow,
}: Runtime.ObjectPreview): string {
  const list = subtype === "array" || subtype === "typedarray";
  const shown = properties.map(({ name, type, value = "…" }) => {
    const text = type === "string" ? JSON.stringify(value) : value;
    return list && /^\d+$/.test(name) ? text : `${name}: ${text}`;
  });
  if (overflow) shown.push("…");
  const inner = shown.join(", ");
  const title = description === "Object" || subtype === "array" ? "" : `${description ?? ""} `;
  return list ? `${title}[${inner}]` : `${title}{${inner}}`;
}
