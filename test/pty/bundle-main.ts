import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Bundle a main program that a test wrote (imports begin with `./src/`), so that a process of
 * its own runs our code on other paths than the system's. The commands themselves take none.
 */
export async function bundleMain(source: string, directory: string): Promise<string> {
  const outfile = join(directory, "main.mjs");
  await build({
    stdin: { contents: source, resolveDir: root, loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    outfile,
    logLevel: "error",
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  return outfile;
}
