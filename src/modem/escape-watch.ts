/** How far the escape sequence (`+++`) has got in what the computer sends while a call is up. */
export interface EscapeWatch {
  /** When the last byte came, in milliseconds. */
  readonly lastAt: number;
  /** Escape characters seen after a silence of the guard time: 0 to 3. */
  readonly count: number;
}

/** The watch at the moment when data mode begins. */
export function startEscapeWatch(at: number): EscapeWatch {
  return { lastAt: at, count: 0 };
}

/**
 * One more byte from the computer, at `at`. The sequence is a silence of the guard time,
 * three escape characters, each within the guard time of the one before, and another silence
 * (Hayes; S2 and S12). A count of 3 means: if nothing more comes until `at + guardMs`, it was the escape.
 */
export function watchByte(
  watch: EscapeWatch,
  byte: number,
  at: number,
  escapeByte: number,
  guardMs: number,
): EscapeWatch {
  const gap = at - watch.lastAt;
  // Values over 127 in S2 switch the escape off.
  if (byte !== escapeByte || escapeByte > 127) return { lastAt: at, count: 0 };
  if (watch.count > 0 && watch.count < 3 && (gap < guardMs || guardMs === 0)) {
    return { lastAt: at, count: watch.count + 1 };
  }
  return { lastAt: at, count: gap >= guardMs ? 1 : 0 };
}
