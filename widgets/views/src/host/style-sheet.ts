import { sectionStyle } from "../dashboard/section-style.js";
import { attentionCinemaStyle } from "../attention-cinema/style.js";
import { compareStyle } from "../compare/style.js";
import { dashboardStyle } from "../dashboard/style.js";
import { embeddingMapStyle } from "../embedding-map/style.js";
import { lossCurveStyle } from "../loss-curve/style.js";
import { modelLibraryStyle } from "../model-library/style.js";
import { probabilityTowerStyle } from "../probability-tower/style.js";
import { scrubBarStyle } from "../scrub-bar/style.js";
import { runHistoryStyle } from "../run-history/style.js";
import { sessionTreeStyle } from "../session-tree/style.js";
import { textProgressStyle } from "../text-progress/style.js";
import { hostStyle } from "./style.js";

const ID = "forkpoint-widgets-style";

/**
 * Puts the views' styles into the page, once. They travel as text, so that JupyterLab and a page
 * without a bundler's style loader get the same.
 *
 * @example installStyleSheet();
 */
export function installStyleSheet(): void {
  if (document.getElementById(ID)) return;
  const style = document.createElement("style");
  style.id = ID;
  style.textContent = [
    ...[hostStyle, scrubBarStyle, lossCurveStyle, textProgressStyle],
    ...[probabilityTowerStyle, attentionCinemaStyle, embeddingMapStyle],
    ...[modelLibraryStyle, dashboardStyle, sectionStyle],
    ...[sessionTreeStyle, runHistoryStyle, compareStyle],
  ].join("\n");
  document.head.append(style);
}
