import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ensureSystemPackages, PPP_NEEDS, VM_NEEDS } from "../../tools/system-packages.ts";
import { startGuest } from "../../tools/vm/start-guest.ts";
import type {} from "./guest.ts";

const CHECKOUT = join(import.meta.dirname, "../..");

/** Builds, boots one emulated kernel for all files of the vm project, and kills it after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const say = (line: string) => console.error(`vm: ${line}`);
  ensureSystemPackages([...PPP_NEEDS, ...VM_NEEDS], say);
  execFileSync(process.execPath, ["build.mjs"], { cwd: CHECKOUT, stdio: "inherit" });
  const started = performance.now();
  const { vm, guest } = await startGuest({
    agent: join(CHECKOUT, "build/tools/guest-agent.js"),
    checkout: CHECKOUT,
    say,
  });
  const { kernel, uptimeMs } = await guest.hello();
  guest.close();
  say(`Linux ${kernel} up in ${seconds(performance.now() - started)}, ${seconds(uptimeMs)} of it the agent's start`);
  project.provide("vmAgentSocket", vm.agentSocket);
  project.provide("vmCheckout", CHECKOUT);
  project.provide("vmShare", vm.share);
  return vm.stop;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
