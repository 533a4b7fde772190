import { reportPlugin } from "./report/plugin.js";
import { viewsPlugin } from "./views.js";

export default [viewsPlugin, reportPlugin];
