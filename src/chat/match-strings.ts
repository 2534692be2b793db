/**
 * Many strings looked for at once (Aho and Corasick): the work for a byte does not grow
 * with their number. Immutable once built.
 */
export interface StringsMatcher {
  /** For each node: first child, next sibling, byte on the edge to it, node of its longest proper suffix. */
  readonly child: Int32Array;
  readonly sibling: Int32Array;
  readonly byte: Uint8Array;
  readonly fallback: Int32Array;
  /** Children of the root by byte, the root where there is none. */
  readonly root: Int32Array;
  /** The lowest index of a string that ends here, or -1. */
  readonly first: Int32Array;
  /** The nearest node among this one and its suffixes where a string of its own ends, or -1. */
  readonly end: Int32Array;
  /** Indexes of the strings that end at exactly this node. */
  readonly own: ReadonlyMap<number, readonly number[]>;
  /** How many more bytes it takes, at least, until a string ends; `NEVER` when there are none. */
  readonly ahead: Int32Array;
}

/** More bytes than are ever read at once. */
const NEVER = 0x7fffffff;

/** Strings have one character a byte; an empty one ends everywhere. `undefined` is passed over. */
export function buildStringsMatcher(strings: readonly (string | undefined)[]): StringsMatcher {
  const size = strings.reduce((sum, string) => sum + (string?.length ?? 0), 1);
  const child = new Int32Array(size);
  const sibling = new Int32Array(size);
  const byte = new Uint8Array(size);
  const fallback = new Int32Array(size);
  const root = new Int32Array(256);
  const first = new Int32Array(size).fill(-1);
  const end = new Int32Array(size).fill(-1);
  const ahead = new Int32Array(size).fill(NEVER);
  const own = new Map<number, number[]>();
  const matcher: StringsMatcher = { child, sibling, byte, fallback, root, first, end, own, ahead };
  let nodes = 1;
  strings.forEach((string, index) => {
    if (string === undefined) return;
    let node = 0;
    for (let i = 0; i < string.length; i++) {
      const code = string.charCodeAt(i) & 0xff;
      let to = findChild(matcher, node, code);
      if (to === 0) {
        to = nodes++;
        byte[to] = code;
        sibling[to] = child[node] ?? 0;
        child[node] = to;
        if (node === 0) root[code] = to;
      }
      node = to;
    }
    const here = own.get(node);
    if (here === undefined) own.set(node, [index]);
    else here.push(index);
  });
  const queue = new Int32Array(nodes);
  let tail = 1;
  for (let head = 0; head < tail; head++) {
    const node = queue[head] ?? 0;
    const suffix = fallback[node] ?? 0;
    const mine = own.get(node)?.[0] ?? -1;
    const inherited = node === 0 ? -1 : (first[suffix] ?? -1);
    first[node] = mine < 0 ? inherited : inherited < 0 ? mine : Math.min(mine, inherited);
    end[node] = mine >= 0 ? node : node === 0 ? -1 : (end[suffix] ?? -1);
    for (let to = child[node] ?? 0; to !== 0; to = sibling[to] ?? 0) {
      fallback[to] = node === 0 ? 0 : feedStrings(matcher, suffix, byte[to] ?? 0);
      queue[tail++] = to;
    }
  }
  measureAhead(matcher, queue.subarray(0, tail));
  return matcher;
}

/** Fill in `ahead`; `order` has every node behind its parent and behind its suffix. */
function measureAhead({ child, sibling, fallback, first, ahead }: StringsMatcher, order: Int32Array): void {
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] ?? 0;
    // An empty string ends at every byte.
    let least = (first[0] ?? -1) >= 0 ? 1 : NEVER;
    for (let to = child[node] ?? 0; to !== 0; to = sibling[to] ?? 0) {
      const below = ahead[to] ?? NEVER;
      least = Math.min(least, (first[to] ?? -1) >= 0 ? 1 : below === NEVER ? NEVER : below + 1);
    }
    ahead[node] = least;
  }
  for (const node of order) ahead[node] = Math.min(ahead[node] ?? NEVER, ahead[fallback[node] ?? 0] ?? NEVER);
}

/** The node after `byte`; a search begins at node 0. */
export function feedStrings(matcher: StringsMatcher, node: number, byte: number): number {
  let from = node;
  while (from !== 0) {
    const to = findChild(matcher, from, byte);
    if (to !== 0) return to;
    from = matcher.fallback[from] ?? 0;
  }
  return matcher.root[byte] ?? 0;
}

/** The lowest index of the strings that end here and that `wanted` accepts, or -1. */
export function findEnd(matcher: StringsMatcher, node: number, wanted: (index: number) => boolean): number {
  let best = -1;
  for (let at = matcher.end[node] ?? -1; at >= 0; at = at === 0 ? -1 : (matcher.end[matcher.fallback[at] ?? 0] ?? -1)) {
    for (const index of matcher.own.get(at) ?? []) if ((best < 0 || index < best) && wanted(index)) best = index;
  }
  return best;
}

function findChild(matcher: StringsMatcher, node: number, code: number): number {
  if (node === 0) return matcher.root[code] ?? 0;
  let to = matcher.child[node] ?? 0;
  while (to !== 0 && matcher.byte[to] !== code) to = matcher.sibling[to] ?? 0;
  return to;
}
