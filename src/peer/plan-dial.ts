import type { SourcePosition } from "../core/source-position.ts";
import { analyseCommand } from "./chat-command.ts";
import type { DialPlan, Placed, PlannedCommand } from "./dial-plan.ts";
import { parseInteger } from "./parse-number.ts";
import type { PeerOption, PeerReading } from "./peer-reading.ts";
import { findTunnelLine } from "./tunnel-line.ts";

const hookOptions: ReadonlySet<string> = new Set(
  [
    "ip-pre-up",
    "ip-up",
    "ip-down",
    "ipv6-up",
    "ipv6-down",
    "net-init",
    "net-pre-up",
    "net-down",
    "auth-up",
    "auth-down",
  ].map((event) => `${event}-script`),
);

/** What pppctl makes of a peer. Total: a reading with errors gives the plan of what was read. */
export function planDial(reading: PeerReading): DialPlan {
  const effective = reading.options.filter((option) => option.effective);
  const find = (name: string): PeerOption | undefined => effective.findLast((option) => option.name === name);
  const has = (name: string): boolean => find(name) !== undefined;
  const text = (name: string): Placed<string> | undefined => {
    const option = find(name);
    return option === undefined ? undefined : place(option, option.args[0] ?? "");
  };
  const number = (name: string): Placed<number> | undefined => {
    const option = find(name);
    const value = parseInteger(option?.args[0] ?? "");
    return option === undefined || value === undefined ? undefined : place(option, value);
  };
  const environment = planEnvironment(effective);
  const variables = new Map([
    ...[...environment.unset].map((name) => [name, ""] as const),
    ...[...environment.settings].map(([name, { value }]) => [name, value] as const),
  ]);
  const command = (name: string): PlannedCommand => {
    const option = find(name);
    return option === undefined
      ? { kind: "none" }
      : analyseCommand(option.args[0] ?? "", valuePosition(option), variables);
  };
  const pty = text("pty");
  const socket = text("socket");
  const { device, speed } = reading;
  return {
    kind:
      reading.channel === "plugin"
        ? "plugin"
        : pty !== undefined
          ? "pty"
          : socket !== undefined
            ? "socket"
            : device !== undefined && !has("notty")
              ? "serial"
              : "stdin",
    device:
      device === undefined || reading.channel === "plugin"
        ? undefined
        : { value: device.path, position: device.position, missing: device.missing },
    speed,
    flowControl: planFlowControl(find),
    modemLines: has("local") ? "local" : "modem",
    lock: has("lock"),
    stopBits: number("stop-bits")?.value === 2 ? 2 : 1,
    init: command("init"),
    connect: command("connect"),
    disconnect: command("disconnect"),
    welcome: command("welcome"),
    pty,
    socket,
    tunnel: findTunnelLine(reading, variables),
    plugins: effective.filter(({ name }) => name === "plugin").map((option) => place(option, option.args[0] ?? "")),
    linkname: text("linkname"),
    ipparam: text("ipparam"),
    ifname: text("ifname"),
    unit: number("unit"),
    user: text("user"),
    localName: text("name"),
    remotename: text("remotename"),
    detach: has("up_sdnotify")
      ? "up_sdnotify"
      : has("updetach")
        ? "updetach"
        : has("nodetach")
          ? "nodetach"
          : "background",
    // demand sets persist, and the later of it and nopersist counts (pppd/auth.c).
    persist:
      effective.findLast(({ name }) => /^(?:persist|nopersist|demand)$/.test(name))?.name.startsWith("no") === false,
    demand: has("demand"),
    holdoff: number("holdoff"),
    maxfail: number("maxfail"),
    connectDelay: number("connect-delay"),
    idle: number("idle"),
    maxconnect: number("maxconnect"),
    maxoctets: number("maxoctets"),
    logfile: text("logfile"),
    logfd: number("logfd"),
    debug: has("debug"),
    noauth: has("noauth"),
    defaultroute: has("defaultroute"),
    replacedefaultroute: has("replacedefaultroute"),
    defaultroute6: has("defaultroute6"),
    usepeerdns: has("usepeerdns"),
    noip: has("noip"),
    ipv6: !has("noipv6"),
    hookScripts: new Map(
      effective
        .filter(({ name }) => hookOptions.has(name))
        .map((option) => [option.name, place(option, option.args[0] ?? "")]),
    ),
    ...environment,
  };
}

/**
 * pppd has to own the line and to run the dialer itself: it redials (`persist`), dials on traffic (`demand`), or an
 * `init` command must come first, which pulses DTR.
 */
export function needsPppdsCall(plan: DialPlan): boolean {
  return plan.persist || plan.demand || plan.init.kind !== "none";
}

function valuePosition(option: PeerOption): SourcePosition {
  return option.argPositions[0] ?? option.position;
}

function place<T>(option: PeerOption, value: T): Placed<T> {
  return { value, position: valuePosition(option) };
}

function planFlowControl(find: (name: string) => PeerOption | undefined): DialPlan["flowControl"] {
  if (find("crtscts") !== undefined) return "rtscts";
  if (find("cdtrcts") !== undefined) return "dtrcts";
  if (find("xonxoff") !== undefined) return "xonxoff";
  return find("nocrtscts") !== undefined ? "none" : "inherit";
}

function planEnvironment(effective: readonly PeerOption[]): Pick<DialPlan, "settings" | "unset"> {
  const settings = new Map<string, Placed<string>>();
  const unset = new Set<string>();
  for (const option of effective) {
    const value = option.args[0] ?? "";
    if (option.name === "unset") unset.add(value);
    if (option.name !== "set" || !value.includes("=")) continue;
    const equals = value.indexOf("=");
    settings.set(value.slice(0, equals), place(option, value.slice(equals + 1)));
  }
  return { settings, unset };
}
