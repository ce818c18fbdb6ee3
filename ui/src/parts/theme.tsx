// Light, dark, or as the system is.
import { signal } from "@preact/signals";
import type { JSX } from "preact";

const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const KEY = "pardon-theme";

function kept(): Theme {
  try {
    return THEMES.find((t) => t === localStorage.getItem(KEY)) ?? "system";
  } catch {
    return "system"; // a page from disk may have no storage
  }
}
const theme = signal<Theme>(kept());
theme.subscribe((t) => {
  if (t === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = t;
  try {
    localStorage.setItem(KEY, t);
  } catch {
    /* not kept, then */
  }
});

export function ThemeButton(): JSX.Element {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] as Theme;
  return (
    <button class="theme" onClick={() => (theme.value = next)} title={`Colours: ${theme.value}; press for ${next}`}>
      <span aria-hidden="true">{theme.value === "dark" ? "☾" : theme.value === "light" ? "☀" : "◐"}</span>
      <span class="hidden">Colours: {theme.value}. Press for {next}.</span>
    </button>
  );
}
