/** Names at most two typing mistakes away, the nearest first. */
export function findNearestNames(word: string, names: Iterable<string>, limit = 3): readonly string[] {
  const near: { name: string; distance: number }[] = [];
  // A word of 1023 bytes is nobody's mistyped option.
  if (word.length <= 40) {
    for (const name of names) {
      if (Math.abs(name.length - word.length) > 2) continue;
      const distance = countMistakes(word.toLowerCase(), name);
      if (distance <= Math.min(2, Math.floor(name.length / 3))) near.push({ name, distance });
    }
  }
  return near
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ name }) => name);
}

/** Levenshtein's distance. */
function countMistakes(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(swap, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
