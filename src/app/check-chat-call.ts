import type { ChatScript } from "../chat/chat-script.ts";
import { checkScript } from "../chat/check-script.ts";
import { findSecretSends } from "../chat/find-secret-sends.ts";
import { FileSyntaxError, PppctlError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { checkDial } from "../modem/check-dial.ts";
import type { DialPlan, PlannedCommand } from "../peer/dial-plan.ts";
import type { MachineFacts } from "../peer/machine-facts.ts";
import { textFromWord } from "../peer/word-text.ts";
import { type ChatCall, loadPeersChatCall } from "./chat-call.ts";
import type { World } from "./deps.ts";

type ChatCommand = Extract<PlannedCommand, { readonly kind: "chat" }>;

/** The scripts of all of a peer's calls of chat(8): can they be read, and what is wrong with them. */
export function checkChatCalls(
  plan: DialPlan,
  world: Pick<World, "files" | "env">,
  facts: Pick<MachineFacts, "stat">,
): readonly Finding[] {
  const init = plan.init.kind === "chat" ? load(plan.init, plan, world) : undefined;
  return (["init", "connect", "disconnect", "welcome"] as const).flatMap((name): readonly Finding[] => {
    const command = plan[name];
    if (command.kind !== "chat") return [];
    const loaded = name === "init" && init !== undefined ? init : load(command, plan, world);
    if ("finding" in loaded) return [loaded.finding];
    const { script, phone, phone2 } = loaded.call.config;
    const before = name === "connect" && init !== undefined && "call" in init ? [init.call.config.script] : [];
    const found = [
      ...checkScript(script),
      ...checkDial(script, {
        phone,
        phone2,
        optionPosition: command.position,
        before,
        hangsUpByDtr: plan.modemLines === "modem",
        leadsToPpp: name === "connect" && plan.welcome.kind === "none",
      }),
      ...checkExposure(script, command, facts),
    ].map((finding) => textOfFinding(finding, command));
    // A placeholder found by both is one.
    return found.filter(({ code, position }, i) => {
      return (
        found.findIndex(
          (other) =>
            other.code === code && other.position.column === position.column && other.position.line === position.line,
        ) === i
      );
    });
  });
}

function load(
  command: ChatCommand,
  plan: DialPlan,
  world: Pick<World, "files" | "env">,
): { readonly call: ChatCall } | { readonly finding: Finding } {
  try {
    return { call: loadPeersChatCall(command, plan, world) };
  } catch (error) {
    if (!(error instanceof PppctlError)) throw error;
    return { finding: findingOfChatError(error, command, "error") };
  }
}

/** What chat would say of its command line or its script, as a finding: at its place in the script, else in the peer file. */
export function findingOfChatError(error: PppctlError, command: ChatCommand, severity: "error" | "warning"): Finding {
  const at = error.cause instanceof FileSyntaxError ? error.cause : error;
  const { code, hint } = error;
  const place = at instanceof FileSyntaxError ? { file: at.file, line: at.line, column: at.column } : command.position;
  const message =
    at instanceof FileSyntaxError ? at.message.replace(`${at.file}:${at.line}:${at.column}: `, "") : at.message;
  return { code, severity, position: place, message, ...(hint === undefined ? {} : { hint }) };
}

/** A script whose words stand in the peer file is that file's own matter. */
function checkExposure(
  script: ChatScript,
  command: ChatCommand,
  facts: Pick<MachineFacts, "stat">,
): readonly Finding[] {
  const { scriptFile } = command;
  const path = scriptFile === undefined ? undefined : textFromWord(scriptFile);
  if (path === undefined || ((facts.stat(path)?.mode ?? 0) & 0o004) === 0) return [];
  return findSecretSends(script)
    .slice(0, 1)
    .map(({ position }) => ({
      code: "chat.password-readable",
      severity: "warning",
      position,
      message: `every user of this machine may read the secret in ${path}`,
      hint: `chmod 640 ${path}, and chown it to root:dip`,
    }));
}

/** Words of a script are bytes; those on chat's command line stand in the peer file's word. */
function textOfFinding(finding: Finding, { scriptFile, position }: ChatCommand): Finding {
  const { message, hint } = finding;
  return {
    ...finding,
    message: textFromWord(message),
    ...(hint === undefined ? {} : { hint: textFromWord(hint) }),
    position: scriptFile === undefined ? position : finding.position,
  };
}
