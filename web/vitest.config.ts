import { defineConfig } from "vitest/config";

/** Opens the built page in Chromium, one file after the other: two cores are what CI has. */
const browser = { fileParallelism: false, testTimeout: 240_000, hookTimeout: 120_000 };

// All run in Node. `bench` is measured by `npm run bench`, and is no test.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      { test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], ...browser } },
      { test: { name: "bench", include: ["test/bench/**/*.test.ts"], ...browser } },
    ],
  },
});
