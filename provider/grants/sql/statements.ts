import { identifier, type Statement, statement } from "../../postgres/sql/statement";
import { type Group, groupBy } from "./groupBy";
import type { Actor } from "./scope";

/** First everything that we can run as ourselves, then owner by owner what has to run in that owner's role. */
export function byActor<T extends { actor: Actor; owner: string }>(
  rights: T[],
  make: (group: T[]) => Statement[],
): Statement[] {
  const self = rights.filter(({ actor }) => actor === "self");
  const byOwner = groupBy(
    rights.filter(({ actor }) => actor === "owner"),
    ({ owner }) => owner,
  );
  return [...(self.length > 0 ? make(self) : []), ...byOwner.flatMap((group) => actAs(group[0].owner, make(group)))];
}

/** Ends in the role of the connection, which is not always the role that logged in. */
function actAs(owner: string, statements: Statement[]): Statement[] {
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

/**
 * Creators with the same schemas share a statement. FOR ROLE requires the privileges of the creator; without them, the statement
 * runs in the creator's role.
 */
export function defaultStatements(rights: Default[], text: (spaces: string, forRole: string) => string): Statement[] {
  const byCreator = groupBy(
    rights.filter(({ actor }) => actor !== "none"),
    ({ creator }) => creator,
  );
  const asOwners = byCreator.filter(([{ actor }]) => actor === "owner");
  const asSelf = groupBy(
    byCreator.filter(([{ actor }]) => actor === "self"),
    spacesOf,
  );
  const namesOf = (creators: Group<Default>[]) => creators.map(([{ creator }]) => identifier(creator)).join(", ");
  return [
    ...asOwners.flatMap((own) => actAs(own[0].creator, [statement(text(spacesOf(own), ""))])),
    ...asSelf.map((creators) => statement(text(spacesOf(creators[0]), ` for role ${namesOf(creators)}`))),
  ];
}

function spacesOf(rights: Group<Default>): string {
  return rights.map(({ schema }) => identifier(schema)).join(", ");
}
