import { appendFileSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { type PeerStatus, showStatus } from "../../src/app/show-status.ts";
import { composeWorld } from "../../src/cli/compose.ts";
import type { PeerName } from "../../src/core/peer-name.ts";

/**
 * A program for the guest: looks at the status of some peers every 50 ms, by the use case behind `pppctl status` (a command takes
 * longer than that to start). It writes a line of JSON for each look, with what was so before and after it by the kernel's own account.
 * Its arguments: where each peer's link is, as JSON, and the file for the looks. It prints each look's number and the peers whose
 * interface has an address then.
 */
export type Places = Readonly<
  Record<
    string,
    { readonly iface: string; readonly device: string /** In its dialer's arguments. */; readonly dialer: string }
  >
>;

/** What the kernel shows of one peer. */
export interface Truth {
  readonly pppd: boolean;
  readonly pon: boolean;
  /** pppd has the modem's line open. */
  readonly line: boolean;
  /** The program that pppd has dial runs. */
  readonly dials: boolean;
  /** Its interface has an IPv4 address. */
  readonly addressed: boolean;
}

/** Times are milliseconds since 1970. */
export interface Look {
  readonly from: number;
  readonly to: number;
  readonly before: Readonly<Record<string, Truth>>;
  readonly after: Readonly<Record<string, Truth>>;
  readonly states: readonly PeerStatus[];
}

const periodMs = 50;

/** The kernel's own, which are most, stay what they are. */
const threads = new Set(
  readdirSync("/proc").filter((pid) => {
    try {
      return / 2 0 0 0 -1 /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    } catch {
      return false;
    }
  }),
);

function readTruth(places: Places): Record<string, Truth> {
  const processes = readdirSync("/proc").flatMap((pid) => {
    // Our own arguments have all names in them.
    if (threads.has(pid) || !/^[0-9]+$/.test(pid) || pid === String(process.pid)) return [];
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return argv.includes("p") ? [{ pid, argv, name: readFileSync(`/proc/${pid}/comm`, "utf8").trim() }] : [];
    } catch {
      return [];
    }
  });
  const addresses = networkInterfaces();
  const truths = Object.entries(places).map(([peer, { iface, device, dialer }]): [string, Truth] => {
    const pppds = processes.filter(({ name, argv }) => name === "pppd" && argv.includes(` call ${peer} `));
    return [
      peer,
      {
        pppd: pppds.length > 0,
        pon: processes.some(({ argv }) => argv.includes(`pon-main.js ${peer} `)),
        dials: processes.some(({ name, argv }) => name !== "pppd" && argv.includes(dialer)),
        line: pppds.some(({ pid }) => hasOpen(pid, device)),
        addressed: (addresses[iface] ?? []).some(({ family }) => family === "IPv4"),
      },
    ];
  });
  return Object.fromEntries(truths);
}

function hasOpen(pid: string, device: string): boolean {
  try {
    const tty = realpathSync(device);
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === tty);
  } catch {
    return false;
  }
}

const places = JSON.parse(process.argv[2] ?? "{}") as Places;
const world = composeWorld(process.env, import.meta.url);
const known = new Map();

const file = process.argv[3] ?? "/dev/null";
let count = 0;
/** What was so after a look was so before the next. */
let before = readTruth(places);

async function look(): Promise<void> {
  const from = Date.now();
  const states = await showStatus(Object.keys(places) as PeerName[], world, { known });
  const to = Date.now();
  const seen: Look = { from, to, before, states, after: readTruth(places) };
  before = seen.after;
  appendFileSync(file, `${JSON.stringify(seen)}\n`);
  const addressed = Object.entries(seen.after).filter(([, truth]) => truth.addressed);
  process.stdout.write(`${++count} ${addressed.map(([peer]) => peer).join(" ")}\n`);
}

for (;;) {
  const started = world.clock.now();
  await look();
  await world.clock.sleep(Math.max(0, periodMs - (world.clock.now() - started)));
}
