import { join } from "node:path";
import { benchCalling } from "./bench/calling.ts";
import { benchChatting } from "./bench/chatting.ts";
import { benchDialing } from "./bench/dialing.ts";
import { benchEnsuring } from "./bench/ensuring.ts";
import { benchManyPeers } from "./bench/many-peers.ts";
import { benchOpenPort } from "./bench/open-port.ts";
import { benchStartUp } from "./bench/start-up.ts";
import { benchWatching } from "./bench/watching.ts";
import { ensureSystemPackages, PPP_NEEDS, VM_NEEDS } from "./system-packages.ts";

const checkout = join(import.meta.dirname, "../..");

const rows: Readonly<Record<string, () => Promise<boolean>>> = {
  start: () => benchStartUp(checkout),
  "open-port": () => benchOpenPort(checkout),
  chatting: () => benchChatting(checkout),
  dialing: benchDialing,
  calling: () => benchCalling(checkout),
  "many-peers": () => benchManyPeers(checkout),
  ensuring: () => benchEnsuring(checkout),
  watching: () => benchWatching(checkout),
};

/** `npm run bench [-- ROW…]`: every figure is a ratio of two commands timed in turn in one run. Words are rows; none: all. */
async function bench(words: readonly string[]): Promise<number> {
  const unknown = words.find((word) => !Object.hasOwn(rows, word));
  if (unknown !== undefined) {
    console.error(`bench: no row is named ${unknown}; there are ${Object.keys(rows).join(", ")}`);
    return 2;
  }
  ensureSystemPackages([...PPP_NEEDS, ...VM_NEEDS]);
  let status = 0;
  for (const word of words.length === 0 ? Object.keys(rows) : words) {
    if (!(await rows[word]?.())) status = 1;
  }
  return status;
}

process.exitCode = await bench(process.argv.slice(2));
