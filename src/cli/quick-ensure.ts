import { isPlainlyUp } from "../app/is-plainly-up.ts";
import { parsePeerName } from "../core/peer-name.ts";
import { composeQuickWorld } from "./compose-quick.ts";

/**
 * What `pppctl ensure` and `check-ppp-connection` run first, in a bundle of its own (build.mjs): the look at links that are up, which is
 * all that cron wants in nearly every minute. It says nothing and changes nothing.
 *
 * @param words of the command line
 * @returns true: all of these links are up, exit status 0; false: load the command itself, for all else
 */
export async function quickEnsure(words: readonly string[]): Promise<boolean> {
  const names = words.filter((word) => word !== "-q" && word !== "--quiet");
  if (names.length === 0 || names.some((name) => name.startsWith("-"))) return false;
  try {
    const world = composeQuickWorld(process.env);
    for (const name of names) if (!(await isPlainlyUp(parsePeerName(name), world))) return false;
    return true;
  } catch {
    // The command itself has the words for it.
    return false;
  }
}
