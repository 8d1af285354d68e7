import { expect, test } from "vitest";
import { fillParameters, mentionedParameters } from "../../../provider/publication/sql/parameters";

const ACTUAL = { publish: ["insert"], viaRoot: false, generatedColumns: "none" as const };

test.each([
  { title: "no parameter if the program sets none", desired: {}, actual: {} },
  { title: "one that the program sets", desired: { viaRoot: true }, actual: { viaRoot: false } },
  { title: "one that the program sets to the actual value", desired: { viaRoot: false }, actual: { viaRoot: false } },
  { title: "none that the program leaves undefined", desired: { publish: undefined }, actual: {} },
  {
    title: "all that the program sets",
    desired: { publish: ["update"], viaRoot: true, generatedColumns: "stored" as const },
    actual: ACTUAL,
  },
])("an adoption remembers the actual value of $title", ({ desired, actual }) => {
  expect(mentionedParameters(desired, ACTUAL)).toEqual(actual);
});

test("a replacement keeps the actual parameters that the program does not mention", () => {
  const desired = { publish: ["update"], viaRoot: undefined };
  expect(fillParameters(desired, ACTUAL)).toEqual({ publish: ["update"], viaRoot: false, generatedColumns: "none" });
  expect(fillParameters({ viaRoot: false }, { viaRoot: true })).toEqual({ viaRoot: false });
});
