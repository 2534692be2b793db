import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lendFiles } from "./lend-files.ts";

const NUMBER = "5551000";
const RATE = 115200;
const PROVIDER = "10.64.0.1";
const CALLER = "10.64.0.2";
const NAMESPACE = "pppctl-demo-isp";
const MODEM = "/dev/pppctl-demo";
const ENVIRONMENT = "/run/pppctl-demo.env";

/** For each thing that is waited for. An emulated machine is ten times slower than the real one. */
const PATIENCE_MS = 60_000;
const POLL_MS = 20;

/** Keeps what it was given, of this link only; the rename makes the file appear with all that belongs in it. */
const HOOK = `#!/bin/sh
[ "$CALL_FILE" = demo ] || exit 0
env | sort > ${ENVIRONMENT}.new
mv ${ENVIRONMENT}.new ${ENVIRONMENT}
`;

/** The modem's events that tell of a call; the others are the commands and answers on the way to it. */
const SHOWN_EVENTS = new Set(["dtr", "off-hook", "dial", "connect", "carrier-lost", "far-failed", "on-hook"]);

/** What a script in ip-up.d has to find in its environment. */
const EXPECTED: readonly (readonly [name: string, value: RegExp])[] = [
  ["CALL_FILE", /^demo$/],
  ["LINKNAME", /^demo$/],
  ["IFNAME", /^ppp\d+$/],
  ["PPP_IFACE", /^ppp\d+$/],
  ["IPLOCAL", /^10\.64\.0\.2$/],
  ["PPP_LOCAL", /^10\.64\.0\.2$/],
  ["IPREMOTE", /^10\.64\.0\.1$/],
  ["PPP_REMOTE", /^10\.64\.0\.1$/],
  ["DNS1", /^10\.64\.0\.1$/],
  ["DEVICE", /^\/dev\//],
  ["PPP_TTY", /./],
  ["PPPD_PID", /^\d+$/],
  ["CONNECT_SPEED", /^115200$/],
];

/**
 * Makes one call with the commands as a user types them, between a simulated modem with a provider behind it (a
 * real pppd in a network namespace of its own) and this machine. Returns 0 only when every step was seen to
 * do what it should; whatever it set up is removed in every case.
 */
export async function runDemoCall(checkout: string): Promise<number> {
  const work = mkdtempSync(join(tmpdir(), "pppctl-demo-"));
  const undo: (() => Promise<void> | void)[] = [() => rmSync(work, { recursive: true, force: true })];
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => reject(new Error(signal)));
  });
  try {
    await Promise.race([call(checkout, work, undo), interrupted]);
    console.log("\nEvery step was verified.");
    return 0;
  } catch (error) {
    console.error(`\ndemo: ${(error as Error).message}`);
    return 1;
  } finally {
    for (const step of undo.reverse()) {
      try {
        await step();
      } catch (error) {
        console.error(`demo: cleaning up: ${(error as Error).message}`);
        process.exitCode = 1;
      }
    }
  }
}

async function call(checkout: string, work: string, undo: (() => Promise<void> | void)[]): Promise<void> {
  const read = (path: string) => readFileSync(join(checkout, path), "utf8");
  const bin = (name: string) => join(checkout, "bin", name);
  const log = join(work, "modem.log");
  undo.push(
    lendFiles([
      { path: "/etc/ppp/peers/demo", text: read("peers/demo"), mode: 0o640 },
      { path: "/etc/chatscripts/demo", text: read("chatscripts/demo"), mode: 0o640 },
      { path: "/etc/ppp/ip-up.d/pppctl-demo", text: HOOK, mode: 0o755 },
    ]),
  );
  rmSync(ENVIRONMENT, { force: true });
  undo.push(() => rmSync(ENVIRONMENT, { force: true }));

  say(`A provider that answers ${NUMBER}, in a network namespace of its own, behind a simulated modem:`);
  await run("ip", ["netns", "add", NAMESPACE]);
  undo.push(async () => void (await start("ip", ["netns", "del", NAMESPACE])));
  const scenario = join(work, "scenario.json");
  writeFileSync(scenario, JSON.stringify(describeProvider(), undefined, 2));
  const modem = await startModem(bin("pppctl"), ["simulate", "--link", MODEM, "--scenario", scenario, "--log", log]);
  undo.push(() => end(modem));

  say("The call:");
  undo.push(endLeftover);
  await run(bin("pon"), ["demo"]);
  await run(bin("pppctl"), ["status", "demo"]);
  const ping = await run("ping", ["-c", "3", "-W", "5", PROVIDER]);
  check(/ 3 received/.test(ping), "not every packet came back across the link");

  say("What the script in /etc/ppp/ip-up.d was given:");
  await until("the ip-up.d script to run", () => existsSync(ENVIRONMENT));
  showEnvironment(readFileSync(ENVIRONMENT, "utf8"));

  say("Hanging up:");
  await run(bin("poff"), ["demo"]);
  await until("every pppd to end", () => findPppds().length === 0);
  try {
    await until("the modem to go on-hook", () => isOnHook(log));
  } finally {
    say("What the modem saw:");
    for (const { event, line } of readEvents(log)) if (SHOWN_EVENTS.has(event)) console.log(line);
  }
}

/** The scenario of the simulated modem (`pppctl simulate --help`). */
function describeProvider(): object {
  const pppd = ["pppd", "notty", "nodetach", "local", "noauth", "nodefaultroute", "noproxyarp"];
  const addresses = [`${PROVIDER}:${CALLER}`, "ms-dns", PROVIDER];
  const scripts = ["ip-up-script", "/bin/true", "ip-down-script", "/bin/true"];
  const command = ["ip", "netns", "exec", NAMESPACE, ...pppd, ...addresses, ...scripts];
  return { numbers: { [NUMBER]: { rate: RATE, to: { command } } }, default: "no-carrier" };
}

function showEnvironment(text: string): void {
  const values = new Map(
    text.split("\n").map((line) => [line.replace(/=.*/, ""), line.replace(/^[^=]*=/, "")] as const),
  );
  for (const [name] of EXPECTED) console.log(`${name}=${values.get(name) ?? ""}`);
  for (const [name, value] of EXPECTED) {
    check(value.test(values.get(name) ?? ""), `${name} is ${JSON.stringify(values.get(name))}, expected ${value}`);
  }
}

function readEvents(log: string): { readonly event: string; readonly line: string }[] {
  const lines = readFileSync(log, "utf8").split("\n");
  lines.pop(); // empty, or half written
  return lines.map((line) => ({ event: String((JSON.parse(line) as { event?: unknown }).event), line }));
}

/** After a call: the modem tells of its hook only when that changes. */
function isOnHook(log: string): boolean {
  const changes = readEvents(log).filter(({ event }) => event === "off-hook" || event === "on-hook");
  return changes.at(-1)?.event === "on-hook";
}

/** The two pppds of this call, by their arguments. */
function findPppds(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const argv = readArguments(pid);
      return /(^|\/)pppd$/.test(argv[0] ?? "") && (argv[2] === "demo" || argv.includes(`${PROVIDER}:${CALLER}`));
    });
}

function readArguments(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // it ended meanwhile
  }
}

/** After a step that failed the link may still be there. */
async function endLeftover(): Promise<void> {
  for (const pid of findPppds()) {
    try {
      process.kill(pid, "SIGTERM");
    } catch {
      // it ended meanwhile
    }
  }
  await until("every pppd to end", () => findPppds().length === 0);
}

async function startModem(program: string, words: readonly string[]): Promise<ChildProcess> {
  show(program, words);
  const modem = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  let ready = "";
  let ended = false;
  modem.once("exit", () => {
    ended = true;
  });
  modem.once("error", () => {
    ended = true;
  });
  modem.stdout.setEncoding("utf8").on("data", (text: string) => {
    process.stdout.write(text);
    ready += text;
  });
  await until("the simulated modem to be ready", () => ready.includes("\n") || ended);
  check(!ended, "the simulated modem ended at once");
  return modem;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

/** Runs a command in sight of the user; throws unless it returns 0. Gives back what it printed when that is checked. */
async function run(program: string, words: readonly string[]): Promise<string> {
  show(program, words);
  const { status, output } = await start(program, words);
  check(status === 0, `${program} ${words.join(" ")} returned ${status}`);
  return output;
}

function start(program: string, words: readonly string[]): Promise<{ status: number | string; output: string }> {
  return new Promise((resolve) => {
    // Only ping's output is checked; pon's own shows its progress best on the terminal itself.
    const child = spawn(program, words, { stdio: ["ignore", program === "ping" ? "pipe" : "inherit", "inherit"] });
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      process.stdout.write(text);
      output += text;
    });
    child.once("error", (error) => resolve({ status: error.message, output }));
    child.once("close", (status, signal) => resolve({ status: status ?? String(signal), output }));
  });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    check(performance.now() < deadline, `waited ${PATIENCE_MS / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function say(text: string): void {
  console.log(`\n${text}`);
}

function show(program: string, words: readonly string[]): void {
  console.log(`$ ${[program.replace(/.*\//, ""), ...words].join(" ")}`);
}
