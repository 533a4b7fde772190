export * from "../../dist/display/cells/cell-module.js";
