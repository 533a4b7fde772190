/**
 * Makes a canvas sharp on this screen and clears it; what is drawn is in CSS pixels. Null where the browser
 * gives no context.
 *
 * @example const context = preparedContext(canvas, 200, 100); context?.fillRect(0, 0, 10, 10);
 */
export function preparedContext(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext("2d");
  if (canvas.width !== wide || canvas.height !== high) {
    [canvas.width, canvas.height] = [wide, high];
    if (context) fonts.delete(context);
  }
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

// What a canvas of another size forgets.
const fonts = new WeakMap<CanvasRenderingContext2D, string>();

/**
 * Sets the font of a canvas that preparedContext gave. To be told of one, the same again too, has Chromium
 * work out the page's styles: a millisecond of each frame.
 *
 * @example setFont(context, "600 13px monospace")
 */
export function setFont(context: CanvasRenderingContext2D, font: string): void {
  if (fonts.get(context) === font) return;
  context.font = font;
  fonts.set(context, font);
}

/** Whether the page is light. @example paletteOf(isLight()) */
export function isLight(): boolean {
  return document.body.dataset["jpThemeLight"] !== "false";
}
