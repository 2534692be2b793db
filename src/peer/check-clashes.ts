import type { DialPlan, Placed } from "./dial-plan.ts";
import type { Finding } from "./finding.ts";
import type { PeerReading } from "./peer-reading.ts";
import { textFromWord } from "./word-text.ts";

/** A peer beside others. */
export interface NamedLink {
  readonly reading: PeerReading;
  readonly plan: DialPlan;
  /** Its own, or what pon gives to a peer without one. */
  readonly linkname: string | undefined;
}

/** What only one link at a time can have: its option, and what happens to the second. */
const unique = [
  ["linkname", "one pid file for both, and poff and hooks take one for the other"],
  ["unit", "only the link that is up first gets the interface of this number"],
  ["ifname", "only the link that is up first gets an interface of this name"],
] as const;

/** What a peer shares with another that cannot be shared. */
export function checkClashes(own: NamedLink, all: readonly NamedLink[]): readonly Finding[] {
  const others = all.filter((other) => isAnother(own.reading, other.reading));
  return unique.flatMap(([option, consequence]): readonly Finding[] => {
    const mine: Placed<string | number> | undefined = own.plan[option];
    if (mine === undefined) return [];
    const value = textOf(mine);
    const clashes = others.filter(({ plan, linkname }) => {
      const theirs = plan[option];
      return value === (theirs !== undefined ? textOf(theirs) : option === "linkname" ? linkname : undefined);
    });
    if (clashes.length === 0) return [];
    const names = clashes.map(({ reading: { peer, path } }) => peer ?? path).join(", ");
    return [
      {
        code: `peer.same-${option}`,
        severity: "warning",
        position: mine.position,
        message: `${option} ${value} is also that of ${names}: ${consequence}`,
        hint: `give each peer its own ${option}`,
      },
    ];
  });
}

function textOf({ value }: Placed<string | number>): string {
  return typeof value === "string" ? textFromWord(value) : String(value);
}

/** A file that one includes is no other link of it. */
function isAnother(own: PeerReading, other: PeerReading): boolean {
  return other.path !== own.path && !other.files.includes(own.path) && !own.files.includes(other.path);
}
