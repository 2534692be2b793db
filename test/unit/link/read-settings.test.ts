import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { settingsMarkdown, settingsText } from "../../../src/link/describe-settings.ts";
import { presetSettings, readSettings } from "../../../src/link/read-settings.ts";
import { type SettingName, settingRow, settingTable } from "../../../src/link/setting-table.ts";

const position = { file: "/etc/ppp/peers/isp", line: 3, column: 5 };
const names = Object.keys(settingTable) as SettingName[];

function read(...settings: readonly string[]): ReturnType<typeof readSettings> {
  const variables = settings.map((setting) => {
    const equals = setting.indexOf("=");
    return [setting.slice(0, equals), { value: setting.slice(equals + 1), position }] as const;
  });
  return readSettings(new Map(variables));
}

describe("settings", () => {
  test("a peer that says nothing has the presets", () => {
    expect(read("MODEM=1")).toEqual({ settings: presetSettings, mistakes: [], given: new Set() });
    expect(presetSettings).toMatchObject({ PON_REDIAL: 0, PON_PAUSE: 5000, PON_DAY_CALLS: Infinity, PON_PHONE: [] });
  });

  test.each([
    ["PON_REDIAL=5", 5],
    ["PON_PAUSE=90", 90_000],
    ["PON_PAUSE_MAX=15m", 900_000],
    ["PON_PAUSE_FACTOR=1.5", 1.5],
    ["PON_DAY_TIME=2h", 7_200_000],
    ["PON_DAY_TIME=", Infinity],
    ["PON_MONTH_BYTES=500K", 512_000],
    ["PON_PHONE=8765432|8765433:8765499", [["8765432", "8765433"], ["8765499"]]],
    ["PON_PHONE=*99***1#", [["*99***1#"]]],
    ["PON_FALLBACK=second  isp/third", ["second", "isp/third"]],
    ["PON_ROUTES=0.0.0.0/0 10.1.2.3 10.0.0.0/8", ["0.0.0.0/0", "10.1.2.3", "10.0.0.0/8"]],
    [
      "PON_ROUTES=::/0 2001:db8::/32 1:2:3:4:5:6:7:8 ::ffff:10.1.2.3",
      ["::/0", "2001:db8::/32", "1:2:3:4:5:6:7:8", "::ffff:10.1.2.3"],
    ],
    ["PON_PROBE=tcp example.net 443", { kind: "tcp", host: "example.net", port: 443 }],
    ["PON_PROBE=ping 2001:db8::1", { kind: "ping", address: "2001:db8::1" }],
    [
      "PON_ON=busy=stop,no-carrier=next-peer",
      new Map([
        ["busy", "stop"],
        ["no-carrier", "next-peer"],
      ]),
    ],
  ] as [string, unknown][])("%s", (setting, value) => {
    const { settings, mistakes, given } = read(setting);
    const name = setting.slice(0, setting.indexOf("=")) as SettingName;
    expect(mistakes).toEqual([]);
    expect(settings[name]).toEqual(value);
    expect(given.has(name)).toBe(!setting.endsWith("="));
  });

  test.each([
    "PON_ROUTES=10.1.2.3/8",
    "PON_ROUTES=10.0.0/8",
    "PON_ROUTES=10.0.0.0/33",
    "PON_ROUTES=10.0.0.0/255.0.0.0",
    "PON_ROUTES=1::2::3",
    "PON_ROUTES=1:2:3:4:5:6:7:8:9",
    "PON_ROUTES=1:2:3",
    "PON_ROUTES=2001:db8::10000/64",
    "PON_ROUTES=fe80::1%eth0",
    "PON_REDIAL=",
    "PON_REDIAL=-1",
    "PON_REDIAL=1e3",
    "PON_REDIAL=100001",
    "PON_PAUSE=soon",
    "PON_PAUSE=2d",
    "PON_PAUSE=5 m",
    "PON_PAUSE_FACTOR=0.5",
    "PON_DAY_CALLS=0",
    "PON_DAY_BYTES=1T",
    "PON_PHONE=8765432||1",
    "PON_PHONE=1:",
    "PON_HOURS=Moonday 8-9",
    "PON_HOURS=Mo-Frs 8-9",
    "PON_PHONE=T5551|P5551",
    "PON_PHONE=555 1:5551",
    "PON_PHONE=123\nATH",
    "PON_FALLBACK=/etc/passwd",
    "PON_FALLBACK=a ../b",
    "PON_PROBE=ping",
    "PON_PROBE=ping -f",
    "PON_PROBE=http example.net",
    "PON_PROBE=tcp example.net 0",
    "PON_PROBE=tcp example.net 65536",
    "PON_ON=busy",
    "PON_ON=busy=later",
    "PON_ON=tired=stop",
    "PON_HOURS=25:00-26:00",
    "PON_HOURS=Xx 8:00-9:00",
    "PON_HOURS=8:60-9:00",
    "PON_HOURS=8:00-8:00",
  ])("%j is an error at its place, and the preset counts", (setting) => {
    const { settings, mistakes } = read(setting);
    expect(settings).toEqual(presetSettings);
    expect(mistakes).toEqual([
      expect.objectContaining({
        severity: "error",
        code: "peer.setting",
        position,
        hint: expect.stringMatching(/^write /),
      }),
    ]);
  });

  test.each(names)("a value of %s that no setting takes is an error at its place", (name) => {
    const { settings, mistakes } = read(`${name}=../\u0001 ?`);
    expect(settings).toEqual(presetSettings);
    expect(mistakes).toMatchObject([{ severity: "error", code: "peer.setting", position }]);
  });

  test.each(names)("the example of %s is right", (name) => {
    const { example } = settingRow(name).kind;
    expect(read(`${name}=${example.replaceAll('"', "")}`).mistakes).toEqual([]);
  });

  test("an unknown name is a warning with the nearest one; it may be a script's own", () => {
    expect(read("PON_REDAIL=5").mistakes).toMatchObject([
      { severity: "warning", code: "peer.unknown-setting", hint: "write PON_REDIAL" },
    ]);
    expect(read("PON_SOMETHING_ELSE=5").mistakes).toMatchObject([
      { severity: "warning", hint: "`pppctl help settings` lists them" },
    ]);
    expect(read("PON_=5").mistakes).toMatchObject([{ severity: "warning" }]);
  });

  test("the README has the table, and the help has every name", () => {
    const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
    expect(readme).toContain(settingsMarkdown());
    for (const name of names) expect(settingsText()).toMatch(new RegExp(`^  ${name}$`, "m"));
  });
});
