import { ExitCode } from "../core/exit-codes.ts";
import { holderName, theDevice } from "./cause-phrases.ts";
import type { CauseRow } from "./cause-row.ts";

/** The line cannot be had. */
export const deviceCauses = {
  "device-missing": {
    code: "device.missing",
    exitStatus: ExitCode.open,
    retry: "after-wait",
    hint: "plug the modem in, or correct the device in the peer file (`ls -l /dev/serial/by-id` lists USB modems)",
    sentence: (d) => `${theDevice(d)} does not exist`,
  },
  "device-busy": {
    code: "device.busy",
    exitStatus: ExitCode.locked,
    retry: "after-wait",
    hint: "end the program that has the line, then try again",
    sentence: (d) => `${theDevice(d)} is in use${d.holder ? ` by ${holderName(d.holder)}` : ""}`,
  },
  "device-denied": {
    code: "device.denied",
    exitStatus: ExitCode.open,
    retry: "not-before-change",
    hint: "run it as root, or join the group that owns the device (often dialout)",
    sentence: (d) => `${theDevice(d)} may not be opened${d.message ? `: ${d.message}` : ""}`,
  },
  "device-failed": {
    code: "device.failed",
    exitStatus: ExitCode.open,
    retry: "after-wait",
    hint: "check that the device is a serial line and that it takes the speed of the peer file",
    sentence: (d) => `${theDevice(d)} cannot be used${d.message ? `: ${d.message}` : ""}`,
  },
  "lock-failed": {
    code: "device.lock",
    exitStatus: ExitCode.locked,
    retry: "not-before-change",
    hint: "check the lock files in /var/lock, and that it is writable",
    sentence: (d) => `${theDevice(d)} cannot be locked${d.message ? `: ${d.message}` : ""}`,
  },
} as const satisfies Readonly<Record<string, CauseRow>>;
