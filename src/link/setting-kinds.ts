/** A kind of value that a setting of the peer file has. `T` is what it is read to. */
export interface SettingKind<T> {
  /** After "is": `a number from 0 to 1000`. */
  readonly what: string;
  /** In effect when the peer says nothing, as one would write it; empty: none. */
  readonly preset: string;
  readonly presetValue: T;
  /** A value that is right, for the hint. */
  readonly example: string;
  /** Undefined: it is none. `text` is one character a byte, as everything of a peer file. */
  readonly read: (text: string) => T | undefined;
}

/** A kind whose preset is read by its own rule; a preset that is none is a mistake in the table. */
function kind<T>(
  what: string,
  read: (text: string) => T | undefined,
  { preset, example }: { readonly preset: string; readonly example: string },
): SettingKind<T> {
  const presetValue = read(preset);
  if (presetValue === undefined) throw new Error(`${preset} is not ${what}`);
  return { what, preset, presetValue, example, read };
}

/** A whole number. */
export function count(preset: number, min: number, max: number, unit?: string): SettingKind<number> {
  const what = `a number${unit === undefined ? "" : ` of ${unit}`} from ${min} to ${max}`;
  const read = (text: string): number | undefined => within(/^[0-9]{1,9}$/.test(text) ? Number(text) : NaN, min, max);
  return kind(what, read, { preset: String(preset), example: String(preset === 0 ? Math.min(10, max) : preset) });
}

/** A number that may have a fraction. */
export function factor(preset: number, min: number, max: number): SettingKind<number> {
  const read = (text: string): number | undefined =>
    within(/^[0-9]{1,6}(\.[0-9]{1,6})?$/.test(text) ? Number(text) : NaN, min, max);
  return kind(`a number from ${min} to ${max}`, read, { preset: String(preset), example: String(preset) });
}

const seconds: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** A time, read to milliseconds: seconds, or with a letter `s`, `m`, `h` or `d`. */
export function time(preset: string, min: string, max: string, example = preset): SettingKind<number> {
  const read = (text: string): number | undefined => {
    const [, digits = "", unit = ""] = /^([0-9]{1,9})([smhd]?)$/.exec(text) ?? [];
    return digits === "" ? undefined : Number(digits) * (seconds[unit] ?? 1) * 1000;
  };
  const limited = (text: string): number | undefined => within(read(text) ?? NaN, read(min) ?? 0, read(max) ?? 0);
  return kind(`a time from ${min} to ${max}, such as 90, 15m or 2h (seconds without a letter)`, limited, {
    preset,
    example,
  });
}

const bytesOf: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** A limit on bytes; K, M and G are powers of 1024. Undefined-like preset: Infinity, no limit. */
export function bytes(): SettingKind<number> {
  const read = (text: string): number | undefined => {
    if (text === "") return Infinity;
    const [, digits = "", unit = ""] = /^([0-9]{1,9})([KMG]?)$/.exec(text) ?? [];
    return digits === "" || Number(digits) === 0 ? undefined : Number(digits) * (bytesOf[unit] ?? 1);
  };
  return kind("an amount of bytes such as 500K, 100M or 2G", read, { preset: "", example: "100M" });
}

/** A limit on a number of things; no preset: no limit. */
export function limit(max: number): SettingKind<number> {
  const read = (text: string): number | undefined =>
    text === "" ? Infinity : within(/^[0-9]{1,9}$/.test(text) ? Number(text) : NaN, 1, max);
  return kind(`a number from 1 to ${max}`, read, { preset: "", example: "20" });
}

/** A limit on time, milliseconds; no preset: no limit. */
export function timeLimit(max: string, example: string): SettingKind<number> {
  const any = time("1", "1", max);
  const read = (text: string): number | undefined => (text === "" ? Infinity : any.read(text));
  return kind(any.what, read, { preset: "", example });
}

/** Words, as sh would separate them without quotes. */
export function words(what: string, example: string, isRight: (words: readonly string[]) => boolean = () => true) {
  const read = (text: string): readonly string[] | undefined => {
    const found = text.split(/[ \t\n]+/).filter((word) => word !== "");
    return found.length === 0 || isRight(found) ? found : undefined;
  };
  return kind(what, read, { preset: "", example });
}

/** A language of its own, whose empty text is right. */
export function language<T>(
  what: string,
  read: (text: string) => T | undefined,
  example: string,
  preset = "",
): SettingKind<T> {
  return kind(what, read, { preset, example });
}

function within(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
