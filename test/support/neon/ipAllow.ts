import { isIPv4, isIPv6 } from "node:net";

interface Address {
  bits: 32 | 128;
  value: bigint;
}

/** Neon's proxy: an empty list lets everybody in, and an entry it cannot read matches nobody, without a word. */
export const allows = (list: readonly string[], address: string): boolean =>
  list.length === 0 || list.some((entry) => matches(entry, address));

function matches(entry: string, text: string): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  if (entry.includes("/")) return inNetwork(entry, address);
  const dash = entry.indexOf("-");
  const first = parseAddress(dash < 0 ? entry : entry.slice(0, dash));
  const last = parseAddress(dash < 0 ? entry : entry.slice(dash + 1));
  return first !== undefined && last !== undefined && compare(first, address) <= 0 && compare(address, last) <= 0;
}

function inNetwork(entry: string, address: Address): boolean {
  const [text = "", length = "", ...more] = entry.split("/");
  const network = parseAddress(text);
  if (network === undefined || more.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > network.bits)
    return false;
  const hostBits = BigInt(network.bits - Number(length));
  return network.bits === address.bits && network.value >> hostBits === address.value >> hostBits;
}

// In Rust's order every IPv4 address comes before every IPv6 one.
function compare(one: Address, other: Address): number {
  if (one.bits !== other.bits) return one.bits - other.bits;
  return one.value < other.value ? -1 : one.value > other.value ? 1 : 0;
}

function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { bits: 32, value: join(text.split(".").map(Number), 8) };
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const [head = "", tail] = withoutDots(text).split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((one) => Number.parseInt(one, 16));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const zeros = Array<number>(tail === undefined ? 0 : 8 - before.length - after.length).fill(0);
  return { bits: 128, value: join([...before, ...zeros, ...after], 16) };
}

// An IPv6 address may end in the dotted form of its last 32 bits.
const withoutDots = (text: string): string =>
  text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...octets: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });

const join = (parts: readonly number[], width: number): bigint =>
  parts.reduce((value, part) => (value << BigInt(width)) | BigInt(part), 0n);
