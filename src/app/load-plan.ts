import { FileSyntaxError, type PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import { readSettings, type SettingMistake } from "../link/read-settings.ts";
import type { SettingName, Settings } from "../link/setting-table.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import type { Finding } from "../peer/finding.ts";
import { chooseVersion } from "../peer/option-index.ts";
import { peerError } from "../peer/peer-error.ts";
import type { PeerReading } from "../peer/peer-reading.ts";
import { planDial } from "../peer/plan-dial.ts";
import { readPeer } from "../peer/read-peer.ts";
import { textFromWord } from "../peer/word-text.ts";
import type { PppdVersion } from "../pppd/pppd-version.ts";
import type { LineSettings, World } from "./deps.ts";

export interface LoadedPlan {
  readonly reading: PeerReading;
  readonly plan: DialPlan;
  /** Of the installed pppd, whose rules the peer was read by. */
  readonly version: PppdVersion;
  /** Ours (`set PON_…`), as far as they are right. */
  readonly settings: Settings;
  readonly settingMistakes: readonly SettingMistake[];
  /** Those that the peer names. */
  readonly givenSettings: ReadonlySet<SettingName>;
}

export interface LoadRequest {
  /** A peer, or any option file (`./FILE`), which is read with the authority of one. */
  readonly peer: PeerName | { readonly file: string };
  readonly extraWords: readonly string[];
  /** `go-on`: collect the errors of the files, where pppd would stop at the first. */
  readonly onError?: "stop" | "go-on";
}

/** What a peer is read with. */
export type LoadWorld = Pick<World, "files" | "root" | "host"> & { readonly pppd: Pick<World["pppd"], "version"> };

/** Read a peer as the installed pppd will, with the words that follow it on the command line. Never throws on a broken file. */
export async function loadPlan(request: LoadRequest, world: LoadWorld): Promise<LoadedPlan> {
  const { files, root, host } = world;
  const version = await installedVersion(world);
  const reading = readPeer({
    name: request.peer,
    extraWords: request.extraWords,
    read: files.read,
    deviceKind: files.deviceKind,
    root,
    version: chooseVersion(version.join(".")),
    home: host.home,
    membership: host.membership,
    interfaceExists: host.interfaceExists,
    pluginExists: (word) => host.pluginExists(word, version),
    onError: request.onError ?? "stop",
  });
  // pppd locks only when told to, which Debian's /etc/ppp/options does; we lock unless told not to.
  const lock = !reading.options.some((option) => option.effective && option.name === "nolock");
  const plan = { ...planDial(reading), lock };
  const { settings, mistakes, given } = readSettings(plan.settings);
  return { reading, plan, version, settings, settingMistakes: mistakes, givenSettings: given };
}

/** What stops a call of this peer before anything is tried: the first mistake in its files, then in our settings. A device may be missing. */
export function mistakeOf(loaded: Pick<LoadedPlan, "reading" | "settingMistakes">): PppctlError | undefined {
  const mistake = peerError(loaded.reading, "ignore");
  if (mistake !== undefined) return mistake;
  const wrong = settingFindings(loaded).find(({ severity }) => severity === "error");
  if (wrong === undefined) return undefined;
  const { code, message, position, hint } = wrong;
  return new FileSyntaxError({ code, what: message, ...position, exitCode: ExitCode.options, hint });
}

/** Mistakes in our settings as findings; pppd takes the file all the same. */
export function settingFindings({ settingMistakes }: Pick<LoadedPlan, "settingMistakes">): readonly Finding[] {
  return settingMistakes.map(({ severity, code, position, message, hint }) => {
    return { severity, code, position, message: textFromWord(message), hint };
  });
}

/** Where pppd is not installed (a call fails then, with a reason of its own) files are read by the oldest release's rules. */
async function installedVersion(world: Pick<LoadWorld, "pppd">): Promise<PppdVersion> {
  try {
    return await world.pppd.version();
  } catch {
    return [2, 4, 9];
  }
}

/** How to open the line of a plan while dialing; hardware flow control by DTR is pppd's own matter. */
export function lineSettings(plan: DialPlan): LineSettings {
  const flowControl =
    plan.flowControl === "rtscts" || plan.flowControl === "xonxoff" ? plan.flowControl : ("none" as const);
  return { speed: plan.speed?.value, flowControl };
}
