import type { ChatScript } from "./chat-script.ts";

/** The name that positions of a script on the command line carry. */
export const COMMAND_LINE = "command line";

/**
 * A script given as words of a command line, as the shell passes them, one character a
 * byte. The column of a word is where it would stand if the words were written with one
 * blank between them.
 */
export function parseChatArgs(words: readonly string[]): ChatScript {
  let column = 1;
  return {
    file: COMMAND_LINE,
    words: words.map((text) => {
      const position = { file: COMMAND_LINE, line: 1, column };
      column += text.length + 1;
      return { text, position };
    }),
  };
}
