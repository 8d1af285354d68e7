import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider";
import { useDatabase } from "../support/postgres/database";

const PROVIDER = 'exports.handler = () => require("pulumi-neon-clickpipes/provider").handler("Publication");';
const ARGS = { name: "pub", tables: ["public.orders"], mark: "o/app/dev/Publication/pub", __provider: PROVIDER };

/** The field `changes` in the engine's DiffResponse. */
const DIFF_UNKNOWN = 0;

describe.each(["@pulumi/pulumi", "pulumi-3.248.0"])(
  "the constant provider text in the dynamic provider of %s",
  (sdk) => {
    const db = useDatabase(17);
    let provider: DynamicProvider;

    beforeAll(async () => {
      await db.query("create table public.orders (id int primary key)");
      provider = await DynamicProvider.start(sdk, db.config);
    });
    afterAll(() => provider?.stop());

    test("lives a whole life over gRPC", async () => {
      const { inputs, failures } = await provider.check({}, ARGS);
      expect(failures).toEqual([]);
      expect(inputs.__provider).toBe(PROVIDER);
      const { id, outputs } = await provider.create(inputs);
      expect(id).toBe("pub");
      expect(outputs).toMatchObject({ name: "pub", tables: ["public.orders"], __provider: PROVIDER });

      const read = await provider.read(id, outputs);
      expect(read.id).toBe("pub");
      expect(read.inputs).toEqual(inputs);

      const next = (await provider.check(inputs, { ...ARGS, comment: "for ClickPipes" })).inputs;
      expect(await provider.diff(id, outputs, next)).toEqual({ changes: DIFF_UNKNOWN, replaces: [] });
      const updated = await provider.update(id, outputs, next);
      expect(updated).toMatchObject({ comment: "for ClickPipes", oid: outputs.oid, __provider: PROVIDER });

      await provider.delete(id, updated);
      expect((await provider.read(id, updated)).id).toBe("");
      expect(provider.stderr).toBe("");
    });

    test("reports problems without naming a property, since Pulumi would print its value", async () => {
      const { failures } = await provider.check({}, { ...ARGS, name: "Pub", schemas: "shop" });
      expect(failures.map(({ property }) => property)).toEqual(["", ""]);
      expect(failures.map(({ reason }) => reason).join()).toMatch(/name: pgoutput would read "Pub" as another name/);
    });

    test("fails with a message, and without a stack trace", async () => {
      const missing = provider.create({ ...ARGS, tables: ["public.missing"] });
      await expect(missing).rejects.toThrow(/not in database "postgres": table public.missing/);
      await provider.read("pub", { ...ARGS, target: { database: "other", systemIdentifier: "1" } }).catch(() => {});
      expect(provider.stderr).toContain('this resource lives in database "other"');
      expect(provider.stderr).not.toMatch(/\n\s+at /);
    });
  },
);
