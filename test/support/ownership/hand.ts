import { escapeIdentifier, escapeLiteral } from "pg";
import type { Random } from "../../addresses/random";
import type { Actor } from "./actor";
import type { CatalogObject } from "./catalog";
import { DATABASES, type Database } from "./program";
import type { World } from "./world";

/** What another user does by hand to an object that a program has. */
export interface HandMade {
  sql: string;
  database: Database;
  object: string;
  /** Its marker, or its notes, may be gone. */
  wipes: boolean;
}

/** One of the statements that an admin may run meanwhile; undefined if there is nothing to run it on. */
export async function drawHandMade(
  draw: Random,
  world: World,
  actors: readonly Actor[],
): Promise<HandMade | undefined> {
  const { roles, publications } = await world.catalog();
  const entries = actors.flatMap(({ entries: all }) => all);
  if (entries.length === 0) return undefined;
  const { kind, outputs, database } = draw.pick(entries);
  const isRole = kind !== "Publication";
  const name = String(outputs.name ?? outputs.role);
  const found = isRole ? roles.get(name) : publications.get(`${database}/${name}`);
  if (!found) return undefined;
  if (draw.chance(0.6)) return comment(draw, isRole ? "role" : "publication", name, database, found);
  const isForeign = /^foreign/.test(name) || entries.some(({ outputs: one }) => one.name === name && one.adopted);
  const sql = draw.pick(isRole ? spoilRole(draw, name, isForeign) : spoilPublication(name, outputs));
  return { sql, database: isRole ? draw.pick(DATABASES) : database, object: name, wipes: false };
}

function comment(
  draw: Random,
  what: "role" | "publication",
  object: string,
  database: Database,
  { comment: text }: CatalogObject,
): HandMade {
  const [value, wipes]: [string, boolean] = draw.pick([
    ["null", true],
    ["'by hand'", true],
    [escapeLiteral('pulumi-neon-clickpipes: {"owner":{"mark":'), true],
    [escapeLiteral(`${text ?? ""}\nappended by hand`), false],
    [escapeLiteral(`before it\n${text ?? ""}`), false],
  ]);
  return { sql: `comment on ${what} ${escapeIdentifier(object)} is ${value}`, database, object, wipes };
}

/** Nothing brings back the rights that another user gave. */
function spoilRole(draw: Random, name: string, isForeign: boolean): string[] {
  const role = escapeIdentifier(name);
  const table = draw.pick(["public.items", "public.orders", "shop.carts"]);
  return [
    ...(isForeign ? [] : [`revoke select on ${table} from ${role}`]),
    `alter role ${role} nologin`,
    `alter role ${role} password 'another one 1234567890'`,
  ];
}

/** Only what the program itself made is dropped: nothing brings back what another user made. */
function spoilPublication(name: string, { adopted }: Record<string, unknown>): string[] {
  const publication = escapeIdentifier(name);
  const alter = `alter publication ${publication} set (publish = 'insert, delete')`;
  return [
    alter,
    `alter publication ${publication} set table shop.prices`,
    ...(adopted ? [] : [`drop publication ${publication}`]),
  ];
}
