import { chatExitStatus } from "../chat/chat-result.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import { errorOfJudgement, judge } from "../link/judge.ts";
import { peerError } from "../peer/peer-error.ts";
import { loadChatCall, loadChatFile } from "./chat-call.ts";
import type { ConnectEvent } from "./connect-events.ts";
import type { World } from "./deps.ts";
import { describeDialFailure } from "./describe-dial-failure.ts";
import { dial } from "./dial.ts";
import { loadPlan } from "./load-plan.ts";
import { writeDialRecord } from "./write-dial-record.ts";

/**
 * Dial as pppd's connect program (`pppctl dial`): standard input is the tty, the script
 * is the peer's own. pppd hangs up after a failure; what failed is left in the dialer's record.
 *
 * @throws PppctlError with the judgement on a failed dial; exit status as chat(8)'s.
 */
export async function dialForPppd(
  request: { readonly peer: PeerName; readonly signal: AbortSignal; readonly onEvent: (event: ConnectEvent) => void },
  world: World,
): Promise<void> {
  const { peer } = request;
  const { reading, plan } = loadPlan({ peer, extraWords: [] }, world);
  const error = peerError(reading, "ignore");
  if (error !== undefined) throw error;
  if (plan.connect.kind !== "chat") {
    throw new PppctlError({
      code: "dial.no-script",
      message: `${peer}: the peer's connect line is not plainly a chat script`,
      exitCode: ExitCode.options,
      hint: `write connect "chat -f /etc/chatscripts/${peer}" into ${reading.path}`,
    });
  }
  const { config } = loadChatCall(plan.connect, plan, world);
  const store = world.stores.of(peer);
  const line = await world.inheritedLine();
  const started = world.clock.now();
  try {
    const outcome = await dial({
      config,
      line,
      clock: world.clock,
      loadFile: (path) => loadChatFile(path, world),
      onEvent: request.onEvent,
      signal: request.signal,
    });
    if (outcome.result.kind === "error") throw outcome.result.error;
    const device = plan.device?.value ?? line.path;
    const failure = describeDialFailure(outcome, { device, elapsedMs: world.clock.now() - started });
    try {
      writeDialRecord(store, world, { device, outcome, failure });
    } catch {
      // A full disk loses the reason, not the call.
    }
    if (failure === undefined) return;
    const failed = errorOfJudgement(peer, judge({ events: [], dialFailure: failure }));
    const { code, message, hint } = failed;
    throw new PppctlError({ code, message, hint, exitCode: chatExitStatus(outcome.result) });
  } finally {
    await line.close();
  }
}
