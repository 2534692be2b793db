/** What the simulated modem does for a command line (Hayes, ITU-T V.250, 3GPP TS 27.007). */
import { type AtCommand, parseAtLine } from "./at-line.ts";
import { EXTENDED_COMMANDS, GSM_ANSWERS } from "./gsm-answers.ts";
import { applySetting, type ModemProfile, readRegister } from "./modem-profile.ts";
import { readResultCode } from "./result-codes.ts";
import { answer, dial, goOffHook, hangUp } from "./simulated-call.ts";
import { returnOnline } from "./simulated-data.ts";
import { type ModemDraft, sayResult, sayResultText, sayText } from "./simulated-modem-state.ts";

/** `said`: the command has answered, or will: the rest of the line is not looked at. */
type CommandResult = "ok" | "error" | "said";

/** Work through a command line, without its `AT`, and answer it. */
export function runCommandLine(d: ModemDraft, line: string): void {
  if (line.length > d.scenario.commandLimit) {
    sayResult(d, "error");
    return;
  }
  if (sayPlannedAnswer(d, line.trim().toUpperCase())) return;
  for (const command of parseAtLine(line)) {
    const result = runCommand(d, command);
    if (result === "error") sayResult(d, "error");
    if (result !== "ok") return;
  }
  sayResult(d, "ok");
}

/** The command line as the event log may show it: a PIN does not belong there. */
export function hidePins(line: string): string {
  return line.replace(/(\+(?:CPIN|CPWD|CLCK)\s*=)[^;]*/gi, "$1??????");
}

function runCommand(d: ModemDraft, command: AtCommand): CommandResult {
  switch (command.type) {
    case "unknown":
      return "error";
    case "dial":
      if (isPinMissing(d)) return sayMobileError(d, 11, "SIM PIN required");
      return dial(d, command.text) ? "said" : "error";
    case "extended":
      return runExtended(d, command);
    case "register": {
      const changed = applySetting(d.profile, command);
      if (changed === undefined) return "error";
      d.profile = changed;
      if (command.read) sayText(d, String(readRegister(changed, command.register)).padStart(3, "0"));
      return "ok";
    }
    case "basic":
      return runBasic(d, command);
    default:
      return command satisfies never;
  }
}

function runBasic(d: ModemDraft, command: AtCommand & { readonly type: "basic" }): CommandResult {
  switch (command.name) {
    case "H":
      if (command.value > 1) return "error";
      if (command.value === 0) hangUp(d, "ATH");
      else goOffHook(d);
      return "ok";
    case "Z":
      // The rest of the line is lost with the settings (Hayes).
      hangUp(d, "ATZ");
      d.profile = d.stored;
      sayResult(d, "ok");
      return "said";
    case "A":
      if (d.call.type !== "idle" && d.call.type !== "off-hook") return "error";
      answer(d);
      return "said";
    case "O":
      if (!returnOnline(d)) sayResult(d, "no-carrier");
      return "said";
    case "I":
      sayText(d, "pppctl simulated modem");
      return "ok";
    case "&F":
      d.profile = d.factory;
      return "ok";
    case "&W":
      d.stored = d.profile;
      return "ok";
    case "&V":
      for (const line of describeProfile(d.profile)) sayText(d, line);
      return "ok";
    default: {
      const changed = applySetting(d.profile, command);
      d.profile = changed ?? d.profile;
      return changed === undefined ? "error" : "ok";
    }
  }
}

function runExtended(d: ModemDraft, command: AtCommand & { readonly type: "extended" }): CommandResult {
  const { name, form, value } = command;
  const suffix = { run: "", read: "?", test: "=?", set: `=${value}` }[form];
  if (sayPlannedAnswer(d, (name + suffix).toUpperCase(), true)) return "ok";
  if (name === "+CPIN" && form === "read") {
    sayText(d, `+CPIN: ${isPinMissing(d) ? "SIM PIN" : "READY"}`);
    return "ok";
  }
  if (name === "+CPIN" && form === "set" && isPinMissing(d)) {
    if (value.replace(/"/g, "") !== d.scenario.pin) return sayMobileError(d, 16, "incorrect password");
    d.pinAccepted = true;
    return "ok";
  }
  if (name === "+CMEE" && form === "set") {
    if (!/^[012]$/.test(value)) return "error";
    d.profile = { ...d.profile, errorDetail: Number(value) };
    return "ok";
  }
  const answers = GSM_ANSWERS[name + suffix];
  if (answers !== undefined) {
    for (const line of answers) sayText(d, line);
    return "ok";
  }
  // Makers' own (`^SYSCFG=2,1`) are accepted; `+` names are known or not.
  return !name.startsWith("+") || EXTENDED_COMMANDS.has(name) ? "ok" : "error";
}

/**
 * The scenario's own answer. For a whole line its last line may be a result code, else OK
 * follows; in the midst of a line OK is for the end of the line.
 */
function sayPlannedAnswer(d: ModemDraft, command: string, withinLine = false): boolean {
  const lines = Object.hasOwn(d.scenario.answers, command) ? d.scenario.answers[command] : undefined;
  if (lines === undefined) return false;
  const last = lines.at(-1);
  const code = withinLine || last === undefined || readResultCode(last) === undefined ? undefined : last;
  for (const line of code === undefined ? lines : lines.slice(0, -1)) sayText(d, line);
  if (code !== undefined) sayResultText(d, code, code);
  else if (!withinLine) sayResult(d, "ok");
  return true;
}

function isPinMissing(d: ModemDraft): boolean {
  return d.scenario.pin !== undefined && !d.pinAccepted;
}

/** `ERROR`, or what `+CMEE` asked for (3GPP TS 27.007 9.2). */
function sayMobileError(d: ModemDraft, number: number, words: string): CommandResult {
  const { errorDetail } = d.profile;
  if (errorDetail === 0) return "error";
  const text = `+CME ERROR: ${errorDetail === 1 ? number : words}`;
  sayResultText(d, text, text);
  return "said";
}

function describeProfile(profile: ModemProfile): readonly string[] {
  const { echo, quiet, verbose, callProgress, dcd, dtr, registers } = profile;
  return [
    `E${Number(echo)} Q${Number(quiet)} V${Number(verbose)} X${callProgress} &C${dcd} &D${dtr}`,
    Object.entries(registers)
      .map(([register, value]) => `S${register.padStart(2, "0")}:${String(value).padStart(3, "0")}`)
      .join(" "),
  ];
}
