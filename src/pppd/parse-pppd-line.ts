import { waitedInVain } from "./build-pppd-argv.ts";
import { parseChatText, parseOwnText } from "./parse-own-line.ts";
import { parseTunnelText } from "./parse-tunnel-line.ts";
import type { PlainKind, PppdEvent } from "./pppd-event.ts";
import { splitLogLine } from "./split-log-line.ts";

/**
 * Read one line of a pppd log: bare (logfile, logfd, standard error) or with the prefix of
 * syslog or the journal; lines of chat(8) are read too. What it does not know is `other`,
 * also lines of other programs. `text` is the line without the prefix.
 *
 * Texts of 2.4.7 to 2.5.3; the comments name the file of pppd/ that says them.
 */
export function parsePppdLine(line: string): PppdEvent {
  const { text, program, stamp } = splitLogLine(line);
  if (program === "chat") return parseChatText(text);
  if (program === "pppctl") {
    const own = parseOwnText(text);
    return own.kind === "other" ? (parseTunnelText(text) ?? own) : own;
  }
  if (program !== undefined && program !== "pppd") {
    return (tunnelPrograms.has(program) ? parseTunnelText(text) : undefined) ?? { kind: "other", text };
  }
  if (text === waitedInVain) return { kind: "other", text };
  const event = parsePppdText(text);
  // Only option_error() and the warnings of the option reader put pppd's name before a bare line.
  const isOptionError = event.kind === "other" && program === "pppd" && stamp === undefined && !/^warning/i.test(text);
  return isOptionError ? { kind: "option-error", text, file: undefined, message: text } : event;
}

function parsePppdText(text: string): PppdEvent {
  const kind = fixed.get(text);
  if (kind !== undefined) return { kind, text };
  for (const [pattern, read] of patterns) {
    const match = pattern.exec(text);
    if (match) return read(text, match);
  }
  return parseTunnelText(text) ?? { kind: "other", text };
}

/** What carries a link in a modem's place, and says why it does not. */
const tunnelPrograms: ReadonlySet<string> = new Set(["pptp", "pppoe", "xl2tpd"]);

const fixed: ReadonlyMap<string, PlainKind> = new Map<string, PlainKind>([
  // main.c
  ["Starting link", "demand-triggered"],
  ["Modem hangup", "modem-hangup"],
  ["Hangup (SIGHUP)", "hangup-signal"],
  ["User request", "user-request"],
  ["Exit.", "exit"],
  ["Discarded non-LCP packet when LCP not open", "packet-without-lcp"],
  ["Sorry - this system lacks PPP kernel support", "no-kernel-ppp"],
  // tty.c
  ["Serial port initialized.", "port-initialized"],
  ["Serial connection established.", "serial-connected"],
  ["Serial link disconnected.", "serial-disconnected"],
  ["Initializer script failed", "init-script-failed"],
  ["Connect script failed", "connect-script-failed"],
  ["Welcome script failed", "welcome-script-failed"],
  ["disconnect script failed", "disconnect-script-failed"],
  // auth.c
  ["Connection terminated.", "terminated"],
  ["Link terminated.", "terminated"],
  ["Terminating connection due to lack of activity.", "idle"],
  ["Connect time expired", "time-limit"],
  ["peer refused to authenticate: terminating link", "peer-refused-auth"],
  ["By default the remote system is required to authenticate itself", "auth-required"],
  ["The remote system is required to authenticate itself", "auth-required"],
  ["CHAP authentication timed out", "auth-timed-out"],
  // upap.c
  ["No response to PAP authenticate-requests", "auth-timed-out"],
  // eap.c
  ["EAP: timeout waiting for Request from peer", "auth-timed-out"],
  // lcp.c
  ["No auth is possible", "no-auth-possible"],
  ["Serial line is looped back.", "loopback"],
  ["Serial link appears to be disconnected.", "link-dead"],
  // ipcp.c
  ["Peer refused to agree to our IP address", "address-refused"],
  ["Peer refused to agree to his IP address", "address-refused"],
  ["Interface configuration failed", "interface-failed"],
  ["Interface failed to come up", "interface-failed"],
  ["No network protocols running", "no-network-protocols"],
  // sys-linux.c
  ["Please load the ppp_generic kernel module.", "no-kernel-ppp"],
  ["You need to create the /dev/ppp device node by", "no-kernel-ppp"],
  ["Receive serial link is not 8-bit clean:", "not-8-bit-clean"],
]);

type Method = "PAP" | "CHAP" | "EAP";
const asMethod = (word: string | undefined) => word?.toUpperCase() as Method | undefined;
/** A group that may be missing or empty. */
const optional = (word: string | undefined) => (word === undefined || word === "" ? undefined : word);

type Read = (text: string, match: RegExpExecArray) => PppdEvent;

const plainly =
  (kind: PlainKind): Read =>
  (text) => ({ kind, text });

const authFailed: Read = (text, m) => ({
  kind: "auth-failed",
  text,
  method: asMethod(m[1]),
  message: optional(m[2]),
});

const noSecret =
  (method: Method): Read =>
  (text, m) => ({ kind: "no-secret", text, method, name: optional(m[1]) });

const address =
  (kind: "local-address" | "remote-address" | "local-link-address" | "remote-link-address"): Read =>
  (text, m) => ({ kind, text, address: m[1] ?? "" });

const optionError: Read = (text, m) => ({
  kind: "option-error",
  text,
  file: optional(m[1]),
  message: m[2] ?? text,
});

const openFailed: Read = (text, m) => ({ kind: "open-failed", text, path: m[1] ?? "", error: m[2] ?? "" });

/** First match wins, so the more particular stands first. */
const patterns: readonly (readonly [RegExp, Read])[] = [
  // main.c
  [
    /^pppd (\S+) started by (.*), uid (\d+)$/,
    (text, m) => ({ kind: "started", text, version: m[1] ?? "", by: m[2] ?? "", uid: Number(m[3]) }),
  ],
  [/^Using interface (\S+)$/, (text, m) => ({ kind: "interface", text, iface: m[1] ?? "" })],
  [/^Terminating on signal (\d+)/, (text, m) => ({ kind: "terminating-on-signal", text, signal: Number(m[1]) })],
  [/^Fatal signal (\d+)/, (text, m) => ({ kind: "fatal-signal", text, signal: Number(m[1]) })],
  [/^Connect time ([\d.]+) minutes\.$/, (text, m) => ({ kind: "connect-time", text, minutes: Number(m[1]) })],
  [
    /^Sent (\d+) bytes, received (\d+) bytes\.$/,
    (text, m) => ({ kind: "bytes", text, sent: Number(m[1]), received: Number(m[2]) }),
  ],
  [
    /^Script (.*) finished \(pid (\d+)\), status = (0x[0-9a-f]+)$/,
    (text, m) => ({ kind: "script-finished", text, path: m[1] ?? "", pid: Number(m[2]), status: Number(m[3]) }),
  ],
  [
    /^Child process (.*) \(pid (\d+)\) terminated with signal (\d+)$/,
    (text, m) => ({ kind: "script-killed", text, path: m[1] ?? "", pid: Number(m[2]), signal: Number(m[3]) }),
  ],
  [
    /^Can't execute (.*): (.*)$/,
    (text, m) => ({ kind: "script-not-started", text, path: m[1] ?? "", error: m[2] ?? "" }),
  ],
  [/^must be root to run /, plainly("not-root")],
  // auth.c
  [/^Connect: (\S+) <--> (.*)$/, (text, m) => ({ kind: "connect", text, iface: m[1], device: m[2] ?? "" })],
  [/^Starting negotiation on (.*)$/, (text, m) => ({ kind: "connect", text, iface: undefined, device: m[1] ?? "" })],
  [
    /^Traffic limit reached\. Limit: (\d+) Used: (\d+)/,
    (text, m) => ({ kind: "traffic-limit", text, limit: Number(m[1]), used: Number(m[2]) }),
  ],
  [/^The remote system \(.*\) is required to authenticate itself$/, plainly("auth-required")],
  [
    /^calling number "?(.*?)"? is not authorized$/,
    (text, m) => ({ kind: "calling-number-refused", text, number: m[1] ?? "" }),
  ],
  [/^No secret found for (PAP) login$/, (text) => ({ kind: "no-secret", text, method: "PAP", name: undefined })],
  // chap-new.c, eap.c: our secret for the peer, as against the peer's for us
  [/^No CHAP secret found for authenticating us to "?(.*?)"?$/, noSecret("CHAP")],
  [/^EAP: no (?:MD5|CHAP) secret for auth to "?(.*?)"?$/, noSecret("EAP")],
  // upap.c, chap-new.c, auth.c, eap.c
  [/^(PAP|CHAP|EAP) authentication failed(?: due to [Pp]rotocol-[Rr]eject)?(?:: (.*))?$/s, authFailed],
  [/^(EAP): peer reports authentication failure()$/, authFailed],
  [
    /^Failed to authenticate ourselves to peer$/,
    (text) => ({ kind: "auth-failed", text, method: undefined, message: undefined }),
  ],
  [
    /^(PAP|CHAP|EAP|Chap) authentication succeeded(?:[:!] ?(.*))?$/s,
    (text, m) => ({ kind: "auth-succeeded", text, method: asMethod(m[1]), message: optional(m[2]) }),
  ],
  // With `debug`: the refusal itself, which pppd drops when a Terminate-Request overtook it.
  [/^rcvd \[(CHAP) Failure id=0x[0-9a-f]+(?: "(.*)")?\]/s, authFailed],
  [/^rcvd \[(PAP) AuthNak id=0x[0-9a-f]+(?: "(.*)")?\]/s, authFailed],
  [/^(?:sent|rcvd) \[(?:PAP AuthReq|CHAP Challenge|EAP Request)\b/, plainly("auth-started")],
  [/^(?:sent|rcvd) \[(?:IPCP|IPV6CP) ConfReq\b/, plainly("network-started")],
  [/^rcvd \[LCP (?:Conf(?:Ack|Nak|Rej)|TermAck|CodeRej|ProtRej|EchoRep)\b/, plainly("lcp-answered")],
  [/^rcvd \[LCP /, plainly("lcp-received")],
  [/^Remote message: (.*)$/s, (text, m) => ({ kind: "remote-message", text, message: m[1] ?? "" })],
  [
    /^(PAP) peer authentication succeeded for "?(.*?)"?$/,
    (text, m) => ({ kind: "peer-auth-succeeded", text, method: asMethod(m[1]), name: m[2] ?? "" }),
  ],
  [
    /^Peer "?(.*?)"? authenticated with (PAP|CHAP|EAP)$/,
    (text, m) => ({ kind: "peer-auth-succeeded", text, method: asMethod(m[2]), name: m[1] ?? "" }),
  ],
  [
    /^(PAP) peer authentication failed for "?(.*?)"?$/,
    (text, m) => ({ kind: "peer-auth-failed", text, method: asMethod(m[1]), name: m[2] ?? "" }),
  ],
  [
    /^Peer "?(.*?)"? failed (PAP|CHAP) (?:authentication|Session verification)$/,
    (text, m) => ({ kind: "peer-auth-failed", text, method: asMethod(m[2]), name: m[1] ?? "" }),
  ],
  // fsm.c
  [
    /^(\w+): timeout sending Config-Requests$/,
    (text, m) => ({ kind: "negotiation-timeout", text, protocol: m[1] ?? "" }),
  ],
  [
    /^(\w+) terminated by peer(?: \((.*)\))?$/s,
    (text, m) => ({ kind: "terminated-by-peer", text, protocol: m[1] ?? "", message: optional(m[2]) }),
  ],
  // lcp.c
  [/^No response to (\d+) echo-requests$/, (text, m) => ({ kind: "echo-timeout", text, count: Number(m[1]) })],
  // ipcp.c, ipv6cp.c
  [/^local {2}IP address (\S+)$/, address("local-address")],
  [/^remote IP address (\S+)$/, address("remote-address")],
  [/^local {2}LL address (\S+)$/, address("local-link-address")],
  [/^remote LL address (\S+)$/, address("remote-link-address")],
  [/^Local IP address changed to (\S+)$/, address("local-address")],
  [/^Remote IP address changed to (\S+)$/, address("remote-address")],
  [/^primary {3}DNS address (\S+)$/, (text, m) => ({ kind: "dns", text, rank: 1, address: m[1] ?? "" })],
  [/^secondary DNS address (\S+)$/, (text, m) => ({ kind: "dns", text, rank: 2, address: m[1] ?? "" })],
  [
    /^Could not determine (local|remote) (?:IP|LL) address$/,
    (text, m) => ({ kind: "address-missing", text, side: m[1] === "local" ? "local" : "remote" }),
  ],
  [
    /^(?:Peer is not authorized to use remote address (\S+)|Unauthorized remote IP address)$/,
    (text, m) => ({ kind: "address-unauthorized", text, address: m[1] }),
  ],
  // ccp.c
  [/^MPPE required\b/, plainly("mppe-failed")],
  // utils.c
  [
    /^Device (.*) is locked by pid (\d+)$/,
    (text, m) => ({ kind: "locked", text, device: m[1] ?? "", pid: Number(m[2]) }),
  ],
  [
    /^(?:Can't create lock file|Can't open existing lock file|Can't read pid from lock file|Couldn't remove stale lock on|Couldn't reopen lock file) /,
    plainly("lock-failed"),
  ],
  // main.c
  [
    /^(?:Couldn't (?:detach|create signal pipe|get hostname)|Critical shortage of file descriptors:)/,
    plainly("ppp-setup-failed"),
  ],
  // cbcp.c, with `debug`: without it the exit status alone says it
  [/^sent \[LCP TermReq id=0x[0-9a-f]+ "Call me back, please"\]$/, plainly("callback")],
  // tty.c
  [/^Failed to (?:re)?open (.*?): (.*)$/, openFailed],
  [
    /^(?:Failed to create child process: |Can't parse (?:host:port|port) for socket destination$)/,
    plainly("pty-failed"),
  ],
  [/^tc[gs]etattr: .*\(line \d+\)$/, plainly("tty-setup-failed")],
  [/^speed \d+ not supported$/, plainly("tty-setup-failed")],
  [/^Baud rate for .* is 0; need explicit baud rate$/, plainly("tty-setup-failed")],
  // sys-linux.c
  [/^This system lacks kernel support for PPP\./, plainly("no-kernel-ppp")],
  [/^Couldn't open (?:the )?\/dev\/ppp\b/, plainly("no-kernel-ppp")],
  [
    /^(?:Couldn't (?:set tty to PPP discipline|create new ppp unit|create ppp interface|retrieve PPP unit id|rename interface|attach to|connect to interface unit|get channel number|reopen \/dev\/ppp|create IP socket)|ioctl\(TIOCSETD)/,
    plainly("ppp-setup-failed"),
  ],
  [
    /^Renamed interface (\S+) to (\S+)$/,
    (text, m) => ({ kind: "interface-renamed", text, from: m[1] ?? "", iface: m[2] ?? "" }),
  ],
  [
    /^not replacing (?:existing )?default route (?:to|through|via) ?(.*)$/,
    (text, m) => ({ kind: "default-route-kept", text, via: m[1] ?? "" }),
  ],
  // plugins/pppoe/discovery.c
  [
    /^(?:pppoe: )?Timeout waiting for (PADO|PADS) packets$/,
    (text, m) => ({ kind: "pppoe-timeout", text, packet: m[1] === "PADS" ? "PADS" : "PADO" }),
  ],
  // options.c, tty.c: option_error()
  [/^In file (.*?): ((?:unrecognized option|too few parameters for option) .*)$/s, optionError],
  [/^Can't open options file (.*?): (.*)$/s, optionError],
  [
    /^()((?:unrecognized option '|too few parameters for option |invalid numeric parameter '|using the .* requires root privilege$|call option value may not contain |Couldn't load plugin |no device specified and stdin is not a tty$|missing = in name=value: |unknown host: |group .* is unknown$|unable to open user login data file |invalid address parameter '|Error reading (?!standard input|pseudo-tty)|connect script is required for demand-dialling$|demand-dialling is incompatible with notty$|error in (?:active|pass)-filter expression: ).*)$/s,
    optionError,
  ],
  [
    /^()(.* (?:set in .* cannot be overridden|may not be changed in .*|value (?:must be|cannot be increased).*|is disabled))$/s,
    optionError,
  ],
  [/^()(.* is not a character device|Couldn't stat .*|.* option precludes specifying device name)$/s, optionError],
];
