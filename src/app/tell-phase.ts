import type { DialFailure } from "../link/dial-failure.ts";
import { dialRecordName, parseDialRecord } from "../link/dial-record.ts";
import { type Judgement, judge } from "../link/judge.ts";
import type { LinkState } from "../pppd/link-machine.ts";
import type { CallContext } from "./call-context.ts";
import type { LinkStart } from "./link-start.ts";

/** An attempt of a pppd that redials: why it has ended. */
export function judgeAttempt(call: CallContext, { events }: LinkState, { tunnel }: LinkStart): Judgement {
  return judge({ events, dialFailure: readDialFailure(call), tunnel });
}

/** Tell, and record, how far a link is. `last`: an attempt has ended, and pppd, which waits, must not call again. */
export function tellPhase(call: CallContext, link: LinkState, start: LinkStart): "last" | undefined {
  const { phase, iface, dns } = link;
  const onIpv6 = phase === "up" && link.local === undefined;
  const { local, remote } = onIpv6 ? { local: link.localLink, remote: link.remoteLink } : link;
  if (phase === "negotiating") call.onEvent({ type: "negotiating" });
  if (phase === "authenticating") call.onEvent({ type: "authenticating" });
  if (phase === "waiting") {
    const { cause, sentence } = judgeAttempt(call, link, start);
    const ended = call.end({ cause, sentence, bytes: link.bytes }, "waiting");
    const refusal = ended === undefined ? undefined : start.refuseNext?.(ended);
    if (refusal !== undefined) {
      call.say(refusal.message);
      call.onEvent({ type: "warning", text: refusal.message });
      return "last";
    }
    if (start.until === "up") call.onEvent({ type: "attempt-failed", sentence: `${sentence}; pppd will try again` });
    return undefined;
  }
  call.record({
    phase,
    ...(iface === undefined ? {} : { iface }),
    ...(local === undefined ? {} : { local }),
    ...(remote === undefined ? {} : { remote }),
    ...(dns.length === 0 ? {} : { dns }),
    ...(phase === "up" ? { upAt: call.world.clock.wallTime() } : {}),
  });
  return undefined;
}

/** What the dialer left behind, when it failed. */
export function readDialFailure(call: CallContext): DialFailure | undefined {
  const text = call.store.read(dialRecordName);
  return text === undefined ? undefined : parseDialRecord(text)?.failure;
}
