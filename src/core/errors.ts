/**
 * The one error class of the project. `code` is dotted and stable
 * (`chat.abort`, `pppd.exit`, `port.busy`): tests and `--json` promise it and
 * `exitCode`, never the prose. `message` is one line that names the object and
 * its path; `hint` is one imperative line without the word "hint".
 */
export class PppctlError extends Error {
  override readonly name: string = "PppctlError";
  readonly code: string;
  readonly exitCode: number;
  readonly hint: string | undefined;

  constructor(init: {
    readonly code: string;
    readonly message: string;
    readonly exitCode: number;
    readonly hint?: string | undefined;
    readonly cause?: unknown;
  }) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.exitCode = init.exitCode;
    this.hint = init.hint;
  }
}

/** A mistake in a file of the user's: a peer file, a chat script, a secrets file. */
export class FileSyntaxError extends PppctlError {
  override readonly name = "FileSyntaxError";
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in bytes. */
  readonly column: number;

  constructor(init: {
    readonly code: string;
    /** What is wrong, without the position. */
    readonly what: string;
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly exitCode: number;
    readonly hint?: string | undefined;
  }) {
    super({ ...init, message: `${init.file}:${init.line}:${init.column}: ${init.what}` });
    this.file = init.file;
    this.line = init.line;
    this.column = init.column;
  }
}
