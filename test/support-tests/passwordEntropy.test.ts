import { expect, test } from "vitest";
import { passwordEntropy, passwordProblem } from "../support/neon/proxy/passwordEntropy";

// Password, bits and problem as the Go library itself gives them, version 0.3.0.
test.each([
  [
    "",
    0.0,
    "insecure password, try including more special characters, using lowercase letters, using uppercase letters, using numbers or using a longer password",
  ],
  [
    "abc123",
    20.6797,
    "insecure password, try including more special characters, using uppercase letters or using a longer password",
  ],
  [
    "aaaaaaaa",
    9.400879,
    "insecure password, try including more special characters, using uppercase letters, using numbers or using a longer password",
  ],
  [
    "qwertyuiop",
    9.400879,
    "insecure password, try including more special characters, using uppercase letters, using numbers or using a longer password",
  ],
  [
    "0123456789",
    6.643856,
    "insecure password, try including more special characters, using lowercase letters, using uppercase letters or using a longer password",
  ],
  [
    "9876543210abc",
    20.6797,
    "insecure password, try including more special characters, using uppercase letters or using a longer password",
  ],
  ["pass word-1!", 66.282743, ""],
  [
    "GrandOcean",
    57.004397,
    "insecure password, try including more special characters, using numbers or using a longer password",
  ],
  ["Grand-Ocean7_tulip!Quartz42", 166.587975, ""],
  ["npg_4fGh7jKlQ2", 84.925249, ""],
  ["Tr0ub4dor&3", 66.726981, ""],
  ["correct horse battery staple", 138.717497, ""],
  ["äöüß€uro", 69.358748, ""],
  ["zyxwvutsrq!A1", 30.330446, "insecure password, try including more special characters or using a longer password"],
  ["AAAbbb111!!!---???", 78.655066, ""],
  ["xYz!_#19", 52.436711, "insecure password, try using a longer password"],
])("%j has %d bits", (password, bits, problem) => {
  expect(passwordEntropy(password)).toBeCloseTo(bits, 5);
  expect(passwordProblem(password, 60) ?? "").toBe(problem);
});
