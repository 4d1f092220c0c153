import { defineConfig } from "vitest/config";

/** Opens the built page, one file after the other: two cores are what CI has. */
const browser = { fileParallelism: false, testTimeout: 240_000, hookTimeout: 120_000 };

/** What only Chromium lets a test do. */
const CHROMIUM_ALONE = ["test/e2e/drops.test.ts", "test/e2e/pictures.test.ts"];

const pages = { include: ["test/e2e/**/*.test.ts"], ...browser };

// All run in Node. `bench` is measured by `npm run bench`, and is no test.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      { test: { name: "chromium", env: { BROWSER: "chromium" }, ...pages } },
      { test: { name: "firefox", env: { BROWSER: "firefox" }, exclude: CHROMIUM_ALONE, ...pages } },
      { test: { name: "bench", include: ["test/bench/**/*.test.ts"], ...browser } },
    ],
  },
});
