/** Themes and menus: forms and details that work without this; with it they behave better. */

/** A year, in seconds. */
const KEPT = 31_536_000;

export function startControls() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (button && form.dataset.themeSwitch !== undefined) chooseTheme(event, button);
  });
  document.addEventListener("click", ({ target }) => closeMenus(/** @type {Node} */ (target)));
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    // What has the keyboard goes; the keyboard goes on where the menu was opened.
    const menu = document.activeElement?.closest("details.menu[open]");
    closeMenus(null);
    menu?.querySelector("summary")?.focus();
  });
}

/** @param {Node | null} but what is in this stays open */
function closeMenus(but) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(but)) menu.removeAttribute("open");
  }
}

/**
 * @param {Event} event
 * @param {HTMLButtonElement} button
 */
function chooseTheme(event, button) {
  event.preventDefault();
  // Pressed again: as the system has it.
  const wasPressed = button.getAttribute("aria-pressed") === "true";
  const theme = wasPressed ? "" : button.value;
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? KEPT : 0}; samesite=lax`;
  document.documentElement.dataset.theme = theme;
  for (const other of document.querySelectorAll("[data-theme-switch] button")) {
    const isOn = /** @type {HTMLButtonElement} */ (other).value === theme;
    other.setAttribute("aria-pressed", String(isOn));
  }
}
