import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ARGUMENT_NAMES } from "../../provider/lifecycle/argumentNames";
import { GRANTEE_PASSWORD, type Grantee, newGrantee } from "../support/grants/grantee";
import { newPlainGrantee, usePlainAdmin } from "../support/grants/plainAdmin";
import { FOREIGN, OURS } from "../support/ipAllowlist/project";
import "../support/ipAllowlist/process";
import { Managed } from "../support/managed";
import { type NeonApi, startNeonApi } from "../support/neon/api/listening";
import { inNewProcess } from "../support/newProcess";
import { useDatabase } from "../support/postgres/database";
import { rightsOf } from "../support/postgres/rights";
import { holdsAsync } from "../support/properties";
import { membersOf, publicationOf } from "../support/publication/publications";
import { readCatalogRole } from "../support/user/catalog";
import { useWarnings } from "../support/warnings";

type Values = Record<string, unknown>;
type State = NonNullable<Managed["state"]>;

/** Where a resource is, and the comment that carries its marker, if there is one. */
interface Place {
  /** Everything that a delete could take away. */
  see(): Promise<unknown>;
  readComment?(): Promise<string | null>;
  writeComment?(text: string | null): Promise<unknown>;
}

/** Their delete takes nothing away, whatever the state. */
const WITHOUT = ["LogicalReplication", "SourceReadiness"];

/** What an import file, a front or a hand may leave in a state. */
const lacking = fc.subarray(["target", "mark", "path", "roleOid", "oid", "found", "given", "objects", "edition"]);
const flags = fc.record(
  { adopted: fc.constant(true), deleteAdopted: fc.constant(true), adopt: fc.constant(true) },
  { requiredKeys: [] },
);
const marker = fc.constantFrom("its own", "none", "a user's", "unreadable", "without a token", "another's");

describe("a delete of a state without a token", () => {
  const db = useDatabase(18);
  useWarnings();
  let api: NeonApi;
  let grantee: Grantee;

  beforeAll(async () => {
    api = await startNeonApi({ allowedIps: FOREIGN });
    grantee = await newGrantee(db);
  });
  afterAll(() => api?.stop());

  const config = () => ({ ...db.config, ...api.config, "clickpipes:deleteTimeout": "0" });
  const commentSql = (object: string) => (text: string | null) =>
    db.query(`comment on ${object} is ${text === null ? "null" : `'${text.replaceAll("'", "''")}'`}`);
  const ofRole = (role: string, see: () => Promise<unknown>): Place => ({
    see,
    readComment: async () => (await readCatalogRole(db, role))?.comment ?? null,
    writeComment: commentSql(`role ${role}`),
  });
  const places: Record<string, () => Promise<Place & { args: Values }>> = {
    ClickPipesUser: async () => {
      await db.query(`create role it_user nologin connection limit 3 password '${GRANTEE_PASSWORD}'`);
      return {
        args: { name: "it_user", password: GRANTEE_PASSWORD, passwordVersion: 1, connectionLimit: 4, adopt: true },
        ...ofRole("it_user", () => readCatalogRole(db, "it_user")),
      };
    },
    ClickPipesGrants: async () => ({
      args: { role: grantee.role, schemas: [grantee.schema] },
      ...ofRole(grantee.role, () => rightsOf(db, grantee.role)),
    }),
    Publication: async () => {
      const { schema } = await newGrantee(db);
      await db.query(`create table ${schema}.late (id int primary key)`);
      await db.query(`create publication it_pub for table ${schema}.orders`);
      return {
        args: { name: "it_pub", tables: [`${schema}.late`, `${schema}.orders`], adopt: true },
        see: async () => [await publicationOf(db, "it_pub"), await membersOf(db, "it_pub")],
        readComment: async () => (await publicationOf(db, "it_pub"))?.comment ?? null,
        writeComment: commentSql("publication it_pub"),
      };
    },
    IpAllowlist: async () => ({
      args: { projectId: api.projectId, ips: OURS, protectedBranchesOnly: true },
      see: async () => structuredClone(api.project.settings),
    }),
  };

  test("is tried for every resource that has one", () => {
    expect([...Object.keys(places), ...WITHOUT].sort()).toEqual(Object.keys(ARGUMENT_NAMES).sort());
  });

  test.each(Object.keys(places))("takes nothing away: %s", async (kind) => {
    const { args, see, readComment, writeComment } = await (places[kind] as () => Promise<Place & { args: Values }>)();
    const resource = new Managed(kind, "it", config());
    await resource.up(args);
    const state = resource.state as State;
    const { token, ...whole } = state.outputs;
    expect(token).toMatch(/./);
    // The run that made a resource remembers it, which protects it from deletes with another token.
    await inNewProcess(resource);
    const [own = null, made] = [await readComment?.(), await see()];
    await holdsAsync(fc.tuple(marker, lacking, flags), async ([found, without, more]) => {
      await writeComment?.(commentOf(found, own));
      const seen = await see();
      const kept = Object.entries(whole).filter(([key]) => !without.includes(key));
      resource.state = { ...state, outputs: { ...Object.fromEntries(kept), ...more } };
      await resource.destroy().catch(() => {});
      expect(await see()).toEqual(seen);
    });
    // With its token it has something to take away.
    await writeComment?.(own);
    resource.state = state;
    await resource.destroy();
    expect(await see()).not.toEqual(made);
  });
});

describe("a delete of grants without a token, by an admin who may not write the note", () => {
  const at = usePlainAdmin(17);
  useWarnings();

  test("revokes nothing, and with the token everything", async () => {
    const role = await at.createRole("reader", "none");
    const { schema } = await newPlainGrantee(at);
    await at.admin.query(`create table ${schema}.orders (id int)`);
    const grants = new Managed("ClickPipesGrants", "it", at.config);
    await grants.up({ role, schemas: [schema] });
    const state = grants.state as State;
    const { token: _token, ...outputs } = state.outputs;
    await inNewProcess(grants);
    const before = await at.rights(role);
    expect(before.length).toBeGreaterThan(0);
    grants.state = { ...state, outputs };
    await grants.destroy();
    expect(await at.rights(role)).toEqual(before);
    grants.state = state;
    await grants.destroy();
    expect(await at.rights(role)).toEqual([]);
  });
});

function commentOf(found: string, own: string | null): string | null {
  switch (found) {
    case "its own":
      return own;
    case "another's":
      return own?.replace(/"token":"[^"]*"/g, '"token":"another"') ?? null;
    case "without a token":
      return own?.replace(/"token":"[^"]*",?/g, "") ?? null;
    case "a user's":
      return "our pipe";
    case "unreadable":
      return "pulumi-neon-clickpipes: {";
    default:
      return null;
  }
}
