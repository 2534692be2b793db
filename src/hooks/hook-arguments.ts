/**
 * What pppd passes to every script: interface, tty, speed, local and remote address
 * (link-local ones for ipv6-*), ipparam. Always six words, an absent one is empty:
 * Debian's scripts hand on exactly `--arg="$1"` to `--arg="$6"`.
 */
export type HookArguments = readonly [
  iface: string,
  tty: string,
  speed: string,
  local: string,
  remote: string,
  ipparam: string,
];

/** The first six words, the missing ones empty. */
export function readHookArguments(words: readonly string[]): HookArguments {
  const [iface = "", tty = "", speed = "", local = "", remote = "", ipparam = ""] = words;
  return [iface, tty, speed, local, remote, ipparam];
}
