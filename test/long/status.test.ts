import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LinkStateName } from "../../src/link/link-state.ts";
import { bundleMain } from "../pty/bundle-main.ts";
import { type GuestProcess, inCheckout, useCountingGuest } from "../vm/guest.ts";
import { dialScript, namespace, rates, useIsp } from "../vm/isp.ts";
import type { Look, Places, Truth } from "./status-poller.ts";

/**
 * A life with three links, each on a modem of its own: `ours` (pon dials, and dials again), `stock` (Debian's pon, `persist`), `woken`
 * (`demand`). The status is looked at every 50 ms, and no state in it may be one that was not true: by the kernel (pppd, its line, the
 * interface's address) before and after the look, and by the modem's own log. The machine is one whose emulation costs its clock nothing.
 */
const guest = await useCountingGuest();
useIsp(guest, { line: "pty" });

const names = ["ours", "stock", "woken"] as const;
type Name = (typeof names)[number];
const place = (name: Name) => {
  const n = names.indexOf(name) + 1;
  // What pppd has dial: Debian's pon chat, with the peer's script; ours, of a `demand` peer, `pppctl dial`.
  const dialer = name === "woken" ? "-main.js dial " : `/chat -v -f /etc/chatscripts/${name} `;
  return {
    n,
    dialer,
    iface: `ppp1${n}`,
    device: `/dev/modem-${name}`,
    log: `/tmp/life-${name}.log`,
    net: `10.65.${n}`,
  };
};
const number = "8765432";
const modems: GuestProcess[] = [];
let poller: GuestProcess | undefined;
const program = "/tmp/life-poller.mjs";
const lookFile = "/tmp/life-looks";

function scenario(name: Name): object {
  const { n, net } = place(name);
  const words = ["notty", "nodetach", "local", "noauth", "nodefaultroute", "noproxyarp", "unit", `4${n}`];
  const pppd = ["ip", "netns", "exec", namespace, "pppd", ...words, `${net}.1:${net}.2`, "noipv6"];
  // Long enough to be looked at several times.
  const call = { rate: rates.modem, afterMs: 1500, to: { command: pppd } };
  return { numbers: { [number]: name === "ours" ? { byCall: ["busy", call] } : call } };
}

const options: Readonly<Record<Name, readonly string[]>> = {
  ours: ["set PON_REDIAL=1", "set PON_PAUSE=3", "set PON_PAUSE_JITTER=0"],
  stock: ["persist", "holdoff 3", "updetach", "lcp-echo-interval 1", "lcp-echo-failure 4"],
  woken: ["demand", `${place("woken").net}.2:${place("woken").net}.1`, "idle 4"],
};

beforeAll(async () => {
  for (const name of names) {
    const { n, device, log } = place(name);
    await guest.writeFile(`/tmp/life-${name}.json`, JSON.stringify(scenario(name)));
    const words = ["simulate", "--link", device, "--scenario", `/tmp/life-${name}.json`, "--log", log];
    const modem = await guest.spawn([inCheckout("bin/pppctl"), ...words]);
    await modem.waitForOutput(/^\/dev\//);
    modems.push(modem);
    const lines = [
      `${device} ${rates.line}`,
      `connect "/usr/sbin/chat -v -f /etc/chatscripts/${name}"`,
      ...["noauth", "nodefaultroute", "noipv6", `unit 1${n}`, "lcp-restart 1", "lcp-max-terminate 1"],
      ...(name === "woken" ? [] : ["noipdefault"]),
      ...options[name],
    ];
    await guest.writeFile(`/etc/ppp/peers/${name}`, `${lines.join("\n")}\n`);
    await guest.writeFile(`/etc/chatscripts/${name}`, dialScript(number));
  }
  const folder = mkdtempSync(join(tmpdir(), "pppctl-poller-"));
  const bundle = await bundleMain('import "./test/long/status-poller.ts";', folder);
  await guest.writeFile(program, readFileSync(bundle, "utf8"));
  rmSync(folder, { recursive: true });
});

afterAll(async () => {
  await poller?.kill("SIGKILL");
  for (const modem of modems) {
    await modem.kill("SIGTERM");
    await modem.wait();
  }
  for (const name of names) {
    for (const path of [`/tmp/life-${name}.json`, place(name).log]) await guest.remove(path);
    for (const path of [`/etc/ppp/peers/${name}`, `/etc/chatscripts/${name}`]) await guest.remove(path);
  }
  for (const path of [program, lookFile]) await guest.remove(path);
});

const now = async (): Promise<number> => Number((await guest.run(["date", "+%s%3N"])).stdout);
/**
 * Traffic, without end: the packet that wakes a link may be lost, and one that has none for its `idle` seconds hangs up while it is
 * looked at. From the answer on the link passes packets, and `up` says ip-up: until then nothing tells it from one that negotiates.
 */
const wake = async (): Promise<GuestProcess> => {
  const traffic = await guest.spawn(["ping", "-i", "0.5", `${place("woken").net}.1`]);
  await traffic.waitForOutput(/ bytes from /);
  await guest.waitForFile("/run/pppctl/woken/record.json", /"phase":"up"/);
  return traffic;
};
const rest = async (traffic: GuestProcess): Promise<void> => {
  await traffic.kill("SIGKILL");
  await traffic.wait();
};
const modemSaid = (name: Name, pattern: RegExp) => guest.waitForFile(place(name).log, pattern);
const looks = async (): Promise<readonly Look[]> => {
  const lines = (await guest.readFile(lookFile)).split("\n");
  lines.pop();
  return lines.map((line) => JSON.parse(line) as Look);
};
/** What the poller said last: the number of its last look, and the peers whose interface has an address. */
const lastLook = async (): Promise<readonly string[]> =>
  ((await poller?.output())?.stdout ?? "").split("\n").at(-2)?.split(" ") ?? [];
/** Until the poller has looked so often from now on. */
async function lookOn(times: number): Promise<void> {
  const until = Number((await lastLook())[0] ?? 0) + times;
  await poller?.waitForOutput(new RegExp(`^${until} `));
}

type ModemState = "idle" | "dialing" | "connected";
interface Change {
  readonly at: number;
  readonly state: ModemState;
}

async function modemChanges(name: Name): Promise<readonly Change[]> {
  const states: Readonly<Record<string, ModemState>> = { dial: "dialing", connect: "connected", "on-hook": "idle" };
  const lines = (await guest.readFile(place(name).log)).split("\n").filter((line) => line !== "");
  return lines.flatMap((line): Change[] => {
    const { wall, event, ...more } = JSON.parse(line) as { wall: string; event: string; result?: string };
    // A number that is busy rings off by itself.
    const state = JSON.stringify(more).includes("BUSY") ? "idle" : states[event];
    return state === undefined ? [] : [{ at: Date.parse(wall), state }];
  });
}

/** What a modem says has reached who waits for it so much later, at the latest. */
const lagMs = 700;

/** In which states the modem was, from a moment to another, for whoever hears of it late. */
function modemStates(changes: readonly Change[], from: number, to: number): readonly ModemState[] {
  const before = changes.findLast(({ at }) => at < from - lagMs)?.state ?? "idle";
  return [before, ...changes.filter(({ at }) => at >= from - lagMs && at <= to).map(({ state }) => state)];
}

/** The states that are true of a link for which all this is so at one moment. */
function trueStates(truth: Truth, modem: ModemState, demand: boolean): readonly LinkStateName[] {
  const { pppd, pon, line, addressed, dials } = truth;
  if (!pppd && !pon) return ["down"];
  // pon has not begun, or has ended what it had begun.
  if (!pppd) return modem === "dialing" ? ["dialing"] : ["dialing", "waiting", "down"];
  if (addressed && !demand) return ["up"];
  switch (modem) {
    case "dialing":
      return ["dialing"];
    case "connected": {
      // CONNECT has been said, and not been heard yet: by the program that dials, or by pon, which gives the line to pppd then.
      const unheard = dials || (pon && !line) ? (["dialing"] as const) : [];
      // `demand`: its address says nothing. Else: before the network is up, or after it was.
      if (demand && line) return [...unheard, "connecting", "up", "ending"];
      return demand ? [...unheard, "waiting"] : [...unheard, "connecting", "ending", "waiting"];
    }
    case "idle":
      return [...(dials || line || pon ? (["dialing"] as const) : []), "waiting", "ending"];
    default:
      return modem satisfies never;
  }
}

/** At some moment of a look: each of the things that were so before it with each that were so after it. */
function statesDuring(look: Look, name: Name, changes: readonly Change[]): ReadonlySet<LinkStateName> {
  const [one, other] = [look.before[name], look.after[name]] as [Truth, Truth];
  const either = (key: keyof Truth): readonly boolean[] => [...new Set([one[key], other[key]])];
  const states = new Set<LinkStateName>();
  for (const pppd of either("pppd"))
    for (const pon of either("pon"))
      for (const line of either("line"))
        for (const dials of either("dials"))
          for (const addressed of either("addressed"))
            for (const modem of modemStates(changes, look.from, look.to))
              for (const state of trueStates({ pppd, pon, line, dials, addressed }, modem, name === "woken"))
                states.add(state);
  return states;
}

/** `pppctl status --json` as scripts ask it. */
async function commandSays(states: Partial<Record<Name, LinkStateName>>): Promise<void> {
  const asked = Object.keys(states);
  const { status, stdout } = await guest.run([inCheckout("bin/pppctl"), "status", "--json", ...asked]);
  const said = (JSON.parse(stdout) as Look["states"]).map(({ peer, state }) => [peer, state]);
  expect(Object.fromEntries(said)).toEqual(states);
  expect(status).toBe(Object.values(states).every((state) => state === "up") ? 0 : 3);
}

const stateIn = (look: Look, name: Name) => look.states.find(({ peer }) => peer === name);

test("three links, looked at all the time: never a state that was not true", async () => {
  poller = await guest.spawn([
    process.execPath,
    program,
    JSON.stringify(Object.fromEntries(names.map((name) => [name, place(name)])) satisfies Places),
    lookFile,
  ]);
  await lookOn(5);
  /** From then to then, each look must have shown exactly this. */
  const spans: { name: Name; state: LinkStateName; from: number; to: number }[] = [];
  const begin = async (name: Name, state: LinkStateName) => {
    const from = await now();
    return async () => void spans.push({ name, state, from, to: await now() });
  };

  const oursDown = await begin("ours", "down");
  const stockDown = await begin("stock", "down");
  await commandSays({ ours: "down", stock: "down", woken: "down" });
  await oursDown();
  expect(await guest.run([inCheckout("bin/pon"), "ours"])).toMatchObject({ status: 0 });
  const oursUp = await begin("ours", "up");
  await stockDown();
  // By a shell that stays, as in a terminal: the line of a pppd that leads its session hangs up when it goes to the background.
  expect(await guest.run(["sh", "-c", "/usr/bin/pon stock; exit $?"], { timeoutMs: 90_000 })).toMatchObject({
    status: 0,
  });
  const stockUp = await begin("stock", "up");
  expect(await guest.run([inCheckout("bin/pon"), "woken"])).toMatchObject({ status: 0 });
  const wokenWaits = await begin("woken", "waiting");
  await commandSays({ ours: "up", stock: "up", woken: "waiting" });
  await wokenWaits();
  const traffic = await wake();
  const wokenUp = await begin("woken", "up");
  await commandSays({ ours: "up", stock: "up", woken: "up" });
  await wokenUp();
  await rest(traffic);

  // The line of the stock one is lost.
  await stockUp();
  const [far] = (await guest.processes()).filter(({ argv }) => argv.join(" ").includes("unit 42"));
  await guest.kill(far?.pid ?? 0, "SIGKILL");
  await modemSaid("stock", /"event":"connect"(?=[\s\S]*"event":"connect")/);
  while (!(await lastLook()).includes("stock")) await lookOn(1);
  const stockAgain = await begin("stock", "up");

  // The one that was woken is idle, hangs up, and is woken once more.
  await modemSaid("woken", /"event":"on-hook"/);
  await lookOn(20);
  const wokenIdle = await begin("woken", "waiting");
  await lookOn(5);
  await wokenIdle();
  const more = await wake();
  const wokenAgain = await begin("woken", "up");
  await lookOn(5);
  await wokenAgain();
  await rest(more);
  await oursUp();
  await stockAgain();

  for (const name of names) expect(await guest.run([inCheckout("bin/poff"), name])).toMatchObject({ status: 0 });
  const ends = await Promise.all(names.map((name) => begin(name, "down")));
  await commandSays({ ours: "down", stock: "down", woken: "down" });
  for (const end of ends) await end();

  const all = await looks();
  const periods = all.slice(1).map((look, i) => look.from - (all[i]?.from ?? 0));
  const apart = periods.toSorted((a, b) => a - b);
  const [median = 0, late = 0] = [apart[apart.length >> 1], apart[Math.floor(apart.length * 0.95)]];
  console.error(`${all.length} looks, a median of ${median} ms apart, 95 of 100 no more than ${late} ms`);
  expect(median).toBeLessThan(56);
  // The guest waits by the host's clock, which may be late.
  expect(late).toBeLessThan(100);
  const wrong: object[] = [];
  for (const name of names) {
    const changes = await modemChanges(name);
    for (const look of all) {
      const status = stateIn(look, name);
      if (status !== undefined && statesDuring(look, name, changes).has(status.state)) continue;
      const { from, to, before, after } = look;
      wrong.push({ status, from, to, before: before[name], after: after[name], changes });
    }
  }
  expect({ wrong: wrong.length, first: wrong.slice(0, 3) }).toEqual({ wrong: 0, first: [] });
  for (const { name, state, from, to } of spans) {
    const within = all.filter((look) => look.from >= from && look.to <= to);
    expect(within.length, `${name} ${state}`).toBeGreaterThan(1);
    expect([...new Set(within.map((look) => stateIn(look, name)?.state))], `${name} ${from} ${to}`).toEqual([state]);
  }

  const story = (name: Name): string =>
    all
      .map((look) => stateIn(look, name)?.state)
      .filter((state, i, states) => state !== states[i - 1])
      .join(" ");
  expect(story("ours")).toMatch(/^down (waiting )?dialing waiting dialing connecting up (ending )?down$/);
  expect(story("stock")).toMatch(
    /^down (waiting )?dialing connecting up (ending )?(waiting )?dialing connecting up (ending )?(waiting )?down$/,
  );
  expect(story("woken")).toMatch(
    /^down (dialing )?waiting dialing (connecting )?up (ending )?waiting dialing (connecting )?up (ending )?(waiting )?down$/,
  );
  const pause = all
    .map((look) => stateIn(look, "ours"))
    .find((status) => status?.state === "waiting" && status.attempt === 2);
  expect(pause).toMatchObject({ nextAt: expect.any(Number), lastFailure: { cause: "busy" } });
  const holdoff = all.map((look) => stateIn(look, "stock")).filter((status) => status?.state === "waiting");
  expect(holdoff.length).toBeGreaterThan(0);
});
