import { describeSteps } from "../chat/describe-steps.ts";
import { PppctlError } from "../core/errors.ts";
import type { PeerName } from "../core/peer-name.ts";
import { checkAuthentication } from "../peer/check-authentication.ts";
import type { DialPlan, PlannedCommand } from "../peer/dial-plan.ts";
import type { Finding } from "../peer/finding.ts";
import { maskCommand, maskOption } from "../peer/mask-option.ts";
import { peerError } from "../peer/peer-error.ts";
import type { PeerOption, PeerReading } from "../peer/peer-reading.ts";
import { findPeerSecrets, type PeerSecrets, type SecretSource } from "../peer/peer-secrets.ts";
import { textFromWord } from "../peer/word-text.ts";
import { loadPeersChatCall } from "./chat-call.ts";
import { findingOfChatError } from "./check-chat-call.ts";
import { chooseMode } from "./choose-mode.ts";
import type { World } from "./deps.ts";
import { linknameOf } from "./linkname-of.ts";
import { loadPlan, settingFindings } from "./load-plan.ts";

/** An option in effect, secrets hidden (docs/json.md). */
export interface ShownOption extends ShownValue {
  /** Read with root's authority. */
  readonly privileged: boolean;
  /** The value that it took the place of. */
  readonly overrides?: ShownValue;
}

export interface ShownValue {
  readonly name: string;
  readonly args: readonly string[];
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A shell command of the peer's. */
export interface ShownCommand {
  readonly kind: PlannedCommand["kind"];
  /** The command; absent for `none`. */
  readonly text?: string;
  /** Why it is left to the shell. */
  readonly why?: string;
  readonly scriptFile?: string;
  /** What chat would do. */
  readonly steps?: readonly string[];
}

/** What pon makes of the peer (docs/json.md). */
export interface ShownPlan {
  readonly kind: DialPlan["kind"];
  /** How pon would dial. */
  readonly mode: string;
  readonly why: string;
  readonly device?: string;
  readonly deviceMissing?: boolean;
  readonly speed?: number;
  readonly flowControl: string;
  readonly modemLines: string;
  readonly lock: boolean;
  readonly linkname?: string;
  readonly init: ShownCommand;
  readonly connect: ShownCommand;
  readonly disconnect: ShownCommand;
  readonly welcome: ShownCommand;
  /** The name that we give the other end. */
  readonly user: string;
  /** Where the secret for it comes from, never the secret. */
  readonly secrets: Readonly<Record<"pap" | "chap" | "srp", string>>;
}

export interface ShownPeer {
  readonly peer: PeerName | undefined;
  readonly file: string;
  readonly pppdVersion: string;
  readonly options: readonly ShownOption[];
  readonly plan: ShownPlan;
  readonly findings: readonly Finding[];
  /** pppd would take the file; a device that is missing today does not count. */
  readonly accepted: boolean;
}

/**
 * Show a peer, or any option file, as the installed pppd reads it. Changes nothing.
 *
 * @throws PppctlError of a file that does not exist or cannot be read, exit status 1 as pon's
 */
export async function showPeer(peer: PeerName | { readonly file: string }, world: World): Promise<ShownPeer> {
  const loaded = await loadPlan({ peer, extraWords: [] }, world);
  const { reading, plan } = loaded;
  const unreadable = peerError(reading, "ignore");
  if (unreadable?.exitCode === 1 && reading.files.length === 0) throw unreadable;
  const secrets = findPeerSecrets(reading, { read: world.files.read, hostName: world.host.name });
  const findings: Finding[] = [...reading.findings, ...secrets.findings];
  if (unreadable === undefined) {
    const caller = { root: world.root, defaultRoute: world.host.hasDefaultRoute() };
    const refusal = checkAuthentication(reading, secrets, caller);
    if (refusal !== undefined) findings.push(refusal);
  }
  const show = (command: PlannedCommand): ShownCommand => showCommand(command, plan, world, findings);
  const commands = {
    init: show(plan.init),
    connect: show(plan.connect),
    disconnect: show(plan.disconnect),
    welcome: show(plan.welcome),
  };
  const { mode, why } = chooseMode(plan, { root: world.root, wait: true });
  return {
    peer: reading.peer,
    file: reading.path,
    pppdVersion: reading.version,
    options: reading.options.filter(({ effective }) => effective).map((option) => showOption(option, reading)),
    plan: {
      kind: plan.kind,
      mode,
      why,
      ...(plan.device === undefined ? {} : { device: plan.device.value, deviceMissing: plan.device.missing }),
      ...(plan.speed === undefined ? {} : { speed: plan.speed.value }),
      flowControl: plan.flowControl,
      modemLines: plan.modemLines,
      lock: plan.lock,
      ...(reading.peer === undefined ? {} : { linkname: linknameOf(reading.peer, plan) }),
      ...commands,
      user: textFromWord(secrets.user),
      secrets: {
        pap: describeSource("pap", secrets),
        chap: describeSource("chap", secrets),
        srp: describeSource("srp", secrets),
      },
    },
    findings: [...findings, ...settingFindings(loaded)],
    accepted: findings.every(({ severity }) => severity !== "error"),
  };
}

function showOption(option: PeerOption, reading: PeerReading): ShownOption {
  const { overrides, privileged } = option;
  const replaced = overrides && reading.options.find(({ position }) => position === overrides);
  return {
    ...showValue(option),
    privileged,
    ...(replaced === undefined ? {} : { overrides: showValue(replaced) }),
  };
}

function showValue(option: PeerOption): ShownValue {
  const { file, line, column } = option.position;
  return { name: textFromWord(option.name), args: maskOption(option).args.map(textFromWord), file, line, column };
}

function showCommand(command: PlannedCommand, plan: DialPlan, world: World, findings: Finding[]): ShownCommand {
  if (command.kind === "none") return { kind: "none" };
  const text = textFromWord(maskCommand(command.text));
  if (command.kind === "command") return { kind: "command", text, why: command.why };
  const { scriptFile } = command;
  const shown = {
    kind: "chat",
    text,
    ...(scriptFile === undefined ? {} : { scriptFile: textFromWord(scriptFile) }),
  } as const;
  try {
    return { ...shown, steps: describeSteps(loadPeersChatCall(command, plan, world).config.script).map(textFromWord) };
  } catch (error) {
    if (!(error instanceof PppctlError)) throw error;
    // pppd takes any text for a command: what chat will say of it is no mistake of the file's.
    findings.push(findingOfChatError(error, command, "warning"));
    return shown;
  }
}

function describeSource(kind: "pap" | "chap" | "srp", { sources, files }: PeerSecrets): string {
  const source: SecretSource = sources[kind];
  const { path } = files[kind];
  const at = ({ file, line, column }: Finding["position"]): string => `${file}:${line}:${column}`;
  switch (source.kind) {
    case "password":
      return `the option password at ${at(source.position)}${source.empty ? ", which is empty" : ""}`;
    case "plugin":
      return `the plugin ${source.plugin} at ${at(source.position)}`;
    case "line": {
      const { line, ifServerSaysSo } = source;
      const notes = [
        line.secret.file === undefined ? undefined : `read from ${line.secret.file}`,
        line.secret.empty ? "empty" : line.secret.tooLong ? "cut at 256 bytes" : undefined,
        ifServerSaysSo ? `if the other end calls itself ${textFromWord(line.server)}` : undefined,
      ].filter((note) => note !== undefined);
      return `${at(line.position)}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
    }
    case "none":
      return {
        "no-line": `no line of ${path} is for this user`,
        "no-file": `there is no ${path}`,
        denied: `${path} may be read by root only`,
      }[source.why];
    case "refused":
      return `refused at ${at(source.position)}`;
    default:
      return source satisfies never;
  }
}
