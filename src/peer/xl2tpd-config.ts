/** A `[lac NAME]` of xl2tpd.conf(5): a link that xl2tpd makes and has pppd carry. */
export interface XlLac {
  readonly name: string;
  /** `lns`: the server, without a port; the first of several. */
  readonly server: string | undefined;
}

/** Every lac of an xl2tpd.conf (xl2tpd/file.c): `;` begins a comment, names have no case, a later value counts. */
export function readXl2tpdLacs(text: string): readonly XlLac[] {
  const lacs: { name: string; server: string | undefined }[] = [];
  let current: (typeof lacs)[number] | undefined;
  for (const line of text.split("\n")) {
    const plain = line.replace(/;.*/, "").trim();
    const section = /^\[\s*(\S+)\s*(.*?)\s*\]$/.exec(plain);
    if (section !== null) {
      current = undefined;
      if (section[1]?.toLowerCase() !== "lac") continue;
      current = { name: section[2] ?? "", server: undefined };
      lacs.push(current);
      continue;
    }
    const [, key, value = ""] = /^([^=]*?)\s*=\s*(.*)$/.exec(plain) ?? [];
    if (current === undefined || key === undefined || value === "") continue;
    if (key.toLowerCase() === "lns") current.server = value.split(/[,\s]/)[0]?.replace(/:\d+$/, "");
  }
  return lacs.filter(({ name }) => name !== "" && name !== "default");
}
