import * as fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type HandledProvider, handler } from "../../provider/dynamic/handler";
import { UNKNOWN_TEXT } from "../../provider/lifecycle/unknown";
import { holdsAsync, text } from "../support/properties";

/** Nobody listens there, and no preview waits for it. */
const CONFIG: Record<string, string> = {
  "clickpipes:connectionUri": "postgres://admin:a-password-of-nobody@127.0.0.1:1/app",
  "clickpipes:neonApiKey": "napi_of_nobody",
  "clickpipes:neonApiUrl": "http://127.0.0.1:1",
  "clickpipes:connectTimeout": "0",
};
/** Values of any shape, often with words, addresses, tables or unknown ones where a check looks for them. */
const word = fc.oneof(
  text(12),
  fc.constantFrom(
    UNKNOWN_TEXT,
    "*",
    "public.orders",
    "a.b.c",
    "insert",
    "10.0.0.1",
    "10.0.0.0/8",
    "::1",
    "2030-01-31",
    "aws",
    "us-east-1",
  ),
  fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty"),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    word,
    fc.boolean(),
    fc.double(),
    fc.integer(),
    fc.constant(null),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("any"), { maxLength: 4 }),
  object: fc.dictionary(
    fc.oneof(fc.constantFrom("schema", "name", "columns", "where", "cloud", "region"), word),
    tie("any"),
    { maxKeys: 4 },
  ),
})).any;

const names = fc.array(fc.oneof(word, fc.constantFrom("shop", "app", "a b")), { minLength: 1, maxLength: 4 });
const table = fc.oneof(
  fc.constantFrom<unknown>("public.orders", "shop.items", UNKNOWN_TEXT),
  fc.record({ schema: word, name: word, columns: names, where: word }, { requiredKeys: ["schema", "name"] }),
);
const tables = fc.array(table, { minLength: 1, maxLength: 4 });
const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.nat(32)).map((parts) => parts.join("/")),
  word,
);
const flag = fc.boolean();
const region = fc.constantFrom("us-east-1", "us-central1", "eastus", "nowhere-1", "", UNKNOWN_TEXT);

/**
 * What each resource expects, so that many a check succeeds, and a program that is sound; `always` is what it would else look up
 * over the network.
 */
const RESOURCES: Record<string, { args: Record<string, fc.Arbitrary<unknown>>; sound: object; always?: object }> = {
  ClickPipesUser: {
    sound: {},
    args: {
      ...{
        name: word,
        password: fc.constantFrom("A long-enough Pass-word 4711", "x"),
        passwordVersion: word,
        comment: word,
      },
      ...{ connectionLimit: fc.integer({ min: -3, max: 9 }), validUntil: fc.date().map(String), adopt: flag },
    },
  },
  ClickPipesGrants: {
    sound: { role: "reader", schemas: ["public"] },
    args: { role: word, schemas: fc.oneof(names, fc.constant("*")), tables, objectOwners: names },
  },
  Publication: {
    sound: { tables: ["public.orders"] },
    args: {
      ...{ name: word, tables, schemas: names, publish: fc.subarray(["insert", "update", "delete", "truncate"]) },
      ...{
        allTables: flag,
        adopt: flag,
        allowReplace: flag,
        owner: word,
        comment: word,
        publishViaPartitionRoot: flag,
      },
    },
  },
  LogicalReplication: { sound: { projectId: "p-1" }, args: { projectId: word }, always: { allowRestart: true } },
  IpAllowlist: {
    sound: { projectId: "p-1", ips: ["10.0.0.1"] },
    args: {
      ...{ projectId: word, ips: fc.array(address, { minLength: 1, maxLength: 4 }), protectedBranchesOnly: flag },
      clickPipesRegion: fc.record({ cloud: fc.constantFrom("aws", "gcp", "azure"), region }),
      whenOpen: fc.constantFrom("leaveOpen", "restrict"),
    },
  },
  SourceReadiness: {
    sound: { role: "reader", password: "a-password-of-nobody", publication: "pub" },
    args: { role: word, password: word, publication: word, tables, onFailure: fc.constantFrom("error", "warn") },
  },
};

/** Mostly what is expected, now and then something else, or an argument that does not exist. */
function programs(kind: string): fc.Arbitrary<Record<string, unknown>> {
  const { args, always } = RESOURCES[kind] as (typeof RESOURCES)[string];
  const likely = Object.fromEntries(
    Object.entries(args).map(([name, expected]) => [
      name,
      fc.oneof({ weight: 12, arbitrary: expected }, { weight: 1, arbitrary: value }),
    ]),
  );
  const strange = fc.oneof(
    { weight: 9, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(word, value) },
  );
  return fc
    .tuple(fc.record(likely, { requiredKeys: [] }), strange)
    .map(([given, other]) => ({ ...given, ...other, ...always }));
}

describe.each(Object.keys(RESOURCES))("check of %s, over anything a program may send", (kind) => {
  let provider: HandledProvider;

  beforeAll(() => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    provider = handler(kind);
    provider.configure({ config: { get: (key) => CONFIG[key] } });
  });

  test("never throws, names each problem in words without a property, and is content with what it gave", async () => {
    let accepted = 0;
    let olds = {};
    const tried = async (given: Record<string, unknown>) => {
      const news = { ...given, mark: "o/app/dev/K/it" };
      const { inputs, failures } = await provider.check(olds, news);
      for (const { property, reason } of failures) {
        expect(property).toBe("");
        expect(reason).toMatch(/\S/);
        expect(reason).not.toContain("a-password-of-nobody");
      }
      if (failures.length > 0) return;
      accepted++;
      expect(await provider.check(inputs, inputs)).toEqual({ inputs, failures: [] });
      const afresh = await provider.check({}, news);
      expect(afresh.inputs).toEqual(inputs);
      // A password that was taken before is not judged again.
      if (!("password" in given)) expect(afresh.failures).toEqual([]);
      if (accepted % 5 === 0) olds = inputs;
    };
    const { sound, always } = RESOURCES[kind] as (typeof RESOURCES)[string];
    await holdsAsync(programs(kind), tried, [{ ...sound, ...always }]);
    // Else the half of the test that matters has not run.
    expect(accepted).toBeGreaterThan(0);
  });
});

test("check of IpAllowlist takes no name of Object's prototype for a region", async () => {
  const provider = handler("IpAllowlist");
  provider.configure({ config: { get: (key) => CONFIG[key] } });
  await provider.check({}, { projectId: "p-1", clickPipesRegion: { cloud: "aws", region: "__proto__" }, mark: "m" });
});

test("check of ClickPipesUser refuses a passwordVersion that JSON cannot hold", async () => {
  const provider = handler("ClickPipesUser");
  provider.configure({ config: { get: (key) => CONFIG[key] } });
  const { failures } = await provider.check({}, { passwordVersion: Number.POSITIVE_INFINITY, mark: "m" });
  expect(failures.map(({ reason }) => reason)).toEqual([expect.stringContaining("passwordVersion: expected")]);
});
