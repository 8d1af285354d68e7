import { describe, expect, test } from "vitest";
import {
  lostMarker,
  notOurs,
  removeMarker,
  takenOver,
  twoOwners,
  uncertainOwner,
} from "../../provider/ownership/refusals";
import { decideTakeover } from "../../provider/ownership/takeover";
import type { Whose } from "../../provider/ownership/whose";
import { refusalOf } from "../support/refusalOf";
import { ANSWERS, BILLING, MARK, ORDERS } from "../support/user/owners";

const BARE = { comment: null, grants: [] };
const ROLE = { kind: "role", name: "reader", marked: BARE } as const;
const OTHER_STACK = "organization/app/prod/ClickPipesUser/user";
const ADOPT = "To manage it as is, set `adopt: true`. Delete then leaves it in place.";
const OTHERWISE = "Otherwise, choose another name.";

describe("an object that belongs to someone else is refused with the ways to continue", () => {
  test.each<{ found: Whose["is"]; lines: string[] }>([
    {
      found: "noOne",
      lines: ['role "reader" already exists and was not created by this resource.', ADOPT, OTHERWISE],
    },
    {
      found: "unmarked",
      lines: ['role "reader" already exists and was not created by this resource.', ADOPT, OTHERWISE],
    },
    {
      found: "unreadable",
      lines: ['role "reader" already exists and carries a marker that cannot be read.', ADOPT, OTHERWISE],
    },
    {
      found: "otherStack",
      lines: [
        `role "reader" already exists and belongs to ${OTHER_STACK}.`,
        "To take it over, set `adopt: true`. Delete then leaves it in place, and gives it back.",
        OTHERWISE,
      ],
    },
    {
      found: "copy",
      lines: [
        `role "reader" already exists and is a copy of the one that belongs to ${MARK} (in ${ORDERS}) in database "app" on branch br-2.`,
        ADOPT,
        OTHERWISE,
      ],
    },
    {
      found: "sibling",
      lines: [
        `role "reader" already exists and belongs to ${MARK} (in ${BILLING}), a resource of this stack.`,
        "To use it in several sources, share it: pass that resource as `user`.",
        "If you renamed or moved that resource in the program, give this one `aliases` with the old name or parent.",
        'If no resource of the stack manages it any more, remove its marker (COMMENT ON ROLE "reader" IS NULL;) and set `adopt: true`.',
        OTHERWISE,
      ],
    },
    {
      found: "ambiguous",
      lines: [
        'role "reader" already exists and carries a marker of an earlier version, which two resources of this program may have made.',
        `The marker names ${MARK}, but not the component that the resource is in.`,
        "If this resource manages it and is being replaced, change any argument and run `pulumi up` first, which adds the component to the marker. Then replace it.",
        'If neither of the two manages it now, remove its marker (COMMENT ON ROLE "reader" IS NULL;) and set `adopt: true`.',
        OTHERWISE,
      ],
    },
  ])("if it is $found", ({ found, lines }) => {
    expect(notOurs(ROLE, ANSWERS[found])).toMatchObject({ kind: "notOurs", message: lines.join("\n") });
  });

  test("and both are named if they are of one stack", () => {
    const asker = { mark: MARK, path: ORDERS };
    expect(notOurs(ROLE, ANSWERS.sibling, asker).message.split("\n")[1]).toBe(
      `This resource is ${MARK} (in ${ORDERS}).`,
    );
    expect(notOurs(ROLE, ANSWERS.otherStack, asker).message).not.toContain("This resource is");
  });

  test("and where the organization alone differs, the plugin's argument for it is named", () => {
    const asker = { mark: OTHER_STACK.replace("organization/", "acme/") };
    expect(notOurs(ROLE, ANSWERS.otherStack, asker).message.split("\n").slice(1, 3)).toEqual([
      "Only the organization differs from this resource, which is acme/app/prod/ClickPipesUser/user.",
      "If it is this resource's, and the program uses the plugin, set the provider's `organization` to \"organization\".",
    ]);
    for (const mark of [MARK, OTHER_STACK.replace("/prod/", "/test/")])
      expect(notOurs(ROLE, ANSWERS.otherStack, { mark }).message).not.toContain("organization differs");
  });

  test("and hints at `aliases` only for an object of this stack", () => {
    const hinted = Object.values(ANSWERS).filter((found) => notOurs(ROLE, found).message.includes("`aliases`"));
    expect(hinted.map(({ is }) => is)).toEqual(["sibling"]);
  });

  test("and for a publication says to pass it as `publication`", () => {
    const { message } = notOurs({ kind: "publication", name: "Odd", marked: BARE }, ANSWERS.sibling);
    expect(message).toContain("pass that resource as `publication`.");
    expect(message).toContain('COMMENT ON PUBLICATION "Odd" IS NULL;');
  });

  test("and the statement that removes the marker keeps the notes of grants and the user's own comment", () => {
    const grants = [{ database: "app", mark: "g", token: "t" }];
    const { owner } = ANSWERS.sibling;
    const { message } = notOurs({ ...ROLE, marked: { comment: "it's ours", owner, grants } }, ANSWERS.sibling);
    const kept = `it''s ours\npulumi-neon-clickpipes: {"grants":[{"database":"app","mark":"g","token":"t"}]}`;
    expect(message.replaceAll("\n", "\\n")).toContain(`COMMENT ON ROLE "reader" IS '${kept.replaceAll("\n", "\\n")}';`);
  });
});

describe("a create", () => {
  const adopted = ANSWERS.sameResource.owner ? { ...ANSWERS.sameResource.owner, adopted: true } : undefined;

  test.each<{ found: Whose["is"]; without: string; withAdopt: string }>([
    { found: "current", without: "resume", withAdopt: "resume" },
    { found: "sameResource", without: "resume", withAdopt: "resume" },
    { found: "noOne", without: "notOurs", withAdopt: "adopt" },
    { found: "unmarked", without: "notOurs", withAdopt: "adopt" },
    { found: "unreadable", without: "notOurs", withAdopt: "adopt" },
    { found: "otherStack", without: "notOurs", withAdopt: "adopt" },
    { found: "copy", without: "notOurs", withAdopt: "adopt" },
    { found: "sibling", without: "notOurs", withAdopt: "notOurs" },
    { found: "ambiguous", without: "notOurs", withAdopt: "notOurs" },
  ])("that finds $found: $without, and with `adopt`: $withAdopt", ({ found, without, withAdopt }) => {
    const outcome = (adopt?: boolean) => {
      try {
        return decideTakeover(ROLE, ANSWERS[found], { mark: MARK, path: ORDERS, adopt });
      } catch (error) {
        return (error as { kind: string }).kind;
      }
    };
    expect([outcome(), outcome(false), outcome(true)]).toEqual([without, without, withAdopt]);
  });

  test("resumes an adoption as one, whatever `adopt` says now", () => {
    if (!adopted) throw new Error("no owner");
    for (const is of ["current", "sameResource"] as const)
      expect(decideTakeover(ROLE, { is, owner: adopted }, { mark: MARK })).toBe("adopt");
  });
});

test("a refusal names the object and the way on for every other outcome", () => {
  expect(refusalOf(() => decideTakeover(ROLE, ANSWERS.noOne, { mark: MARK }))).toBe(
    notOurs(ROLE, ANSWERS.noOne).message,
  );
  const owners = [
    { mark: MARK, path: ORDERS },
    { mark: MARK, path: "" },
  ] as const;
  expect(twoOwners(ROLE, [...owners]).message.split("\n")).toEqual([
    `role "reader" has two owners in this program: ${MARK} (in ${ORDERS}) and ${MARK} (in no component).`,
    "Each would undo what the other does.",
    "Give one of them another `name`, or share it: pass the first resource as `user` to the second source.",
    "If both already have it in their state, remove the one whose refresh reports the marker of another create, and run `pulumi up`: delete leaves the role in place. Then add it again under another name.",
  ]);
  expect(takenOver(ROLE, { mark: OTHER_STACK }).message.split("\n")).toEqual([
    `role "reader" now belongs to ${OTHER_STACK}.`,
    "Nothing was changed: two owners would undo what the other does.",
    "Remove this resource from its program: delete leaves the object in place.",
    "If the other resource adopted it, you can also remove that one from its program, which gives the object back. Then try again.",
    `If no program manages that resource any more, remove its marker (${removeMarker(ROLE)}), then run \`pulumi refresh\` and \`pulumi up\`.`,
  ]);
  expect(uncertainOwner(ROLE).message.split("\n")).toEqual([
    `role "reader" carries a marker of an earlier version, which two resources of this program may have made.`,
    "Nothing was changed: two owners would undo what the other does.",
    "If the other one manages it, remove this resource from its program and run `pulumi up`: delete leaves the object in place. Then add it again under another name.",
    `If only this one manages it, remove the marker (${removeMarker(ROLE)}), then run \`pulumi refresh\` and \`pulumi up\`.`,
  ]);
  expect(lostMarker(ROLE).message.split("\n")).toEqual([
    `role "reader" has lost this resource's marker: its comment was replaced.`,
    "Nothing was dropped.",
    "Run `pulumi refresh` and `pulumi up`, which write the marker again. Then destroy again.",
    "If you have removed this resource from the program, put it back first.",
    "To leave the object in place instead, remove this resource from the state with `pulumi state delete`.",
  ]);
});
