import fc from "fast-check";
import { coreOptions } from "../../src/peer/option-table.ts";

/** Options whose reading goes beyond the file: to other files, to the groups of the machine, to the log, or to pppd's end. */
const elsewhere = "file call plugin +ua privgroup logfile logfd nolog nologfd --version --help -h".split(" ");
/** They ask who the peer is or where it calls from: pppd then refuses the call for want of secrets, after all reading. */
const demanding = "auth require-pap require-chap require-mschap require-mschap-v2 require-eap allow-number".split(" ");
/** pppd prints them in capitals, filled up, or without a text: the comparison would be of its printing, which nothing reads. */
const reprinted = [
  "ipx-node",
  "ipx-router-name",
  ...coreOptions.map(({ name }) => name).filter((name) => name.includes("mppe")),
];
const excluded = new Set([...elsewhere, ...demanding, ...reprinted]);

const options = coreOptions.filter(
  (spec) =>
    spec.notBuilt !== true &&
    spec.since === undefined &&
    !excluded.has(spec.aliasOf ?? spec.name) &&
    !excluded.has(spec.name),
);

const numbers = ["0", "1", "1400", "0x500", "01400", "300x", "-1", "16", "4294968696", "' 7'", "ten", "+3", "08", "2"];
const valuesOf: Readonly<Record<string, readonly string[]>> = {
  escape: ["a,b", "0xa", "41", "20", "zz", "a0000", "'a, b'", "''"],
  bsdcomp: ["12", "12,9", "0", "16", "9,", "x"],
  deflate: ["15", "8,0", "7", "15,15x", "'9, 9'"],
  netmask: ["255.255.255.0", "255", "0xffffff00", "1.2.3", "0.0.0.0", "300.1.1.1"],
  "ms-dns": ["10.0.0.1", "10.1", "0x0a000001", "1.2.3.4.5", "300.1.1.1"],
  "ms-wins": ["10.0.0.1", "0", "127.0.0.1"],
  ipv6: ["::1,::2", "::1", ",::2", "::1:2:3:4", "fe80::1", "::", "::10.0.0.1", "::1,x"],
  set: ["A=1", "A=", "=1", "A", "'A=b c'", "B=x=y"],
  unset: ["A", "A=1", "''", "B"],
  // Others are printed in another notation than they are written in.
  endpoint: [
    "null",
    "MAC:00:01:02:03:04:05",
    "magic:01",
    "IP:10.0.0.1",
    "phone:61",
    "x",
    "a:b:c",
    "mac:1:2",
    "IP:1.2",
    "local:x",
  ],
  // pppd appends it to the host's name without a look at the space there: a long one spoils its memory.
  domain: ["example.org", "a", "''"],
  // Cut at 15 bytes.
  ifname: ["ppp7", "isp", "a.b"],
  "pass-filter": ["ip", "'tcp port 80'"],
  "active-filter": ["ip", "icmp"],
};

const plain = ["a", "b1", "A=", "400", "x".repeat(300), "\xe9", "/etc/x", ".", "10.0.0.1"];
const odd = ["\\x41", "\\101", "\\n", "\\", '"', "'", "#", " ", "\t", "\r\n", "\n", "\\\n", "\0", "\\s", '\\"', "\\'"];
const odder = [
  '""',
  "''",
  "\x0b",
  "\\0",
  "\\x",
  "\\9",
  "\\400",
  "\\xg",
  "\\x4",
  "\f",
  "\x7f",
  "\x80",
  "\\\t",
  "x".repeat(1100),
];

const gap = fc.constantFrom(" ", "\n", "\t", " \\\n", " # c\n", "\r\n", "  ");
const soup = fc
  .array(fc.constantFrom(...plain, ...plain, ...odd, ...odder), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(""));
const quoted = fc.tuple(soup, fc.constantFrom('"', "'", "")).map(([text, quote]) => quote + text + quote);
const wild = fc.constantFrom(
  "ttyS0",
  "/dev/ttyS0",
  "/dev/ttyUSB9",
  "115200",
  "0x2580",
  "9600x",
  "0",
  ":",
  "10.0.0.1:10.0.0.2",
  "10.1:",
  ":0.0.0.0",
  "127.0.0.1:",
  "224.1.1.1:1",
  "1.2.3:x:y",
  "nonsense",
);

const option = fc.constantFrom(...options).chain((spec) => {
  if (spec.args === 0) return fc.constant(spec.name);
  const known = valuesOf[spec.aliasOf ?? spec.name];
  const value =
    known !== undefined
      ? fc.constantFrom(...known)
      : spec.type === "int" || spec.type === "hex"
        ? fc.constantFrom(...numbers)
        : fc.oneof(fc.constantFrom(...plain), quoted);
  return fc.tuple(gap, value).map(([space, text]) => spec.name + space + text);
});
/** Options whose value may be anything, to see more of the words than of the options. */
const free = fc
  .tuple(fc.constantFrom("user", "ipparam", "connect", "linkname", "name", "set A=", "init", "record"), gap, quoted)
  .map(([name, space, text]) => (name === "set A=" ? name + text : name + space + text));

/** Option files of all sorts, one character a byte; most are right up to a late word, so that pppd reads far. */
export const optionFile: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.oneof({ weight: 6, arbitrary: option }, { weight: 3, arbitrary: free }, wild), gap), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.map(([text, space]) => text + space).join(""));
