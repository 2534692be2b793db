/** An operation that failed; message and code travel to the host. */
export class AgentError extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}
