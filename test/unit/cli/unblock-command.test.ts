import { Command } from "commander";
import { expect, test } from "vitest";
import type { BlockStore } from "../../../src/app/deps.ts";
import { registerUnblockCommand } from "../../../src/cli/unblock-command.ts";
import type { BlockRecord } from "../../../src/link/block-record.ts";

const isp: BlockRecord = { version: 1, peer: "isp", since: 0, cause: "auth-refused", sentence: "refused" };

/** `pppctl unblock` of these peers, where `isp` is blocked and a removal does this. */
async function unblock(peers: readonly string[], remove: (blocked: Map<string, BlockRecord>, peer: string) => void) {
  const blocked = new Map([["isp", isp]]);
  const blocks: BlockStore = {
    peers: () => [...blocked.keys()],
    read: (peer) => blocked.get(peer),
    write: () => undefined,
    remove: (peer) => remove(blocked, peer),
  };
  let said = "";
  const program = new Command().exitOverride();
  registerUnblockCommand(program, { blocks }, (text) => {
    said += text;
  });
  await program.parseAsync(["unblock", ...peers], { from: "user" });
  return said;
}

test("a peer that is blocked, and one that is not", async () => {
  expect(await unblock(["isp", "other"], (blocked, peer) => blocked.delete(peer))).toBe(
    "isp: unblocked; it was blocked: refused\nother: was not blocked\n",
  );
});

test("who is not root does not unblock what root has blocked, and nobody is told that he has", async () => {
  const stays = expect.objectContaining({ code: "policy.still-blocked", exitCode: 1 });
  await expect(unblock(["isp"], () => undefined)).rejects.toEqual(stays);
  const denied = (): never => {
    throw new Error("EACCES: permission denied");
  };
  await expect(unblock(["isp"], denied)).rejects.toEqual(stays);
});
