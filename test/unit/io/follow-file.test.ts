import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { followFile } from "../../../src/io/follow-file.ts";

test("lines come whole, from the given byte on, as soon as they are written; the last ones at stop", async () => {
  const directory = mkdtempSync(join(tmpdir(), "follow-"));
  const path = join(directory, "log");
  try {
    writeFileSync(path, "old\nnew ");
    const lines: string[] = [];
    let heard = (): void => undefined;
    const first = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const follower = followFile(path, 4, (line) => {
      lines.push(line);
      heard();
    });
    expect(lines).toEqual([]);
    appendFileSync(path, "line\nunfinished");
    await first;
    expect(lines).toEqual(["new line"]);
    appendFileSync(path, " no more\n");
    follower.stop();
    follower.stop();
    expect(lines).toEqual(["new line", "unfinished no more"]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
