import { isIPv4, isIPv6 } from "node:net";

/** One entry of an IP Allow list, as the addresses from `first` to `last` of one family. */
export interface IpEntry {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

/**
 * Reads an address, an `a-b` range or a CIDR block, as Neon's proxy does. Undefined for anything else, even for an extra space:
 * the proxy would silently accept such an entry, which lets no one in (`proxy/src/auth/credentials.rs`).
 */
export function parseEntry(entry: string): IpEntry | undefined {
  if (entry.includes("/")) return parseBlock(entry);
  if (!entry.includes("-")) return parseRange(entry, entry);
  const dash = entry.indexOf("-");
  return parseRange(entry.slice(0, dash), entry.slice(dash + 1));
}

function parseRange(from: string, to: string): IpEntry | undefined {
  const first = parseAddress(from);
  const last = parseAddress(to);
  if (!first || !last || first.family !== last.family || first.value > last.value) return undefined;
  return { family: first.family, first: first.value, last: last.value };
}

function parseBlock(text: string): IpEntry | undefined {
  const [address = "", length = "", ...rest] = text.split("/");
  const parsed = parseAddress(address);
  if (!parsed || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const bits = parsed.family === 4 ? 32 : 128;
  const host = bits - Number(length);
  if (host < 0) return undefined;
  const first = (parsed.value >> BigInt(host)) << BigInt(host);
  return { family: parsed.family, first, last: first + (1n << BigInt(host)) - 1n };
}

function parseAddress(text: string): { family: 4 | 6; value: bigint } | undefined {
  if (isIPv4(text)) return { family: 4, value: joined(text.split(".").map(BigInt), 8n) };
  if (!isIPv6(text) || text.includes("%")) return undefined;
  return { family: 6, value: joined(groups(text), 16n) };
}

/** The eight groups of an IPv6 address, with `::` expanded and a trailing IPv4 part split into two groups. */
function groups(text: string): bigint[] {
  const plain = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) => `${hex(a, b)}:${hex(c, d)}`);
  const [left = "", right] = plain.split("::");
  const parts = (side: string) => (side === "" ? [] : side.split(":").map((group) => BigInt(`0x${group}`)));
  if (right === undefined) return parts(left);
  const zeros = 8 - parts(left).length - parts(right).length;
  return [...parts(left), ...Array.from({ length: zeros }, () => 0n), ...parts(right)];
}

function hex(high: string, low: string): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}

function joined(parts: bigint[], width: bigint): bigint {
  return parts.reduce((value, part) => (value << width) + part, 0n);
}

/** One spelling for each set of addresses: a single address, or a block if possible, or a range. */
export function formatEntry({ family, first, last }: IpEntry): string {
  if (first === last) return formatAddress(family, first);
  const size = last - first + 1n;
  const isBlock = (size & (size - 1n)) === 0n && first % size === 0n;
  const length = (family === 4 ? 32 : 128) - (size.toString(2).length - 1);
  return isBlock
    ? `${formatAddress(family, first)}/${length}`
    : `${formatAddress(family, first)}-${formatAddress(family, last)}`;
}

function formatAddress(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  const text = Array.from({ length: 8 }, (_unused, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  ).join(":");
  // The URL parser writes an IPv6 address in its shortest form (RFC 5952).
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** The canonical spelling of a valid entry. An invalid one, which another user may have in the list, stays unchanged. */
export function canonicalEntry(text: string): string {
  const entry = parseEntry(text);
  return entry ? formatEntry(entry) : text;
}

/** The same key for all spellings of an entry. Must be cheap, since it is computed between the read and the write of a list. */
export function entryKey(text: string): string {
  const entry = parseEntry(text);
  return entry ? `${entry.family} ${entry.first} ${entry.last}` : `no entry: ${text}`;
}

/** Makes Node compile its pattern for IPv6 addresses, which it does on first use, at a time that is not critical. */
export function warmUp(): void {
  for (const text of ["::", "::1"]) parseEntry(text);
}
