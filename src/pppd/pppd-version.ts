/** pppd's version: major, minor, patch. */
export type PppdVersion = readonly [number, number, number];

/**
 * The version out of what `pppd --version` prints (`pppd version 2.4.9`, on standard
 * output or error by version). Undefined when the text names none.
 */
export function parsePppdVersion(text: string): PppdVersion | undefined {
  const match = /pppd version (\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

/** `version` is `least` or newer. */
export function isAtLeast(version: PppdVersion, least: PppdVersion): boolean {
  for (const i of [0, 1, 2] as const) {
    if (version[i] !== least[i]) return version[i] > least[i];
  }
  return true;
}

/** What an installed pppd knows of what we would like to use. */
export interface PppdCapabilities {
  /** `ip-up-script`, `ip-down-script`. */
  readonly hasIpUpScript: boolean;
  /** `ipv6-up-script`, `ipv6-down-script`. */
  readonly hasIpv6Scripts: boolean;
  /** `ip-pre-up-script`. */
  readonly hasIpPreUpScript: boolean;
  /** `show-options`: lists its options without root and without PPP in the kernel. */
  readonly hasShowOptions: boolean;
  /** `up_sdnotify` (where it is built with systemd). */
  readonly hasUpSdnotify: boolean;
  /** `replacedefaultroute`. */
  readonly hasReplaceDefaultRoute: boolean;
  /** Counts traffic in 64 bits; before, BYTES_SENT and BYTES_RCVD wrap at 4 GiB. */
  readonly has64BitCounters: boolean;
  /** Redials without `holdoff` after a modem hang-up, SIGHUP or `maxconnect`. */
  readonly redialsAtOnceAfterHangup: boolean;
  /** Refuses hooks, secrets and peer files below a directory that others than root may write. */
  readonly checksPathOwners: boolean;
}

/** By version, from pppd's sources (options.c, main.c, utils.c of each tag, 2.4.8 to 2.5.3). */
export function pppdCapabilities(version: PppdVersion): PppdCapabilities {
  const since = (...least: PppdVersion) => isAtLeast(version, least);
  return {
    hasIpUpScript: since(2, 4, 9),
    hasIpv6Scripts: since(2, 5, 0),
    hasIpPreUpScript: since(2, 5, 1),
    hasShowOptions: since(2, 5, 0),
    hasUpSdnotify: since(2, 4, 8),
    hasReplaceDefaultRoute: since(2, 4, 9) && !since(2, 5, 3),
    has64BitCounters: since(2, 5, 0),
    redialsAtOnceAfterHangup: since(2, 5, 2),
    checksPathOwners: since(2, 5, 3),
  };
}
