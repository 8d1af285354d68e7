import { describe, expect, test } from "vitest";
import {
  canonicalEntry,
  entryKey,
  formatEntry,
  type IpEntry,
  parseEntry,
} from "../../../provider/ipAllowlist/addresses/entry";
import { type Random, random } from "../../addresses/random";
import { allows } from "../../support/neon/ipAllow";

const SEED = Number(process.env.SEED ?? Date.now() % 1e9);

describe("the canonical spelling", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["192.0.2.1/32", "192.0.2.1"],
    ["192.0.2.1-192.0.2.1", "192.0.2.1"],
    ["192.0.2.77/24", "192.0.2.0/24"],
    ["192.0.2.0-192.0.2.255", "192.0.2.0/24"],
    ["192.0.2.0-192.0.2.254", "192.0.2.0-192.0.2.254"],
    ["192.0.2.1-192.0.2.2", "192.0.2.1-192.0.2.2"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["0.0.0.0-255.255.255.255", "0.0.0.0/0"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8::1/128", "2001:db8::1"],
    ["2001:db8:ffff::/32", "2001:db8::/32"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
    ["::", "::"],
    ["::/0", "::/0"],
    ["2001:db8::1-2001:db8::ff", "2001:db8::1-2001:db8::ff"],
  ])("of %s is %s", (entry, expected) => {
    expect(canonicalEntry(entry)).toBe(expected);
  });

  test("of an IPv4 address differs from that of the IPv6 address that contains it", () => {
    expect(canonicalEntry("192.0.2.1")).not.toBe(canonicalEntry("::ffff:192.0.2.1"));
  });
});

test.each([
  ...["", " ", "localhost", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1.1", "1.2.3.4:5432", "192.0.2.*"],
  ...["192.0.2.1/33", "192.0.2.1/-1", "192.0.2.1/", "/24", "192.0.2.0/24/8", "192.0.2.0/08", "192.0.2.0/255.255.255.0"],
  ...["192.0.2.9-192.0.2.1", "192.0.2.1-", "-192.0.2.1", "192.0.2.1-2001:db8::1", "192.0.2.0/24-192.0.3.0/24"],
  ...["2001:db8::/129", "2001:db8:::1", "fe80::1%eth0", "[2001:db8::1]", "12345::", "::1::"],
  ...[" 192.0.2.1", "192.0.2.1 ", "192.0.2.1 - 192.0.2.9", "192.0.2.1\n", "192.0.2.1,192.0.2.2", "٣.0.2.1"],
])("%j is not an entry, and keeps its spelling", (text) => {
  expect(parseEntry(text)).toBeUndefined();
  expect(canonicalEntry(text)).toBe(text);
  expect(entryKey(text)).toContain(text);
});

describe(`4,000 random entries, seed ${SEED}`, () => {
  const draw = random(SEED);
  const entries = Array.from({ length: 4000 }, () => randomEntry(draw));

  test("have one canonical spelling each, however they are written", () => {
    for (const entry of entries) {
      const canonical = formatEntry(entry);
      expect(parseEntry(canonical)).toEqual(entry);
      for (const spelling of [spelled(draw, entry), spelled(draw, entry)]) {
        expect(canonicalEntry(spelling), `${spelling} as ${canonical}`).toBe(canonical);
        expect(entryKey(spelling), `key of ${spelling}`).toBe(entryKey(canonical));
      }
    }
  });

  test("let in the addresses that Neon's proxy lets in, and no others", () => {
    for (const entry of entries) {
      const spelling = spelled(draw, entry);
      for (const value of borders(draw, entry)) {
        const address = plainAddress(entry.family, value);
        const expected = entry.first <= value && value <= entry.last;
        expect(allows([spelling], address), `${spelling} of ${address}`).toBe(expected);
        expect(allows([formatEntry(entry)], address), `${formatEntry(entry)} of ${address}`).toBe(expected);
      }
    }
  });

  test("are invalid after a change of one character, or the proxy reads the result in the same way", () => {
    for (const entry of entries) {
      const text = spelled(draw, entry);
      const at = draw.below(text.length);
      const broken = text.slice(0, at) + draw.pick([..."0123456789abcdef.:/- %"]) + text.slice(at + draw.below(2));
      const parsed = parseEntry(broken);
      if (!parsed) continue;
      for (const value of borders(draw, parsed)) {
        const expected = parsed.first <= value && value <= parsed.last;
        expect(allows([broken], plainAddress(parsed.family, value)), broken).toBe(expected);
      }
    }
  });
});

function randomEntry(draw: Random): IpEntry {
  const family = draw.pick([4, 6] as const);
  const bits = family === 4 ? 32 : 128;
  const value = randomValue(draw, bits);
  const length = BigInt(draw.below(bits + 1));
  if (draw.below(3) === 0) return { family, first: value, last: value };
  if (draw.below(2) === 0) {
    const host = BigInt(bits) - length;
    const first = (value >> host) << host;
    return { family, first, last: first + (1n << host) - 1n };
  }
  const other = randomValue(draw, bits);
  return value < other ? { family, first: value, last: other } : { family, first: other, last: value };
}

/** Spellings differ most in runs of zeros and ones. */
function randomValue(draw: Random, bits: number): bigint {
  const groups = Array.from({ length: bits / 16 }, () => draw.pick([0, 0, 0xffff, 1, draw.below(65536)]));
  return groups.reduce((value, group) => (value << 16n) + BigInt(group), 0n);
}

function borders(draw: Random, { family, first, last }: IpEntry): bigint[] {
  const most = (1n << (family === 4 ? 32n : 128n)) - 1n;
  const inside = first + ((last - first) * BigInt(draw.below(1000))) / 1000n;
  return [first, last, inside, first - 1n, last + 1n].filter((value) => value >= 0n && value <= most);
}

/** One of the ways to write an entry. */
function spelled(draw: Random, { family, first, last }: IpEntry): string {
  const address = (value: bigint) => spelledAddress(draw, family, value);
  const size = last - first + 1n;
  const isBlock = (size & (size - 1n)) === 0n && first % size === 0n;
  const length = (family === 4 ? 32 : 128) - (size.toString(2).length - 1);
  const hostBits = (size * BigInt(draw.below(1000))) / 1000n;
  const ways = [`${address(first)}-${address(last)}`];
  if (isBlock) ways.push(`${address(first + hostBits)}/${length}`);
  if (size === 1n) ways.push(address(first));
  return draw.pick(ways);
}

function spelledAddress(draw: Random, family: 4 | 6, value: bigint): string {
  if (family === 4) return plainAddress(4, value);
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn);
  let text = groups.map((group) => group.toString(16).padStart(draw.pick([1, 4]), "0")).join(":");
  if (draw.below(2) === 0) {
    const dotted = plainAddress(4, value & 0xffffffffn);
    text = `${text.split(":").slice(0, 6).join(":")}:${dotted}`;
  }
  if (draw.below(2) === 0) text = text.replace(/(^|:)0+(:0+)+(:|$)/, "::");
  return draw.below(2) === 0 ? text.toUpperCase() : text;
}

/** The longest form, which needs no rule other than the order of the bits. */
function plainAddress(family: 4 | 6, value: bigint): string {
  const [count, width, base, mark] = family === 4 ? [4, 8n, 10, "."] : [8, 16n, 16, ":"];
  const part = (index: number) => (value >> (width * BigInt(count - 1 - index))) & ((1n << width) - 1n);
  return Array.from({ length: count }, (_, index) => part(index).toString(base)).join(mark);
}
