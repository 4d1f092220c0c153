import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Plugin } from "vite";

/** Something that is part of the page, by others. */
interface Part {
  name: string;
  version: string;
  license: string;
  /** The folder with its licence. */
  folder: string;
}

const ROOT = resolve(import.meta.dirname, "../..");

/** Writes down the packages of npm that end in a bundle, and with them all licences. */
export class Licenses {
  readonly #folders = new Set<string>();

  /** For the page and for its worker, which is a bundle of its own. */
  gather(): Plugin {
    return {
      name: "gather-packages",
      generateBundle: (_, bundle) => {
        for (const chunk of Object.values(bundle)) {
          if (chunk.type !== "chunk") continue;
          for (const [id, { renderedLength }] of Object.entries(chunk.modules)) {
            const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0];
            if (folder !== undefined && renderedLength > 0) this.#folders.add(folder);
          }
        }
      },
    };
  }

  write(file: string): void {
    const parts = [...[...this.#folders].map(npmPackage), ...crates()];
    const names = new Intl.Collator("en");
    parts.sort((one, other) => names.compare(one.name, other.name));
    const own = `## rancher-agent-version-policy, and the Rust standard library (Apache-2.0)\n\n${text(ROOT, "Apache-2.0")}\n`;
    const all = parts.map(({ name, version, license, folder }) => `## ${name} - ${version} (${license})\n\n${text(folder, license)}\n`);
    writeFileSync(file, `# Licenses\n\nWhat the page is made of, and under which licenses.\n\n${[...all, own].join("\n")}`);
  }
}

function npmPackage(folder: string): Part {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Part;
  return { name, version, license, folder };
}

interface Metadata {
  packages: { id: string; name: string; version: string; license: string; source: string | null; manifest_path: string; targets: { kind: string[] }[] }[];
  resolve: { nodes: { id: string; deps: { pkg: string; dep_kinds: { kind: string | null }[] }[] }[] };
}

/** The crates that are linked into the module: what they need to be built is not. */
function crates(): Part[] {
  const options = ["metadata", "--locked", "--format-version=1", "--filter-platform=wasm32-unknown-unknown"];
  const text = execFileSync("cargo", options, { cwd: ROOT, encoding: "utf8", maxBuffer: 1e9 });
  const metadata = JSON.parse(text) as Metadata;
  const packages = new Map(metadata.packages.map((found) => [found.id, found]));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const linked = new Set<string>();
  const link = (id: string): void => {
    const isMacro = packages.get(id)?.targets.some(({ kind }) => kind.includes("proc-macro"));
    if (linked.has(id) || isMacro) return;
    linked.add(id);
    for (const { pkg, dep_kinds: kinds } of nodes.get(id)?.deps ?? []) {
      if (kinds.some(({ kind }) => kind === null)) link(pkg);
    }
  };
  const own = metadata.packages.find(({ name }) => name === "rancher-agent-version-policy-web");
  if (own) link(own.id);
  return [...linked].flatMap((id) => {
    const found = packages.get(id);
    if (!found || found.source === null) return [];
    return [{ name: found.name, version: found.version, license: found.license, folder: dirname(found.manifest_path) }];
  });
}

/** The text of a licence: of MIT where there is a choice, of all that have to be kept. */
function text(folder: string, license: string): string {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying)/i.test(name)).sort();
  const mit = files.filter((name) => /mit/i.test(name));
  const kept = license.includes(" AND ") ? files : mit.length > 0 ? mit : files.slice(0, 1);
  if (kept.length === 0) throw new Error(`${folder} has no licence`);
  return kept.map((name) => readFileSync(join(folder, name), "utf8").trim()).join("\n\n");
}
