import type { DialPlan } from "./dial-plan.ts";
import type { Finding } from "./finding.ts";
import type { MachineFacts, PortHolder } from "./machine-facts.ts";
import type { PeerFinding, PeerReading } from "./peer-reading.ts";

/**
 * Drivers of modems whose ports ModemManager probes by itself (its filter policy `strict`, the only one since 1.18 and
 * Debian's before; src/mm-filter.c). Of other ports on the USB it probes those of devices with a network interface too.
 */
const modemDrivers: ReadonlySet<string> = new Set("option option1 qcserial qcaux nozomi sierra cdc_acm hso".split(" "));

/** The device that is not there: an error of the call, with the ports that are there. */
export function explainMissingDevice(finding: PeerFinding, facts: Pick<MachineFacts, "modemPorts">): Finding {
  const { code, position, message, hint = "", pppd } = finding;
  const ports = code === "device.missing" && !message.includes("interface") ? facts.modemPorts() : [];
  return {
    code,
    severity: "error",
    position,
    message,
    hint: ports.length === 0 ? hint : `plug the modem in, or name a port that is there: ${ports.join(", ")}`,
    ...(pppd === undefined ? {} : { pppd }),
  };
}

/** The serial port of a peer as it is now: may it be opened, is it one, does another program use it. */
export function checkDevice(
  reading: PeerReading,
  plan: DialPlan,
  facts: MachineFacts,
  caller: { readonly root: boolean },
): readonly Finding[] {
  const { device } = plan;
  if (plan.kind !== "serial" || device === undefined || device.missing) return [];
  const { value: path, position } = device;
  const option = reading.options.findLast(({ kind, effective }) => kind === "device" && effective);
  // pppd opens a device that a privileged file names as root, any other as its caller (pppd/tty.c connect_tty).
  if (!caller.root && option?.privileged === false && !facts.mayReadAndWrite(path)) {
    return [
      {
        code: "device.denied",
        severity: "error",
        position,
        message: `you may not open ${path}, and pppd opens a device that no peer file names as its caller`,
        hint: "name the device in the peer file, or become a member of its group (dialout)",
      },
    ];
  }
  const port = facts.port(path);
  if (port.noHardware) {
    return [
      {
        code: "device.no-port",
        severity: "error",
        position,
        message: `${path} is a name without a serial port behind it`,
        hint: describeChoice(facts.modemPorts().filter((name) => name !== path)),
        pppd: "Couldn't get device tty attributes: Input/output error",
      },
    ];
  }
  const others = (port.lockedBy === undefined ? port.holders : [port.lockedBy, ...port.holders]).filter(
    ({ argv }) => !calls(argv, reading),
  );
  const [holder] = others;
  if (holder !== undefined) {
    const names = [...new Set(others.map(({ name, pid }) => `${name} (pid ${pid})`))].join(", ");
    return [
      {
        code: "device.in-use",
        severity: "warning",
        position,
        message: `${path} is in use by ${names}`,
        hint:
          holder.name === "ModemManager" ? ignoreIt(path) : "end that program, or wait until it gives the line back",
      },
    ];
  }
  const probed = port.usb && !port.ignoredByModemManager && modemDrivers.has(port.driver ?? "");
  if (!probed || !facts.modemManagerRuns()) return [];
  return [
    {
      code: "device.modem-manager",
      severity: "warning",
      position,
      message: `ModemManager runs, and talks to ${path} when it finds it`,
      hint: ignoreIt(path),
    },
  ];
}

function describeChoice(ports: readonly string[]): string {
  return ports.length === 0 ? "name the port that the modem is at" : `name one that is there: ${ports.join(", ")}`;
}

function ignoreIt(path: string): string {
  return `stop ModemManager, or tell it to leave the modem alone: a udev rule for ${path} with ENV{ID_MM_DEVICE_IGNORE}="1"`;
}

/** It is this peer's own call: its link is up, or being dialed. */
function calls(argv: PortHolder["argv"], { peer }: PeerReading): boolean {
  return peer !== undefined && argv.slice(1).includes(peer);
}
