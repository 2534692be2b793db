import { hostName } from "./check-argument.ts";
import { enterHalves, enterOption, makeOption } from "./enter-option.ts";
import { parseInetAddress } from "./inet-address.ts";
import { type ReadingState, refuseInTtyOptions, report, type WordSource } from "./reading-state.ts";
import { formatUnrecognized } from "./report-unknown.ts";
import { checkAddresses, sortWildWord, type WildWord } from "./wild-words.ts";
import { textFromWord } from "./word-text.ts";
import type { Word } from "./words.ts";

/** Apply a word that is no option's name but a device, a speed, addresses or a plugin's device. False: it is none of them. */
export function applyWildWord(state: ReadingState, word: Word, source: WordSource): boolean {
  const { position } = word;
  const wild = sortWildWord(word.text, {
    plugins: state.plugins,
    ttyChannel: state.channel === "tty",
    deviceKind: state.deviceKind,
    interfaceExists: state.request.interfaceExists,
  });
  switch (wild.kind) {
    case "unknown":
      return false;
    case "device":
      applyDevice(state, wild, word, source);
      return true;
    case "speed":
      if (enterOption(state, makeOption("speed", "speed", word, word, source), "speed", source, { prio: true })) {
        state.speed = { value: wild.value, position };
      }
      return true;
    case "addresses": {
      const { error, hostNames } = checkAddresses(word.text);
      // In pppd's order: the local one is resolved before the remote one is looked at.
      for (const name of hostNames) report(state, { ...hostName(name), position });
      if (error !== undefined) {
        const hint =
          "write LOCAL:REMOTE, such as 10.0.0.1:10.0.0.2, or correct this word: pppd takes any with a colon for it";
        report(state, { code: "peer.bad-address", severity: "error", position, hint, ...error });
      }
      const option = makeOption("addresses", "addresses", word, word, source);
      const colon = word.text.indexOf(":");
      const gives = (half: string): boolean => {
        const address = parseInetAddress(half);
        return half !== "" && !(address.kind === "address" && address.value === 0);
      };
      const halves = [gives(word.text.slice(0, colon)), gives(word.text.slice(colon + 1))] as const;
      enterHalves(state, option, "addresses", halves);
      return true;
    }
    case "channel": {
      if (wild.missing) {
        report(state, {
          code: "device.missing",
          severity: "device",
          position,
          message: `there is no network interface ${word.text}`,
          hint: "name one that `ip link` shows",
          pppd: formatUnrecognized(word.text, source),
        });
      } else {
        state.channel = "plugin";
        state.device = undefined;
      }
      const name = { text: word.text.replace(/^nic-/, ""), position };
      enterOption(state, makeOption("channel", "channel", word, name, source), "device", source, {});
      return true;
    }
    default:
      return wild satisfies never;
  }
}

function applyDevice(
  state: ReadingState,
  wild: Extract<WildWord, { kind: "device" }>,
  word: Word,
  source: WordSource,
): void {
  const { position } = word;
  refuseInTtyOptions(state, "device name", position, source);
  const path = textFromWord(wild.path);
  if (wild.state !== "there") {
    const missing = wild.state === "missing";
    report(state, {
      code: missing ? "device.missing" : "device.not-a-device",
      severity: "device",
      position,
      message: missing ? `${path} is not there` : `${path} is not a character device`,
      hint: missing ? "plug the modem in, or name its device here" : "name a serial port such as /dev/ttyUSB0",
      pppd: formatUnrecognized(word.text, source),
    });
  }
  const value = { text: wild.path, position };
  enterOption(state, makeOption("device", "device", word, value, source), "device", source, {});
  state.device = { path, position, missing: wild.state !== "there" };
}
