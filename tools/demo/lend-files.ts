import { chmodSync, existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A file that the demo needs in the system for as long as it runs. */
export type LentFile = { readonly path: string; readonly text: string; readonly mode: number };

/**
 * Puts the files in place and gives back what removes them again, with the folders made for them. A file that
 * is there already with the same text is used and stays; one with another text is never overwritten:
 * that throws, with nothing left behind.
 */
export function lendFiles(files: readonly LentFile[]): () => void {
  const occupied = files.find(({ path, text }) => existsSync(path) && readFileSync(path, "utf8") !== text);
  if (occupied) throw new Error(`${occupied.path} is there already, with other text: move it away to run the demo`);
  const undo: (() => void)[] = [];
  const giveBack = () => {
    for (const step of undo.splice(0).reverse()) step();
  };
  try {
    for (const { path, text, mode } of files.filter((file) => !existsSync(file.path))) {
      makeFolder(dirname(path), undo);
      undo.push(() => rmSync(path, { force: true }));
      writeFileSync(path, text, { mode, flag: "wx" });
      chmodSync(path, mode);
    }
  } catch (error) {
    giveBack();
    throw error;
  }
  return giveBack;
}

function makeFolder(folder: string, undo: (() => void)[]): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder), undo);
  mkdirSync(folder);
  undo.push(() => {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody else put something there meanwhile: it stays.
    }
  });
}
