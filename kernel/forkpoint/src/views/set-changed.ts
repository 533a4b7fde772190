import type { Widget } from "@forkpoint/jupyter";

/**
 * Sets what of a widget's state is another than before: what the page has already is not sent again.
 *
 * @example setChanged(widget, { models }); // nothing crosses when they are as they were
 */
export function setChanged(widget: Widget, values: Readonly<Record<string, unknown>>): void {
  const differs = ([key, value]: [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(widget.state[key]);
  const changed = Object.entries(values).filter(differs);
  if (changed.length > 0) widget.set(Object.fromEntries(changed));
}
