import { bytesFromLatin1, latin1FromBytes } from "../../../src/core/bytes.ts";
import { makeDefaultScenario, readScenario } from "../../../src/modem/read-scenario.ts";
import {
  type ModemEffect,
  type ModemEvent,
  nextModemDeadline,
  type SimulatedModemState,
  startSimulatedModem,
  stepSimulatedModem,
} from "../../../src/modem/simulated-modem.ts";

/** The simulated modem on a clock that the test turns: what it said, did and logged so far. */
export class ModemDriver {
  state: SimulatedModemState;
  now = 0;
  said = "";
  toFar = "";
  readonly effects: ModemEffect[] = [];

  constructor(scenario?: unknown) {
    this.state = startSimulatedModem(
      scenario === undefined ? makeDefaultScenario() : readScenario(scenario, "test.json"),
      0,
    );
  }

  /** One event, now. */
  event(event: ModemEventNow): this {
    const step = stepSimulatedModem(this.state, { ...event, at: this.now });
    this.state = step.state;
    for (const effect of step.effects) {
      this.effects.push(effect);
      if (effect.type === "to-computer") this.said += latin1FromBytes(effect.bytes);
      if (effect.type === "to-far") this.toFar += latin1FromBytes(effect.bytes);
    }
    return this;
  }

  type(text: string): this {
    return this.event({ type: "computer-bytes", bytes: bytesFromLatin1(text) });
  }

  far(text: string): this {
    return this.event({ type: "far-bytes", bytes: bytesFromLatin1(text) });
  }

  /** Let time pass, with a deadline event at each deadline. */
  wait(ms: number): this {
    const end = this.now + ms;
    for (let at = nextModemDeadline(this.state); at !== undefined && at <= end; at = nextModemDeadline(this.state)) {
      this.now = Math.max(this.now, at);
      this.event({ type: "deadline" });
    }
    this.now = end;
    return this;
  }

  /** A command line, and what the modem says to it within `ms`, its echo included. */
  ask(line: string, ms = 100): string {
    this.said = "";
    this.type(`${line}\r`).wait(ms);
    return this.said;
  }

  /** Dial `number` and have the far end open: in data mode, nothing said so far. */
  call(number = "8765432"): this {
    this.type(`ATD${number}\r`).wait(300).event({ type: "far-opened" });
    this.said = "";
    this.effects.length = 0;
    return this;
  }

  /** Names of the log's events, with `why` where there is one. */
  get logged(): string[] {
    return this.effects.flatMap((effect) =>
      effect.type !== "log"
        ? []
        : ["why" in effect.details ? `${effect.event}: ${effect.details["why"]}` : effect.event],
    );
  }
}

type WithoutTime<T> = T extends unknown ? Omit<T, "at"> : never;
type ModemEventNow = WithoutTime<ModemEvent>;
