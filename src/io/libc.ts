import { createRequire } from "node:module";

type Koffi = typeof import("koffi");
type LibraryFunction = ReturnType<ReturnType<Koffi["load"]>["func"]>;

let koffi: Koffi | undefined;
let library: ReturnType<Koffi["load"]> | undefined;
const declared = new Map<string, LibraryFunction>();

/** Loaded when the first function is asked for: few commands need it. */
function load(): Koffi {
  koffi ??= createRequire(import.meta.url)("koffi") as Koffi;
  return koffi;
}

/**
 * A function of the C library by its prototype. Of the program's own symbols, since glibc's and musl's libraries have different
 * names; declared once, since koffi keeps what it has declared.
 */
export function libc(prototype: string): LibraryFunction {
  library ??= load().load(null);
  const known = declared.get(prototype) ?? library.func(prototype);
  declared.set(prototype, known);
  return known;
}

/** errno(3) after the last call. */
export function errno(): number {
  return load().errno();
}

/** strerror(3). */
export function strerror(error: number): string {
  return libc("const char *strerror(int error)")(error) as string;
}
