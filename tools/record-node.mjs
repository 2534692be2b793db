// The shims in bin/ run where no PATH leads to node (pppd's hooks, cron, ifupdown): the build tells
// them which node it ran with.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the path of the running node to `node-path` in `distDir`, where bin/find-node.sh reads it. */
export function recordNode(distDir) {
  const path = join(distDir, "node-path");
  const line = `${process.execPath}\n`;
  try {
    if (readFileSync(path, "utf8") === line) return;
  } catch {
    // Not there yet.
  }
  mkdirSync(distDir, { recursive: true });
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, line);
  renameSync(fresh, path);
}
