import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatComment, type Marked, markersIn, parseComment, withGrants } from "../../provider/postgres/sql/mark";
import { holds, storable, text } from "../support/properties";

const place = fc.record(
  { database: storable(12), systemIdentifier: storable(12), neonProject: storable(12), neonBranch: storable(12) },
  { requiredKeys: ["database", "systemIdentifier"] },
);
const identity = { mark: storable(), path: storable(), token: storable(16), place };
const ownership = fc.record(
  { ...identity, adopted: fc.constant(true) },
  // Earlier versions wrote no path and no place.
  { requiredKeys: ["mark", "token"] },
);
const names = fc.array(storable(12), { maxLength: 4 });
const note = fc.record(
  {
    ...identity,
    database: storable(12),
    found: fc.constant(true),
    scope: fc.record({ schemas: fc.oneof(fc.constant("*" as const), names) }, { requiredKeys: [] }),
  },
  { requiredKeys: ["mark", "token", "database"] },
);
/** The notes of grants are kept in order, one for each resource and database. */
const notes = fc
  .uniqueArray(note, { maxLength: 3, selector: ({ database, mark, path }) => JSON.stringify([database, mark, path]) })
  .map((all) => withGrants([], () => false, ...all));
const LABEL = "pulumi-neon-clickpipes: ";
/** Comments that look like ours, or end as ours begin; none is empty, since Postgres keeps no empty comment. */
const comment = fc.oneof(
  storable().filter((value) => value !== ""),
  fc.constantFrom(LABEL, `\n${LABEL}`, `${LABEL}{}`, `x ${LABEL}{"owner":{"mark":"a","token":"b"}}`, `${LABEL}null`),
  fc.tuple(storable(), storable()).map(([before, after]) => `${before}\n${LABEL}${after}`),
);
const MARKER = `${LABEL}{"owner":{"mark":"a","token":"b"}}`;
/** Comments to which others have added, in which markers begin any of the lines. */
const edited = fc
  .tuple(
    fc.constantFrom("", MARKER),
    fc.array(fc.oneof(comment, fc.constantFrom("\n", `\n${MARKER}`)), { maxLength: 8 }),
  )
  .map(([first, rest]) => first + rest.join(""));

const markedBy = (comments: fc.Arbitrary<string>): fc.Arbitrary<Marked> =>
  fc.record({ comment: comments, owner: ownership, grants: notes });
const beginsAsOurs = (value: string): boolean => value.startsWith(LABEL);

describe("comments with our mark", () => {
  test("are read as they were written, whatever the user's own comment is", () => {
    holds(markedBy(comment.filter((value) => !beginsAsOurs(value))), (marked) => {
      expect(parseComment(formatComment(marked))).toEqual(marked);
    });
  });

  test("are read as they were written, also where the user's own comment begins as our mark does", () => {
    holds(markedBy(comment.filter(beginsAsOurs)), (marked) => {
      expect(parseComment(formatComment(marked))).toEqual(marked);
    });
  });

  test("have one marker after they are written, and the user's own comment does not change", () => {
    holds(fc.tuple(edited, ownership), ([before, owner]) => {
      const found = parseComment(before);
      const text = formatComment({ ...found, owner, grants: [] });
      expect(markersIn(text).length).toBe(1);
      expect(parseComment(text)).toEqual({ comment: found.comment, owner, grants: [] });
    });
  });

  test("are the user's alone again when the mark goes", () => {
    const own = comment.filter((value) => !beginsAsOurs(value));
    holds(fc.tuple(own, ownership), ([own, owner]) => {
      const marked = parseComment(formatComment({ comment: own, owner, grants: [] }));
      expect(formatComment({ ...marked, owner: undefined, grants: [] })).toBe(own);
    });
  });

  test("are read without an error from anything", () => {
    const json = fc.json().map((value) => LABEL + value);
    holds(
      fc.oneof(
        text(),
        json,
        fc.tuple(text(), json).map((parts) => parts.join("\n")),
      ),
      sound,
    );
  });

  test("are read as no mark where what stands after the label is of another form", () => {
    holds(fc.record({ owner: fc.jsonValue(), grants: fc.jsonValue() }), (value) =>
      sound(LABEL + JSON.stringify(value)),
    );
  });

  function sound(found: string): void {
    const { owner, grants } = parseComment(found);
    expect(Array.isArray(grants)).toBe(true);
    for (const { database, mark, token } of grants)
      expect([typeof database, typeof mark, typeof token]).toEqual(["string", "string", "string"]);
    if (owner) expect([typeof owner.mark, typeof owner.token]).toEqual(["string", "string"]);
  }
});
