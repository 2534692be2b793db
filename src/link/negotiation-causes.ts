import { ExitCode } from "../core/exit-codes.ts";
import { quote, withMessage } from "./cause-phrases.ts";
import type { CauseRow } from "./cause-row.ts";

/** The two ends did not agree. */
export const negotiationCauses = {
  "no-ppp": {
    code: "ppp.none",
    exitStatus: ExitCode.negotiation,
    retry: "not-before-change",
    hint: "add the login dialogue of the other end to the chat script, or set the line to 8 bits without parity",
    sentence: (d) =>
      d.received?.length
        ? `the other end speaks no PPP, it sent ${quote(d.received.join(" "))}`
        : withMessage("the other end speaks no PPP")(d),
  },
  loopback: {
    code: "ppp.loopback",
    exitStatus: ExitCode.loopback,
    retry: "after-wait",
    hint: "the modem or a login prompt echoes what pppd sends: check that the call is really connected to a PPP server",
    sentence: () => "the line is looped back: what pppd sends comes back",
  },
  "lcp-timeout": {
    code: "ppp.lcp-timeout",
    exitStatus: ExitCode.negotiation,
    retry: "after-wait",
    hint: "check that the other end starts PPP after CONNECT (some want a login first), and the line's flow control",
    sentence: () => "the other end does not answer PPP (LCP timed out)",
  },
  "negotiation-failed": {
    code: "ppp.negotiation",
    exitStatus: ExitCode.negotiation,
    retry: "after-wait",
    hint: "add `debug` to the peer file and see the log for what was not agreed",
    sentence: withMessage("the two ends did not agree on how to talk"),
  },
  "auth-refused": {
    code: "auth.refused",
    exitStatus: ExitCode.auth,
    retry: "not-before-change",
    hint: "check `user` in the peer file and its secret in /etc/ppp/pap-secrets or chap-secrets",
    sentence: (d) => withMessage(`the other end refused our name or password${d.method ? ` (${d.method})` : ""}`)(d),
  },
  "no-secret": {
    code: "auth.no-secret",
    exitStatus: ExitCode.auth,
    retry: "not-before-change",
    hint: "add a line for `user` to /etc/ppp/pap-secrets and chap-secrets",
    sentence: (d) => withMessage("no secret for the other end is known")(d),
  },
  "peer-not-authenticated": {
    code: "auth.peer",
    exitStatus: ExitCode.peerAuth,
    retry: "not-before-change",
    hint: "add `noauth` to the peer file: a provider does not authenticate itself",
    sentence: withMessage("the other end did not authenticate itself to us"),
  },
  "number-refused": {
    code: "auth.number",
    exitStatus: ExitCode.callNumber,
    retry: "not-before-change",
    hint: "add the number with `allow-number` to the options file",
    sentence: withMessage("the calling number is not allowed"),
  },
  "no-address": {
    code: "ppp.no-address",
    exitStatus: ExitCode.negotiation,
    retry: "after-wait",
    hint: "let the provider choose: remove a fixed local address from the peer file, or add `noipdefault`",
    sentence: withMessage("no IP address was agreed"),
  },
} as const satisfies Readonly<Record<string, CauseRow>>;
