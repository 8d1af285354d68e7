import { identifier, type Statement, statement } from "../../postgres/sql/statement";
import type { Actor } from "./rights";

/** What we can do ourselves in one go, then owner by owner in that owner's role. */
export function byActor<T extends { actor: Actor; owner: string }>(
  rights: T[],
  make: (group: T[]) => Statement[],
): Statement[] {
  const self = rights.filter(({ actor }) => actor === "self");
  const owners = new Map<string, T[]>();
  for (const right of rights) {
    if (right.actor !== "owner") continue;
    const group = owners.get(right.owner);
    if (group) group.push(right);
    else owners.set(right.owner, [right]);
  }
  return [...(self.length > 0 ? make(self) : []), ...[...owners].flatMap(([owner, group]) => as(owner, make(group)))];
}

/** Back to the role of the connection, which need not be the one that logged in. */
function as(owner: string, statements: Statement[]): Statement[] {
  return [
    statement(`set local role ${identifier(owner)}`),
    ...statements.map((one) => ({ ...one, actor: owner })),
    statement("set local role to default"),
  ];
}

interface Default {
  creator: string;
  schema: string;
  actor: Actor;
}

/** Creators with the same schemas share a statement; FOR ROLE takes privileges of the creator, else its role is put on. */
export function defaultStatements(rights: Default[], text: (spaces: string, forRole: string) => string): Statement[] {
  const creators = [...new Set(rights.filter(({ actor }) => actor !== "none").map(({ creator }) => creator))];
  const bySpaces = new Map<string, string[]>();
  const statements: Statement[] = [];
  for (const creator of creators) {
    const own = rights.filter((right) => right.creator === creator);
    const spaces = own.map(({ schema }) => identifier(schema)).join(", ");
    if (own[0]?.actor === "owner") statements.push(...as(creator, [statement(text(spaces, ""))]));
    else bySpaces.set(spaces, [...(bySpaces.get(spaces) ?? []), creator]);
  }
  for (const [spaces, names] of bySpaces) {
    statements.push(statement(text(spaces, ` for role ${names.map(identifier).join(", ")}`)));
  }
  return statements;
}
