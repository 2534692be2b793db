import { afterAll, describe, expect, test } from "vitest";
import { inCheckout, useGuest } from "./guest.ts";

/** What takes a minute of waiting and no computing: all of it at once, in files and names of its own. */

const guest = useGuest();

describe.concurrent("time limits as they are", () => {
  const scripts = {
    "/etc/ppp/ip-down.d/10-hangs": "#!/bin/sh\nexec tail -f /dev/null\n",
    "/etc/ppp/ip-down.d/20-follows": "#!/bin/sh\ntouch /tmp/limit-follows\n",
  };
  afterAll(async () => {
    for (const path of [...Object.keys(scripts), "/tmp/limit-follows"]) await guest.remove(path);
  });

  test("a hook that hangs is ended after 60 s and named in the log, and the next one runs", async () => {
    for (const [path, text] of Object.entries(scripts)) await guest.writeFile(path, text, 0o755);
    const words = ["ppp9", "/dev/ttyS1", "115200", "10.64.0.2", "10.64.0.1", ""];
    const hook = await guest.spawn([inCheckout("bin/hooks/ip-down"), ...words]);
    await guest.waitFor({ process: "^tail -f /dev/null" });
    const { status, ms } = await hook.wait(100_000);
    expect(status).toBe(0);
    expect(ms).toBeGreaterThanOrEqual(60_000);
    expect(await guest.exists("/tmp/limit-follows")).toBe(true);
    await guest.waitForFile(
      "/var/log/syslog",
      /ip-down ppp9: \/etc\/ppp\/ip-down\.d\/10-hangs hangs: it was killed at its time limit$/,
    );
    await guest.waitFor({ noProcess: "^tail -f /dev/null" });
  });
});
