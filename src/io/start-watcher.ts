import { spawn } from "node:child_process";
import type { World } from "../app/deps.ts";

/**
 * Start a watcher (cli/watch-main.ts) in a session of its own, so that it outlives us and whatever ends with our terminal. Nothing of
 * ours is open in it. What pon was told after the peer comes through a pipe: pppd's words may hold a secret.
 *
 * @param program the path of its bundle
 */
export function startWatcherWith(program: string): World["startWatcher"] {
  return (peer, extraWords) => {
    const child = spawn(process.execPath, [program, peer], {
      detached: true,
      cwd: "/",
      stdio: ["pipe", "ignore", "ignore"],
    });
    // It may end before it has read them.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(JSON.stringify(extraWords));
    child.unref();
    return new Promise((resolve) => {
      child.once("spawn", () => resolve(undefined));
      child.once("error", (error) => resolve(error.message));
    });
  };
}
