/** Where a word stands in a user's file. */
export interface SourcePosition {
  /** The path as the user would type it, or `command line`. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in bytes. */
  readonly column: number;
}
