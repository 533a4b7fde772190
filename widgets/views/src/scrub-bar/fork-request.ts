import type { TimelineAction, WireProposal } from "@forkpoint/wire";

/** What a fork's form holds: texts as they were typed. */
export interface ForkFields {
  name: string;
  learningRate: string;
  weightDecay: string;
  to: string;
}

/** Why a field cannot be taken. */
export type ForkFaults = Partial<Record<keyof ForkFields, string>>;

/**
 * What the fields ask of the kernel, or why they cannot be asked. An empty field is what was proposed.
 *
 * @example readFork({ name: "hot", learningRate: "3e-3", weightDecay: "", to: "" }, proposal, 300)
 */
export function readFork(
  fields: ForkFields,
  proposal: WireProposal,
  step: number,
): { request: Extract<TimelineAction, { action: "fork" }> } | { faults: ForkFaults } {
  const faults: ForkFaults = {};
  const number = (
    field: "learningRate" | "weightDecay" | "to",
    fits: (value: number) => boolean,
    wanted: string,
  ): number | undefined => {
    const typed = fields[field].trim().replaceAll(",", "");
    if (typed === "") return undefined;
    const value = Number(typed);
    if (Number.isFinite(value) && fits(value)) return value;
    faults[field] = wanted;
    return undefined;
  };
  const learningRate = number("learningRate", (value) => value > 0, "A number above 0.");
  const weightDecay = number("weightDecay", (value) => value >= 0, "0 or more.");
  const later = (value: number): boolean => Number.isSafeInteger(value) && value > step;
  const to = number("to", later, `A whole step after ${step}.`);
  if (fields.name !== "" && fields.name.trim() === "") faults.name = "A session needs a name.";
  if (Object.keys(faults).length > 0) return { faults };
  return {
    request: {
      action: "fork",
      step,
      name: fields.name.trim() || proposal.name,
      ...(learningRate === undefined ? {} : { learning_rate: learningRate }),
      ...(weightDecay === undefined ? {} : { weight_decay: weightDecay }),
      ...(to === undefined ? {} : { to }),
    },
  };
}
