import { join } from "node:path";
import { benchCalling } from "./bench/calling.ts";
import { benchDialing } from "./bench/dialing.ts";
import { benchOpenPort } from "./bench/open-port.ts";
import { benchStartUp } from "./bench/start-up.ts";
import { ensureSystemPackages, PPP_NEEDS, VM_NEEDS } from "./system-packages.ts";

const checkout = join(import.meta.dirname, "../..");

/** `npm run bench`: every figure is a ratio of two commands timed in turn in one run. */
ensureSystemPackages([...PPP_NEEDS, ...VM_NEEDS]);
const results = [
  await benchStartUp(checkout),
  await benchOpenPort(checkout),
  await benchDialing(),
  await benchCalling(checkout),
];
process.exitCode = results.every(Boolean) ? 0 : 1;
