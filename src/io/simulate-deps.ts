import { readFile } from "node:fs/promises";
import type { SimulateDeps } from "../app/simulate.ts";

/** The world for `pppctl simulate`; the modem's host, and with it koffi, is loaded when one is started. */
export const simulateDeps: SimulateDeps = {
  readText: (path) => readFile(path, "utf8"),
  startModem: async (start) => {
    const { startSimulatedModemHost } = await import("./simulated-modem-host.ts");
    return startSimulatedModemHost(start);
  },
  onReset: (reset) => void process.on("SIGUSR2", reset),
};
