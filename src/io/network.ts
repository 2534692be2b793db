import { getSystemErrorMap } from "node:util";
import type { Network } from "../app/host-deps.ts";
import { listenForGre } from "./gre-ear.ts";
import { tunnelEvidence } from "./tunnel-evidence.ts";

/** As getaddrinfo(3) says what node gives a code for (gai_strerror(3)). */
const resolverErrors: Readonly<Record<string, string>> = {
  ENOTFOUND: "Name or service not known",
  EAI_AGAIN: "Temporary failure in name resolution",
};

/**
 * Names and ports of the network that there is, by the system's own resolver (nsswitch.conf). Few calls need them: node's
 * sockets are loaded when they do.
 */
export const systemNetwork: Network = {
  resolve: async (name) => {
    const { lookup } = await import("node:dns/promises");
    try {
      return { kind: "addresses", addresses: (await lookup(name, { all: true })).map(({ address }) => address) };
    } catch (error) {
      return { kind: "error", reason: reasonOf(error) };
    }
  },
  knock: async (host, port, limitMs) => {
    const { connect } = await import("node:net");
    return new Promise((resolve) => {
      const socket = connect({ host, port });
      const end = (refusal: string | undefined): void => {
        socket.destroy();
        resolve(refusal);
      };
      socket.setTimeout(limitMs, () => end("no answer"));
      socket.once("connect", () => end(undefined));
      socket.once("error", (error) => end(reasonOf(error)));
    });
  },
  listenForGre,
  ...tunnelEvidence,
};

/** strerror(3)'s words, capitalised as glibc has them. */
function reasonOf(error: unknown): string {
  const { code = "", errno, message } = error as NodeJS.ErrnoException;
  const known = resolverErrors[code] ?? errnoTexts[code];
  if (known !== undefined) return known;
  const text = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return text ?? message;
}

/** glibc's texts; libuv has its own. */
const errnoTexts: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Connection refused",
  EHOSTUNREACH: "No route to host",
  ENETUNREACH: "Network is unreachable",
  ETIMEDOUT: "Connection timed out",
};
