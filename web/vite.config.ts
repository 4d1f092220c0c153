import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { Licenses } from "./build/licenses.js";

/** What the licences ask for: it lies beside the page, which does not load it. */
const LICENSES = "licenses.md";
const licenses = new Licenses();

/** Names every other built file to the service worker, and gives the set of them a name. */
function offline(): Plugin {
  let dist = "";
  return {
    name: "offline",
    apply: "build",
    configResolved(config) {
      dist = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      const worker = join(dist, "sw.js");
      const files = readdirSync(dist, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== "sw.js" && entry.name !== LICENSES)
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
      const hash = createHash("sha256");
      for (const file of files) hash.update(file.slice(dist.length)).update(readFileSync(file));
      const names = files.map((file) => file.slice(dist.length + 1).replaceAll("\\", "/"));
      const text = readFileSync(worker, "utf8")
        .replace("__FILES__", JSON.stringify(names))
        .replace("__VERSION__", JSON.stringify(hash.digest("hex").slice(0, 16)));
      writeFileSync(worker, text);
      licenses.write(join(dist, LICENSES));
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [licenses.gather(), offline()],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // In kB before compression; the tests hold the whole page to 350 KB compressed.
    chunkSizeWarningLimit: 600,
    rollupOptions: {
      input: { main: "index.html", sw: "src/sw.ts" },
      output: {
        entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  worker: { format: "es", plugins: () => [licenses.gather()] },
  server: { fs: { allow: [".."] } },
});
