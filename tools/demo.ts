import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { runDemoCall } from "./demo/run-demo-call.ts";
import { ensureSystemPackages, PPP_NEEDS, VM_NEEDS } from "./system-packages.ts";
import { startGuest } from "./vm/start-guest.ts";

const CHECKOUT = join(import.meta.dirname, "../..");

/**
 * `npm run demo`: a call from start to end, on this machine where its kernel has PPP, otherwise in the
 * emulated kernel, where this program is started once more with `--inside`. Returns the exit status.
 */
async function demo(inside: boolean): Promise<number> {
  if (inside) return runDemoCall(CHECKOUT);
  ensureSystemPackages(PPP_NEEDS);
  const lack = findLack();
  if (lack === undefined) return runDemoCall(CHECKOUT);
  console.log(`${lack}: the call runs on an emulated machine instead. Nothing of it changes this one.`);
  ensureSystemPackages(VM_NEEDS);
  return runEmulated();
}

/** Why the call cannot be made on this machine; undefined when it can. */
function findLack(): string | undefined {
  if (process.getuid?.() !== 0) return "You are not root";
  try {
    closeSync(openSync("/dev/ppp", "r+"));
  } catch {
    return "This kernel has no PPP (/dev/ppp cannot be opened)";
  }
  const probe = "pppctl-demo-probe";
  if (spawnSync("ip", ["netns", "add", probe], { stdio: "ignore" }).status !== 0) {
    return "This machine makes no network namespaces";
  }
  spawnSync("ip", ["netns", "del", probe], { stdio: "ignore" });
  return undefined;
}

async function runEmulated(): Promise<number> {
  const started = performance.now();
  console.log("Starting the emulated machine (this takes about ten seconds)");
  const { vm, guest } = await startGuest({
    agent: join(CHECKOUT, "build/tools/guest-agent.js"),
    checkout: CHECKOUT,
    say: console.log,
  });
  const interrupted = () => void vm.stop().then(() => process.exit(5));
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted).once("SIGHUP", interrupted);
  try {
    const { kernel } = await guest.hello();
    console.log(`Linux ${kernel} is up after ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    const call = await guest.spawn([process.execPath, join(CHECKOUT, "build/tools/demo.js"), "--inside"]);
    const { status } = await call.follow((stream, text) => process[stream].write(text));
    return status ?? 1;
  } finally {
    guest.close();
    await vm.stop();
  }
}

try {
  process.exitCode = await demo(process.argv.includes("--inside"));
} catch (error) {
  console.error(`demo: ${(error as Error).message}`);
  process.exitCode = 1;
}
