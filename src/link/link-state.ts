import type { LinkRecord } from "./link-record.ts";

/**
 * What is true of a peer. `dialing`: the modem is at work, or is about to be. `connecting`: pppd has the line, and the network is
 * not up. `ending`: the network is down, or the call failed, and pppd hangs up. `waiting`: somebody waits to dial again, or for
 * traffic (`demand`). `blocked`: down, and not to be dialed before `pppctl unblock`.
 */
export type LinkStateName = "down" | "blocked" | "dialing" | "connecting" | "up" | "ending" | "waiting";

/** What a look at the machine shows; nothing of it is remembered from an earlier one. */
export interface LinkFacts {
  readonly blocked: boolean;
  /** A pppd of this peer runs. */
  readonly pppd: boolean;
  /** A pon of ours works for this peer. */
  readonly dialer: boolean;
  /** Who of ours pauses between two dials (link/wait-record.ts). */
  readonly pauses: "pon" | "keep" | "dial" | undefined;
  /** Of that pppd or that pon; undefined: somebody else's link, or nothing could be written. */
  readonly record: Pick<LinkRecord, "phase" | "origin" | "attempt" | "settled"> | undefined;
  readonly serial: boolean;
  readonly demand: boolean;
  /** pppd goes on after a call: `persist`, `demand`. */
  readonly redials: boolean;
  readonly interfaceExists: boolean;
  /** The interface is up with an address; of a `demand` link it is so all the time. */
  readonly addressed: boolean;
  /** pppd has a child that is no hook: its connect or init program. */
  readonly childDials: boolean;
  /** pppd has the line open; undefined: we may not know. */
  readonly lineInUse: boolean | undefined;
  /** In pppd's own variables (pppd/pppd-database.ts); undefined: it has none that we can read. */
  readonly variables:
    | { readonly wasUp: boolean; readonly wentDown: boolean; readonly hadInterface: boolean }
    | undefined;
}

/** Pure: the same facts are always the same state. */
export function stateOfLink(facts: LinkFacts): LinkStateName {
  const { pppd, dialer, record, blocked } = facts;
  if (!pppd) {
    if (dialer) return record?.phase === "waiting" ? "waiting" : "dialing";
    if (facts.pauses === "pon" || facts.pauses === "keep") return "waiting";
    return blocked ? "blocked" : "down";
  }
  // pppd waits in its options while our pon dials.
  if (dialer && record?.origin === "direct" && (record.phase === "starting" || record.phase === "dialing"))
    return "dialing";
  // Its child is no dialer yet.
  if (facts.pauses === "dial" && facts.childDials) return "waiting";
  return facts.demand ? stateOnDemand(facts) : stateOfCall(facts);
}

function stateOfCall(facts: LinkFacts): LinkStateName {
  const { record, serial, redials, variables } = facts;
  if (facts.addressed) return "up";
  const wasUp = record?.phase === "up" || (record?.settled === true && !facts.childDials);
  const wentDown = variables?.wentDown === true || wasUp;
  if (facts.interfaceExists) return wentDown ? "ending" : "connecting";
  if (wentDown) return redials ? "waiting" : "ending";
  if (!serial) return variables?.hadInterface === true ? (redials ? "waiting" : "ending") : "connecting";
  if (facts.childDials || record?.phase === "dialing" || record?.phase === "starting") return "dialing";
  if (redials) return "waiting";
  // pppd has the line, and had an interface for it.
  return variables?.hadInterface === true || record !== undefined ? "ending" : "dialing";
}

/** The interface says nothing here, and pppd's log neither: it tells when a packet wakes it, not when the network is up. */
function stateOnDemand({ childDials, lineInUse, record, variables }: LinkFacts): LinkStateName {
  if (childDials) return "dialing";
  if (variables?.wentDown === true) return lineInUse === true ? "ending" : "waiting";
  if (lineInUse === false) return "waiting";
  switch (record?.phase) {
    case undefined:
      // Of the second and later calls of somebody else's link, the seconds of negotiation look like this too.
      if (variables?.wasUp === true) return "up";
      return lineInUse === true ? "connecting" : "waiting";
    case "up":
      return "up";
    case "dialing":
      return "dialing";
    case "negotiating":
    case "authenticating":
    case "network":
      return variables?.wasUp === true && record?.attempt === 1 ? "up" : "connecting";
    default:
      // Our dialer says when CONNECT has come: pppd has opened the line, and is about to run it.
      return lineInUse === true ? "dialing" : "waiting";
  }
}
