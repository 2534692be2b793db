import { ExitCode } from "../core/exit-codes.ts";
import { withMessage } from "./cause-phrases.ts";
import type { CauseRow } from "./cause-row.ts";

const server = (d: { readonly server?: string | undefined }): string => d.server ?? "the server";

/** What is known of GRE beside that nothing came (app/examine-tunnel.ts). */
const greSentences: Readonly<Record<string, string>> = {
  "has acknowledged nothing of ours": "its GRE (protocol 47) comes here, and ours does not get there",
  "PPP got no answer": "not PPP: GRE (protocol 47) may be blocked",
};

/** A line that needs no modem (PPTP, PPPoE, L2TP, a socket) did not come about. */
export const tunnelCauses = {
  "server-unresolved": {
    code: "tunnel.unresolved",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the server's name in the peer file, and that this machine's own name servers answer",
    sentence: (d) => withMessage(`the address of ${server(d)} is not found`)(d),
  },
  "server-unreachable": {
    code: "tunnel.unreachable",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the line that the tunnel goes over: `ip route get` with the server's address shows the way",
    sentence: (d) => withMessage(`${server(d)} cannot be reached`)(d),
  },
  "server-refused": {
    code: "tunnel.refused",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check that the address is the right one: the machine answers, and no such server runs there",
    sentence: (d) => `${server(d)} refuses the connection${d.number ? ` to TCP port ${d.number}` : ""}`,
  },
  "gre-blocked": {
    code: "tunnel.gre-blocked",
    exitStatus: ExitCode.negotiation,
    retry: "after-wait",
    hint: "let protocol 47 (GRE) pass every firewall on the way; a NAT router must know PPTP (nf_conntrack_pptp)",
    sentence: (d) =>
      `${server(d)} answers on TCP port 1723, but ${greSentences[d.message ?? ""] ?? "nothing came back through GRE (protocol 47)"}`,
  },
  "firewall-drops": {
    code: "tunnel.firewalled",
    exitStatus: ExitCode.negotiation,
    retry: "not-before-change",
    hint: "let the tunnel's packets pass this machine's own firewall: `nft -a list ruleset`, or `iptables-save`, shows the rule",
    sentence: (d) => `this machine's own firewall drops ${d.message ?? "the tunnel's packets"}`,
  },
  "call-refused": {
    code: "tunnel.call-refused",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "wait until the server has a free line, or ask its operator: it takes the connection, but not the call",
    sentence: (d) => withMessage(`${server(d)} refused the call`)(d),
  },
  "pppoe-silent": {
    code: "tunnel.pppoe-silent",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the DSL modem, its cable and the interface; a service or concentrator named in the peer file must be right",
    sentence: (d) =>
      `no access concentrator answers${d.device ? ` on ${d.device}` : ""}${d.message ? ` ${d.message}` : ""}`,
  },
  "pppoe-refused": {
    code: "tunnel.pppoe-refused",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the service's name in the peer file; an old session may have to time out at the provider first",
    sentence: withMessage("the access concentrator refused the session"),
  },
  "l2tp-silent": {
    code: "tunnel.l2tp-silent",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "let UDP port 1701 pass; where the server wants IPsec, set that up first (`ip xfrm policy` shows it)",
    sentence: (d) => withMessage(`${server(d)} does not answer L2TP (UDP port 1701)`)(d),
  },
  "ipsec-needed": {
    code: "tunnel.ipsec-needed",
    exitStatus: ExitCode.connect,
    retry: "not-before-change",
    hint: "set up IPsec to the server first (strongSwan or Libreswan, transport mode for UDP port 1701): `ip xfrm state` must show it",
    sentence: (d) =>
      `${server(d)} does not answer L2TP, but key exchange for IPsec (UDP port 500): it wants L2TP inside IPsec`,
  },
  "l2tp-refused": {
    code: "tunnel.l2tp-refused",
    exitStatus: ExitCode.connect,
    retry: "not-before-change",
    hint: "check the lac in /etc/xl2tpd/xl2tpd.conf and the secret in /etc/xl2tpd/l2tp-secrets",
    sentence: (d) => withMessage(`${server(d)} refused the L2TP tunnel`)(d),
  },
  "l2tp-daemon": {
    code: "tunnel.xl2tpd",
    exitStatus: ExitCode.connect,
    retry: "not-before-change",
    hint: "install xl2tpd, and see that it runs: `journalctl -t xl2tpd`",
    sentence: withMessage("xl2tpd, which this link belongs to, does not take the call"),
  },
  "l2tp-no-socket": {
    code: "tunnel.l2tp-no-socket",
    exitStatus: ExitCode.options,
    retry: "not-before-change",
    hint: "let xl2tpd start the link: write set PON_L2TP_LAC=NAME, a lac of /etc/xl2tpd/xl2tpd.conf, instead of the plugin",
    sentence: () => "pppol2tp.so was given no tunnel: another program has to make it",
  },
} as const satisfies Readonly<Record<string, CauseRow>>;
