import { readdirSync, readFileSync } from "node:fs";
import { parsePppdLine } from "../../../src/pppd/parse-pppd-line.ts";
import type { PppdEvent } from "../../../src/pppd/pppd-event.ts";

const directory = new URL("../../data/pppd-logs/", import.meta.url);

/** Names of the logs in test/data/pppd-logs. */
export function pppdLogNames(): string[] {
  return readdirSync(directory).map((name) => name.replace(/\.log$/, ""));
}

/** The events of a log in test/data/pppd-logs; its `#` lines say where it is from. */
export function readPppdLog(name: string): PppdEvent[] {
  return readFileSync(new URL(`${name}.log`, directory), "utf8")
    .split("\n")
    .filter((line) => !line.startsWith("#") && line !== "")
    .map(parsePppdLine);
}
