import type { OptionSpec } from "./option-spec.ts";
import type { PeerOption } from "./peer-reading.ts";
import { type EnteredOption, type ReadingState, report, type WordSource } from "./reading-state.ts";
import type { Word } from "./words.ts";

/** OPRIO_ROOT (pppd/pppd.h): added to the priority of a privileged value of `connect` and its like. */
const rootPriority = 100;

/** Shared by all options without a value: a large file has many. */
const none: readonly never[] = [];

/** The option that a word and its value make; in effect until `enterOption` knows better. */
export function makeOption(
  kind: PeerOption["kind"],
  name: string,
  word: Word,
  argument: { readonly text: string; readonly position: Word["position"] } | undefined,
  source: WordSource,
): EnteredOption {
  return {
    kind,
    name,
    word: word.text,
    args: argument === undefined ? none : [argument.text],
    position: word.position,
    argPositions: argument === undefined ? none : [argument.position],
    source: source.kind,
    privileged: source.privileged,
    effective: true,
  };
}

/**
 * Add an option to the reading and settle which value of its `key` (its name or group) is in effect
 * (pppd/options.c process_option). Returns false when one of higher priority stays; reports `peer.fixed`
 * when that one is root's.
 */
export function enterOption(
  state: ReadingState,
  option: EnteredOption,
  key: string,
  source: WordSource,
  spec: Pick<OptionSpec, "prio" | "fixed" | "collects">,
): boolean {
  const { options, current } = state;
  const priority = source.priority + (spec.fixed === true && source.privileged ? rootPriority : 0);
  const before = current.get(key);
  if (before !== undefined && spec.prio === true && priority < before.priority) {
    if (priority === 2 && before.priority > rootPriority) {
      const file = options[before.index]?.position.file;
      report(state, {
        code: "peer.fixed",
        severity: "error",
        position: option.position,
        message: `${option.word} is set with root's authority in ${file} and stays`,
        hint: `leave ${option.word} out, or call as root`,
        pppd: `${option.word} option set in ${file} cannot be overridden`,
      });
    }
    option.effective = false;
    const winner = options[before.index];
    if (winner !== undefined) winner.overrides ??= option.position;
    addOption(state, option);
    return false;
  }
  const replaced = before === undefined || spec.collects === true ? undefined : options[before.index];
  if (replaced !== undefined) {
    replaced.effective = false;
    option.overrides = replaced.position;
  }
  current.set(key, { index: options.length, priority });
  addOption(state, option);
  return true;
}

/** Add an option that competes with no other. */
export function addOption(state: ReadingState, option: EnteredOption): void {
  state.options.push(option);
  state.given.add(option.name);
}
