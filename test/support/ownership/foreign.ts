import { escapeIdentifier, escapeLiteral } from "pg";
import { formatComment, type Ownership } from "../../../provider/postgres/sql/mark";
import type { Random } from "../../addresses/random";
import { DATABASES, identityOf, type Kind } from "./program";
import { FOREIGN_PUBLICATION, FOREIGN_ROLES, OTHER_BRANCH, TABLES, type World } from "./world";

/** The token of all markers that no stack of a history wrote. */
export const COPIED = "copied";

/** Makes what another user has made before the programs begin: roles with rights and publications, some with copied markers. */
export async function makeForeign(draw: Random, world: World): Promise<void> {
  await dropForeign(world);
  for (const role of FOREIGN_ROLES) await makeRole(draw, world, role);
  for (const database of DATABASES) await makePublication(draw, world, database);
}

async function makeRole(draw: Random, world: World, role: string): Promise<void> {
  await world.asAdmin("one", `create role ${role} login password 'of another user'`);
  if (world.version >= 16 || draw.chance(0.5))
    await world.asAdmin("one", `alter role ${role} replication connection limit 7`);
  await comment(draw, world, "role", role, "ClickPipesUser", "one");
  for (const database of DATABASES) {
    if (draw.chance(0.5)) continue;
    await world.asAdmin(database, `grant usage on schema shop to ${role}`);
    await world.asAdmin(database, `grant select, update on ${draw.pick(TABLES)} to ${role}`);
  }
}

async function makePublication(draw: Random, world: World, database: (typeof DATABASES)[number]): Promise<void> {
  const tables = TABLES.filter(() => draw.chance(0.5));
  const list = tables.length > 0 ? `for table ${tables.join(", ")}` : "";
  await world.asAdmin(database, `create publication ${FOREIGN_PUBLICATION} ${list}`);
  await comment(draw, world, "publication", FOREIGN_PUBLICATION, "Publication", database);
}

/** None, one of its own, one with the marker of a stack elsewhere, or one that came here with a branch. */
async function comment(
  draw: Random,
  world: World,
  what: "role" | "publication",
  name: string,
  kind: Kind,
  database: (typeof DATABASES)[number],
): Promise<void> {
  const text = draw.chance(0.5) ? "of another user" : null;
  const place = { ...(await world.place(database)), neonBranch: OTHER_BRANCH };
  const markOf = (stack: string) => ({ ...identityOf(stack, kind, { name: "orders", path: "" }), token: COPIED });
  const owner: Ownership | undefined = draw.pick([
    undefined,
    { ...markOf("elsewhere"), place: await world.place(database) },
    { ...markOf(draw.pick(["dev", "prod"])), place },
  ]);
  const whole = formatComment({ comment: text, grants: [], ...(owner && { owner }) });
  if (whole !== null) await world.asAdmin(database, `comment on ${what} ${name} is ${escapeLiteral(whole)}`);
}

/** Whatever a history left behind, so that the next one begins as the first one did. */
export async function dropForeign(world: World): Promise<void> {
  const { roles, publications } = await world.catalog();
  const isOurs = (name: string) => /^(foreign|reader|pub|other)_/.test(name);
  for (const key of publications.keys()) {
    const [database, name = ""] = key.split("/");
    if (isOurs(name)) await world.asSuperuser(database as "one", `drop publication ${escapeIdentifier(name)}`);
  }
  for (const role of [...roles.keys()].filter(isOurs)) {
    for (const database of DATABASES) await world.asSuperuser(database, `drop owned by ${escapeIdentifier(role)}`);
    await world.asSuperuser("one", `drop role ${escapeIdentifier(role)}`);
  }
}
