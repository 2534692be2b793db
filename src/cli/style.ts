import { Chalk, type ChalkInstance } from "chalk";

/** Colours on a terminal only, and never with NO_COLOR (https://no-color.org) or TERM=dumb. */
export function styleFor(stream: { readonly isTTY: boolean }, env: NodeJS.ProcessEnv): ChalkInstance {
  const plain = !stream.isTTY || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return new Chalk({ level: plain ? 0 : 1 });
}
