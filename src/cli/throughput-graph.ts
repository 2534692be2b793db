const bars = " ▁▂▃▄▅▆▇█";

/**
 * The newest values of a series as one line of bars, the newest at the right; the tallest is the largest of those shown.
 *
 * @param width columns; where there are more values than columns, each shows the mean of several, so that all are seen
 */
export function drawGraph(values: readonly number[], width: number): string {
  if (width < 1) return "";
  const each = Math.max(1, Math.ceil(values.length / width));
  const means: number[] = [];
  for (let end = values.length; end > 0; end -= each) {
    const some = values.slice(Math.max(0, end - each), end);
    means.unshift(some.reduce((sum, value) => sum + value, 0) / some.length);
  }
  const largest = Math.max(...means, 1);
  const draw = (value: number): string =>
    bars[value <= 0 ? 0 : Math.max(1, Math.round((value / largest) * (bars.length - 1)))] ?? " ";
  return means.slice(-width).map(draw).join("").padStart(width);
}
