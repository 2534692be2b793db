import { existsSync } from "node:fs";
import { join } from "node:path";
import { type CorpusResult, checkChatScripts } from "./corpus/check-chat-scripts.ts";
import { checkPeers } from "./corpus/check-peers.ts";

/**
 * `npm run corpus -- FOLDER`: other people's scripts and option files (FOLDER/chatscripts, FOLDER/peers) by our engine
 * and our reader, against what chat(8) and pppd(8) did with them (FOLDER/expected), or do with them now. A folder with
 * neither is one of option files, such as /etc/ppp/peers. Exit status 1 when any differs.
 */
const [folder] = process.argv.slice(2);
if (folder === undefined || !existsSync(folder)) throw new Error("usage: npm run corpus -- FOLDER");
const results: Record<string, CorpusResult> = {};
if (existsSync(join(folder, "chatscripts"))) results["chat scripts"] = await checkChatScripts(folder);
// Any other folder holds option files.
if (existsSync(join(folder, "peers")) || Object.keys(results).length === 0) results["peers"] = checkPeers(folder);
for (const { differences, skipped } of Object.values(results)) {
  for (const line of [...skipped, ...differences]) console.log(line);
}
for (const [what, { compared, differences, skipped }] of Object.entries(results)) {
  console.log(`${what}: ${compared} compared, ${differences.length} differences, ${skipped.length} not compared`);
}
process.exitCode = Object.values(results).every(({ compared, differences }) => compared > 0 && differences.length === 0)
  ? 0
  : 1;
