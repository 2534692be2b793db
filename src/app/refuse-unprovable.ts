import { FileSyntaxError } from "../core/errors.ts";
import { causeRow } from "../link/causes.ts";
import { checkAuthentication } from "../peer/check-authentication.ts";
import type { PeerReading } from "../peer/peer-reading.ts";
import { findPeerSecrets } from "../peer/peer-secrets.ts";
import type { World } from "./deps.ts";

/**
 * Before the phone rings: `auth` (Debian's /etc/ppp/options has it) without a `noauth` in the peer, which pppd refuses
 * when the line is open already.
 *
 * @throws FileSyntaxError auth.peer, exit status 1 as pppd's
 */
export function refuseUnprovable(reading: PeerReading, world: Pick<World, "files" | "host" | "root">): void {
  const secrets = findPeerSecrets(reading, { read: world.files.read, hostName: world.host.name });
  const caller = { root: world.root, defaultRoute: world.host.hasDefaultRoute() };
  const refusal = checkAuthentication(reading, secrets, caller);
  if (refusal === undefined) return;
  const { message, hint, position, exitCode } = refusal;
  const { code } = causeRow("peer-not-authenticated");
  throw new FileSyntaxError({ code, what: message, hint, ...position, exitCode });
}
