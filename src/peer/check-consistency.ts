import { ExitCode } from "../core/exit-codes.ts";
import { isAtLeast } from "./option-index.ts";
import type { PeerFinding, PeerOption, PeerReading, PppdVersion } from "./peer-reading.ts";

type Finding = Omit<PeerFinding, "exitCode"> & { readonly exitCode?: number };

/** What pppd checks when everything is read (tty_device_check, tty_check_options, ipv6_check_options); the first error counts. */
export function checkConsistency(
  options: readonly PeerOption[],
  line: {
    readonly path: string;
    readonly channel: "tty" | "plugin";
    readonly device: PeerReading["device"];
    readonly stdinIsTty: boolean | undefined;
    readonly version: PppdVersion;
  },
): readonly Finding[] {
  const find = (name: string): PeerOption | undefined => options.findLast((o) => o.effective && o.name === name);
  const findings: Finding[] = [];
  const refuse = (
    position: PeerOption["position"],
    message: string,
    pppd: string,
    hint = "remove one of the two",
  ): void => {
    findings.push({
      code: "peer.conflict",
      severity: "error",
      position,
      message,
      pppd,
      hint,
    });
  };
  const pty = find("pty");
  const notty = find("notty");
  const socket = find("socket");
  const stand = pty ?? notty ?? socket;
  const connect = find("connect");
  const demand = find("demand");
  const interfaceMissing = options.some(({ kind }) => kind === "channel");
  if (line.channel === "tty" && stand === undefined && line.device === undefined && !interfaceMissing) {
    const sure = line.stdinIsTty === false;
    if (line.stdinIsTty !== true) {
      findings.push({
        code: "peer.no-device",
        severity: sure ? "error" : "warning",
        position: { file: line.path, line: 1, column: 1 },
        message: "no device is named; pppd would talk to the terminal that it is started on",
        hint: "name the modem's device, such as /dev/ttyUSB0",
        pppd: "no device specified and stdin is not a tty",
      });
    }
  }
  const ids = find("ipv6")?.args[0]?.split(",");
  const wantsIds = find("noipv6") === undefined && (ids === undefined || !ids[0] || !ids[1]);
  // pppd 2.5 makes up what is missing.
  const needsIds = !isAtLeast(line.version, "2.5.0") && find("ipv6cp-use-ipaddr") === undefined;
  if (demand !== undefined && wantsIds && needsIds) {
    refuse(
      demand.position,
      "demand needs the IPv6 identifiers of both ends, or no IPv6",
      "local/remote LL address required for demand-dialling",
      "add noipv6",
    );
  }
  if (line.channel === "tty") {
    if (demand !== undefined && notty !== undefined) {
      refuse(demand.position, "demand beside notty", "demand-dialling is incompatible with notty");
    } else if (demand !== undefined && connect === undefined && pty === undefined && socket === undefined) {
      refuse(
        demand.position,
        "demand needs a connect command",
        "connect script is required for demand-dialling",
        "add connect, or remove demand",
      );
    }
    if (stand !== undefined && line.device !== undefined) {
      const name = (socket ?? notty ?? stand).name;
      refuse(
        line.device.position,
        `a device beside ${stand.name}`,
        `${name} option precludes specifying device name`,
        `remove the device or ${stand.name}`,
      );
    } else if (pty !== undefined && notty !== undefined) {
      refuse(notty.position, "notty beside pty", "pty option is incompatible with notty option");
    } else if (socket !== undefined && (pty ?? notty) !== undefined) {
      refuse(socket.position, "socket beside pty or notty", "socket option is incompatible with pty and notty");
    }
  }
  const mac = line.channel === "plugin" ? find("pppoe-mac") : undefined;
  if (mac !== undefined && !/^(\s*[+-]?(0x)?[0-9a-f]+:){5}\s*[+-]?(0x)?[0-9a-f]/i.test(mac.args[0] ?? "")) {
    refuse(
      mac.position,
      "pppoe-mac needs an address such as 00:11:22:33:44:55",
      "cannot parse pppoe-mac option value",
      "correct the address, or remove pppoe-mac",
    );
  }
  const refusal = checkCallingNumber(options);
  if (refusal !== undefined) findings.push(refusal);
  return findings;
}

/** `allow-number` without a `remotenumber` that it allows (pppd/auth.c auth_number). */
function checkCallingNumber(options: readonly PeerOption[]): Finding | undefined {
  const allowed = options.filter(({ name }) => name === "allow-number");
  const number = options.findLast(({ name, effective }) => effective && name === "remotenumber")?.args[0] ?? "";
  const matches = ({ args: [pattern = ""] }: PeerOption): boolean =>
    number.toLowerCase().startsWith(pattern.replace(/\*$/, "").toLowerCase());
  const [first] = allowed;
  if (first === undefined || allowed.some(matches)) return undefined;
  return {
    code: "peer.calling-number",
    severity: "error",
    position: first.position,
    message: number === "" ? "allow-number, and no remotenumber is given" : `allow-number does not allow ${number}`,
    hint: "remove allow-number, which is for calls that come in",
    pppd: `calling number ${number} is not authorized`,
    exitCode: ExitCode.callNumber,
  };
}
