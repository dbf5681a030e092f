import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  base: "./",
  clearScreen: false,
  server: { port: 5173, strictPort: true },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // Two windows, two pages: the queue board has nothing of the app in it.
    rolldownOptions: { input: ["index.html", "board.html"] },
    target: "es2022",
    chunkSizeWarningLimit: 1200,
  },
  // A story that is slow beside a build is not wrong; one that hangs still ends.
  test: { environment: "jsdom", setupFiles: ["tests/setup.ts"], css: false, testTimeout: 30_000 },
});
