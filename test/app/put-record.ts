import { formatLinkRecord, type LinkRecord, recordName } from "../../src/link/link-record.ts";
import type { FakeWorld } from "./fake-world.ts";

/** A peer's record is as somebody of ours writes it now: of `isp`, whose network is up, where `change` does not say otherwise. */
export function putRecord(fake: FakeWorld, change: Partial<LinkRecord> = {}): LinkRecord {
  const peer = change.peer ?? "isp";
  const startedAt = fake.clock.wallTime();
  const record: LinkRecord = { version: 1, peer, linkname: peer, phase: "up", attempt: 1, startedAt, ...change };
  fake.world.stores.of(peer).write(recordName, formatLinkRecord(record));
  return record;
}
