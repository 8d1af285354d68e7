import { beforeEach, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { inNewProcess } from "../support/newProcess";
import { type Place, useDatabase } from "../support/postgres/database";
import { logsIn } from "../support/postgres/login";
import { readCatalogRole, readMarked, roleExists, writeComment } from "../support/user/catalog";
import { ManagedUser, markOfUser } from "../support/user/managedUser";
import { textOf } from "../support/user/owners";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];
const OTHER_PASSWORD = "Silver-River9_maple!Onyx73";
const LOCKED_OUT = "Every client that uses the old password is locked out.";

describe.each(PLACES)("adopting a role that has an owner on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let name: string;
  let owner: ManagedUser;

  beforeEach(async () => {
    name = fresh("held");
    owner = new ManagedUser(name, db.config);
    await inNewProcess(owner);
    await owner.up({ name, comment: "reads" });
  });

  const adoption = () => ({ name, adopt: true, passwordVersion: 1 });
  const stranger = (stack: string) => new ManagedUser(name, db.config, { stack });

  test("is refused if another resource of this stack owns it, which can be shared", async () => {
    const before = await readCatalogRole(db, name);
    const sibling = new ManagedUser(`${name}_other`, db.config);
    await inNewProcess(sibling);
    const refused = new RegExp(
      `belongs to ${markOfUser(name)} \\(in no component\\), a resource of this stack\\.\nThis resource is ${markOfUser(`${name}_other`)} \\(in no component\\)\\.\nTo use it in several sources, share it: pass that resource as \`user\`\\.`,
    );
    await expect(sibling.check(adoption())).rejects.toThrow(refused);
    await expect(sibling.up(adoption())).rejects.toThrow(refused);
    expect(await readCatalogRole(db, name)).toEqual(before);
    await owner.destroy();
    expect(await roleExists(db, name)).toBe(false);
  });

  test("works for a copy from another branch, and a preview and a create say that the password is reset", async () => {
    const marked = await readMarked(db, name);
    const place = { database: db.database, systemIdentifier: "1", neonProject: "p-1", neonBranch: "br-main" };
    const copied = { mark: markOfUser(name), path: "", token: "original", place };
    await writeComment(db, name, `reads\n${textOf(copied)}`);
    const onBranch = new ManagedUser(name, db.config);
    await inNewProcess(onBranch);
    const copy = `a copy of the one that belongs to ${markOfUser(name)} in database "${db.database}" on branch br-main`;
    await expect(onBranch.up({ name })).rejects.toThrow(`role "${name}" already exists and is ${copy}.`);
    await onBranch.check(adoption());
    expect(said.at(-1)).toContain(
      `role "${name}" exists, as ${copy}.\n\`pulumi up\` adopts it.\nIt then gets a new password. ${LOCKED_OUT}`,
    );
    await onBranch.up(adoption());
    expect(said.at(-1)).toContain(
      `role "${name}" exists, as ${copy}.\nIt was adopted.\nIt has a new password now. ${LOCKED_OUT}`,
    );
    expect(await logsIn(db, name, onBranch.outputs.password)).toBe(true);
    expect(await onBranch.refresh()).toBe(false);
    await onBranch.destroy();
    expect(await readMarked(db, name)).toEqual({ ...marked, owner: copied });
    await db.query(`drop role ${name}`);
  });

  test("works for a role of another stack, whose update then refuses and changes nothing until it is given back", async () => {
    const marked = await readMarked(db, name);
    const taker = stranger("production");
    await taker.check(adoption());
    expect(said.at(-1)).toContain(
      `role "${name}" exists, and belongs to ${markOfUser(name)}.\n\`pulumi up\` adopts it.\nIt then gets a new password. ${LOCKED_OUT}`,
    );
    await taker.up(adoption());
    const taken = await readCatalogRole(db, name);
    const { state } = owner;
    const refused = `role "${name}" now belongs to ${markOfUser(name, "production")}.\nNothing was changed`;
    for (const change of [
      { connectionLimit: 3 },
      { password: OTHER_PASSWORD },
      { comment: "mine" },
      { name: `${name}_b` },
    ])
      await expect(owner.up({ name, ...change })).rejects.toThrow(refused);
    expect(owner.state).toEqual(state);
    expect(await owner.refresh()).toBe(true);
    expect(owner.drift).toEqual([
      `role "${name}" now belongs to ${markOfUser(name, "production")}`,
      `role "${name}" no longer accepts its password`,
    ]);
    await expect(owner.up({ name, comment: "reads" })).rejects.toThrow(refused);
    expect(await readCatalogRole(db, name)).toEqual(taken);
    expect(await logsIn(db, name, taker.outputs.password)).toBe(true);

    await taker.destroy();
    expect(await readMarked(db, name)).toEqual(marked);
    expect((await owner.up({ name, comment: "reads", connectionLimit: 3 })).kind).toBe("update");
    expect(await logsIn(db, name, owner.outputs.password)).toBe(true);
    expect(await owner.refresh()).toBe(false);
    await owner.destroy();
    expect(await roleExists(db, name)).toBe(false);
  });

  test("keeps the role from the first owner's destroy, which says whose it is now", async () => {
    const taker = stranger("production");
    await taker.up(adoption());
    await owner.destroy();
    expect(said.join("\n")).toContain(
      `role "${name}" now belongs to ${markOfUser(name, "production")}. Delete left it unchanged.`,
    );
    expect(await taker.refresh()).toBe(false);
    await taker.up({ ...adoption(), deleteAdopted: true });
    await taker.destroy();
    expect(await roleExists(db, name)).toBe(false);
  });

  test("is passed on from one stack to the next, and each gives back what it found", async () => {
    const [second, third] = [stranger("second"), stranger("third")];
    await second.up(adoption());
    await third.up(adoption());
    await expect(second.up({ ...adoption(), connectionLimit: 3 })).rejects.toThrow(/now belongs to .*\/third\//);
    await third.destroy();
    expect((await readMarked(db, name)).owner?.token).toBe(second.outputs.token);
    await second.destroy();
    expect((await readMarked(db, name)).owner?.token).toBe(owner.outputs.token);
    await owner.destroy();
    expect(await roleExists(db, name)).toBe(false);
  });
});
