import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ensureSystemPackages, PPP_NEEDS, TUNNEL_NEEDS, VM_NEEDS } from "../../tools/system-packages.ts";
import { prepareFarDaemons } from "../../tools/vm/far-daemons.ts";
import { startGuest } from "../../tools/vm/start-guest.ts";
import type {} from "./guest.ts";

const CHECKOUT = join(import.meta.dirname, "../..");

/**
 * One guest for each worker (vitest.config.ts): the tests of different files never meet. The tier is as long as the
 * processor makes it, and a test that waits leaves it to the other guest; see test/vm/guest.ts for how to keep it short.
 */
const GUESTS = 2;

/** Builds, boots the emulated kernels for all files of the vm project, and kills them after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const say = (line: string) => console.error(`vm: ${line}`);
  ensureSystemPackages([...PPP_NEEDS, ...TUNNEL_NEEDS, ...VM_NEEDS], say);
  execFileSync(process.execPath, ["build.mjs"], { cwd: CHECKOUT, stdio: "inherit" });
  const agent = join(CHECKOUT, "build/tools/guest-agent.js");
  const request = { agent, checkout: CHECKOUT, added: prepareFarDaemons(say), say };
  const started = performance.now();
  const single = process.argv.filter((word) => word.endsWith(".test.ts")).length === 1;
  const boots = await Promise.allSettled(Array.from({ length: single ? 1 : GUESTS }, () => startGuest(request)));
  const machines = boots.flatMap((boot) => (boot.status === "fulfilled" ? [boot.value] : []));
  const stop = async (): Promise<void> => {
    for (const { vm } of machines) await vm.stop();
  };
  for (const { guest } of machines) guest.close();
  const failed = boots.find((boot) => boot.status === "rejected");
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  say(`${machines.length} guests up in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  project.provide(
    "vmAgentSockets",
    machines.map(({ vm }) => vm.agentSocket),
  );
  project.provide("vmCheckout", CHECKOUT);
  return stop;
}
