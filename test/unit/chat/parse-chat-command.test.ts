import { describe, expect, test } from "vitest";
import { type ChatOptions, parseChatCommand } from "../../../src/chat/parse-chat-command.ts";

describe("parseChatCommand", () => {
  test.each<[string[], Partial<ChatOptions>, string[]]>([
    [[], {}, []],
    [["-v", "-f", "FILE", "-T", "123"], { verbose: true, file: "FILE", phone: "123" }, []],
    [
      ["-vs", "-t5", "-T123", "-U", "9", "OK", "AT"],
      { verbose: true, toStderr: true, timeoutSeconds: 5, phone: "123", phone2: "9" },
      ["OK", "AT"],
    ],
    [["-eEVS"], { echo: true, useEnv: true, echoToStderr: true, noSyslog: true }, []],
    [["-f", "a", "-fb"], { file: "b" }, []],
    [["-T", ""], { phone: "" }, []],
    [["-t", "0"], { timeoutSeconds: 0 }, []],
    [["-t", "junk"], { timeoutSeconds: 0 }, []],
    [["-t", "-5"], { timeoutSeconds: 0 }, []],
    [["-t", "3x"], { timeoutSeconds: 3 }, []],
    [["-t", "99999999999"], { timeoutSeconds: 1215752191 }, []],
    [["-v", "-r", "R"], { verbose: true, reportFile: "R", reportOpening: true }, []],
    [["-r", "R", "-v"], { verbose: true, reportFile: "R", reportOpening: false }, []],
    [["-r"], {}, []],
    [["-v", "--", "-AT-OK"], { verbose: true }, ["-AT-OK"]],
    [["", "-v"], {}, ["", "-v"]],
    [["-", "-v"], {}, ["-", "-v"]],
    [["OK", "-v"], {}, ["OK", "-v"]],
  ])("%j", (argv, options, words) => {
    const command = parseChatCommand(argv);
    expect(command.options).toEqual({
      echo: false,
      useEnv: false,
      verbose: false,
      echoToStderr: false,
      toStderr: false,
      noSyslog: false,
      reportOpening: false,
      ...options,
    });
    expect(command.words).toEqual(words);
  });

  test.each([[["-h"]], [["-Z", "x"]], [["-t"]], [["-vf"]], [["--version"]], [["-f", "F", "OK"]]])(
    "%j is a usage error",
    (argv) => {
      expect(() => parseChatCommand(argv)).toThrow(expect.objectContaining({ code: "chat.usage", exitCode: 1 }));
    },
  );
});
