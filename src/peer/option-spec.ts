import type { PppdVersion } from "./peer-reading.ts";

/** What pppd's tables say of one option (struct option in pppd/pppd.h). */
export interface OptionSpec {
  readonly name: string;
  /** No option takes more than one value (MAXARGS is 1). */
  readonly args: 0 | 1;
  /** `int` is read in C's notation, `hex` always in base 16, `special` by a function of its own. */
  readonly type: "flag" | "int" | "hex" | "text" | "special";
  /** Needs root's authority from this release on. */
  readonly privileged?: PppdVersion;
  readonly aliasOf?: string;
  /** The first release that knows it; absent: 2.4.9 or older. */
  readonly since?: PppdVersion;
  /** The first release that does not know it any more. */
  readonly removedIn?: PppdVersion;
  readonly plugin?: string;
  /** Known only while the channel is a serial line (pppd/tty.c): not after a device word of pppoe or pppoatm. */
  readonly tty?: boolean;
  /** Options of one group share one value. */
  readonly group?: string;
  /** A value from a file of lower priority does not replace it (OPT_PRIO). */
  readonly prio?: boolean;
  /** A privileged value cannot be overridden without privilege (OPT_PRIVFIX). */
  readonly fixed?: boolean;
  /** Repeated values add up instead of replacing each other. */
  readonly collects?: boolean;
  /** Refused once this one was given (OPT_ENABLE). */
  readonly disabledBy?: string;
  readonly min?: number;
  readonly max?: number;
  /** Without privilege a value that was set may only be lowered; 0 is no limit (OPT_NOINCR, OPT_ZEROINF). */
  readonly capped?: boolean;
  /** Longer values are cut, bytes (OPT_STATIC). */
  readonly maxLength?: number;
  /** The first release that cuts them shorter still, and there. */
  readonly shorterIn?: { readonly version: PppdVersion; readonly maxLength: number };
  /** Its value is a secret. */
  readonly secret?: boolean;
  /** Only in builds with SRP, LANMAN or MPPE debugging; no distribution's. */
  readonly notBuilt?: boolean;
}
