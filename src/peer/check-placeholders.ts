import type { Finding } from "./finding.ts";
import type { PeerReading } from "./peer-reading.ts";
import { textFromWord } from "./word-text.ts";

/** What Debian's peer `provider`, its documentation and pppconfig have where a person is to write something. */
const placeholders = /^(?:myusername@realm|your-?_?(?:user-?_?name|login)\S*|\*{4,}|<.*>|my-?_?username)$/i;

/** Debian's untouched placeholders in options. */
export function checkPlaceholders(reading: PeerReading): readonly Finding[] {
  return reading.options
    .filter(({ name, effective, args }) => {
      return (
        effective && (name === "user" || name === "name" || name === "password") && placeholders.test(args[0] ?? "")
      );
    })
    .map(({ name, position, args, argPositions }) => ({
      code: "peer.placeholder",
      severity: "error",
      position: argPositions[0] ?? position,
      message:
        name === "password"
          ? "the password is a placeholder, not yet replaced"
          : `'${textFromWord(args[0] ?? "")}' is a placeholder, not the name that your provider gave you`,
      hint: name === "password" ? "write yours in its place" : "write your own name in its place",
    }));
}
