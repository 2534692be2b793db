import { closeSync, fstatSync, openSync, readSync, watch } from "node:fs";
import type { FollowFile } from "../app/deps.ts";

/**
 * Follow a file that another process appends to, from byte `from` on. Complete lines
 * only, without their line feed, one character a byte. `stop` reads what is there
 * once more, so that nothing written before it is missed.
 */
export const followFile: FollowFile = (path, from, onLine) => {
  const fd = openSync(path, "r");
  const chunk = Buffer.alloc(4096);
  let position = from;
  let rest = "";
  const drain = (): void => {
    // Another call has begun, or the log has been emptied.
    if (fstatSync(fd).size < position) {
      position = 0;
      rest = "";
    }
    for (;;) {
      const count = readSync(fd, chunk, 0, chunk.length, position);
      if (count === 0) return;
      position += count;
      const lines = (rest + chunk.toString("latin1", 0, count)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    }
  };
  const watcher = watch(path, drain);
  watcher.on("error", () => undefined);
  drain();
  let open = true;
  return {
    drain: () => {
      if (open) drain();
    },
    stop: () => {
      if (!open) return;
      open = false;
      watcher.close();
      drain();
      closeSync(fd);
    },
  };
};
