import { describe, expect, test } from "vitest";
import { commentOnRole } from "../../../provider/postgres/sql/roleComment";

const ROLE = { oid: 16400, name: "reader" };

describe("a comment", () => {
  test("that is already there is not written again", () => {
    expect(commentOnRole({ ...ROLE, text: "same" }, "same")).toEqual([]);
  });

  test("is sent as a value, with the comment that was found before", () => {
    const [settings, block] = commentOnRole({ ...ROLE, text: "before" }, "it's after", "renamed");
    expect(settings?.values).toEqual(["16400", "renamed", "before", "it's after"]);
    expect(block?.text).not.toContain("after");
  });
});
