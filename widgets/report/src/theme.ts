/**
 * Light and dark follow the system until the reader chooses; style sheets do the work, so that it needs no
 * script. Views look at the body's attribute, as in JupyterLab; a printed page is always light.
 *
 * @example followTheme(document.querySelector("#report-theme"));
 */
export function followTheme(toggle: HTMLButtonElement): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const { body, documentElement: page } = document;
  let printing = false;
  const isDark = (): boolean =>
    page.dataset["theme"] ? page.dataset["theme"] === "dark" : system.matches;
  const tell = (): void => {
    const dark = isDark() && !printing;
    body.dataset["jpThemeLight"] = String(!dark);
    body.dataset["jpThemeName"] = dark ? "JupyterLab Dark" : "JupyterLab Light";
    toggle.textContent = isDark() ? "Light" : "Dark";
    toggle.setAttribute("aria-label", `Show this report in ${isDark() ? "light" : "dark"} colours`);
  };
  const print = (now: boolean) => (): void => {
    printing = now;
    tell();
  };
  toggle.addEventListener("click", () => {
    page.dataset["theme"] = isDark() ? "light" : "dark";
    tell();
  });
  system.addEventListener("change", tell);
  window.addEventListener("beforeprint", print(true));
  window.addEventListener("afterprint", print(false));
  toggle.hidden = false;
  tell();
}
