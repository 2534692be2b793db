/** What plog's arguments ask for, when they are among tail(1)'s that make sense for every log. */
export interface TailRequest {
  /** The last so many lines, or from that line on (1-based). */
  readonly lines: { readonly last: number } | { readonly from: number };
  /** `name`: also after the file was rotated. */
  readonly follow: "no" | "descriptor" | "name";
  /** -q or -v as given, and -s with its value. */
  readonly other: readonly string[];
}

/**
 * Read tail(1)'s options, its old forms (`-20`, `-20f`, `+5`) among them. A plain -f is
 * taken as -F, so that it survives the nightly rotation of the log.
 *
 * @returns the request, or the first word that only tail itself understands.
 */
export function parseTailArguments(words: readonly string[]): TailRequest | { readonly unknown: string } {
  let lines: TailRequest["lines"] = { last: 10 };
  let follow: TailRequest["follow"] = "no";
  const other: string[] = [];

  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const old = /^([-+]\d+)([fF]?)$/.exec(word);
    const long = /^--(lines|follow)(?:=(.*))?$/s.exec(word);
    if (old !== null) {
      lines = parseCount(old[1] ?? "") ?? lines;
      if (old[2] !== "") follow = "name";
    } else if (long?.[1] === "lines") {
      const count = parseCount(long[2] ?? words[++i]);
      if (count === undefined) return { unknown: word };
      lines = count;
    } else if (long?.[1] === "follow") {
      const by = long[2] ?? "name";
      if (by !== "name" && by !== "descriptor") return { unknown: word };
      follow = by;
    } else if (word === "--retry") {
      follow = follow === "no" ? "no" : "name";
    } else if (word === "--quiet" || word === "--silent" || word === "--verbose") {
      other.push(word === "--verbose" ? "-v" : "-q");
    } else if (/^-[a-zA-Z]/.test(word)) {
      const used = readCluster(word, words[i + 1]);
      if (used === undefined) return { unknown: word };
      i += used;
    } else {
      return { unknown: word };
    }
  }
  return { lines, follow, other };

  /** Letters after one dash; how many of the following words they took, or undefined. */
  function readCluster(word: string, next: string | undefined): number | undefined {
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] ?? "";
      const rest = word.slice(at + 1);
      const value = rest === "" ? next : rest;
      if (letter === "f" || letter === "F") follow = "name";
      else if (letter === "q" || letter === "v") other.push(`-${letter}`);
      else if (letter === "n" || letter === "s") {
        if (!readValue(letter, value)) return undefined;
        return rest === "" ? 1 : 0;
      } else return undefined;
    }
    return 0;
  }

  function readValue(letter: "n" | "s", value: string | undefined): boolean {
    if (letter === "s") {
      if (value === undefined || !/^\d+(\.\d+)?$/.test(value)) return false;
      other.push("-s", value);
      return true;
    }
    const count = parseCount(value);
    if (count !== undefined) lines = count;
    return count !== undefined;
  }
}

/** tail's NUM: `+` counts from the first line (+0 as +1), `-` and no sign from the last. */
function parseCount(text: string | undefined): TailRequest["lines"] | undefined {
  const match = /^([-+]?)(\d{1,15})$/.exec(text ?? "");
  if (match === null) return undefined;
  const count = Number(match[2]);
  return match[1] === "+" ? { from: Math.max(count, 1) } : { last: count };
}
