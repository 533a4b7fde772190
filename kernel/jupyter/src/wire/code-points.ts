/**
 * Turns a position in Unicode code points (as `cursor_pos` is) into one in UTF-16 units.
 *
 * @example utf16Offset("🙂x", 1) // 2
 */
export function utf16Offset(text: string, codePoints: number): number {
  let offset = 0;
  for (let left = codePoints; left > 0 && offset < text.length; left--) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}

/**
 * Turns a position in UTF-16 units into one in Unicode code points.
 *
 * @example codePointOffset("🙂x", 2) // 1
 */
export function codePointOffset(text: string, utf16: number): number {
  let count = 0;
  for (let offset = 0; offset < utf16 && offset < text.length; count++) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return count;
}
