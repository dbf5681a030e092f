import i18n from "../i18n";

const mirrored: Record<string, string> = {
  ArrowLeft: "ArrowRight",
  ArrowRight: "ArrowLeft",
  arrowleft: "arrowright",
  arrowright: "arrowleft",
  "←": "→",
  "→": "←",
};

/** A key of the keyboard as screens read it: "right" is forward, which in Arabic lies to the left. */
export const visual = (key: string): string => (i18n.dir() === "rtl" && mirrored[key]) || key;
