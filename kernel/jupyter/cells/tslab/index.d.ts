export * from "../../dist/display/cells/tslab.js";
