import { join } from "node:path";
import { type BenchPty, openBenchPty } from "./chat-process.ts";
import { median, reportRatio, timePairs } from "./paired.ts";

const MEGABYTE = 2 ** 20;
/** 66 bytes with near misses, so that no string can be passed over by its first byte. */
const LINE = "BUS NO C x CONNEC ERRO RIN NO D +CME ERRO 0123456789abcdefghijklm\r\n";
const CHATTER = Buffer.from(LINE.repeat(MEGABYTE / LINE.length), "latin1");
const TYPICAL = [
  "BUSY",
  "NO CARRIER",
  "NO DIALTONE",
  "NO DIAL TONE",
  "NO ANSWER",
  "ERROR",
  "VOICE",
  "RRING",
  "DELAYED",
  "BLACKLISTED",
];

function abortStrings(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => TYPICAL[i] ?? `NO CARRIER ${i}`);
}

/** A script of pairs of send and reply: the time from a reply's last byte to the next command's first. */
async function timeGaps(pty: BenchPty, program: readonly string[], pairs: number): Promise<readonly number[]> {
  const words = Array.from({ length: pairs }, (_, i) => [`OK${i}x`, `C${i + 1}`]).flat();
  const chat = pty.start([...program, "-S", "", "C0", ...words]);
  const gaps: number[] = [];
  await chat.heard("C0\r");
  for (let i = 0; i < pairs; i++) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    const said = performance.now();
    chat.say(`\r\nOK${i}x`);
    gaps.push((await chat.heard("C")) - said);
    await chat.heard(`${i + 1}\r`);
  }
  await chat.ended;
  return gaps;
}

interface Flood {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** The most memory that it had had after each megabyte. */
  readonly peaks: readonly number[];
}

/** From the first byte of chatter to the answer to the string behind it. */
async function flood(pty: BenchPty, program: readonly string[], aborts: number, megabytes = 1): Promise<Flood> {
  const armed = abortStrings(aborts).flatMap((string) => ["ABORT", string]);
  const chat = pty.start([...program, "-S", "-t", "600", ...armed, "", "A", "CONNECT", "B", "END", "\\c"]);
  await chat.heard("A\r");
  const before = chat.usage();
  const peaks: number[] = [];
  const from = performance.now();
  for (let i = 0; i < megabytes; i++) {
    chat.say(CHATTER);
    await chat.drained();
    peaks.push(chat.usage().peakBytes);
  }
  chat.say("CONNECT");
  const wallMs = (await chat.heard("B\r")) - from;
  const { cpuMs } = chat.usage();
  chat.say("END");
  await chat.ended;
  return { wallMs, cpuMs: cpuMs - before.cpuMs, peaks };
}

/** `pppctl chat` against chat(8), both as programs on one pty: its patience, its pace and its memory. */
export async function benchChatting(checkout: string): Promise<boolean> {
  const ours = [join(checkout, "bin/pppctl"), "chat"];
  const theirs = ["/usr/sbin/chat"];
  const pty = await openBenchPty();
  const results: boolean[] = [];
  try {
    const gaps = { a: await timeGaps(pty, ours, 50), b: await timeGaps(pty, theirs, 50) };
    results.push(reportRatio("chat: a reply's last byte to the next command's first, to chat(8)", gaps, 1));
    for (const aborts of [1, 10]) {
      const run = (program: readonly string[]) => async () => (await flood(pty, program, aborts)).wallMs;
      const times = await timePairs(5, run(ours), run(theirs));
      results.push(reportRatio(`chat: 1 MB of chatter, ${aborts} abort strings, to chat(8)`, times, 1));
    }
    const cpu: Record<number, number[]> = { 1: [], 10: [], 100: [] };
    for (let round = 0; round < 5; round++) {
      for (const aborts of [1, 10, 100]) cpu[aborts]?.push((await flood(pty, ours, aborts)).cpuMs);
    }
    const [one = 0, ten = 0, hundred = 0] = [1, 10, 100].map((aborts) => median(cpu[aborts] ?? []));
    const grows = Math.max(ten, hundred) / one;
    results.push(grows <= 1.3);
    console.log(
      `${grows <= 1.3 ? "ok  " : "OVER"} chat: processor time for 1 MB with 1, 10, 100 abort strings: ` +
        `${one.toFixed(0)}, ${ten.toFixed(0)}, ${hundred.toFixed(0)} ms (limit 1.3 of the first)`,
    );
    const peaks = (await flood(pty, ours, 10, 100)).peaks.map((bytes) => bytes / MEGABYTE);
    const [half = 0, whole = 0] = [peaks[49], peaks[99]];
    results.push(whole <= half * 1.1);
    console.log(
      `${whole <= half * 1.1 ? "ok  " : "OVER"} chat: most memory in 50 and in 100 MB of chatter: ` +
        `${half.toFixed(1)} and ${whole.toFixed(1)} MB (limit 1.1 of the first)`,
    );
  } finally {
    pty.close();
  }
  return results.every(Boolean);
}
