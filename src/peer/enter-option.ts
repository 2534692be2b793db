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
    priority: source.priority,
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

/**
 * Add an option whose value has two halves, for the local and the remote end (`LOCAL:REMOTE`, `ipv6 LOCAL,REMOTE`). Each half
 * wins or loses by itself (pppd/options.c setipaddr, pppd/ipv6cp.c setifaceid).
 *
 * @param given which halves the value has
 */
export function enterHalves(
  state: ReadingState,
  option: EnteredOption,
  key: string,
  given: readonly [boolean, boolean],
): void {
  const { options, current } = state;
  const index = options.length;
  const keys = [`${key} local`, `${key} remote`] as const;
  const holdersBefore = keys.flatMap((half) => current.get(half)?.index ?? []);
  let lost = false;
  for (const [i, half] of keys.entries()) {
    if (given[i] !== true) continue;
    const before = current.get(half);
    if (before !== undefined && option.priority < before.priority) {
      lost = true;
      continue;
    }
    if (before !== undefined) option.overrides = options[before.index]?.position ?? option.position;
    current.set(half, { index, priority: option.priority });
  }
  const holders = keys.map((half) => current.get(half)?.index);
  for (const i of holdersBefore) {
    const earlier = options[i];
    if (earlier !== undefined) earlier.effective = holders.includes(i);
  }
  option.effective = !lost || holders.includes(index);
  addOption(state, option);
}

/** Take an option or group back to no value, as one of another name does; an option of higher priority stays. */
export function overrideOption(state: ReadingState, key: string, priority: 1 | 2): void {
  const before = state.current.get(key);
  if (before !== undefined && priority < before.priority) return;
  const option = state.options[before?.index ?? -1];
  if (option !== undefined) option.effective = false;
  state.current.set(key, { index: -1, priority });
}

/** Add an option that competes with no other. */
export function addOption(state: ReadingState, option: EnteredOption): void {
  state.options.push(option);
  state.given.add(option.name);
}
