/** The moments at which pppd calls a script of /etc/ppp (pppd(8), SCRIPTS) that Debian splits into a directory. */
export const hookEvents = ["ip-pre-up", "ip-up", "ip-down", "ipv6-up", "ipv6-down"] as const;

export type HookEvent = (typeof hookEvents)[number];

export function isHookEvent(text: string | undefined): text is HookEvent {
  return (hookEvents as readonly (string | undefined)[]).includes(text);
}
