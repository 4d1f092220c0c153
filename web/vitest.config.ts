import { defineConfig } from "vitest/config";

// Both run in Node. `e2e` opens the built page in Chromium, one file after the other: it
// measures, and two cores are all that a runner of CI has.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
