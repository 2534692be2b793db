import type { TunnelEvent } from "./pppd-event.ts";

/** pptp(8)'s own lines: `anon warn[open_inetsock:pptp_callmgr.c:352]: connect: Connection refused` (`--logstring anon`). */
const pptpLine = /^\S+ (?:log|warn|error|fatal)\[\w+:pptp\w*\.c:\d+\]: (.*)$/s;

/** pppoe(8) on standard error, xl2tpd where we quote it; the kernel's plugin says the same without the name. */
const namedLine = /^(?:(?:pppoe|xl2tpd): )?(.*)$/s;

type Read = (message: string, match: RegExpExecArray) => TunnelEvent;

const saying =
  (kind: TunnelEvent["kind"]): Read =>
  (text, match) => ({ kind, text, message: match[1] });

/** As strerror(3) says what keeps packets from going to the server at all. */
const unreachable = "No route to host|Network is unreachable|Host is down|Connection timed out|Operation not permitted";

/** First match wins. */
const patterns: readonly (readonly [RegExp, Read])[] = [
  // pptp-linux: pptp.c, pptp_callmgr.c, pptp_ctrl.c
  [/^getaddrinfo\(\): (.*)$/, saying("server-unresolved")],
  [/^connect: (Connection refused)$/, saying("server-refused")],
  [new RegExp(`^connect: (${unreachable})$`), saying("server-unreachable")],
  [/^Our outgoing call request .* has not been accepted/, saying("call-refused")],
  [/^Reply result code is \d+ '(.*?)'/, saying("call-refused")],
  [/^Negative reply received to our Start Control Connection Request/, saying("call-refused")],
  // pppd: tty.c (option `socket`)
  [/^(.*): unknown host in socket option$/, saying("server-unresolved")],
  [/^Can't connect to .*: (Connection refused)$/, saying("server-refused")],
  [new RegExp(`^Can't connect to .*: (${unreachable})$`), saying("server-unreachable")],
  // pppd/plugins/pppoe/discovery.c, rp-pppoe/src/discovery.c
  [/^PAD[OS]: ((?:Service-Name|System|Generic)-Error: .*)$/, saying("pppoe-refused")],
  // xl2tpd: xl2tpd.c, control.c
  [/^Host name lookup failed for (.*)\.$/, saying("server-unresolved")],
  [/^Maximum retries exceeded for tunnel \d+\./, saying("l2tp-silent")],
  [/^Connection \d+ closed to \S+, port \d+ \(Timeout\)$/, saying("l2tp-silent")],
  // Our own, where its log cannot be read (app/xl2tpd-link.ts).
  [/^no answer from the server$/, saying("l2tp-silent")],
  [
    /^(?:control_finish: )?Connection (?:\d+ )?closed to \S+, (?:port \d+|\d+) \((?!Goodbye|Timeout)(.*?)\)/,
    saying("l2tp-refused"),
  ],
  [/^No PPPoL2TP FD specified$/, saying("l2tp-no-socket")],
  // Our own, of a look at the server afterwards (app/examine-tunnel.ts).
  [/^this machine's firewall drops (.*)$/, saying("firewall-drops")],
  [
    /^\S+ answers key exchange for IPsec \(UDP port 500\), and no security association is there$/,
    saying("ipsec-needed"),
  ],
  [/^\S+ answers on TCP port 1723, and nothing came back through GRE$/, saying("gre-blocked")],
  [
    /^\S+ answers on TCP port 1723, and (has acknowledged nothing of ours|PPP got no answer) through GRE$/,
    saying("gre-blocked"),
  ],
  [/^\S+ does not answer on (TCP port \d+: Connection refused)$/, saying("server-refused")],
  [/^\S+ does not answer on (TCP port \d+: .*)$/, saying("server-unreachable")],
];

/** What the programs behind a tunnel say, in pppd's log or in syslog; undefined: nothing that is known. */
export function parseTunnelText(text: string): TunnelEvent | undefined {
  const message = pptpLine.exec(text)?.[1] ?? namedLine.exec(text)?.[1] ?? text;
  for (const [pattern, read] of patterns) {
    const match = pattern.exec(message);
    if (match) return { ...read(message, match), text };
  }
  return undefined;
}
