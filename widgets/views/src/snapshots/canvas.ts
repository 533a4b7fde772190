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
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

/** Whether the page is light. @example paletteOf(isLight()) */
export function isLight(): boolean {
  return document.body.dataset["jpThemeLight"] !== "false";
}
