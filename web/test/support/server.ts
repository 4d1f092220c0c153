// A plain web server for a folder, below a path, on this machine only; and a proxy that refuses
// everything, and so shows who asks for anything else.

import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { extname, join, normalize, sep } from "node:path";

const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

export interface Served {
  /** The file below the folder, or the whole address if there is none. */
  path: string;
  /** As it was asked for, with all that follows the path. */
  url: string;
  status: number;
}

export interface Site {
  /** The address of the folder, with a slash at its end. */
  url: string;
  /** All that was asked for, in order. */
  log: Served[];
  close(): Promise<void>;
}

/** Serves `folder` below `path`, which begins and ends with a slash. */
export async function serve(folder: string, path = "/some/where/"): Promise<Site> {
  const log: Served[] = [];
  const server = createServer((request, response) => {
    const asked = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const inside = asked.startsWith(path) ? normalize(asked.slice(path.length) || "index.html") : "";
    const file = join(folder, inside);
    const found =
      inside !== "" && file.startsWith(folder + sep) && existsSync(file) && statSync(file).isFile();
    log.push({ path: found ? inside : asked, url: request.url ?? "", status: found ? 200 : 404 });
    if (found) {
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "cache-control": "no-cache" });
      response.end(readFileSync(file));
    } else {
      response.writeHead(404, { "content-type": "text/plain" });
      response.end("no such file");
    }
  });
  const { port, close } = await listen(server);
  return { url: `http://127.0.0.1:${port}${path}`, log, close };
}

export interface Elsewhere {
  /** The address of the proxy. */
  url: string;
  /** Which addresses were asked for. */
  log: string[];
  close(): Promise<void>;
}

/** A proxy for all that is not on this machine: it writes down what is asked, and refuses. */
export async function refuse(): Promise<Elsewhere> {
  const log: string[] = [];
  const server = createServer((request, response) => {
    log.push(request.url ?? "");
    response.writeHead(502);
    response.end();
  });
  server.on("connect", (request, socket) => {
    log.push(request.url ?? "");
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  const { port, close } = await listen(server);
  return { url: `http://127.0.0.1:${port}`, log, close };
}

async function listen(server: Server): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) {
          socket.destroy();
        }
      }),
  };
}
