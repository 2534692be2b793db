import fc from "fast-check";
import { coreOptions } from "../../src/peer/option-table.ts";
import { pluginOptions } from "../../src/peer/plugin-option-table.ts";
import type { PppdQuestion } from "./pppd-oracle.ts";

/** They end pppd's reading, or move its log away from where it is read here. */
const elsewhere = "logfile logfd nolog nologfd --version --help -h".split(" ");
/** They name files; below there are such. */
const naming = "file call plugin +ua".split(" ");
/** They ask who the peer is: pppd then refuses the call for want of secrets, after all reading. secrets-oracle.test.ts has them. */
const demanding = "auth require-pap require-chap require-mschap require-mschap-v2 require-eap".split(" ");
/** pppd prints them without a text: the comparison would be of its printing, which nothing reads. */
const reprinted = coreOptions.map(({ name }) => name).filter((name) => name.includes("mppe"));
const excluded = new Set([...elsewhere, ...naming, ...demanding, ...reprinted]);

const options = coreOptions.filter(
  (spec) =>
    spec.notBuilt !== true &&
    spec.since === undefined &&
    !excluded.has(spec.aliasOf ?? spec.name) &&
    !excluded.has(spec.name),
);

const numbers = [
  ..."0 1 2 16 1400 0x500 01400 300x -1 4294968696 ten +3 08 0x 0xg 0x1g 1e3 1.5 00 -0 +-3 --3 - + 4294967295 4294967296".split(
    " ",
  ),
  ..."-4294967296 0x100000000 99999999999999999999 2147483648 -2147483649 0X1F ffffffff 1ffffffff g 0b1 15 9 128 16384 16385".split(
    " ",
  ),
  "' 7'",
  "'\t 7'",
  "''",
  "' '",
  "'\x0b5'",
  "'5 5'",
];
const valuesOf: Readonly<Record<string, readonly string[]>> = {
  escape: ["a,b", "'a b'", "',a'", "0xa", "41", "20", "zz", "a0000", "'a, b'", "''"],
  bsdcomp: ["12", "12,9", "0", "16", "9,", "x", "' 12'", "0xc", "4294967308", "0,0"],
  "ipx-node": ["1", "ABC:def", ":2", "123456789abcd", "g", "''", "1:"],
  "ipx-router-name": ["a_b", "A", "a-b", "x".repeat(47), "x".repeat(48)],
  deflate: ["15", "8,0", "7", "15,15x", "'9, 9'"],
  netmask: ["255.255.255.0", "255", "0xffffff00", "1.2.3", "0.0.0.0", "300.1.1.1"],
  "ms-dns": ["10.0.0.1", "10.1", "0x0a000001", "1.2.3.4.5", "300.1.1.1", "0xffffffff", "255.255.255.255"],
  "ms-wins": ["10.0.0.1", "0", "127.0.0.1"],
  ipv6: ["::1,::2", "::1", ",::2", "::1:2:3:4", "fe80::1", "::", "::10.0.0.1", "::1,x"],
  set: ["A=1", "A=", "=1", "A", "'A=b c'", "B=x=y"],
  unset: ["A", "A=1", "''", "B"],
  privgroup: ["dip", "nosuch"],
  "allow-number": ["'*'", "''", "5*", "A"],
  remotenumber: ["55", "a", "''"],
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
    "ip:0xffffffff",
    "2:-1",
    "ip:9",
    "mac:nosuch",
    "phone:5551234",
    "4:0102.03",
    "-1:01",
  ],
  // pppd appends it to the host's name without a look at the space there: a long one spoils its memory.
  domain: ["example.org", "a", "''"],
  ifname: ["ppp7", "isp", "a.b", "a".repeat(16), "b".repeat(40)],
  "pass-filter": ["ip", "'tcp port 80'", "foo", "'(ip'", "'ip and'", "'port 80 or 443'"],
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
/** What stands in words that are no option's name. */
const piece = fc.constantFrom(
  ..."0 1 2 9 10 255 256 1.2.3.4 10.0.0.1 127 224 0x7f 0x 00 08 . : : - + / x a eth ttyS0 tts/1 /dev/ tty dev null , e3 # ' ' \\".split(
    " ",
  ),
);
const wild = fc.oneof(
  fc.constantFrom(
    "ttyS0",
    "/dev/ttyS0",
    "/dev/ttyUSB9",
    "115200",
    "10.0.0.1:10.0.0.2",
    "10.1:",
    "nonsense",
    "/dev//ttyS0",
  ),
  fc.constantFrom(
    "0x2580",
    "9600x",
    "0",
    ":",
    ":0.0.0.0",
    "127.0.0.1:",
    "224.1.1.1:1",
    "0x7f.1:",
    ":4294967295",
    "0xffffffff:",
    "1.2.3:x:y",
    "./ttyS0",
    "//dev/ttyS7",
    "../dev/ttyS0",
    "/etc/ppp/x/f",
    "/tmp",
    "tts",
  ),
  fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")),
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
const optionFile: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.oneof({ weight: 6, arbitrary: option }, { weight: 3, arbitrary: free }, wild), gap), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.map(([text, space]) => text + space).join(""));

const pluginNames = ["pppoe", "rp-pppoe", "pppoatm", "pppol2tp", "radius", "radattr", "radrealms"].concat([
  "minconn",
  "passwordfd",
  "passprompt",
  "winbind",
  "openl2tp",
  "nosuch",
]);
const plugin = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...pluginNames).map((name) => `plugin ${name}.so`) },
  fc.constantFrom("plugin minconn", "plugin ./minconn.so", "plugin ''"),
);
/** `pppol2tp` wants a socket. */
const pluginOption = fc
  .constantFrom(...pluginOptions.filter(({ name, since }) => name !== "pppol2tp" && since === undefined))
  .chain((spec) =>
    spec.args === 0
      ? fc.constant(spec.name)
      : fc.constantFrom(...(spec.type === "int" ? numbers : ["a", "/x", "a=b"])).map((text) => `${spec.name} ${text}`),
  );
const channelWord = fc.constantFrom(
  "8.35",
  "0.8.35",
  "eth0",
  "nic-eth0",
  "lo",
  "ttyS0",
  "8.x",
  "8.35x",
  "lock",
  "9600",
);
/** A plugin with its options, known and not known yet. */
const withPlugin = fc
  .tuple(plugin, fc.array(fc.oneof(pluginOption, channelWord, plugin, option), { minLength: 1, maxLength: 3 }))
  .map(([name, rest]) => [name, ...rest].join("\n"));
const naming1 = fc.constantFrom(
  "call a",
  "call d/b",
  "call ../a",
  "call /etc/ppp/peers/a",
  "call d/../a",
  "call ..",
  "call a..b",
  "call ''",
  "call nosuch",
  "call isp",
  "call .",
  "call 'sp ace'",
  "file /etc/ppp/x/g",
  "file /etc/ppp/x/nosuch",
  "file /dev/null",
  "file ''",
  "file /etc/ppp/peers/../x/g",
  "file /etc/ppp/x",
  "file /etc/ppp/options",
  "+ua /etc/ppp/x/ua",
  "+ua /etc/ppp/x/nosuch",
  "+ua /etc/ppp/x/short",
  "+ua /etc/ppp/x",
);
/** Options that root fixes, that need root, that have priorities: what sources fight about. */
const fought = fc.constantFrom(
  "connect a",
  "connect b",
  "init x",
  "pty p",
  "disconnect d",
  "welcome w",
  "stop-bits 2",
  "user u",
  "user v",
  "name n",
  "password p",
  "password ''",
  "mru 1000",
  "default-mru",
  "mtu 1000",
  "noauth",
  "nolock",
  "lock",
  "crtscts",
  "xonxoff",
  "nocrtscts",
  "local",
  "modem",
  "persist",
  "nopersist",
  "demand",
  "noipv6",
  "idle 5",
  "maxconnect 5",
  "maxconnect 9",
  "maxoctets 5",
  "maxoctets 9",
  "ttyS0",
  "ttyS7",
  "/dev/tts/1",
  "9600",
  "19200",
  "10.0.0.1:10.0.0.2",
  "1.1.1.1:",
  ":2.2.2.2",
  "set A=1",
  "set A=2",
  "unset A",
  "ipparam i",
  "ipparam j",
  "linkname l",
  "unit 3",
  "defaultroute",
  "nodefaultroute",
  "-defaultroute",
  "proxyarp",
  "noproxyarp",
  "notty",
  "socket h:1",
  "asyncmap 1",
  "asyncmap 20",
  "escape 7d",
  "remotename r",
  "privgroup dip",
  "privgroup root",
  "ipv6 ::1,::2",
  "+ipv6",
  "debug",
  "kdebug 1",
  "-all",
  "record /x",
  "domain d",
  "ms-dns 1.1.1.1",
  "netmask 255.0.0.0",
  "netmask 255.255.0.0",
);
const fight = fc.array(fc.oneof({ weight: 8, arbitrary: fought }, { weight: 1, arbitrary: naming1 }), { maxLength: 4 });
const lines = (words: readonly string[]): string => words.map((word) => `${word}\n`).join("");
const calling = fc.oneof(
  { weight: 3, arbitrary: fc.constant(["call", "isp"]) },
  fc.constantFrom(["file", "/etc/ppp/x/f"], ["call", "d/b"], ["call", "sp ace"]),
);
const commandLine = fc
  .array(
    fc.oneof({ weight: 6, arbitrary: fought }, fc.constantFrom("call a", "file /etc/ppp/x/g", "nonsense", "mru")),
    {
      maxLength: 3,
    },
  )
  .map((words) => words.flatMap((text) => text.replaceAll("''", "").split(" ")));

/** Several files, a command line and a caller: who may say what, and what wins. */
const fighting: fc.Arbitrary<PppdQuestion> = fc
  .record({
    how: calling,
    words: commandLine,
    device: fc.constantFrom(["ttyS7"], ["ttyS0"], [], ["/dev/tts/1"]),
    root: fc.boolean(),
    own: fight,
    options: fight,
    rc: fight,
    tty: fight,
    a: fight,
    g: fight,
  })
  .map(({ how, words, device, root, own, options: base, rc, tty, a, g }) => ({
    words: [...how, ...words, ...device],
    // Our reader takes any file for a peer, which pppd does for `call` only.
    root: root || how[0] === "file",
    files: {
      "/etc/ppp/options": lines(base),
      "~/.ppprc": lines(rc.filter((word) => !word.startsWith("+ua"))),
      "/etc/ppp/peers/isp": lines(own),
      "/etc/ppp/peers/a": lines(a),
      "/etc/ppp/peers/d/b": lines(own),
      "/etc/ppp/peers/a..b": "mtu 555\n",
      "/etc/ppp/peers/sp ace": lines(own),
      "/etc/ppp/options.ttyS7": lines(tty),
      "/etc/ppp/options.tts.1": lines(tty),
      "/etc/ppp/x/f": lines(own),
      "/etc/ppp/x/g": lines(g),
      "/etc/ppp/x/ua": "login\npassword\n",
      "/etc/ppp/x/short": "login",
    },
  }));

const alone = (text: string): PppdQuestion => ({
  words: ["file", "/etc/ppp/x/f", "ttyS7"],
  files: { "/etc/ppp/x/f": text },
});

/** One call of pppd: a file of its own, or several that fight. */
export const pppdSituation: fc.Arbitrary<PppdQuestion> = fc.oneof(
  { weight: 5, arbitrary: optionFile.map(alone) },
  { weight: 1, arbitrary: withPlugin.map(alone) },
  { weight: 4, arbitrary: fighting },
);
