/**
 * The declarations of the display functions that cells find without an import, as the text of a
 * module. It names the kernel package `@forkpoint/display`, so it must be resolved as a cell is.
 */
export const CELL_GLOBALS = `declare global {
  var display: typeof import("@forkpoint/display").display;
  var html: typeof import("@forkpoint/display").html;
  var image: typeof import("@forkpoint/display").image;
  var md: typeof import("@forkpoint/display").md;
  var progress: typeof import("@forkpoint/display").progress;
  var svg: typeof import("@forkpoint/display").svg;
}
export {};
`;
