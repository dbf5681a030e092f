import { createTheme, type MantineColorsTuple } from "@mantine/core";
import { useLayoutEffect, useSyncExternalStore } from "react";

// The scales stay in tokens.css; Mantine only gets their names.
const scale = (name: string) =>
  Array.from({ length: 10 }, (_, step) => `var(--${name}-${step})`) as unknown as MantineColorsTuple;

export const mantineTheme = createTheme({
  colors: Object.fromEntries(
    ["neem", "blue", "slate", "violet", "amber", "red", "gray", "dark"].map((name) => [name, scale(name)]),
  ),
  primaryColor: "neem",
  primaryShade: { light: 6, dark: 5 },
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--font-code)",
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "16px", sm: "20px", md: "20px", lg: "24px", xl: "28px" },
  radius: { xs: "4px", sm: "6px", md: "6px", lg: "10px", xl: "10px" },
  defaultRadius: "sm",
  focusRing: "auto",
  respectReducedMotion: true,
});

export type Theme = "light" | "dark" | "system";
const store = "neem-theme";
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<() => void>();
const watch = (watcher: () => void) => {
  watchers.add(watcher);
  prefersDark.addEventListener("change", watcher);
  return () => {
    watchers.delete(watcher);
    prefersDark.removeEventListener("change", watcher);
  };
};

export const currentTheme = (): Theme => {
  const kept = localStorage.getItem(store);
  return kept === "light" || kept === "dark" ? kept : "system";
};
export function chooseTheme(theme: Theme) {
  localStorage.setItem(store, theme);
  watchers.forEach((watcher) => watcher());
}
export const useTheme = () => useSyncExternalStore(watch, currentTheme);

export function useThemeOnPage(): "light" | "dark" {
  const theme = useTheme();
  const system = useSyncExternalStore(watch, () => (prefersDark.matches ? "dark" : "light"));
  const scheme = theme === "system" ? system : theme;
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = scheme;
  }, [scheme]);
  return scheme;
}
