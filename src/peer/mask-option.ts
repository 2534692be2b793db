import type { PeerOption } from "./peer-reading.ts";

/** What stands for a secret; pppd's own dump prints the same. */
const mask = "??????";

/**
 * The option as it may be shown: the value of `password` hidden, also that of a `set` whose name says that it is one
 * (`set PON_PASSWORD=…`, `set SIM_PIN=…`).
 */
export function maskOption<T extends Pick<PeerOption, "name" | "args">>(option: T): T {
  if (option.name === "password") return { ...option, args: option.args.map(() => mask) };
  if (option.name === "set") {
    return {
      ...option,
      args: option.args.map((value) => value.replace(/^([^=]*(?:PASS|SECRET|PIN|PUK)[^=]*)=.*$/is, `$1=${mask}`)),
    };
  }
  return option;
}
