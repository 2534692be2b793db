import type { TunnelKind } from "./cause-row.ts";
import type { Cause, CauseDetails } from "./causes.ts";
import { isOfLine, type LogFact } from "./log-fact.ts";
import type { Reading } from "./reading.ts";

/** What carries the link, as far as a sentence needs it. */
export interface TunnelOfLink {
  readonly kind: TunnelKind;
  /** By name or address. */
  readonly server?: string | undefined;
  /** A port (TCP), for a sentence. */
  readonly port?: string | undefined;
  /** An interface. */
  readonly iface?: string | undefined;
  /** What the peer file wants of a concentrator, such as `for service gold`. */
  readonly wanted?: string | undefined;
}

type Rule = (fact: LogFact, tunnel: TunnelOfLink | undefined) => readonly [Cause, CauseDetails];

const saying =
  (cause: Cause): Rule =>
  (fact) => [cause, { message: fact.message }];

/** What the programs behind a tunnel say. */
const rules: Readonly<Record<string, Rule>> = {
  "server-unresolved": saying("server-unresolved"),
  "server-unreachable": saying("server-unreachable"),
  "server-refused": (_, tunnel) => ["server-refused", { number: tunnel?.port }],
  "call-refused": saying("call-refused"),
  "gre-blocked": saying("gre-blocked"),
  "firewall-drops": saying("firewall-drops"),
  "pppoe-refused": saying("pppoe-refused"),
  "pppoe-timeout": (_, tunnel) => ["pppoe-silent", { message: tunnel?.wanted }],
  "l2tp-silent": saying("l2tp-silent"),
  "ipsec-needed": saying("ipsec-needed"),
  "l2tp-refused": saying("l2tp-refused"),
  "l2tp-no-socket": saying("l2tp-no-socket"),
};

export const tunnelKinds: readonly string[] = Object.keys(rules);

/** Of a look at the tunnel after its failure (app/examine-tunnel.ts). */
const examined: ReadonlySet<string> = new Set(["gre-blocked", "firewall-drops", "ipsec-needed"]);

/** A tunnel that stood, and what pppd said through it: then its program only says how it ended. */
const stood: ReadonlySet<string> = new Set([
  "auth-succeeded",
  "auth-failed",
  "terminated-by-peer",
  "local-address",
  "echo-timeout",
]);

/** Somebody has ended pppd: then what its program says is no reason. */
function isEndedBySignal(facts: readonly LogFact[]): boolean {
  return facts.some(
    ({ kind }, i) => kind === "terminating-on-signal" || (kind === "hangup-signal" && !isOfLine(facts.slice(i + 1))),
  );
}

/** What pppd says, some of it with `debug` only, when the other end has answered: then packets come through, both ways. */
const answers: ReadonlySet<string> = new Set([
  ...stood,
  "lcp-answered",
  "auth-started",
  "network-started",
  "remote-message",
  "peer-refused-auth",
  "no-auth-possible",
  "auth-timed-out",
  "loopback",
]);

/** The other end has answered PPP of ours through the tunnel. */
export function hasAnswered(facts: readonly LogFact[]): boolean {
  return facts.some(({ kind }) => answers.has(kind));
}

/**
 * Why a tunnel did not come about. It comes before pppd's own words: pppd sees a line on which nobody answers, or that
 * hangs up, and often says so before the program behind it has given up.
 */
export function readTunnel(facts: readonly LogFact[], tunnel: TunnelOfLink | undefined): Reading | undefined {
  if (facts.some(({ kind }) => stood.has(kind))) return undefined;
  // What was found afterwards, else the last one with a reason: `has not been accepted`, then `Reply result code is 4 'Busy'`.
  const hasPpp = hasAnswered(facts);
  const found = facts.filter(({ kind }) => Object.hasOwn(rules, kind) && !(hasPpp && kind === "gre-blocked"));
  const fact =
    found.findLast(({ kind }) => examined.has(kind)) ??
    (isEndedBySignal(facts) ? undefined : (found.findLast(({ message }) => message !== undefined) ?? found[0]));
  if (fact === undefined) return undefined;
  const [cause, details] = rules[fact.kind]?.(fact, tunnel) ?? [];
  if (cause === undefined) return undefined;
  return {
    cause,
    details: { server: tunnel?.server, ...(tunnel?.iface === undefined ? {} : { device: tunnel.iface }), ...details },
    evidence: found.map(({ text }) => text),
  };
}
