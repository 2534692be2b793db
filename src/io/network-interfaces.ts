import { readdirSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { World } from "../app/deps.ts";
import { readTextFile } from "./record-store.ts";

const directory = "/sys/class/net";

/** The machine's network interfaces. */
export const systemInterfaces: Pick<World, "interfaceNames" | "interfaceBytes" | "interfaceAddresses"> = {
  interfaceNames: () => {
    try {
      return readdirSync(directory);
    } catch {
      return [];
    }
  },
  interfaceBytes: (name) => {
    const [received, sent] = ["rx_bytes", "tx_bytes"].map((what) =>
      readTextFile(`${directory}/${name}/statistics/${what}`),
    );
    return received === undefined || sent === undefined
      ? undefined
      : { sent: Number(sent), received: Number(received) };
  },
  interfaceAddresses: (name) => (networkInterfaces()[name] ?? []).map(({ address }) => address),
};
