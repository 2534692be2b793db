/** A `[lac NAME]` of xl2tpd.conf(5): a link that xl2tpd makes and has pppd carry. */
export interface XlLac {
  readonly name: string;
  /** `lns`: the server, without a port. */
  readonly server: string | undefined;
  /** Its lines, `key = value` as they stand; undefined for a lac that xl2tpd.conf does not have. */
  readonly lines?: readonly string[];
  /** `pppoptfile` */
  readonly optionFile?: string | undefined;
  /** xl2tpd calls again by itself when the link has ended. */
  readonly redial?: boolean;
  /** xl2tpd calls by itself when it starts. */
  readonly autodial?: boolean;
}

/**
 * Every lac of an xl2tpd.conf (xl2tpd/file.c): `;` begins a comment, names and keys have no case, sections of one name are one, a later
 * value counts; but of several servers the first, and that of `[lac default]` where a lac has none (xl2tpd.c, magic_lac_tunnel).
 */
function readXl2tpdLacs(text: string): readonly XlLac[] {
  type Section = { readonly name: string; readonly lines: string[]; readonly values: Map<string, string> };
  const lacs = new Map<string, Section>();
  let current: Section | undefined;
  for (const line of text.split("\n")) {
    const plain = line.replace(/;.*/, "").trim();
    const section = /^\[\s*(\S+)\s*(.*?)\s*\]/.exec(plain);
    if (section !== null) {
      const [, kind = "", name = ""] = section;
      current = kind.toLowerCase() === "lac" ? lacOf(name) : undefined;
      continue;
    }
    const [, key, value = ""] = /^([^=]*?)\s*=\s*(.*)$/.exec(plain) ?? [];
    if (current === undefined || key === undefined || value === "") continue;
    current.lines.push(`${key.toLowerCase()} = ${value}`);
    if (key.toLowerCase() !== "lns" || !current.values.has("lns")) current.values.set(key.toLowerCase(), value);
  }
  const common = lacs.get("default")?.values.get("lns");
  return [...lacs.values()].flatMap(({ name, lines, values }) => {
    if (name === "" || name.toLowerCase() === "default") return [];
    return {
      name,
      server: (values.get("lns") ?? common)?.replace(/:.*/, ""),
      lines,
      optionFile: values.get("pppoptfile"),
      redial: isYes(values.get("redial")),
      autodial: isYes(values.get("autodial")),
    };
  });

  function lacOf(name: string): Section {
    const known = lacs.get(name.toLowerCase()) ?? { name, lines: [], values: new Map() };
    lacs.set(name.toLowerCase(), known);
    return known;
  }
}

/** xl2tpd has no case in names. */
export function findXl2tpdLac(text: string, name: string): XlLac | undefined {
  return readXl2tpdLacs(text).find((lac) => lac.name.toLowerCase() === name.toLowerCase());
}

/** xl2tpd/file.c, yesno */
function isYes(value: string | undefined): boolean {
  return /^(yes|y|true)$/i.test(value ?? "");
}

/** A lac's line in which pppd is given this option file instead of its own. */
export function withOptionFile(lac: XlLac, path: string): readonly string[] {
  const own = /^(pppoptfile|autodial) = /;
  return [...(lac.lines ?? []).filter((line) => !own.test(line)), `pppoptfile = ${path}`];
}
