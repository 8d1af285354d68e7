import { describe, expect, test } from "vitest";
import { placeOf, readServer, type Server, samePlace } from "../../../provider/postgres/sql/server";

const HERE = { database: "app", systemIdentifier: "7" };
const ON_NEON = { ...HERE, neonProject: "p-1", neonBranch: "br-1" };

describe("two places", () => {
  test.each([
    { what: "equal in every part", a: ON_NEON, b: ON_NEON, same: true },
    { what: "without Neon's parts", a: HERE, b: HERE, same: true },
    { what: "with another database", a: HERE, b: { ...HERE, database: "other" }, same: false },
    { what: "with another system identifier", a: HERE, b: { ...HERE, systemIdentifier: "8" }, same: false },
    { what: "with another branch", a: ON_NEON, b: { ...ON_NEON, neonBranch: "br-2" }, same: false },
    { what: "with another project", a: ON_NEON, b: { ...ON_NEON, neonProject: "p-2" }, same: false },
    { what: "with Neon's parts on one side only", a: ON_NEON, b: HERE, same: true },
    { what: "with a project on one side only", a: ON_NEON, b: { ...HERE, neonBranch: "br-1" }, same: true },
  ])("$what: the same is $same", ({ a, b, same }) => {
    expect(samePlace(a, b)).toBe(same);
    expect(samePlace(b, a)).toBe(same);
  });
});

describe("the row of a server", () => {
  const row = {
    ...{ version: 17, inRecovery: false, user: "admin", login: "admin", superuser: false, createRole: true },
    ...{ replication: true, mayCreate: true, memberOfPrivilegedRole: false, privilegedRole: null },
    ...{ ...HERE, neonProject: null, neonBranch: null },
  };

  test("loses the columns that are null", () => {
    const server = readServer.read([row]);
    expect(Object.keys(server).filter((name) => /^neon|^privilegedRole/.test(name))).toEqual([]);
    expect(placeOf(server)).toEqual(HERE);
  });

  test("gives a place with Neon's parts where it has them", () => {
    expect(placeOf(readServer.read([{ ...row, ...ON_NEON }]))).toEqual(ON_NEON);
  });

  test("gives a place with nothing but its parts", () => {
    expect(Object.keys(placeOf({ ...row, ...ON_NEON } as unknown as Server)).sort()).toEqual(
      Object.keys(ON_NEON).sort(),
    );
  });
});
