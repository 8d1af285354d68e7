import { describe, expect, test } from "vitest";
import { type Case, decided, NEW_OWNER, OTHERS, T } from "../../support/publication/decisions";
import {
  ADMIN,
  anActual,
  anUnpublishable,
  anUnsafe,
  aState,
  OTHER_MARK,
  SUPERUSER,
} from "../../support/publication/plans";
import { refusalOf } from "../../support/refusalOf";

const NO_OWNER = 'role "o" cannot become the owner of publication "p".';
const NOT_CREATED = 'publication "p" already exists and was not created by this resource.';
const UNCHANGED = "Nothing was changed.";
const RUNNING = [
  "A running ClickPipe looks up its publication by name and OID, as of the change it reads.",
  "It would fail or lose changes, and it would need a resync.",
  "To make the change anyway: stop the pipe, set `allowReplace: true` (and `allowLeftoverSlots: true`, since the pipe's slot stays), run `pulumi up`, then resync the pipe.",
];
const WAYS_ON = [
  "To manage it as is, set `adopt: true`. Delete then leaves it in place.",
  "Otherwise, choose another name.",
];

const WAYS_IN_AN_UPDATE = [
  "The publication in the state is gone, and an update adopts no other.",
  "Choose another name.",
  "To adopt this one instead, run `pulumi refresh` first: the next `pulumi up` is then a create, and `adopt: true` counts.",
];

const WAYS_TO_TAKE_OVER = [
  "To take it over, set `adopt: true`. Delete then leaves it in place, and gives it back.",
  "Otherwise, choose another name.",
];

describe("refused with all that has to be said", () => {
  test.each<Case & { message: string[] }>([
    {
      title: "schemas before Postgres 15",
      args: { schemas: ["s"] },
      found: { server: { ...SUPERUSER, version: 14 } },
      message: ["`schemas` in a publication requires Postgres 15 or later.", "This server runs Postgres 14."],
    },
    {
      title: "a column list before Postgres 15",
      args: { tables: [{ ...T, columns: ["id"] }] },
      found: { server: { ...ADMIN, version: 14 } },
      message: ["a column list in a publication requires Postgres 15 or later.", "This server runs Postgres 14."],
    },
    {
      title: "a row filter before Postgres 15",
      args: { tables: [{ ...T, where: "paid" }] },
      found: { server: { ...ADMIN, version: 14 } },
      message: ["a row filter in a publication requires Postgres 15 or later.", "This server runs Postgres 14."],
    },
    {
      title: "stored generated columns before Postgres 18",
      args: { tables: ["s.t"], publishGeneratedColumns: "stored" },
      message: ['`publishGeneratedColumns: "stored"` requires Postgres 18 or later.', "This server runs Postgres 17."],
    },
    {
      title: "a new publication without CREATE on the database",
      args: { tables: ["s.t"] },
      found: { server: { ...ADMIN, mayCreate: false } },
      message: [
        '"admin" cannot create publication "p" in database "app".',
        "Creating a publication requires CREATE on the database.",
        "As the owner of the database, run: GRANT CREATE ON DATABASE app TO admin;",
      ],
    },
    {
      title: "all tables without a privileged role",
      args: { allTables: true },
      message: [
        '"admin" cannot create publication "p" for all tables.',
        "That requires a superuser or, on Neon, a member of neon_superuser.",
        "List the tables in `tables` instead.",
      ],
    },
    {
      title: "whole schemas without a privileged role",
      args: { schemas: ["s"] },
      message: [
        '"admin" cannot create publication "p" for whole schemas.',
        "That requires a superuser or, on Neon, a member of neon_superuser.",
        "List the tables in `tables` instead.",
      ],
    },
    {
      title: "an owner that does not exist, even for a superuser",
      args: { tables: ["s.t"], owner: "o" },
      found: { server: SUPERUSER, owner: { ...NEW_OWNER, exists: false } },
      message: [NO_OWNER, "There is no such role.", UNCHANGED],
    },
    {
      title: "an owner to which the admin may not SET ROLE",
      args: { tables: ["s.t"], owner: "o" },
      found: { owner: { ...NEW_OWNER, maySet: false } },
      message: [
        NO_OWNER,
        '"admin" needs the privileges of that role, and permission to SET ROLE to it.',
        "Run: GRANT o TO admin;",
        UNCHANGED,
      ],
    },
    {
      title: "an owner of schemas that is not a superuser",
      args: { schemas: ["s"], owner: "o" },
      found: { server: { ...ADMIN, memberOfPrivilegedRole: true }, owner: NEW_OWNER },
      message: [NO_OWNER, "Only a superuser can own a publication of all tables or of schemas.", UNCHANGED],
    },
    {
      title: "an owner without CREATE on the database",
      args: { tables: ["s.t"], owner: "o" },
      found: { owner: { ...NEW_OWNER, mayCreate: false } },
      message: [
        NO_OWNER,
        "The owner needs CREATE on the database.",
        "Run: GRANT CREATE ON DATABASE app TO o;",
        UNCHANGED,
      ],
    },
    {
      title: "an existing publication without a marker",
      args: { tables: ["s.t"] },
      found: { actual: anActual({ text: "theirs" }) },
      message: [NOT_CREATED, ...WAYS_ON],
    },
    {
      title: "an existing publication of another stack",
      args: { tables: ["s.t"] },
      found: { actual: anActual({ text: OTHERS }) },
      message: [`publication "p" already exists and belongs to ${OTHER_MARK}.`, ...WAYS_TO_TAKE_OVER],
    },
    {
      title: "a publication of another resource in the place of the one in the state",
      args: { tables: ["s.t"] },
      before: aState({ oid: 1 }),
      found: { actual: anActual({ text: OTHERS }) },
      message: [`publication "p" already exists and belongs to ${OTHER_MARK}.`, ...WAYS_IN_AN_UPDATE],
    },
    {
      title: "another publication under the new name if the one in the state is gone",
      args: { tables: ["s.t"] },
      before: aState({ oid: 1, name: "old" }),
      found: { actual: anActual({ text: "theirs" }) },
      message: [NOT_CREATED, ...WAYS_IN_AN_UPDATE],
    },
    {
      title: "a publication of another owner",
      args: { tables: ["s.t"] },
      before: aState(),
      found: { actual: anActual({ owner: "Other", mayAlter: false }) },
      message: [
        'publication "p" belongs to "Other", so "admin" cannot change it.',
        '"admin" does not have the privileges of that role.',
        'Run: GRANT "Other" TO admin;',
      ],
    },
    {
      title: "a replacement and a rename without allowReplace",
      args: { schemas: ["s"] },
      before: aState({ name: "old" }),
      found: { actual: anActual({ name: "old" }) },
      message: [
        'only a superuser can add schemas to publication "old" in place: s.',
        'publication "old" would be renamed to "p".',
        ...RUNNING,
      ],
    },
    {
      title: "a rename to a name that is taken",
      args: { tables: [], allowReplace: true },
      before: aState({ name: "old" }),
      found: { actual: anActual({ name: "old" }), nameTaken: true },
      message: [
        'publication "old" cannot be renamed to "p".',
        "Another publication already has that name.",
        UNCHANGED,
        "Choose another name, or rename or drop that publication first.",
      ],
    },
    {
      title: "an adoption with a narrower scope",
      args: {
        tables: [
          { ...T, columns: ["id"] },
          { ...T, name: "w", where: "n > 0" },
        ],
        publish: ["insert"],
        adopt: true,
      },
      found: {
        actual: anActual({ tables: ["s.t", "s.u", "s.w"], schemas: ["r"], publish: ["insert", "update"], text: null }),
      },
      message: [
        'publication "p" also covers s.u, schema r, operation update, other columns or rows of s.t, other columns or rows of s.w.',
        "Adopting it with this scope would take that away from its readers.",
        "List it too, or accept the narrower scope with `allowReplace: true`.",
      ],
    },
    {
      title: "everything that cannot be published, with each fix once",
      args: { tables: ["s.a", "s.b", "s.t"], schemas: [] },
      found: {
        unpublishable: [
          anUnpublishable({ name: "v", kind: "a view" }),
          anUnpublishable({ schema: "pg_catalog", name: null, kind: "a system schema" }),
          anUnpublishable({ name: "a", owned: false, owner: "o" }),
          anUnpublishable({ name: "b", owned: false, owner: "o", unknownColumns: ["x", "Y"] }),
          anUnpublishable({ generatedColumns: ["g"], needsRoot: true }),
        ],
      },
      message: [
        "table s.v is a view, which a publication cannot hold.",
        "schema pg_catalog is a system schema, which a publication cannot hold.",
        "table s.a belongs to o, and only its owner can publish it.",
        "table s.b belongs to o, and only its owner can publish it.",
        'table s.b has no column x, "Y".',
        "table s.t has generated columns in its column list, which this server does not allow: g.",
        "table s.t is partitioned, so a column list or row filter requires publish_via_partition_root.",
        "List only the application's permanent tables, ordinary or partitioned.",
        "Remove system schemas from `schemas`.",
        '"admin" is not a member of that role. Run: GRANT o TO admin;',
        "Correct `columns`.",
        "Remove them from `columns`.",
        "Set `publishViaPartitionRoot: true`.",
        UNCHANGED,
      ],
    },
    {
      title: "a table that only this change makes unsafe",
      args: { tables: ["s.t"] },
      found: { newlyUnsafe: [anUnsafe({ full: false })] },
      message: [
        "publishing these tables would make the application's UPDATE or DELETE fail.",
        's.t has no primary key and no other replica identity. To fix it: ALTER TABLE "s"."t" ADD PRIMARY KEY (…);',
        "Fix the tables, leave them out, or accept the failures with `allowUnsafeTables: true`.",
        UNCHANGED,
      ],
    },
  ])("is $title", ({ message, ...one }) => {
    expect(refusalOf(() => decided(one))).toBe(message.join("\n"));
  });
});
