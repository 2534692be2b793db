/** A `[lac NAME]` of xl2tpd.conf(5): a link that xl2tpd makes and has pppd carry. */
export interface XlLac {
  readonly name: string;
  /** `lns`: the server, without a port; the first of several. */
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

/** Every lac of an xl2tpd.conf (xl2tpd/file.c): `;` begins a comment, names have no case, a later value counts. */
export function readXl2tpdLacs(text: string): readonly XlLac[] {
  const lacs: { readonly name: string; readonly lines: string[]; readonly values: Map<string, string> }[] = [];
  let current: (typeof lacs)[number] | undefined;
  for (const line of text.split("\n")) {
    const plain = line.replace(/;.*/, "").trim();
    const section = /^\[\s*(\S+)\s*(.*?)\s*\]$/.exec(plain);
    if (section !== null) {
      current = undefined;
      if (section[1]?.toLowerCase() !== "lac") continue;
      current = { name: section[2] ?? "", lines: [], values: new Map() };
      lacs.push(current);
      continue;
    }
    const [, key, value = ""] = /^([^=]*?)\s*=\s*(.*)$/.exec(plain) ?? [];
    if (current === undefined || key === undefined || value === "") continue;
    current.lines.push(`${key.toLowerCase()} = ${value}`);
    current.values.set(key.toLowerCase(), value);
  }
  return lacs.flatMap(({ name, lines, values }) => {
    if (name === "" || name === "default") return [];
    return {
      name,
      server: values.get("lns")?.split(/[,\s]/)[0]?.replace(/:\d+$/, ""),
      lines,
      optionFile: values.get("pppoptfile"),
      redial: isYes(values.get("redial")),
      autodial: isYes(values.get("autodial")),
    };
  });
}

/** xl2tpd/file.c, set_boolean */
function isYes(value: string | undefined): boolean {
  return /^(yes|true|1)$/i.test(value ?? "");
}

/** A lac's line in which pppd is given this option file instead of its own. */
export function withOptionFile(lac: XlLac, path: string): readonly string[] {
  const own = /^(pppoptfile|autodial) = /;
  return [...(lac.lines ?? []).filter((line) => !own.test(line)), `pppoptfile = ${path}`];
}
