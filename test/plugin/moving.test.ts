import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { describe, expect, test } from "vitest";
import { REPEATED } from "../../provider/lifecycle/argumentNames";
import { Managed } from "../support/managed";
import { secret, type Values } from "../support/plugin/process";
import { urnOf, usePlugin } from "../support/plugin/scene";
import { rightsOf } from "../support/postgres/rights";
import { publicationOf } from "../support/publication/publications";
import { roleExists } from "../support/user/catalog";

const { DIFF_NONE } = proto.DiffResponse.DiffChanges;
/** What only the state of a dynamic resource has. */
const ofDynamic = (kind: string) => ({
  __provider: `exports.handler = () => require("pulumi-neon-clickpipes/provider").handler("${kind}");`,
});

describe("a stack of dynamic resources that moves to the plugin by its aliases", () => {
  const scene = usePlugin();
  const { db } = scene;

  /** The state of a dynamic resource `it`, as a backend with organizations has it. */
  async function makeDynamic(kind: string, args: Values) {
    const resource = new Managed(kind, "it", db.config);
    await resource.up({ ...args, path: "" });
    const { id = "", inputs = {}, outputs = {} } = resource.state ?? {};
    return { id, inputs: { ...inputs, ...ofDynamic(kind) }, state: { ...outputs, ...ofDynamic(kind) } };
  }

  test("finds nothing to change, and deletes what the dynamic resources made", async () => {
    const { name, plugin } = scene;
    const scope = { tables: ["public.orders"] };
    const program = [
      { kind: "ClickPipesUser", args: { name } },
      { kind: "ClickPipesGrants", args: { role: name, ...scope } },
      { kind: "Publication", args: { name, ...scope } },
    ];
    const moved = [];
    for (const { kind, args } of program) {
      const { id, inputs, state } = await makeDynamic(kind, args);
      const urn = urnOf(kind);
      const { values: next, failures } = await plugin.check(urn, args, inputs);
      expect(failures, kind).toEqual([]);
      expect(await plugin.diff(urn, state, inputs, next), kind).toMatchObject({ changes: DIFF_NONE, replacesList: [] });
      const found = await plugin.read(urn, id, state, inputs);
      expect(found.inputs.values, kind).toEqual(next);
      expect(Object.keys(found.state.values), kind).not.toContain("__provider");
      moved.push({ urn, id, state: found.state.values });
    }
    for (const { urn, id, state } of moved.reverse()) await plugin.delete(urn, id, state);
    expect(await publicationOf(db, name)).toBeUndefined();
    expect(await rightsOf(db, name)).toEqual([]);
    expect(await roleExists(db, name)).toBe(false);
  });

  test("finds nothing to change where the program made arguments secret", async () => {
    const { name, plugin } = scene;
    const args = { name, tables: ["public.orders"] };
    const { id, inputs, state } = await makeDynamic("Publication", args);
    const hidden = { ...inputs, secretArguments: ["tables"], publishedTables: REPEATED, filters: REPEATED };
    const urn = urnOf("Publication");
    const { values: next } = await plugin.check(urn, { ...args, tables: secret(args.tables) }, hidden);
    expect(await plugin.diff(urn, state, hidden, next)).toMatchObject({ changes: DIFF_NONE });
    await plugin.delete(urn, id, state);
  });
});
