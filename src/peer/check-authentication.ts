import type { DialPlan } from "./dial-plan.ts";
import type { Finding } from "./finding.ts";
import { isAtLeast, isKnownPlugin, namePlugin } from "./option-index.ts";
import type { PeerFinding, PeerOption, PeerReading } from "./peer-reading.ts";
import type { PeerSecrets, SecretKind } from "./peer-secrets.ts";
import { findSecretLine } from "./secrets-file.ts";

/** Plugins that tell pppd that they can prove who the other end is (pap_check_hook, chap_check_hook). */
const provers: ReadonlySet<string> = new Set(["passwordfd", "radius", "winbind"]);
const protocolOf: Readonly<Record<string, SecretKind | "eap">> = {
  "require-pap": "pap",
  "require-chap": "chap",
  "require-mschap": "chap",
  "require-mschap-v2": "chap",
  "require-eap": "eap",
};

/**
 * pppd refuses a call (status 1) when the other end has to prove who it is and no line of the secrets files could serve
 * for that (pppd/auth.c auth_check_options). An ISP never does: what such a peer lacks is `noauth`.
 *
 * @param caller `defaultRoute`: there is one, which makes pppd demand it of everybody's calls but root's
 * @returns undefined also where it cannot be told: a secrets file that only root may read, a plugin that we do not know
 */
export function checkAuthentication(
  reading: PeerReading,
  secrets: PeerSecrets,
  caller: { readonly root: boolean; readonly defaultRoute: boolean },
): PeerFinding | undefined {
  const { options } = reading;
  const given = options.filter(({ name }) => name in protocolOf);
  const demand = findDemand(options);
  const noauth = options.some(({ name, effective }) => effective && name === "noauth");
  const always = isAtLeast(reading.version, "2.5.3");
  const byDefault = demand === undefined && !noauth && !caller.root && (caller.defaultRoute || always);
  if (demand === undefined && !byDefault) return undefined;
  if (options.some(({ name }) => name === "allow-ip")) return undefined;
  const plugins = options.filter(({ name }) => name === "plugin").map(({ args }) => namePlugin(args[0] ?? ""));
  if (plugins.some((plugin) => provers.has(plugin) || !isKnownPlugin(plugin))) return undefined;

  const wanted = new Set(given.length === 0 ? ["pap", "chap", "eap"] : given.map(({ name }) => protocolOf[name]));
  if (wanted.has("pap") && options.some(({ name }) => name === "login")) return undefined;
  const { localName: server, remoteName, remoteNameFixed } = secrets;
  const client = remoteNameFixed ? remoteName : undefined;
  let lacksAddress = false;
  for (const kind of ["pap", "chap", "srp"] as const) {
    // EAP proves by a secret of chap's, or of srp's.
    if (!wanted.has(kind) && !(kind !== "pap" && wanted.has("eap"))) continue;
    const { lines, denied } = secrets.files[kind];
    if (denied) return undefined;
    // An empty name is none, but not for PAP.
    const line = findSecretLine(lines ?? [], { client: kind === "pap" ? client : client || undefined, server });
    if (line?.allowsAddress === true) return undefined;
    lacksAddress ||= line !== undefined;
  }
  const who = remoteName !== undefined && remoteNameFixed ? ` (${remoteName})` : "";
  return {
    code: "auth.peer-not-provable",
    severity: "error",
    position: demand?.position ?? { file: reading.path, line: 1, column: 1 },
    message: `pppd demands that the other end${who} proves who it is${!byDefault ? "" : always ? ", as of everybody but root" : ", as there is a default route"}, and ${lacksAddress ? "no secret lets it have an address" : "no secret could show it"}`,
    hint: `add noauth to ${reading.path}: an internet provider never proves itself`,
    pppd: [
      ...(byDefault
        ? [
            "By default the remote system is required to authenticate itself",
            "(because this system has a default route to the internet)",
          ]
        : [`The remote system${who} is required to authenticate itself`]),
      "but I couldn't find any suitable secret (password) for it to use to do so.",
      ...(lacksAddress ? ["(None of the available passwords would let it use an IP address.)"] : []),
    ].join("; "),
    exitCode: 1,
  };
}

function findDemand(options: readonly PeerOption[]): PeerOption | undefined {
  return options.find(({ name, effective }) => effective && (name === "auth" || name in protocolOf));
}

/**
 * A peer that calls out and demands that the other end proves who it is: pppd begins the call where it has a secret for
 * that (such as our own, with `*` for the server), and the provider refuses to prove itself.
 */
export function checkDemand(reading: PeerReading, plan: DialPlan): readonly Finding[] {
  const demand = findDemand(reading.options);
  const callsOut =
    plan.connect.kind !== "none" || plan.pty !== undefined || plan.kind === "plugin" || plan.user !== undefined;
  if (demand === undefined || !callsOut) return [];
  return [
    {
      code: "auth.demanded",
      severity: "warning",
      position: demand.position,
      message: `${demand.word} makes pppd demand that the other end proves who it is, which no internet provider does`,
      hint: `add noauth to ${reading.path}`,
    },
  ];
}
