// Bundles the commands to dist/ and the development tools to build/tools/, with esbuild.
//
// Packages are bundled: a command that has node resolve a dozen files of node_modules starts twice
// as slowly as one that reads a single file. Native addons cannot be bundled and stay outside.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { recordNode } from "./tools/record-node.mjs";

const ROOT = dirname(fileURLToPath(import.meta.url));
const TOOLS = ["run-tests", "demo", "bench", "guest-agent", "chat-fuzz", "corpus", "write-manual"];

/** Packages that load a compiled addon by a path of their own. */
const NATIVE = ["koffi"];

/**
 * serialport's binding is bundled as far as it is used (a call opens a port within a fifth of the time): its addon
 * stays where it is; of what it requires, `debug` says nothing and nobody lists ports.
 */
const SERIALPORT = {
  name: "serialport",
  setup({ onLoad }) {
    const replace = (filter, contents) => onLoad({ filter }, () => ({ contents }));
    const folder = 'require("node:path").dirname(require.resolve("@serialport/bindings-cpp/package.json"))';
    replace(/bindings-cpp\/dist\/serialport-bindings\.js$/, `exports.binding = require("node-gyp-build")(${folder});`);
    replace(/bindings-cpp\/dist\/linux-list\.js$/, "");
    replace(/node_modules\/debug\/src\/index\.js$/, "module.exports = () => () => {};");
  },
};

/**
 * What of node's own libraries would be loaded at each start and is seldom used: processes (commander has commands that
 * are files), which bring node's sockets with them, and the terminals of chalk, whose level `cli/style` knows.
 */
const IDLE = {
  name: "idle",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:child_process$/ }, ({ namespace }) =>
      namespace === "lazy" ? { external: true } : { path: "child_process", namespace: "lazy" },
    );
    const contents = ["spawn", "spawnSync"].map(
      (name) => `exports.${name} = (...words) => require("node:child_process").${name}(...words);`,
    );
    onLoad({ filter: /.*/, namespace: "lazy" }, () => ({ contents: contents.join("\n") }));
    const plain = "export const createSupportsColor = () => false; export default { stdout: false, stderr: false };";
    onLoad({ filter: /chalk\/source\/vendor\/supports-color\/index\.js$/ }, () => ({ contents: plain }));
  },
};

/** Not part of the commands' bundles, because few calls need it: a file of its own, loaded when it is asked for. */
const EXECA = {
  name: "execa",
  setup({ onResolve }) {
    onResolve({ filter: /^execa$/ }, () => ({ path: "./bundles/execa.js", external: true }));
  },
};

/** Bundled CommonJS still calls require() for node's built-ins and for the native packages. */
const REQUIRE =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/** Every `src/cli/NAME-main.ts` becomes `dist/NAME-main.js`. */
function findCommands() {
  return readdirSync(join(ROOT, "src/cli"))
    .filter((name) => name.endsWith("-main.ts"))
    .map((name) => `src/cli/${name}`);
}

function findTools() {
  return TOOLS.map((name) => `tools/${name}.ts`).filter((path) => existsSync(join(ROOT, path)));
}

/** The tools are ESM in chunks. Neither kind is read by anybody: esbuild's own errors name the sources. */
const TOOLS_FORMAT = {
  format: "esm",
  splitting: true,
  banner: { js: REQUIRE },
  chunkNames: "chunks/[name]-[hash]",
};

/**
 * Each command is one CommonJS file: node starts it in about half the time that ESM in chunks takes
 * (what a command imports with `import()` is in the file, and is run when it is asked for).
 */
const COMMANDS_FORMAT = {
  format: "cjs",
  minify: true,
  // import() becomes require(): what runs in vm.Script has no import().
  supported: { "dynamic-import": false },
  define: { "import.meta.url": "__url" },
  banner: { js: 'const __url = require("node:url").pathToFileURL(__filename).href;' },
};

/** The library is ESM, in one file. */
const LIBRARY_FORMAT = { format: "esm", banner: { js: REQUIRE } };

/** Its types, by tsc: what was found wrong elsewhere is for `npm run check` to say. */
function writeLibraryTypes() {
  const types = join(ROOT, "dist/lib/types");
  const words = ["--declaration", "--emitDeclarationOnly", "--noCheck", "--noEmit", "false"];
  const files = ["--ignoreConfig", "--rootDir", "src", "--outDir", types, "src/lib/chat.ts"];
  const options = ["--target", "es2023", "--module", "nodenext", "--types", "node", "--allowImportingTsExtensions"];
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, ...words, ...files, ...options], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the library's types could not be written");
  for (const name of readdirSync(types, { recursive: true })) {
    if (!name.endsWith(".d.ts")) continue;
    const path = join(types, name);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
  }
}

/** What runs a bundle, given `script` and `file`. */
const RUN = "script.runInThisContext()(exports, require, module, __filename, __dirname);";
const WRAP = '"(function (exports, require, module, __filename, __dirname) { " + readFileSync(file, "utf8") + "\\n})"';

/**
 * A command: runs its bundle with V8's code cache, which saves compiling it at each start. V8 refuses a
 * cache of another version of itself and compiles then; of the source it compares no more than the length,
 * so the bundle's name has a hash, and a cache is found only by the bundle that it was made from.
 */
function makeLoader(bundleName, quick) {
  return `"use strict";
const { readFileSync } = require("node:fs");
const { Script } = require("node:vm");
function run(name, module) {
  const { exports } = module;
  const file = __dirname + "/bundles/" + name;
  let cachedData;
  try {
    cachedData = readFileSync(file + ".cache");
  } catch {}
  const script = new Script(${WRAP}, { filename: file, cachedData });
  ${RUN}
  return module.exports;
}
const main = () => run(${JSON.stringify(bundleName)}, module);
${quick === undefined ? "main();" : makeQuickStart(quick)}
`;
}

/** Commands of which nearly every call needs little, and which words of theirs have that done (undefined: those of another command). */
const QUICK = {
  "check-ppp-connection-main.js": "process.argv.slice(2)",
  "pppctl-main.js": 'process.argv[2] === "ensure" ? process.argv.slice(3) : undefined',
};

/** That little is a bundle of its own, a seventh of the command's, which is only loaded when there is more to do. */
function makeQuickStart({ bundleName, words }) {
  return `const words = ${words};
if (words === undefined) main();
else {
  // For a promise that nothing is left to settle.
  process.exitCode = 1;
  run(${JSON.stringify(bundleName)}, { exports: {} })
    .quickEnsure(words)
    .then((done) => (done ? (process.exitCode = 0) : main()));
}`;
}

/**
 * The cache has what `--help` has used: V8 reads all of a cache at each start, and one with every function takes several times as long
 * as compiling those few that a call uses besides.
 */
function writeCodeCache(command, bundleName) {
  const path = join(ROOT, "dist", command);
  const file = join(ROOT, "dist/bundles", bundleName);
  const program = `process.argv.splice(1, 9, ${JSON.stringify(path)}, "--help");
const { readFileSync, writeFileSync } = require("node:fs");
(function (file, __filename, __dirname) {
const script = new (require("node:vm").Script)(${WRAP}, { filename: file });
process.on("exit", () => writeFileSync(file + ".cache.new", script.createCachedData()));
${RUN}
})(${JSON.stringify(file)}, ${JSON.stringify(path)}, ${JSON.stringify(dirname(path))});`;
  const { error } = spawnSync(process.execPath, ["-e", program], { stdio: "ignore" });
  if (error === undefined && existsSync(`${file}.cache.new`)) renameSync(`${file}.cache.new`, `${file}.cache`);
}

/** Manual pages and completions, made by running the commands: only when these or their maker are others than last time. */
function writeManual(bundleNames) {
  const maker = join(ROOT, "build/tools/write-manual.js");
  const made = join(ROOT, "dist/share/made-from");
  const from = `${[...bundleNames, createHash("sha256").update(readFileSync(maker)).digest("hex")].join("\n")}\n`;
  if (existsSync(made) && readFileSync(made, "utf8") === from) return;
  rmSync(join(ROOT, "dist/share"), { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [maker], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) throw new Error("the manual could not be written");
  writeFileSync(made, from);
}

/** `pon-main.js` becomes `pon-main.0123456789ab.js`. */
function nameByHash({ path, contents }) {
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 12);
  return { path: path.replace(/\.js$/, `.${hash}.js`), contents };
}

async function bundle(entryPoints, outbase, outdir, { plugins = [], ...format }) {
  if (entryPoints.length === 0) return [];
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints,
    outbase,
    outdir,
    bundle: true,
    platform: "node",
    target: "node20",
    external: [...NATIVE, "@serialport/bindings-cpp/package.json", "esbuild", "vitest"],
    plugins: [SERIALPORT, ...plugins],
    write: false,
    logLevel: "warning",
    ...format,
  });
  return result.outputFiles;
}

/**
 * Puts the files in place one by one with rename(2), and only then removes what no bundle holds any
 * more, so that a command that runs meanwhile never reads half a file.
 */
function replaceFiles(outdir, files) {
  const target = join(ROOT, outdir);
  const kept = new Set();
  for (const { path, contents } of files) {
    kept.add(relative(target, path));
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    mkdirSync(dirname(path), { recursive: true });
    const fresh = `${path}.${process.pid}.new`;
    writeFileSync(fresh, contents);
    renameSync(fresh, path);
  }
  if (!existsSync(target)) return;
  for (const name of readdirSync(target, { recursive: true })) {
    if (/\.js(\.cache)?$/.test(name) && !kept.has(name.replace(/\.cache$/, "")))
      rmSync(join(target, name), { force: true });
  }
}

replaceFiles("build/tools", await bundle(findTools(), "tools", "build/tools", TOOLS_FORMAT));
const commands = (
  await bundle(findCommands(), "src/cli", "dist/bundles", { ...COMMANDS_FORMAT, plugins: [EXECA, IDLE] })
).map((file) => ({
  name: basename(file.path),
  bundle: nameByHash(file),
}));
const quickFiles = await bundle(["src/cli/quick-ensure.ts"], "src/cli", "dist/bundles", {
  ...COMMANDS_FORMAT,
  // A path will do for its require(); a URL costs a millisecond.
  banner: {},
  define: { "import.meta.url": "__filename" },
  plugins: [EXECA, IDLE],
});
const [quickEnsure] = quickFiles.map(nameByHash);
const quickOf = (name) =>
  QUICK[name] === undefined ? undefined : { bundleName: basename(quickEnsure.path), words: QUICK[name] };
const execa = await bundle(["node_modules/execa/index.js"], "", "dist/bundles", {
  ...COMMANDS_FORMAT,
  entryNames: "execa",
});
const chatLibrary = await bundle(["src/lib/chat.ts"], "src/lib", "dist/lib", LIBRARY_FORMAT);
replaceFiles("dist", [
  ...commands.map(({ bundle }) => bundle),
  quickEnsure,
  ...execa,
  ...chatLibrary,
  ...commands.map(({ name, bundle }) => ({
    path: join(ROOT, "dist", name),
    contents: Buffer.from(makeLoader(basename(bundle.path), quickOf(name))),
  })),
]);
writeFileSync(join(ROOT, "dist/package.json"), '{ "type": "commonjs" }\n');
writeFileSync(join(ROOT, "dist/lib/package.json"), '{ "type": "module" }\n');
writeLibraryTypes();
for (const { name, bundle } of commands) writeCodeCache(name, basename(bundle.path));
writeCodeCache("quick-ensure.js", basename(quickEnsure.path));
recordNode(join(ROOT, "dist"));
writeManual(commands.map(({ bundle }) => basename(bundle.path)));
