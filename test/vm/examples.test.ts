import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { useGuest } from "./guest.ts";
import { account, numbers, providerCommand, rates, useIsp } from "./isp.ts";

const guest = useGuest();

const provider = { rate: rates.modem, to: { command: providerCommand("noauth") } };

/** The examples that have a modem; `text` is what users change in the script. */
const examples = [
  { name: "demo", dialed: "5551000", text: (script: string) => script },
  { name: "yosefcom", dialed: "8765432", text: (script: string) => script },
  { name: "gsm", dialed: "*99***1#", text: (script: string) => script },
  {
    name: "isp-login",
    dialed: numbers.login,
    text: (script: string) =>
      script
        .replace("ATD5551000", `ATD${numbers.login}`)
        .replace("YOUR-USER", account.user)
        .replace("YOUR-PASSWORD", account.password),
  },
] as const;

const readExample = (path: string): string => readFileSync(join(import.meta.dirname, "../..", path), "utf8");

/** Of the hooks other tests tell: node takes its time on an emulated machine. */
const noHooks = ["ip-up-script", "/bin/true", "ip-down-script", "/bin/true"];

describe("the examples", () => {
  const isp = useIsp(guest, {
    line: "pty",
    more: {
      numbers: {
        "5551000": provider,
        "8765432": provider,
        "*99***1#": provider,
        [numbers.login]: { ...provider, loginPrompt: account },
      },
    },
  });
  const files = (name: string) => [`/etc/ppp/peers/${name}`, `/etc/chatscripts/${name}`] as const;

  afterEach(isp.expectNothingLeft);
  afterAll(async () => {
    for (const { name } of examples) {
      for (const path of [...files(name), `/run/pppctl/${name}`]) await guest.remove(path);
    }
  });

  test.each(examples)("$name dials and comes up", async ({ name, dialed, text }) => {
    const [peerFile, scriptFile] = files(name);
    const peer = readExample(`peers/${name}`).replace(/^\/dev\/\S+/m, isp.device);
    await guest.writeFile(peerFile, peer, 0o640);
    await guest.writeFile(scriptFile, text(readExample(`chatscripts/${name}`)), 0o640);

    const pon = await isp.run("pon", name, ...noHooks);
    expect(pon).toMatchObject({ status: 0, heldOpen: false });
    expect(pon.stdout).toMatch(
      new RegExp(`^${name}: up on ppp\\d+, 10\\.64\\.0\\.2 -> 10\\.64\\.0\\.1, connected ${rates.modem} `),
    );
    await isp.waitForEvent("dial", { number: dialed });
    expect(await isp.run("poff", name)).toMatchObject({
      status: 0,
      stdout: `poff: ${name}: pppd has ended; ${isp.device} is closed\n`,
    });
  });
});
