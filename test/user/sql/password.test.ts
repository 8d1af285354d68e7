import { describe, expect, test } from "vitest";
import { generatePassword, LEAST_BITS, passwordBits } from "../../../provider/user/password/strength";

describe("the entropy of a password", () => {
  // The values that wagslane/go-password-validator v0.3.0, which Neon uses, itself returns (GetEntropy).
  test.each([
    ["", 0],
    ["a", 4.70044],
    ["abc123", 20.6797],
    ["aaaaaaaa", 9.400879],
    ["aaAAaa", 34.202638],
    ["qwertyuiop", 9.400879],
    ["poiuytrewq", 9.400879],
    ["0123456789", 6.643856],
    ["9876543210abc", 20.6797],
    ["pass word-1!", 66.282743],
    ["GrandOcean", 57.004397],
    ["Grand-Ocean7_tulip!Quartz42", 166.587975],
    ["npg_4fGh7jKlQ2", 84.925249],
    ["Tr0ub4dor&3", 66.726981],
    ["correct horse battery staple", 138.717497],
    ["äöüß€uro", 69.358748],
    ["😀😀😀😀", 0],
    ["zyxwvutsrq!A1", 30.330446],
    ["AAAbbb111!!!---???", 78.655066],
    ["xYz!_#19", 52.436711],
    ["abcabcabcabc", 51.704837],
    ["mnbvcxz-lkjhgfdsa", 24.770982],
    ["        ", 4.643856],
    ["p4ssw0rd", 41.3594],
    ["Ab1!Ab1!Ab1!", 72.79307],
    ["\\\"';DROP", 44.6797],
    ["ﬁ½ＡＢＣ", 32.506993],
    ["1234qwerasdf", 31.01955],
    ["aabbccddeeff", 56.405277],
    ["a\nb\tc", 24.036775],
  ])("of %j is %d bits", (password, bits) => {
    expect(passwordBits(password)).toBeCloseTo(bits, 5);
  });
});

describe("a generated password", () => {
  const passwords = Array.from({ length: 300 }, generatePassword);

  test("has 32 characters from four classes, and none of them needs quoting", () => {
    for (const password of passwords) {
      expect(password).toMatch(/^[A-Za-z0-9._~-]{32}$/);
      for (const members of [/[A-Z]/, /[a-z]/, /[0-9]/, /[._~-]/]) expect(password).toMatch(members);
    }
  });

  test("has far more entropy than Neon requires", () => {
    for (const password of passwords) expect(passwordBits(password)).toBeGreaterThan(2 * LEAST_BITS);
  });

  test("is different each time, and uses its whole alphabet", () => {
    expect(new Set(passwords).size).toBe(passwords.length);
    // 24 + 25 + 8 + 4 characters. If one is missing from 9,600 drawn characters, that is not an accident.
    expect(new Set(passwords.join("")).size).toBe(61);
  });
});
