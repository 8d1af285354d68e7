import { expect, test } from "vitest";
import { isRefusal, isUnfinished, refusal, sentence, unfinished } from "../provider/errors";

test("a refusal has a kind and one line for each thought", () => {
  const error = refusal("taken", "the name is taken.", "Choose another one.", "DROP ROLE reader;");
  expect(error).toMatchObject({ kind: "taken", message: "the name is taken.\nChoose another one.\nDROP ROLE reader;" });
  expect([error, new Error("other"), "text"].map(isRefusal)).toEqual([true, false, false]);
});

test.each([
  ["not today", "not today."],
  ["not today.", "not today."],
  ["DROP ROLE reader;", "DROP ROLE reader;"],
  ["why?", "why?"],
  ["", "."],
])("%j ends as a sentence in %j", (text, ended) => {
  expect(sentence(text)).toBe(ended);
});

test("a failure of something half made keeps the error, the id and the outputs", () => {
  const outputs = { oid: 7 };
  const cause = new Error("lost");
  const error = unfinished("it", outputs, cause);
  expect(error).toBe(cause);
  expect(error.finished).toEqual({ id: "it", outputs });
  expect(unfinished("it", outputs, "lost").message).toBe("lost");
  expect([error, new Error("other"), undefined].map(isUnfinished)).toEqual([true, false, false]);
});
