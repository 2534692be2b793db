import type { RouteTable } from "../app/host-deps.ts";
import { type HostRoute, parseHostRoutes, routeWords } from "../link/host-route.ts";
import { runProgram } from "./run-program.ts";

const families = { 4: "-4", 6: "-6" } as const;

/** The kernel's routes, by ip(8) of iproute2. */
export const systemRoutes: RouteTable = {
  wayTo: async (address) => {
    const answer = await runIp(["-j", "route", "get", address]);
    if (answer.status !== 0) return answer.reason;
    return parseHostRoutes(answer.stdout)[0] ?? "no route";
  },
  list: async (family, dst) => {
    const words = [families[family], "-j", "route", "show", ...(dst === "default" ? ["default"] : ["exact", dst])];
    return parseHostRoutes((await runIp(words)).stdout);
  },
  apply: async ({ verb, family, route }) => {
    const words = verb === "del" ? deletion(route) : routeWords(route);
    const answer = await runIp([families[family], "route", verb, ...words]);
    return answer.status === 0 ? undefined : answer.reason;
  },
};

/** Without source and scope: what was made in our route's place (pptp(8) makes one) goes too. */
function deletion({ dst, dev, metric }: HostRoute): readonly string[] {
  return [dst, ...(dev === undefined ? [] : ["dev", dev]), ...(metric === undefined ? [] : ["metric", String(metric)])];
}

interface IpAnswer {
  readonly status: number | null;
  readonly stdout: string;
  /** In strerror(3)'s words where the kernel gave an errno. */
  readonly reason: string;
}

async function runIp(words: readonly string[]): Promise<IpAnswer> {
  const { status, stdout, complaint } = await runProgram("ip", words);
  return { status, stdout, reason: complaint.replace(/^(RTNETLINK answers|Error): /, "") };
}
