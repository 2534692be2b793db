/**
 * The first message of IKEv1's main mode (RFC 2408, RFC 2409): whoever speaks IKE answers it, if only with NO-PROPOSAL-CHOSEN, and
 * nothing is agreed. Its proposals are what L2TP servers take: a pre-shared key, AES or 3DES, SHA-1, groups 14 and 2.
 *
 * @param cookie a number that is not 0, ours for this exchange
 */
export function ikeMainMode(cookie: number): Uint8Array {
  const transforms = [
    // attribute types: 1 cipher, 2 hash, 3 authentication, 4 group, 14 key length, 11 and 12 life in seconds
    { cipher: 7, group: 14, keyLength: 256 },
    { cipher: 7, group: 2, keyLength: 128 },
    { cipher: 5, group: 14, keyLength: undefined },
    { cipher: 5, group: 2, keyLength: undefined },
  ].map(({ cipher, group, keyLength }, at, all) => {
    const attributes = [
      attribute(1, cipher),
      ...(keyLength === undefined ? [] : [attribute(14, keyLength)]),
      attribute(2, 2),
      attribute(3, 1),
      attribute(4, group),
      attribute(11, 1),
      attribute(12, 28800),
    ].flat();
    const isLast = at === all.length - 1;
    return [isLast ? 0 : 3, 0, ...be(8 + attributes.length, 2), at + 1, 1, 0, 0, ...attributes];
  });
  const flat = transforms.flat();
  const proposal = [0, 0, ...be(8 + flat.length, 2), 1, 1, 0, transforms.length, ...flat];
  // IPsec's domain of interpretation, identity only.
  const association = [0, 0, ...be(12 + proposal.length, 2), ...be(1, 4), ...be(1, 4), ...proposal];
  // Cookies, next payload 1 (SA), version 1.0, exchange 2 (main mode), no flags, message 0, length.
  return Uint8Array.from([
    ...be(cookie, 8),
    ...be(0, 8),
    1,
    0x10,
    2,
    0,
    ...be(0, 4),
    ...be(28 + association.length, 4),
    ...association,
  ]);
}

/** A short attribute: its type with the first bit set, and two bytes. */
function attribute(type: number, value: number): readonly number[] {
  return [...be(0x8000 | type, 2), ...be(value, 2)];
}

/** Big-endian, `size` bytes. */
function be(value: number, size: number): readonly number[] {
  return Array.from({ length: size }, (_, at) => Math.floor(value / 256 ** (size - 1 - at)) % 256);
}
