interface Said<K extends string> {
  readonly kind: K;
  /** The line as pppd said it, without the prefix of syslog or the journal. */
  readonly text: string;
}

/** Kinds that carry no more than their text. */
export type PlainKind =
  /** `Starting link`: a `demand` link saw a packet. */
  | "demand-triggered"
  | "port-initialized"
  | "serial-connected"
  | "serial-disconnected"
  /** A first packet of PAP, CHAP or EAP, of IPCP or IPV6CP (with `debug` only). */
  | "auth-started"
  /** A packet of the other end's LCP that answers ours, or another one (with `debug` only). */
  | "lcp-answered"
  | "lcp-received"
  | "network-started"
  | "auth-timed-out"
  | "peer-refused-auth"
  /** The peer must authenticate itself to us and no secret fits (auth.c; exit status 1). */
  | "auth-required"
  /** `No auth is possible`: the peer wants to authenticate us, and we have nothing for it (lcp.c, with `debug`). */
  | "no-auth-possible"
  | "address-refused"
  | "interface-failed"
  | "no-network-protocols"
  /** We want encryption and the peer, or the kernel, has none (ccp.c). */
  | "mppe-failed"
  | "loopback"
  | "link-dead"
  | "modem-hangup"
  /** SIGHUP came. */
  | "hangup-signal"
  | "connect-script-failed"
  | "init-script-failed"
  | "welcome-script-failed"
  | "disconnect-script-failed"
  | "idle"
  | "time-limit"
  | "lock-failed"
  | "no-kernel-ppp"
  | "not-root"
  | "tty-setup-failed"
  /** /dev/ppp is there, and the kernel refused what was asked of it. */
  | "ppp-setup-failed"
  /** We asked for it (`callback`), and the peer will (cbcp.c, with `debug`). */
  | "callback"
  /** The program or the socket of a line without a device (tty.c); of another program when that one's failure follows. */
  | "pty-failed"
  | "not-8-bit-clean"
  | "packet-without-lcp"
  | "user-request"
  | "terminated"
  | "exit"
  /** chat(8): a time-out rang. */
  | "chat-alarm"
  /** Of our own: the scripts of ip-up have run, and `pon -q` hangs up. */
  | "quick-hangup"
  /** Of our own: `pppctl dial` does not dial again for pppd (app/govern-dial.ts). */
  | "dial-refused"
  | "other";

type Protocol = { readonly protocol: string };
type Method = { readonly method: "PAP" | "CHAP" | "EAP" | undefined };
type Message = { readonly message: string | undefined };

/** What the programs behind a tunnel say (pppd/parse-tunnel-line.ts); `message`: their reason, where they give one. */
export type TunnelEvent = Said<
  | "server-unresolved"
  | "server-unreachable"
  | "server-refused"
  | "call-refused"
  | "gre-blocked"
  | "firewall-drops"
  | "pppoe-refused"
  | "l2tp-silent"
  | "ipsec-needed"
  | "l2tp-refused"
  | "l2tp-no-socket"
> & { readonly message: string | undefined };

/** What one line of pppd's log tells (2.4.7 to 2.5.3; each text is a string of pppd's sources). */
export type PppdEvent =
  | Said<PlainKind>
  | TunnelEvent
  | (Said<"started"> & { readonly version: string; readonly by: string; readonly uid: number })
  | (Said<"interface"> & { readonly iface: string })
  | (Said<"interface-renamed"> & { readonly from: string; readonly iface: string })
  | (Said<"connect"> & { readonly iface: string | undefined; readonly device: string })
  /** `LCP: timeout sending Config-Requests`. */
  | (Said<"negotiation-timeout"> & Protocol)
  | (Said<"terminated-by-peer"> & Protocol & Message)
  | (Said<"auth-succeeded"> & Method & Message)
  /** We failed to authenticate ourselves. */
  | (Said<"auth-failed"> & Method & Message)
  /** `Remote message: …`: what the peer says about our PAP or CHAP. */
  | (Said<"remote-message"> & { readonly message: string })
  /** The peer authenticated itself to us, or failed to. */
  | (Said<"peer-auth-succeeded"> & Method & { readonly name: string })
  | (Said<"peer-auth-failed"> & Method & { readonly name: string })
  | (Said<"no-secret"> & Method & { readonly name: string | undefined })
  | (Said<"local-address" | "remote-address" | "local-link-address" | "remote-link-address"> & {
      readonly address: string;
    })
  | (Said<"dns"> & { readonly rank: 1 | 2; readonly address: string })
  | (Said<"address-missing"> & { readonly side: "local" | "remote" })
  | (Said<"address-unauthorized"> & { readonly address: string | undefined })
  | (Said<"echo-timeout"> & { readonly count: number })
  /** SIGTERM, SIGINT or another signal ends pppd; `fatal-signal`: a crash. */
  | (Said<"terminating-on-signal" | "fatal-signal"> & { readonly signal: number })
  /** Minutes, in tenths. */
  | (Said<"connect-time"> & { readonly minutes: number })
  | (Said<"bytes"> & { readonly sent: number; readonly received: number })
  | (Said<"traffic-limit"> & { readonly limit: number; readonly used: number })
  | (Said<"calling-number-refused"> & { readonly number: string })
  | (Said<"locked"> & { readonly device: string; readonly pid: number })
  | (Said<"open-failed"> & { readonly path: string; readonly error: string })
  /** `file`: the option file that it is in, where pppd names one. */
  | (Said<"option-error"> & { readonly file: string | undefined; readonly message: string })
  /** `status`: as waitpid(2) gave it. */
  | (Said<"script-finished"> & { readonly path: string; readonly pid: number; readonly status: number })
  | (Said<"script-killed"> & { readonly path: string; readonly pid: number; readonly signal: number })
  | (Said<"script-not-started"> & { readonly path: string; readonly error: string })
  | (Said<"default-route-kept"> & { readonly via: string })
  | (Said<"pppoe-timeout"> & { readonly packet: "PADO" | "PADS" })
  /** chat(8): which string it waits for (with -v), and why it gave up (`BUSY`; undefined: a time-out or the line). */
  | (Said<"chat-expect"> & { readonly expected: string })
  /** With -v: what it sends (`??????` when hidden), and any other line, most of them what came from the modem. */
  | (Said<"chat-send"> & { readonly send: string })
  | Said<"chat-line">
  | (Said<"chat-failed"> & { readonly reason: string | undefined })
  /** Of our own, in the log of a call: how pppd ended, where nobody else says it. */
  | (Said<"pppd-ended"> & { readonly exitStatus: number | undefined; readonly killedBy: string | undefined })
  /** Of our own: what the other end said instead of PPP (app/listen-to-peer.ts). */
  | (Said<"peer-text"> & { readonly message: string })
  /** Of our own: the probe of a link that is up found nothing (app/note-probe.ts). */
  | (Said<"probe-failed"> & { readonly pid: number; readonly message: string })
  /** Of our own: nobody uses the link, and the next billing unit is about to begin (app/watch-call.ts). */
  | (Said<"unit-idle"> & { readonly pid: number; readonly message: string })
  /** Of our own: a limit of the day or the month is reached (app/watch-call.ts). */
  | (Said<"time-used" | "bytes-used"> & { readonly pid: number; readonly message: string })
  /** A hook script that did not do its work (app/run-hooks.ts). */
  | (Said<"hook-failed"> & { readonly path: string; readonly message: string });
