import { type AtCommand, parseAtLine } from "./at-line.ts";

/** The settings of a modem: what `ATZ` loads and `AT&W` stores. */
export interface ModemProfile {
  /** `E`: echo commands. */
  readonly echo: boolean;
  /** `V`: result codes in words. */
  readonly verbose: boolean;
  /** `Q`: no result codes. */
  readonly quiet: boolean;
  /** `X`: which result codes a call can give. */
  readonly callProgress: number;
  /** `&C`: 0 = DCD always on, 1 = DCD follows the carrier. */
  readonly dcd: number;
  /** `&D`: what a drop of DTR does. 0 nothing, 1 command mode, 2 hang up, 3 hang up and reset. */
  readonly dtr: number;
  /** `+CMEE`: 0 `ERROR`, 1 `+CME ERROR:` and a number, 2 the same in words. */
  readonly errorDetail: number;
  readonly registers: Readonly<Record<number, number>>;
}

/** Numbers of the S-registers that do something here (Hayes, V.250). */
export const S = {
  autoAnswer: 0,
  rings: 1,
  escape: 2,
  cr: 3,
  lf: 4,
  bs: 5,
  waitCarrier: 7,
  comma: 8,
  guard: 12,
} as const;

const FACTORY: ModemProfile = {
  echo: true,
  verbose: true,
  quiet: false,
  callProgress: 4,
  dcd: 1,
  dtr: 2,
  errorDetail: 0,
  registers: { 0: 0, 1: 0, 2: 43, 3: 13, 4: 10, 5: 8, 6: 2, 7: 50, 8: 2, 9: 6, 10: 14, 11: 95, 12: 50, 18: 0, 25: 5 },
};

/** The profile of a modem that comes from the factory with `settings`, such as `&D0X3S7=60`; mistakes are skipped. */
export function makeFactoryProfile(settings: string): ModemProfile {
  return parseAtLine(settings).reduce((profile, command) => applySetting(profile, command) ?? profile, FACTORY);
}

/** A register's value; 0 for one that was never set. */
export function readRegister(profile: ModemProfile, register: number): number {
  return profile.registers[register] ?? 0;
}

/** Letters that real modems know and that change nothing here: speaker, standards, compression, flow control, … */
const ACCEPTED = new Set([..."BCFLMNPTWY"]);

/** The profile after a command that only sets something; undefined when the modem refuses it. */
export function applySetting(profile: ModemProfile, command: AtCommand): ModemProfile | undefined {
  if (command.type === "register") {
    if (command.register > 255) return undefined;
    if (command.set === undefined) return profile;
    if (command.set > 255) return undefined;
    return { ...profile, registers: { ...profile.registers, [command.register]: command.set } };
  }
  if (command.type !== "basic") return undefined;
  const { name, value } = command;
  switch (name) {
    case "E":
      return value <= 1 ? { ...profile, echo: value === 1 } : undefined;
    case "V":
      return value <= 1 ? { ...profile, verbose: value === 1 } : undefined;
    case "Q":
      return value <= 2 ? { ...profile, quiet: value === 1 } : undefined;
    case "X":
      return value <= 4 ? { ...profile, callProgress: value } : undefined;
    case "&C":
      return value <= 1 ? { ...profile, dcd: value } : undefined;
    case "&D":
      return value <= 3 ? { ...profile, dtr: value } : undefined;
    default:
      return name.length > 1 || ACCEPTED.has(name) ? profile : undefined;
  }
}
