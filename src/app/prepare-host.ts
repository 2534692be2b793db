import { PppctlError } from "../core/errors.ts";
import type { Cause } from "../link/causes.ts";
import { causeRow } from "../link/causes.ts";
import { type Family, familyOf } from "../link/host-route.ts";
import type { Settings } from "../link/setting-table.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import { textFromWord } from "../peer/word-text.ts";
import { isAtLeast, type PppdVersion, pppdCapabilities } from "../pppd/pppd-version.ts";
import { type CallContext, reasonOf } from "./call-context.ts";
import type { World } from "./deps.ts";
import { type LinkName, pinServer } from "./host-changes.ts";
import { formatHostPlan, type HostPlan, hostPlanName, hostUpName } from "./host-plan.ts";
import { notePreUp } from "./missed-hooks.ts";
import { repairHost } from "./repair-host.ts";

/** The hook runner sets routes before any script, so that they are there soon after the link is up. */
const hookLimitMs = 10_000;

/** What a call changes on this machine beside pppd's own doing, and the words that keep pppd from doing it in its own way. */
export interface PreparedHost {
  readonly plan: HostPlan | undefined;
  readonly pppdWords: readonly string[];
}

/** How the link's routes are to be. */
export interface RouteWish {
  readonly plan: DialPlan;
  readonly settings: Settings;
  readonly version: PppdVersion;
  /** What the tunnel leads to. `mayBeAlias`: its program may know the name when the resolver does not (ssh). */
  readonly server: { readonly name: string; readonly mayBeAlias: boolean } | undefined;
  /** Our hook runner is in charge of ip-up. */
  readonly ownHook: boolean;
  /** And of ip-down. */
  readonly ownDownHook: boolean;
  /** Another program calls again when a call has ended. */
  readonly redials: boolean;
}

/**
 * Before a link is opened: the way to its server is pinned, and what its ip-up has to change is written down for the hook runner.
 * Only root changes anything.
 *
 * @throws PppctlError when the server has no address or cannot be reached, where pppd would not try again by itself
 */
export async function prepareHost(call: CallContext, wish: RouteWish): Promise<PreparedHost> {
  const { world, store } = call;
  // Scripts that it runs look at the plan of the call that has died.
  if (world.root && !world.journal.isEmpty()) await repairHost(world, call.peer);
  store.remove(hostPlanName);
  store.remove(hostUpName);
  if (!world.root) return { plan: undefined, pppdWords: [] };
  const { plan, settings, version } = wish;
  if (wish.ownDownHook && !pppdCapabilities(version).hasIpPreUpScript && world.hasHooks("ip-pre-up")) {
    const ipparam = plan.ipparam === undefined ? "" : textFromWord(plan.ipparam.value);
    await notePreUp(call, { ipparam, redials: wish.redials }, world.journal);
  }
  if (wish.server !== undefined) await pin(call, wish.server, wish);
  const { hasIpv6Scripts } = pppdCapabilities(version);
  const given = wish.ownHook ? (settings.PON_ROUTES ?? []) : [];
  // As ip(8) names them: everything there is is the default route, and one address has no length.
  const networks = given
    .filter((dst) => !dst.endsWith("/0"))
    .map((dst) => dst.replace(dst.includes(":") ? /\/128$/ : /\/32$/, ""));
  // pppd 2.5 adds a default route of metric 0 whatever there is; 2.4 leaves one that there is.
  const choose = (isTaken: boolean, family: Family, word: string) => {
    const all = given.some((dst) => dst.endsWith("/0") && familyOf(dst) === family);
    const takes = all || (isTaken && plan.replacedefaultroute && wish.ownHook);
    const keeps = isTaken && !plan.replacedefaultroute && isAtLeast(version, [2, 5, 0]);
    return { takes, words: takes || keeps ? [word] : [] };
  };
  const four = choose(plan.defaultroute && !plan.noip && world.host.hasDefaultRoute(), 4, "nodefaultroute");
  const hasDefault6 = plan.defaultroute6 && plan.ipv6 && (await world.routes.list(6, "default")).length > 0;
  const six = choose(hasDefault6, 6, "nodefaultroute6");
  const pppdWords = [...four.words, ...six.words];
  // PPPoE has no server with an address, and takes the way of its interface's renewals all the same.
  if (plan.tunnel?.kind === "pppoe" && (four.takes || networks.length > 0)) {
    await pinDhcpServer({ peer: call.peer, linkname: call.linkname }, plan.tunnel.iface, world);
  }
  const nameServers = plan.usepeerdns && wish.ownHook;
  if (!four.takes && !six.takes && networks.length === 0 && wish.server === undefined && !nameServers)
    return { plan: undefined, pppdWords };
  const hostPlan: HostPlan = {
    linkname: call.linkname,
    networks,
    takesDefault: four.takes,
    takesDefault6: six.takes,
    sixAt: hasIpv6Scripts ? "ipv6-up" : "ip-up",
    noip: plan.noip,
    nameServers,
    redials: wish.redials,
    ...(nameServers ? resolvBefore(world) : {}),
    ...(wish.redials && !plan.demand ? { servers: await pinnedBy(call) } : {}),
  };
  try {
    store.write(hostPlanName, formatHostPlan(hostPlan));
    return { plan: hostPlan, pppdWords };
  } catch (error) {
    // A full /run: the call goes on, with pppd's own ways and Debian's script.
    const text = `the hooks do not learn of this link's routes and name servers: ${reasonOf(error)}`;
    call.onEvent({ type: "warning", text });
    return { plan: undefined, pppdWords: four.takes || six.takes ? [] : pppdWords };
  }
}

/** pppd writes its own file (pppd/pathnames.h, _PATH_RESOLV) before any hook; resolv.conf may be a link to it. */
function resolvBefore({ nameServers }: Pick<World, "nameServers">): Pick<HostPlan, "resolvBefore"> {
  const way = nameServers.way();
  if (way.kind !== "file" || way.path !== "/etc/ppp/resolv.conf") return {};
  return { resolvBefore: nameServers.readFile(way.path) ?? null };
}

async function pinnedBy({ linkname, world }: CallContext): Promise<readonly string[]> {
  const entries = await world.journal.change(async ({ entries }) => entries);
  return entries.flatMap((entry) =>
    entry.linkname === linkname && entry.change.kind === "route" ? [entry.change.route.dst] : [],
  );
}

async function pin(
  call: CallContext,
  server: { readonly name: string; readonly mayBeAlias: boolean },
  { redials, plan, settings }: Pick<RouteWish, "redials" | "plan" | "settings">,
): Promise<void> {
  const { world, peer, linkname } = call;
  const found = await world.network.resolve(server.name);
  const fail = (cause: Cause, message: string): void => {
    // ssh may go by a name, and a way, of its own.
    if (server.mayBeAlias) return;
    const row = causeRow(cause);
    const sentence = row.sentence({ server: server.name, message });
    // pppd goes on trying where the peer wants that.
    if (redials) call.onEvent({ type: "warning", text: sentence });
    else
      throw new PppctlError({
        code: row.code,
        message: `${peer}: ${sentence}`,
        exitCode: row.exitStatus,
        hint: row.hint,
      });
  };
  if (found.kind === "error") return fail("server-unresolved", found.reason);
  const reasons: string[] = [];
  const interfaces = new Set<string>();
  for (const address of found.addresses) {
    const pinned = await pinServer({ peer, linkname }, address, world);
    if (typeof pinned === "string") {
      reasons.push(pinned);
      continue;
    }
    const { way, refusal } = pinned;
    if (way.dev !== undefined) interfaces.add(way.dev);
    if (refusal !== undefined)
      call.onEvent({ type: "warning", text: `the way to ${address} may change with the routes: ${refusal}` });
  }
  if (reasons.length === found.addresses.length) return fail("server-unreachable", reasons[0] ?? "it has no address");
  if (plan.defaultroute || (settings.PON_ROUTES ?? []).length > 0) {
    for (const iface of interfaces) await pinDhcpServer({ peer, linkname }, iface, world);
  }
}

/** A DHCP server behind a router: renewals are unicast (RFC 2131), and would go into the tunnel. One on the interface's own network is safe. */
async function pinDhcpServer(link: LinkName, iface: string, world: World): Promise<void> {
  const server = world.network.dhcpServer(iface);
  const way = server === undefined ? undefined : await world.routes.wayTo(server);
  if (server === undefined || typeof way !== "object" || way.gateway === undefined || way.dev !== iface) return;
  await pinServer(link, server, world);
}

/** Until the hook runner has set what the link is for; at most ten seconds, for pon tells the truth either way. */
export async function awaitHost(call: CallContext, { plan }: PreparedHost): Promise<void> {
  const { clock } = call.world;
  if (plan === undefined || !(plan.takesDefault || plan.takesDefault6 || plan.networks.length > 0)) return;
  const limit = clock.now() + hookLimitMs;
  while (call.store.read(hostUpName) === undefined && !call.signal.aborted) {
    if (clock.now() >= limit) {
      call.onEvent({ type: "warning", text: "the routes are not set yet: the ip-up hooks have not begun" });
      return;
    }
    await clock.sleep(20);
  }
}
