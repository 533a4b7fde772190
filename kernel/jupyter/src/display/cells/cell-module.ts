// What `@forkpoint/display` gives in a cell, and what is there without an import.
export { display } from "./display.js";
export type { ShowOptions } from "./display.js";
export { html, md, svg } from "./tags.js";
export type { Markup } from "./tags.js";
export { image } from "./image.js";
export type { Image } from "./image.js";
export { progress } from "../progress/progress.js";
export type { Progress, ProgressOptions } from "../progress/progress.js";
export { DisplayRefused } from "./display-errors.js";
