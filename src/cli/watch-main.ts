/** What pon leaves running beside pppd, for peers whose settings want it (app/watch-calls.ts); nobody else calls it. */
import { readFileSync } from "node:fs";
import { watchCalls } from "../app/watch-calls.ts";
import { parsePeerName } from "../core/peer-name.ts";
import { composeWorld } from "./compose.ts";

/** Nobody hears it: what it does is in the log of the call. */
async function main([peer = ""]: readonly string[]): Promise<void> {
  const extraWords = JSON.parse(readFileSync(0, "utf8")) as readonly string[];
  await watchCalls({ peer: parsePeerName(peer), extraWords }, composeWorld(process.env, import.meta.url));
}

main(process.argv.slice(2)).catch(() => {
  process.exitCode = 1;
});
