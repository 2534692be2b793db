import { formatWord } from "../peer/format-option.ts";
import { withOptionFile, type XlLac } from "../peer/xl2tpd-config.ts";
import type { CallContext } from "./call-context.ts";
import { lacOptionsName } from "./xl2tpd-record.ts";

/** xl2tpd reads so much of a command at a time (xl2tpd/control.h, CONTROL_PIPE_MESSAGE_SIZE), its reply's path included. */
const commandLimit = 900;

/**
 * xl2tpd gives pppd the lac's own option file and takes no other for a lac that it has. So it is told of a second lac at run time
 * (xl2tpd-control(8), add-lac): the same but for its name and for the option file, which has the lac's own, the peer, and pon's words.
 * Undefined: this one cannot have a double (xl2tpd.conf does not know it, xl2tpd calls it by itself when it starts, or its lines have
 * a secret, which would be seen among xl2tpd-control's arguments).
 */
export function nameOfOwnLac(linkname: string, lac: XlLac): string | undefined {
  const name = `pon-${linkname}`;
  if (lac.lines === undefined || lac.autodial === true || !/^[\w.-]{1,70}$/.test(name)) return undefined;
  return lac.lines.some((line) => /;|^\S*(password|secret)/.test(line)) ||
    lac.lines.join(";").length > commandLimit - 200
    ? undefined
    : name;
}

/** pppd's options of such a link: `words` follow `call PEER`. */
function optionFileText(call: CallContext, lac: XlLac, words: readonly string[]): string {
  const file = lac.optionFile === undefined ? [] : [["file", lac.optionFile]];
  const lines = [...file, ["call", call.peer], words];
  return `${lines.map((line) => line.map(formatWord).join(" ")).join("\n")}\n`;
}

/** Have xl2tpd know the lac of ours. Undefined when it does, else why not. */
export async function addOwnLac(
  call: CallContext,
  lac: XlLac,
  own: { readonly name: string; readonly words: readonly string[] },
): Promise<string | undefined> {
  const { store, world, peer, linkname } = call;
  store.write(lacOptionsName, optionFileText(call, lac, own.words), "private");
  const lines = withOptionFile(lac, `${store.directory}/${lacOptionsName}`);
  return world.journal.change(async ({ entries, write }) => {
    const others = entries.filter(({ change }) => !(change.kind === "lac" && change.name === own.name));
    // A crash has left it.
    if (others.length < entries.length) await world.xl2tpd.control("remove-lac", own.name);
    write([...others, { peer, linkname, change: { kind: "lac", name: own.name } }]);
    const refusal = await world.xl2tpd.control("add-lac", own.name, lines);
    if (refusal !== undefined) write(others);
    return refusal;
  });
}
