import { describe, expect, test } from "vitest";
import { displayIdentity, sameResource, sameStack } from "../../provider/ownership/identity";
import { ProgramResources } from "../../provider/ownership/program";
import { BILLING, MARK, ORDERS, OTHER_STACK, SIBLING } from "../support/user/owners";

const OWN = { mark: MARK, path: ORDERS };
const NAMESAKE = { mark: MARK, path: BILLING };
/** As the state of an earlier version names it. */
const OLD = { mark: MARK };

describe("a resource has a namesake", () => {
  test("if another one with its mark and another path was checked", () => {
    const program = new ProgramResources();
    program.add(OWN, false);
    program.add(OWN, false);
    program.add(SIBLING, false);
    expect(program.hasNamesake(OWN)).toBe(false);
    program.add(NAMESAKE, false);
    expect([OWN, NAMESAKE, SIBLING].map((one) => program.hasNamesake(one))).toEqual([true, true, false]);
  });

  test("if the program says so, whatever was checked", () => {
    const program = new ProgramResources();
    program.add(OWN, true);
    expect([OWN, OLD, SIBLING].map((one) => program.hasNamesake(one))).toEqual([true, true, false]);
  });

  test("but not if its own path alone was left out by an earlier version", () => {
    const program = new ProgramResources();
    program.add(OWN, false);
    program.add(OLD, false);
    expect([program.hasNamesake(OWN), program.hasNamesake(OLD)]).toEqual([false, false]);
  });
});

describe("an object", () => {
  const role = { kind: "role", name: "reader", within: "db:5432" } as const;

  test("belongs to the first that claims it, and the second of the same stack is told who that is", () => {
    const program = new ProgramResources();
    expect(program.claim(role, OWN)).toBeUndefined();
    expect(program.claim(role, OWN)).toBeUndefined();
    expect(program.claim(role, NAMESAKE)).toEqual(OWN);
    expect(program.claim(role, SIBLING)).toEqual(OWN);
    expect(program.claim(role, OWN)).toBeUndefined();
  });

  test("may have owners of the same name elsewhere, of another name, of another kind or in another stack", () => {
    const program = new ProgramResources();
    program.claim(role, OWN);
    expect(program.claim({ ...role, within: "other:5432" }, NAMESAKE)).toBeUndefined();
    expect(program.claim({ ...role, name: "writer" }, NAMESAKE)).toBeUndefined();
    expect(program.claim({ ...role, kind: "publication" }, NAMESAKE)).toBeUndefined();
    expect(program.claim(role, OTHER_STACK)).toBeUndefined();
  });
});

test("two names are the same resource if mark and path are, and a path that an earlier version left out may be any", () => {
  expect(sameResource(OWN, { ...OWN })).toBe(true);
  expect([sameResource(OWN, OLD), sameResource(OLD, OWN), sameResource(OLD, OLD)]).toEqual([true, true, true]);
  expect(sameResource(OWN, NAMESAKE)).toBe(false);
  expect(sameResource({ ...OWN, path: "" }, OWN)).toBe(false);
  expect(sameResource(OWN, SIBLING)).toBe(false);
});

test("a stack is identified by organization, project and stack", () => {
  expect(sameStack("o/p/dev/ClickPipesUser/a", "o/p/dev/ClickPipesGrants/b")).toBe(true);
  expect(sameStack("o/p/dev/ClickPipesUser/a", "o/p/prod/ClickPipesUser/a")).toBe(false);
  expect(sameStack("", "o/p/dev/ClickPipesUser/a")).toBe(false);
});

test("a resource is displayed with the types of its parents, if it has any", () => {
  expect([OWN, OLD, { mark: MARK, path: "" }].map((one) => displayIdentity(one))).toEqual([
    `${MARK} (in ${ORDERS})`,
    MARK,
    MARK,
  ]);
  expect(displayIdentity({ mark: MARK, path: "" }, true)).toBe(`${MARK} (in no component)`);
});
