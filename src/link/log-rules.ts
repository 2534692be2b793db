import type { Cause, CauseDetails } from "./causes.ts";
import type { LogFact } from "./log-fact.ts";

export type Rule = (fact: LogFact) => readonly [Cause, CauseDetails] | undefined;

const plainly =
  (cause: Cause): Rule =>
  () => [cause, {}];
const saying =
  (cause: Cause): Rule =>
  (fact) => [cause, { message: fact.text.replace(/\.$/, "") }];

/** What peers write into a Terminate-Request when the password was wrong. */
export const authWords =
  /auth|password|passwd|login|log in|user ?name|unknown user|invalid user|credential|denied|reject/i;

/** Facts that name a cause by themselves. The first one of an attempt is what started its end. */
export const strong: Readonly<Record<string, Rule>> = {
  "auth-failed": (f) => ["auth-refused", { method: f.method, message: f.message }],
  "no-secret": (f) => ["no-secret", { message: f.text }],
  "auth-timed-out": () => ["auth-refused", { message: "no answer in time" }],
  "peer-refused-auth": plainly("peer-not-authenticated"),
  "peer-auth-failed": (f) => ["peer-not-authenticated", { message: f.text }],
  "auth-required": plainly("peer-not-authenticated"),
  "calling-number-refused": (f) => ["number-refused", { message: f.number }],
  "negotiation-timeout": (f) =>
    f.protocol === "LCP"
      ? ["lcp-timeout", {}]
      : f.protocol === "IPCP"
        ? ["no-address", { message: "IPCP timed out" }]
        : undefined,
  "terminated-by-peer": (f) => (f.protocol === "LCP" ? ["ended-by-peer", { message: f.message }] : undefined),
  "address-missing": saying("no-address"),
  "address-unauthorized": saying("no-address"),
  "address-refused": saying("no-address"),
  "interface-failed": saying("pppd-failed"),
  "mppe-failed": saying("negotiation-failed"),
  "no-network-protocols": saying("negotiation-failed"),
  loopback: plainly("loopback"),
  callback: plainly("callback"),
  "pty-failed": saying("pty-failed"),
  "echo-timeout": (f) => ["echo-timeout", { count: f.count }],
  "modem-hangup": plainly("line-lost"),
  "init-script-failed": plainly("init-failed"),
  idle: plainly("idle"),
  "time-limit": plainly("time-limit"),
  "traffic-limit": plainly("traffic-limit"),
  "terminating-on-signal": (f) => ["user-request", { signal: String(f.signal) }],
  "hangup-signal": () => ["user-request", { signal: "HUP" }],
  "fatal-signal": (f) => ["pppd-crashed", { signal: `signal ${f.signal}` }],
  locked: (f) => ["device-busy", { device: f.device, holder: f.pid === undefined ? undefined : { pid: f.pid } }],
  "lock-failed": saying("lock-failed"),
  "open-failed": (f) => [causeOfErrno(f.error ?? ""), { device: f.path, message: f.error }],
  "tty-setup-failed": saying("device-failed"),
  "no-kernel-ppp": plainly("no-kernel-ppp"),
  "not-root": plainly("not-root"),
  "ppp-setup-failed": saying("pppd-failed"),
  "option-error": (f) => {
    // A device word that names no device is an unknown option to pppd (options.c, setdevname).
    const device = /^unrecognized option '(\/dev\/.*)'$/.exec(f.message ?? "")?.[1];
    return device === undefined
      ? ["option-error", { file: f.file, message: f.message }]
      : ["device-missing", { device }];
  },
};

/** As strerror(3) of glibc in the C locale, which pppd's %m gives. */
function causeOfErrno(error: string): Cause {
  if (/^(No such (file or directory|device)|No such device or address)/.test(error)) return "device-missing";
  if (/^(Permission denied|Operation not permitted)/.test(error)) return "device-denied";
  if (/^Device or resource busy/.test(error)) return "device-busy";
  return "device-failed";
}
