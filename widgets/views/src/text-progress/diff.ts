import { diffWordsWithSpace } from "diff";

/** A stretch of a text, and whether the text before it had it. */
export interface Stretch {
  text: string;
  fresh: boolean;
}

/** Texts longer than this are not compared word by word: it would take longer than a frame. */
const LONGEST = 4000;

/**
 * The stretches of a text that an earlier one did not have, by words and the space between them. Without
 * an earlier one, nothing is new.
 *
 * @example stretchesOf("the sun rose", "the moon rose") // "the ", "moon" (fresh), " rose"
 */
export function stretchesOf(before: string | undefined, text: string): Stretch[] {
  if (text === "") return [];
  if (before === undefined || before === text) return [{ text, fresh: false }];
  if (before.length > LONGEST || text.length > LONGEST) return [{ text, fresh: true }];
  return diffWordsWithSpace(before, text)
    .filter(({ removed }) => !removed)
    .map(({ value, added }) => ({ text: value, fresh: added }));
}
