import type { Finding } from "../core/finding.ts";
import { type PeerName, parsePeerName } from "../core/peer-name.ts";
import { checkHooks } from "../hooks/check-hooks.ts";
import { type HookEvent, hookEvents } from "../hooks/hook-event.ts";
import type { HookFiles } from "../hooks/hook-files.ts";
import { isDirectoryName, planHooks } from "../hooks/plan-hooks.ts";
import { checkAuthentication, checkDemand } from "../peer/check-authentication.ts";
import { checkClashes, type NamedLink } from "../peer/check-clashes.ts";
import { checkCommands, checkResetCommand } from "../peer/check-commands.ts";
import { checkDevice, explainMissingDevice } from "../peer/check-device.ts";
import { checkExposure } from "../peer/check-exposure.ts";
import { checkFallback } from "../peer/check-fallback.ts";
import { checkHookScripts } from "../peer/check-hook-scripts.ts";
import { checkNameServers } from "../peer/check-name-servers.ts";
import { checkPlaceholders } from "../peer/check-placeholders.ts";
import { checkRedial } from "../peer/check-redial.ts";
import { checkRoutes } from "../peer/check-routes.ts";
import { checkSecrets } from "../peer/check-secrets.ts";
import { checkTrustedPaths } from "../peer/check-trusted-paths.ts";
import type { MachineFacts } from "../peer/machine-facts.ts";
import type { PeerFinding } from "../peer/peer-reading.ts";
import { findPeerSecrets } from "../peer/peer-secrets.ts";
import { checkChatCalls } from "./check-chat-call.ts";
import { chooseMode } from "./choose-mode.ts";
import type { World } from "./deps.ts";
import { linknameOf } from "./linkname-of.ts";
import { type LoadedPlan, loadPlan, settingFindings } from "./load-plan.ts";

/** What the check needs beside the world of a call. It changes nothing. */
export interface CheckDeps {
  readonly world: Pick<World, "files" | "root" | "env" | "host" | "pppd">;
  readonly machine: MachineFacts;
  /** Names of all files below /etc/ppp/peers. */
  readonly listPeers: () => readonly string[];
  readonly hookFiles: (event: HookEvent, linkname: string | undefined) => HookFiles;
}

export interface CheckRequest {
  /** Peers, and files that are read as such; none: all peers. */
  readonly peers: readonly (PeerName | { readonly file: string })[];
}

/** A finding, and whose it is: a mistake in a file that several peers share is said once. */
export interface CheckFinding extends Finding {
  readonly severity: "error" | "warning" | "info";
  /** Names of the peers, or paths of files that are none; empty for what is nobody's own, such as hooks. */
  readonly peers: readonly string[];
}

export interface CheckResult {
  readonly pppdVersion: string;
  readonly checked: readonly { readonly peer: PeerName | undefined; readonly file: string }[];
  /** By file and place. */
  readonly findings: readonly CheckFinding[];
}

/** Find what is wrong with peers before the phone rings. Never throws on what is in a file. */
export async function checkPeers({ peers }: CheckRequest, deps: CheckDeps): Promise<CheckResult> {
  const load = (peer: CheckRequest["peers"][number]): Promise<LoadedPlan> =>
    loadPlan({ peer, extraWords: [], onError: "go-on" }, deps.world);
  const named = await Promise.all(peers.map(load));
  const known = new Set(peers.filter((peer) => typeof peer === "string"));
  const others = await Promise.all(
    deps
      .listPeers()
      .filter((name) => !known.has(name as PeerName))
      .map((name) => load(parsePeerName(name))),
  );
  const all = [...named, ...others].map((loaded) => ({ ...loaded, linkname: linkOf(loaded) }));
  // What another peer includes is a part of it, unless it is asked for by name.
  const isPart = ({ reading }: LoadedPlan): boolean =>
    others.some((other) => other.reading !== reading && other.reading.files.includes(reading.path));
  const subjects = peers.length > 0 ? named : others.filter((loaded) => !isPart(loaded));
  const collected = collectFindings();
  for (const subject of subjects) {
    const { peer, path } = subject.reading;
    collected.add(checkPeer(subject, all, deps), peer ?? path);
  }
  const linknames = new Set([undefined, ...subjects.map(linkOf)]);
  for (const event of hookEvents) {
    for (const linkname of linknames) {
      if (linkname === undefined || isDirectoryName(linkname))
        collected.add(checkHooks(deps.hookFiles(event, linkname)));
    }
  }
  const version = (subjects[0] ?? all[0])?.version ?? (await deps.world.pppd.version());
  return {
    pppdVersion: version.join("."),
    checked: subjects.map(({ reading: { peer, path } }) => ({ peer, file: path })),
    findings: collected.sorted(),
  };
}

function linkOf({ reading, plan }: LoadedPlan): string | undefined {
  return reading.peer === undefined ? undefined : linknameOf(reading.peer, plan);
}

function checkPeer(loaded: LoadedPlan, all: readonly NamedLink[], deps: CheckDeps): readonly Finding[] {
  const { reading, plan } = loaded;
  const { world, machine } = deps;
  const found: Finding[] = reading.findings.map((finding) => gradeFinding(finding, machine));
  // The file itself cannot be read.
  if (reading.files.length === 0) return found;
  const { root, host } = world;
  const secrets = findPeerSecrets(reading, { read: world.files.read, hostName: host.name });
  const broken = found.some(({ severity, code }) => severity === "error" && !code.startsWith("device."));
  const refusal = broken
    ? undefined
    : checkAuthentication(reading, secrets, { root, defaultRoute: host.hasDefaultRoute() });
  const linkname = linkOf(loaded);
  const { mode } = chooseMode(plan, { root, wait: true });
  found.push(
    ...checkPlaceholders(reading),
    ...checkDevice(reading, plan, machine, { root }),
    ...checkClashes({ ...loaded, linkname }, all),
    ...checkCommands(plan, machine, mode !== "as-is"),
    ...checkResetCommand(loaded.settings.PON_RESET, plan.settings.get("PON_RESET")?.position, machine),
    ...checkChatCalls(plan, world, machine),
    ...secrets.findings,
    ...checkSecrets(reading, secrets),
    ...checkExposure(reading, secrets, machine),
    ...(refusal === undefined ? checkDemand(reading, plan) : [refusal]),
    ...checkRedial(plan),
    ...checkFallback(loaded.settings.PON_FALLBACK, plan.settings.get("PON_FALLBACK")?.position, (name) => {
      return world.files.read(`/etc/ppp/peers/${name}`).kind !== "missing";
    }),
    ...checkRoutes(reading, plan, machine, linkname),
    ...checkNameServers(reading, plan, machine, listHooks(deps, linkname)),
    ...checkTrustedPaths(reading, plan, secrets, machine),
    ...checkHookScripts(plan, machine),
    ...settingFindings(loaded),
  );
  return found;
}

/** The scripts that would run when the network is up. */
function listHooks(deps: CheckDeps, linkname: string | undefined): readonly string[] {
  const own = linkname !== undefined && isDirectoryName(linkname) ? linkname : undefined;
  const { steps } = planHooks(deps.hookFiles("ip-up", own));
  return steps.filter(({ run }) => run).map(({ path }) => path);
}

function gradeFinding(finding: PeerFinding, machine: MachineFacts): Finding {
  if (finding.severity === "device") return explainMissingDevice(finding, machine);
  // That we may not see a file is no mistake in it.
  if (finding.code === "peer.root-only") return { ...finding, severity: "info" };
  return finding;
}

function collectFindings(): {
  readonly add: (findings: readonly Finding[], peer?: string) => void;
  readonly sorted: () => readonly CheckFinding[];
} {
  const byKey = new Map<string, { finding: Finding; peers: Set<string> }>();
  return {
    add: (findings, peer) => {
      for (const finding of findings) {
        const { code, position } = finding;
        const key = JSON.stringify([code, position]);
        const entry = byKey.get(key) ?? { finding, peers: new Set<string>() };
        if (peer !== undefined) entry.peers.add(peer);
        byKey.set(key, entry);
      }
    },
    sorted: () =>
      [...byKey.values()]
        .map(({ finding: { code, severity, position, message, hint, pppd }, peers }) => ({
          code,
          severity: severity === "device" ? ("error" as const) : severity,
          position,
          message,
          ...(hint === undefined ? {} : { hint }),
          ...(pppd === undefined ? {} : { pppd }),
          peers: [...peers],
        }))
        .sort((a, b) => comparePlaces(a.position, b.position)),
  };
}

function comparePlaces(a: Finding["position"], b: Finding["position"]): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
