/** Words that may begin a primitive of pcap-filter(7), beside those that want a value. */
const qualifiers = new Set(
  (
    "link ether ppp slip fddi tr wlan arp rarp ip ip6 sctp tcp udp icmp icmp6 igmp igrp pim vrrp carp ah esp radio " +
    "atalk aarp decnet lat sca moprc mopdl iso esis es-is isis is-is clnp stp ipx netbeui l1 l2 iih lsp snp csnp psnp " +
    "broadcast multicast inbound outbound len length byte ifindex vlan mpls pppoed pppoes geneve vxlan llc lane " +
    "metac bcc oam oamf4 oamf4ec oamf4sc sc ilmic vpi vci connectmsg metaconnect on ifname rset ruleset rnr rulenum " +
    "srnr subrulenum reason srr action type subtype dir direction ra ta addr1 addr2 addr3 addr4 address1 address2 " +
    "address3 address4 fisu lssu lsu msu hfisu hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls mask"
  ).split(" "),
);
/** Words that want a value behind them; `src or dst host NAME` shows that two more want it at the end only. */
const wanting = new Set("host net port portrange proto protochain gateway less greater".split(" "));
const binary = new Set(["and", "&&", "or", "||"]);
const unary = new Set(["not", "!"]);
const wantsMore = new Set([...wanting, ...unary, "src", "dst"]);

/** Brackets, operators, escaped names, and names or numbers or addresses; anything else is a token of its own. */
const token =
  /&&|\|\||[<>!=]=|<<|>>|\\[^ !()\n\t]+|[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?(?:[:/]+[A-Za-z0-9.]+)*:*|[^ \t\r\n]/g;
/** Characters that no token begins with. */
const foreign = /^["#',;?@`{}~]$/;

/**
 * Why an expression for `pass-filter` or `active-filter` (pcap-filter(7)) cannot be one; undefined: it may be. Only what is
 * wrong whatever libpcap and the network know is judged: words without a place, brackets, operators without an operand.
 */
export function findFilterMistake(text: string): string | undefined {
  const tokens = text.match(token) ?? [];
  const open: string[] = [];
  let before = "";
  for (const [i, word] of tokens.entries()) {
    const next = tokens[i + 1] ?? "";
    if (foreign.test(word)) return `${word} has no meaning`;
    if (word === "(" || word === "[") open.push(word);
    if (word === ")" || word === "]") {
      if (open.pop() !== (word === ")" ? "(" : "[")) return `${word} closes nothing`;
    }
    const ends = next === "" || next === ")" || binary.has(next);
    if (binary.has(word) && (before === "" || before === "(" || ends)) return `${word} needs something on both sides`;
    const endsWord = /^(?:src|dst)$/.test(word) ? next === "" || next === ")" : ends;
    if (wantsMore.has(word) && endsWord) return `${word} needs something behind it`;
    if (word === "(" && next === ")") return "there is nothing between ( and )";
    if (isValue(word) && isValue(next)) return `there is nothing between ${word} and ${next}`;
    before = word;
  }
  if (open.length > 0) return `${open.at(-1)} is not closed`;
  const first = tokens.find((word) => word !== "(" && !unary.has(word)) ?? "";
  return /^[A-Za-z]/.test(first) && isValue(first)
    ? `it begins with ${first}, which is no word of pcap-filter(7)`
    : undefined;
}

/** A name, a number, an address: what stands behind a word such as `host`. */
function isValue(word: string): boolean {
  return /^[\\A-Za-z0-9]/.test(word) && !qualifiers.has(word) && !wantsMore.has(word) && !binary.has(word);
}
