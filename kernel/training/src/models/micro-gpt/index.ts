export { microGPT } from "./config.js";
export type { MicroGptConfig, MicroGptSize, ModelDescription } from "./config.js";
export { microGpt } from "./definition.js";
