import { describe, expect, test } from "vitest";
import { type Case, decided, NEW_OWNER, OTHERS, T } from "../../support/publication/decisions";
import {
  ADMIN,
  anActual,
  anUnpublishable,
  anUnsafe,
  aState,
  HERE,
  marker,
  OTHER_MARK,
  SUPERUSER,
} from "../../support/publication/plans";

describe("accepted is", () => {
  test.each<Case & { exists?: boolean; adopted?: boolean; breaking?: boolean }>([
    { title: "a publication that does not exist yet", args: { tables: ["s.t"] } },
    { title: "adopt if the publication does not exist", args: { tables: ["s.t"], adopt: true } },
    {
      title: "everything for a superuser",
      args: { schemas: ["s"], owner: "o" },
      found: { server: { ...SUPERUSER, mayCreate: false }, owner: { ...NEW_OWNER, maySet: false, mayCreate: false } },
    },
    {
      title: "all tables for a member of Neon's privileged role",
      args: { allTables: true },
      found: { server: { ...ADMIN, memberOfPrivilegedRole: true } },
    },
    {
      title: "a new owner that the admin may set",
      args: { tables: ["s.t"], owner: "o" },
      found: { owner: NEW_OWNER },
    },
    {
      title: "the admin as owner, without further questions",
      args: { tables: ["s.t"], owner: "admin" },
      found: { owner: { ...NEW_OWNER, name: "admin", maySet: false } },
    },
    {
      title: "the present owner of an existing publication, without further questions",
      args: { tables: [], owner: "o" },
      before: aState(),
      found: { actual: anActual({ owner: "o" }), owner: { ...NEW_OWNER, maySet: false } },
      exists: true,
    },
    {
      title: "a publication that a killed run of this resource left",
      args: { tables: ["s.t"] },
      found: { actual: anActual() },
      exists: true,
    },
    {
      title: "an adoption of a publication without a marker",
      args: { tables: ["s.t"], adopt: true },
      found: { actual: anActual({ text: null }) },
      ...{ exists: true, adopted: true },
    },
    {
      title: "an adoption of another stack's publication",
      args: { tables: ["s.t"], adopt: true },
      found: { actual: anActual({ text: OTHERS }) },
      ...{ exists: true, adopted: true },
    },
    {
      title: "an adoption that a killed run began",
      args: { tables: ["s.t"], adopt: true },
      found: { actual: anActual({ text: marker("t0", { adopted: true }) }) },
      ...{ exists: true, adopted: true },
    },
    {
      title: "an adoption with fewer columns listed than before, but more than the new list",
      args: { tables: [{ ...T, columns: ["id", "n"] }], adopt: true },
      found: { actual: anActual({ tables: [{ ...T, columns: ["id"] }], text: null }) },
      ...{ exists: true, adopted: true },
    },
    {
      title: "an adoption with a narrower scope and allowReplace",
      args: { tables: [], adopt: true, allowReplace: true },
      found: { actual: anActual({ tables: ["s.t"], text: null }) },
      ...{ exists: true, adopted: true },
    },
    {
      title: "an adopted publication that is narrowed later",
      args: { tables: [], adopt: true },
      before: aState({ adopted: true }),
      found: { actual: anActual({ tables: ["s.t"] }) },
      ...{ exists: true, adopted: true },
    },
    {
      title: "adopt on a publication that this resource created, which stays its own",
      args: { tables: [], adopt: true },
      before: aState(),
      found: { actual: anActual() },
      exists: true,
    },
    {
      title: "an unmarked publication in the place of the one in the state",
      args: { tables: [] },
      before: aState({ oid: 1 }),
      found: { actual: anActual({ text: null }) },
      exists: true,
    },
    {
      title: "a restored publication with the token of the state",
      args: { tables: [] },
      before: aState({ oid: 1, name: "old" }),
      found: { actual: anActual() },
      exists: true,
    },
    {
      title: "an adoption that a killed run began, even if the program no longer sets adopt",
      args: { tables: ["s.t"] },
      found: { actual: anActual({ text: marker("t0", { adopted: true }) }) },
      ...{ exists: true, adopted: true },
    },
    {
      title: "an adoption of a copy, as a database made with TEMPLATE has it",
      args: { tables: ["s.t"], adopt: true },
      found: { actual: anActual({ text: marker("t0", { place: { ...HERE, database: "template" } }) }) },
      ...{ exists: true, adopted: true },
    },
    {
      title:
        "a publication that carries the marker of another create of the resource, as after an older state was restored",
      args: { tables: [] },
      before: aState(),
      found: { actual: anActual({ text: marker("t9") }) },
      exists: true,
    },
    {
      title: "the publication of the state under another resource's marker with the state's token",
      args: { tables: [] },
      before: aState(),
      found: { actual: anActual({ text: marker("t1", { mark: OTHER_MARK }) }) },
      exists: true,
    },
    {
      title: "a rename with allowReplace, which breaks readers",
      args: { tables: [], allowReplace: true },
      before: aState({ name: "old" }),
      found: { actual: anActual({ name: "old" }) },
      ...{ exists: true, breaking: true },
    },
    {
      title: "a replacement with allowReplace, which breaks readers",
      args: { tables: [], allowReplace: true },
      before: aState({ allTables: true }),
      found: { actual: anActual({ allTables: true }) },
      ...{ exists: true, breaking: true },
    },
    {
      title: "another role's table that is published already",
      args: { tables: ["s.t"] },
      before: aState({ tables: ["s.t"] }),
      found: { actual: anActual({ tables: ["s.t"] }), unpublishable: [anUnpublishable({ owned: false, owner: "o" })] },
      exists: true,
    },
    {
      title: "an unsafe table with allowUnsafeTables",
      args: { tables: ["s.t"], allowUnsafeTables: true },
      found: { newlyUnsafe: [anUnsafe()] },
    },
    {
      title: "a table that was unsafe before",
      args: { tables: ["s.t"] },
      found: { unsafe: [anUnsafe()] },
    },
  ])("$title", ({ exists = false, adopted = false, breaking = false, ...one }) => {
    const { existing, found: _found, ...rest } = decided(one);
    expect({ ...rest, exists: existing !== undefined }).toEqual({ adopted, breaking, absent: [], exists });
  });
});

test("what is listed and does not exist is named, and decided by the caller", () => {
  const unpublishable = [
    anUnpublishable({ name: "Gone", kind: "absent" }),
    anUnpublishable({ schema: "r", name: null, kind: "absent" }),
  ];
  const args = { tables: ["s.Gone"], schemas: ["r"] };
  expect(decided({ title: "", args, found: { server: SUPERUSER, unpublishable } }).absent).toEqual([
    'table s."Gone"',
    "schema r",
  ]);
});

test.each<{ title: string; actual: Parameters<typeof anActual>[0] }>([
  { title: "adds it", actual: { tables: ["s.u"] } },
  { title: "changes its column list", actual: { tables: [{ ...T, columns: ["id"] }] } },
  { title: "replaces the publication", actual: { allTables: true } },
])("another role's table is refused if the update $title", ({ actual }) => {
  const found = { actual: anActual(actual), unpublishable: [anUnpublishable({ owned: false, owner: "o" })] };
  const args = { tables: ["s.t"], allowReplace: true };
  expect(() => decided({ title: "", args, before: aState(), found })).toThrow("table s.t belongs to o");
});
