import "../src/i18n";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// A PC that builds something else at the same time is slow, not wrong.
configure({ asyncUtilTimeout: 4_000 });

// What jsdom does not have and Mantine asks for.
window.matchMedia = (query: string) =>
  ({ matches: false, media: query, addEventListener: () => {}, removeEventListener: () => {} }) as never;
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
Element.prototype.scrollIntoView = () => {};
Object.defineProperty(document, "fonts", {
  value: { addEventListener: () => {}, removeEventListener: () => {} },
});

vi.mock("@tauri-apps/api/core", async () => ({ invoke: (await import("./core")).invoke }));
vi.mock("@tauri-apps/api/event", async () => ({ listen: (await import("./core")).listen }));
afterEach(cleanup);
