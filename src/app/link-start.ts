import type { PppctlError } from "../core/errors.ts";
import type { Judgement } from "../link/judge.ts";
import type { TunnelOfLink } from "../link/judge-tunnel.ts";
import type { PastCall } from "../link/past-call.ts";
import type { LinkState } from "../pppd/link-machine.ts";
import type { PppdStart } from "./deps.ts";
import type { HeardGre } from "./host-deps.ts";

/** How the wait for pppd ended. A failure is thrown. */
export type LinkEnd =
  | { readonly kind: "up"; readonly link: LinkState }
  /** pppd runs in the background; the network is not up yet, or (`up`) nothing tells of it: there is no log and no pid file. */
  | { readonly kind: "background"; readonly link: LinkState }
  /** pppd ran in the foreground (`nodetach`) until the link ended. */
  | { readonly kind: "ended"; readonly exitStatus: number; readonly judgement: Judgement };

/** A start of pppd, and what to wait for. */
export interface LinkStart {
  /** Made while the modem works, of a call that we dial. */
  readonly pppd: () => PppdStart;
  /** The file in which pppd's log appears; undefined: it cannot be read. */
  readonly logFile: string | undefined;
  /** `up`: wait for the network. `started`: until pppd has gone to the background. `end`: it stays in the foreground. */
  readonly until: "up" | "started" | "end";
  readonly network: "ip" | "ipv6";
  readonly redials: boolean;
  /** pppd's `disconnect` hears what speaks no PPP (app/listen-for-pppd.ts), after pppd's last word about the call. */
  readonly listens: boolean;
  /** `demand`: the addresses in the log are the waiting interface's, not those of a link that is up. */
  readonly onDemand: boolean;
  /** `pon -q`: a link that was up and has ended again is what was wanted. */
  readonly quick: boolean;
  /**
   * Of a pppd that calls again without asking (app/next-call.ts): why it must not after this attempt, which has just ended; undefined: it
   * may. It is ended then.
   */
  readonly refuseNext: ((ended: PastCall) => PppctlError | undefined) | undefined;
  /** Has somebody watch the link from now on, when pppd runs; undefined: nobody needs to. */
  readonly watch: (() => Promise<void>) | undefined;
  /** What carries a link that is not serial. */
  readonly tunnel: TunnelOfLink | undefined;
  /** What GRE has come from the tunnel's server; absent: nobody has listened. */
  readonly heardGre?: () => HeardGre;
}
