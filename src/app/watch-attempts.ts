import type { PppctlError } from "../core/errors.ts";
import type { PeerName } from "../core/peer-name.ts";
import { judge } from "../link/judge.ts";
import { parseLinkRecord, recordName } from "../link/link-record.ts";
import type { Settings } from "../link/setting-table.ts";
import { type LinkState, startLink, stepLink } from "../pppd/link-machine.ts";
import { parsePppdLine } from "../pppd/parse-pppd-line.ts";
import type { CallMemory } from "./call-policy.ts";
import type { FollowedFile, ProcessInfo, World } from "./deps.ts";
import { tunnelOfPlan } from "./examine-tunnel.ts";
import { linknameOf } from "./linkname-of.ts";
import type { LoadedPlan } from "./load-plan.ts";
import { refuseNextCall } from "./next-call.ts";
import { type NotedPppd, noteEnded, noteFailed } from "./note-calls.ts";
import type { CallEnd } from "./settle-calls.ts";

/** A pppd that calls again without asking (app/choose-mode.ts, `dialsUnasked`), after pon has gone. */
export interface AttemptWatch {
  /** It is time to ask the policy. */
  readonly isDue: () => boolean;
  /** Ask it: why pppd must not call again; undefined: it may. */
  readonly refuse: (settings: Settings) => PppctlError | undefined;
  readonly stop: () => void;
}

/** The ip-down hook notes the end of a call that was up; it has so long. */
const hookMs = 1000;
const minuteMs = 60_000;

/**
 * Watch the attempts of such a pppd by its log, from where pon has left it: each that failed is entered into the history, which nobody
 * else would do, and after each end, and at each minute at which pppd waits (an hour may be over), it is time to ask the policy.
 */
export function watchAttempts(
  {
    peer,
    pppd,
    loaded,
    memory,
  }: {
    readonly peer: PeerName;
    readonly pppd: ProcessInfo;
    readonly loaded: LoadedPlan;
    readonly memory: CallMemory;
  },
  world: World,
): AttemptWatch {
  const { clock } = world;
  const noted: NotedPppd = {
    peer,
    linkname: linknameOf(peer, loaded.plan),
    pppd,
    call: world.processes.variable(pppd.pid, "PPPCTL_CALL"),
  };
  const record = readRecord(peer, world);
  const between = record?.settled === true;
  let link: LinkState = startLink({ network: loaded.plan.noip ? "ipv6" : "ip", redials: true });
  if (between) link = { ...link, phase: "waiting" };
  let startedAt = record?.startedAt ?? clock.wallTime();
  /** The network of this attempt was up, by pon's record. */
  let wasUp = !between && record?.upAt !== undefined;
  /** How the last attempt that was up has ended, as long as its hook may say so first. */
  let unsaid: CallEnd | undefined;
  /** When to ask after the end of an attempt, and, as long as pppd waits, once more. */
  let askAt = Infinity;
  let againAt = between ? clock.now() : Infinity;

  const log = follow(record?.logFile, (line) => {
    const before = link;
    link = stepLink(link, { type: "log", event: parsePppdLine(line), at: clock.wallTime() });
    if (link.attempt > before.attempt) {
      startedAt = clock.wallTime();
      wasUp = false;
    }
    wasUp ||= link.upAt !== undefined;
    if (link.phase === "waiting" && before.phase !== "waiting") attemptEnded();
  });

  function attemptEnded(): void {
    noteUnsaid();
    const { cause, sentence } = judge({ events: link.events, tunnel: tunnelOfPlan(loaded.plan) });
    const upMs = link.minutes === undefined ? undefined : link.minutes * 60_000;
    const end = { endedAt: clock.wallTime(), cause, sentence, bytes: link.bytes, upMs };
    if (wasUp) unsaid = end;
    else noteFailed(noted, startedAt, end, world, { warn });
    askAt = Math.min(askAt, clock.now() + (wasUp ? hookMs : 0));
  }

  /** Where no hook of ours has said so. */
  function noteUnsaid(): void {
    if (unsaid !== undefined) noteEnded(noted, world, { warn }, unsaid);
    unsaid = undefined;
  }

  function follow(path: string | undefined, onLine: (line: string) => void): FollowedFile | undefined {
    try {
      const from = path === undefined ? 0 : between ? world.files.size(path) : (record?.logFrom ?? 0);
      return path === undefined ? undefined : world.followFile(path, from, onLine);
    } catch {
      // Nobody can tell of its attempts then.
      return undefined;
    }
  }

  return {
    isDue: () => {
      log?.drain();
      return clock.now() >= (link.phase === "waiting" ? Math.min(askAt, againAt) : askAt);
    },
    refuse: (settings) => {
      askAt = Infinity;
      againAt = clock.now() + minuteMs - (clock.wallTime() % minuteMs);
      noteUnsaid();
      return refuseNextCall({ peer, settings, memory, pppd }, world);
    },
    stop: () => log?.stop(),
  };
}

/** A full disk loses the entry, not the link. */
function warn(): void {}

function readRecord(peer: PeerName, world: World): ReturnType<typeof parseLinkRecord> {
  return parseLinkRecord(world.stores.of(peer).read(recordName) ?? "");
}
