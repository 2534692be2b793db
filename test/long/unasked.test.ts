import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { PeerStatus } from "../../src/app/show-status.ts";
import type { HistoryEntry } from "../../src/link/history-entry.ts";
import { useGuest } from "../vm/guest.ts";
import { account, namespace, providerCommand, useIsp } from "../vm/isp.ts";

/** A tunnel with `persist`: its pppd calls again without asking, and a provider that bars who sends wrong passwords. */

const guest = useGuest();
const isp = useIsp(guest, { line: "pty" });
const state = "/var/lib/pppctl";
const secrets = `/etc/netns/${namespace}/ppp/pap-secrets`;
const right = `"${account.user}" * "${account.password}" *\n`;
const wrong = `"${account.user}" * "another" *\n`;
const name = "unasked";

beforeAll(() => guest.remove(state));
afterEach(isp.expectNothingLeft);
afterEach(() => guest.remove(state));
afterAll(() => guest.remove(`/etc/ppp/peers/${name}`));

async function writePeer(...more: readonly string[]): Promise<void> {
  const server = providerCommand("auth", "require-pap", "name", "isp", "lcp-restart", "1");
  const login = [`user ${account.user}`, `password "${account.password}"`];
  const options = ["noauth", "noipdefault", "nodefaultroute", "lcp-restart 1", "lcp-max-terminate 1"];
  const again = ["persist", "maxfail 0", "holdoff 6"];
  const lines = [`pty "${server.join(" ")}"`, ...login, ...options, ...again, ...more];
  await guest.writeFile(`/etc/ppp/peers/${name}`, `${lines.join("\n")}\n`, 0o640);
}

async function causes(): Promise<readonly string[]> {
  const { stdout } = await isp.run("pppctl", "history", "--json", name);
  return (JSON.parse(stdout) as { readonly calls: readonly HistoryEntry[] }).calls.map(({ cause }) => cause);
}

async function status(): Promise<PeerStatus | undefined> {
  return (JSON.parse((await isp.run("pppctl", "status", "--json", name)).stdout) as PeerStatus[])[0];
}

test("a wrong password while pon waits: it is tried once", async () => {
  await writePeer();
  await guest.writeFile(secrets, wrong, 0o600);
  const pon = await isp.run("pon", name);
  expect(pon).toMatchObject({ status: 19, stderr: expect.stringContaining("is blocked since") });
  expect(await causes()).toEqual(["auth-refused"]);
  expect(await status()).toMatchObject({ state: "blocked" });
});

test("a password that the provider changes later: it is tried once, and cron does not try it again", async () => {
  await writePeer("set PON_TRIES=1");
  await guest.writeFile(secrets, right, 0o600);
  expect(await isp.run("pon", name)).toMatchObject({ status: 0, heldOpen: false });
  await guest.writeFile(secrets, wrong, 0o600);
  for (const { pid } of await isp.farEnds()) await guest.kill(pid, "SIGKILL");
  await guest.waitFor({ noProcess: "call unasked|watch-main\\.js" }, 120_000);
  expect(await causes()).toEqual(["line-lost", "auth-refused"]);
  expect(await status()).toMatchObject({ state: "blocked", blocked: { cause: "auth-refused" } });
  expect((await isp.run("plog", name)).stdout).toMatch(/unasked is blocked since .*\n[\s\S]*Terminating on signal 15/);
  expect((await isp.run("pppctl", "explain", name)).stdout).toContain("refused our name or password");
  expect(await isp.run("check-ppp-connection", name)).toMatchObject({ status: 75 });
  await guest.writeFile(secrets, right, 0o600);
  expect(await isp.run("pon", name)).toMatchObject({ status: 0 });
  expect(await status()).toMatchObject({ state: "up" });
  expect(await isp.run("poff", name)).toMatchObject({ status: 0 });
});

test("keep: its own policy counts, for pppd is told not to persist", async () => {
  await writePeer();
  await guest.writeFile(secrets, right, 0o600);
  const keep = await isp.spawn("pppctl", "keep", name);
  await keep.waitForOutput(/^unasked: up on ppp\d+$/);
  await guest.writeFile(secrets, wrong, 0o600);
  for (const { pid } of await isp.farEnds()) await guest.kill(pid, "SIGKILL");
  await keep.waitForOutput(/^unasked: waiting: .*is blocked since/);
  expect(await causes()).toEqual(["line-lost", "auth-refused"]);
  await keep.kill();
  expect(await keep.wait()).toMatchObject({ status: 0 });
});
