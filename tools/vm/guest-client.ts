import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import type { AgentAnswer, OperationName, RequestOf, ValueOf } from "./guest-protocol.ts";

/** What the guest's agent refused, with the code of the error there (ENOENT, timeout, ended…). */
export class GuestError extends Error {
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.name = "GuestError";
    this.code = code;
  }
}

/** A connection to the guest's agent. The port takes one host program at a time: close it when done. */
export type GuestConnection = {
  /** Asks for one operation; rejects with GuestError, or with an Error when the machine is gone. */
  readonly ask: <Name extends OperationName>(op: Name, request: RequestOf<Name>) => Promise<ValueOf<Name>>;
  readonly close: () => void;
};

type Pending = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

/** Connects on the first request. Requests that are sent before the guest is up wait for it. */
export function connectGuest(socketPath: string): GuestConnection {
  const mine = randomUUID().slice(0, 8);
  const pending = new Map<string, Pending>();
  let socket: Socket | undefined;
  let count = 0;

  const settle = (line: string): void => {
    const answer = JSON.parse(line) as AgentAnswer;
    const waiting = pending.get(answer.id);
    if (waiting === undefined) return; // asked by a program that is gone
    pending.delete(answer.id);
    if ("error" in answer) waiting.reject(new GuestError(answer.error.message, answer.error.code));
    else waiting.resolve(answer.value);
  };
  const fail = (reason: Error): void => {
    for (const { reject } of pending.values()) reject(reason);
    pending.clear();
    socket = undefined;
  };
  const open = (): Socket => {
    const fresh = connect(socketPath);
    let rest = "";
    fresh.setEncoding("utf8");
    fresh.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(settle);
    });
    fresh.on("error", (error) => fail(new Error(`the emulated machine cannot be reached: ${error.message}`)));
    fresh.on("close", () => fail(new Error("the emulated machine is gone, or the connection to it was closed")));
    return fresh;
  };

  return {
    ask: (op, request) =>
      new Promise((resolve, reject) => {
        socket ??= open();
        count += 1;
        const id = `${mine}.${count}`;
        pending.set(id, { resolve: (value) => resolve(value as ValueOf<typeof op>), reject });
        socket.write(`${JSON.stringify({ ...request, id, op })}\n`);
      }),
    close: () => socket?.end(),
  };
}
