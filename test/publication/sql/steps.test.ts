import { describe, expect, test } from "vitest";
import type { PublicationInputs } from "../../../provider/publication/state";
import { ALL_TABLES, nextStep, type Progress } from "../../../provider/publication/step";
import type { Case } from "../../support/publication/decisions";
import {
  aChange,
  anActual,
  aState,
  aSurvey,
  earlierMarker,
  marker,
  OTHER_MARK,
  SUPERUSER,
  texts,
} from "../../support/publication/plans";
import { refusalOf } from "../../support/refusalOf";

interface StepCase extends Case {
  progress?: Partial<Progress>;
}

function next({ args, before, found, progress }: StepCase) {
  return nextStep(aChange(args, before), { filters: {}, ...progress }, aSurvey(found));
}

function stepOf(one: StepCase) {
  const answer = next(one);
  if ("inTheWay" in answer) throw answer.inTheWay.refusal();
  return answer;
}

const comment = (text: string) => `comment on publication "p" is '${text}'`;

describe("a step sends", () => {
  test.each<StepCase & { sent: string[]; locks?: string[] }>([
    {
      title: "CREATE and the marker for a new publication, with the defaults of an adoption",
      args: { tables: ["s.t"], adopt: true },
      sent: [
        'create publication "p" for table only "s"."t" with (publish_via_partition_root = true)',
        comment(marker("t2")),
      ],
      locks: ['"s"."t"'],
    },
    {
      title: "CREATE with the user's comment before the marker, and the owner last",
      args: { tables: [], comment: "it's", owner: "o", publishViaPartitionRoot: false },
      found: { owner: { name: "o", exists: true, maySet: true, hasRights: true, superuser: false, mayCreate: true } },
      sent: [
        'create publication "p" with (publish_via_partition_root = false)',
        comment(`it''s\n${marker("t2")}`),
        'alter publication "p" owner to "o"',
      ],
    },
    {
      title: "nothing if nothing differs",
      args: { tables: ["s.t"] },
      before: aState(),
      found: { actual: anActual({ tables: ["s.t"] }) },
      sent: [],
    },
    {
      title: "only the marker, with a new token, to resume a killed run",
      args: { tables: ["s.t"] },
      found: { actual: anActual({ tables: ["s.t"] }) },
      sent: [comment(marker("t2"))],
    },
    {
      title: "the marker of an adoption after the comment of another user",
      args: { tables: ["s.t"], adopt: true },
      found: { actual: anActual({ tables: ["s.t"], text: "theirs" }) },
      sent: [comment(`theirs\n${marker("t2", { adopted: true })}`)],
    },
    {
      title: "the marker without a comment that the program empties",
      args: { tables: [], comment: "" },
      before: aState(),
      found: { actual: anActual({ text: `old\n${marker("t1")}` }) },
      sent: [comment(marker("t1"))],
    },
    {
      title: "the marker again if it was lost",
      args: { tables: [] },
      before: aState(),
      found: { actual: anActual({ text: "by hand" }) },
      sent: [comment(`by hand\n${marker("t1")}`)],
    },
    {
      title: "its own marker over another one with its token",
      args: { tables: [] },
      before: aState(),
      found: { actual: anActual({ text: marker("t1", { mark: OTHER_MARK }) }) },
      sent: [comment(marker("t1"))],
    },
    {
      title: "its own marker over that of a later create, as after an older state was restored",
      args: { tables: [] },
      before: aState(),
      found: { actual: anActual({ text: marker("t9") }) },
      sent: [comment(marker("t1"))],
    },
    {
      title: "the marker with path and place over one that an earlier version wrote",
      args: { tables: [] },
      before: aState(),
      found: { actual: anActual({ text: earlierMarker("t1") }) },
      sent: [comment(marker("t1"))],
    },
    {
      title: "the difference, then the comment, then the owner, and locks only tables that change",
      args: { tables: ["s.t", "s.u"], comment: "new", owner: "o" },
      before: aState(),
      found: {
        actual: anActual({ tables: ["s.t", "s.v"] }),
        owner: { name: "o", exists: true, maySet: true, hasRights: true, superuser: false, mayCreate: true },
      },
      sent: [
        'alter publication "p" drop table only "s"."v"',
        'alter publication "p" add table only "s"."u"',
        comment(`new\n${marker("t1")}`),
        'alter publication "p" owner to "o"',
      ],
      locks: ['"s"."u"', '"s"."v"'],
    },
    {
      title: "DROP and CREATE for a replacement, which keeps parameters, comment and owner",
      args: { tables: ["s.t"], allowReplace: true },
      before: aState({ allTables: true }),
      found: {
        server: SUPERUSER,
        actual: anActual({
          ...{ allTables: true, publish: ["insert"], viaRoot: false, owner: "o", text: `theirs\n${marker("t1")}` },
        }),
      },
      sent: [
        'drop publication "p"',
        `create publication "p" for table only "s"."t" with (publish = 'insert', publish_via_partition_root = false)`,
        comment(`theirs\n${marker("t1")}`),
        'alter publication "p" owner to "o"',
      ],
      locks: ['"s"."t"'],
    },
  ])("$title", ({ sent, locks = [], ...one }) => {
    const { step } = stepOf(one);
    expect(texts(step.sent.statements)).toEqual(sent);
    expect([...step.sent.relations].sort()).toEqual(locks);
    expect([step.isHalf, step.waitsFor]).toEqual([undefined, undefined]);
  });
});

describe("a change that breaks readers", () => {
  const rename = (args: Partial<PublicationInputs> = {}): StepCase => ({
    title: "",
    args: { tables: [], allowReplace: true, ...args },
    before: aState({ name: "old" }),
    found: {
      actual: anActual({ name: "old" }),
      slots: [
        { name: "a", pid: null, held: "16 MB", names: null },
        { name: "b", pid: 7, held: null, names: true },
      ],
    },
  });

  test("waits for the slots, and names them without what changes", () => {
    const answer = next(rename());
    expect("inTheWay" in answer && answer.inTheWay.names).toEqual(["slot a (inactive)", "slot b (read by session 7)"]);
  });

  test("is refused if they stay, with the former name", () => {
    expect(refusalOf(() => stepOf(rename()))).toBe(
      [
        'publication "old" may still be read through slot a (inactive, holding 16 MB of WAL), slot b (read by session 7).',
        "An inactive slot does not say which publication it belongs to.",
        "Delete the ClickPipe first.",
        "Drop a slot that no pipe will read again: SELECT pg_catalog.pg_drop_replication_slot('…');",
        "To go ahead anyway, set `allowLeftoverSlots: true` on the publication, run `pulumi up`, then try again.",
        "Nothing was changed.",
      ].join("\n"),
    );
  });

  test("says nothing about inactive slots if every slot is read", () => {
    const one = rename();
    const slots = one.found?.slots?.slice(1);
    expect(refusalOf(() => stepOf({ ...one, found: { ...one.found, slots } }))).toMatch(
      /through slot b \(read by session 7\)\.\nDelete the ClickPipe first\.\n/,
    );
  });

  test("goes ahead with allowLeftoverSlots", () => {
    const { step, warnings } = stepOf(rename({ allowLeftoverSlots: true }));
    expect(texts(step.sent.statements)).toEqual(['alter publication "old" rename to "p"']);
    expect(warnings).toEqual(['publication "p" is replaced or renamed.\nResync every ClickPipe that reads it.']);
  });

  test("is the only one that slots block", () => {
    const { found } = rename();
    const one = { title: "", args: { tables: ["s.t"] }, before: aState(), found: { ...found, actual: anActual() } };
    expect(stepOf(one).step.sent.statements).toHaveLength(1);
  });
});

test("what is listed and does not exist is refused, with what happened to it", () => {
  const gone = { schema: "s", name: "t", nowSchema: null, nowName: null, again: false, published: false };
  const absent = { schema: "s", name: "t", kind: "absent", owned: true, owner: null };
  const rest = { unknownColumns: [], generatedColumns: [], needsRoot: false };
  const found = { actual: anActual(), unpublishable: [{ ...absent, ...rest }], missing: [gone] };
  expect(refusalOf(() => stepOf({ title: "", args: { tables: ["s.t"] }, before: aState(), found }))).toBe(
    'not in database "app": table s.t (table s.t was dropped).\nNothing was changed.\nCreate it first, or remove it from the list.',
  );
});

describe("a step warns", () => {
  const privileged = { server: SUPERUSER };

  test("about all tables when it creates them, and not later", () => {
    const all = { title: "", args: { allTables: true } };
    expect(stepOf({ ...all, found: privileged }).warnings).toEqual([ALL_TABLES]);
    const found = { ...privileged, actual: anActual({ allTables: true }) };
    expect(stepOf({ ...all, before: aState({ allTables: true }), found }).warnings).toEqual([]);
  });

  test("about a publication that was gone", () => {
    expect(stepOf({ title: "", args: { tables: [] }, before: aState() }).warnings).toEqual([
      'publication "p" was gone and is recreated.\nChanges made in the meantime never reached ClickHouse.\nResync the pipe.',
    ]);
  });
});
