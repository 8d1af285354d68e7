import { describe, expect, test } from "vitest";
import { secret } from "../support/plugin/process";
import { failureOf, urnOf, usePlugin } from "../support/plugin/scene";
import { publicationOf } from "../support/publication/publications";
import { readCatalogRole } from "../support/user/catalog";

describe("an import", () => {
  const scene = usePlugin();
  const { db } = scene;

  test("adopts a publication with the next update, and a delete gives it back", async () => {
    const { name } = scene;
    await db.query(`create publication ${name} for table public.orders`);
    await db.query(`comment on publication ${name} is 'by hand'`);
    const before = await publicationOf(db, name);
    const urn = urnOf("Publication");
    const { id, inputs, state } = await scene.plugin.read(urn, name);
    expect(id).toBe(name);
    expect(inputs.values).toMatchObject({ name, tables: ["public.orders"], adopt: true, comment: "by hand" });
    expect(inputs.values.drift).toEqual([expect.stringContaining("is imported, but does not belong")]);
    await scene.plugin.delete(urn, name, state.values);
    expect(await publicationOf(db, name)).toEqual(before);
    const { values: next } = await scene.plugin.check(urn, inputs.values, inputs.values);
    const { values: adopted } = await scene.plugin.update(urn, id, state.values, next);
    expect(adopted.imported).toBeUndefined();
    expect((await publicationOf(db, name))?.comment).toContain("pulumi-neon-clickpipes: ");
    await scene.plugin.delete(urn, id, adopted);
    expect(await publicationOf(db, name)).toEqual(before);
  });

  test("adopts a role with its password", async () => {
    const { name } = scene;
    const password = "Grand-Ocean7_tulip!Quartz42";
    await db.query(`create role ${name} login replication password '${password}'`);
    const before = await readCatalogRole(db, name);
    const urn = urnOf("ClickPipesUser");
    const { inputs, state } = await scene.plugin.read(urn, name);
    const { values: next } = await scene.plugin.check(
      urn,
      { ...inputs.values, password: secret(password) },
      inputs.values,
    );
    const { values: adopted } = await scene.plugin.update(urn, name, state.values, next);
    await scene.plugin.delete(urn, name, adopted);
    expect(await readCatalogRole(db, name)).toEqual(before);
  });

  test.each(["ClickPipesGrants", "IpAllowlist", "SourceReadiness"])("is refused in words: %s", async (kind) => {
    const { name } = scene;
    const { details } = await failureOf(scene.plugin.read(urnOf(kind), name));
    expect(details).toMatch(/cannot be imported\.\n.*Add it to the program/s);
  });

  test("of what does not exist is refused", async () => {
    const { name } = scene;
    expect((await failureOf(scene.plugin.read(urnOf("Publication"), name))).details).toBe(
      `Publication "${name}" does not exist.`,
    );
  });
});
