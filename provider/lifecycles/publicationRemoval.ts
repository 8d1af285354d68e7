import { setTimeout as sleep } from "node:timers/promises";
import { type Transaction, transaction } from "../clients/transaction";
import { formatComment } from "../sql/mark";
import { planPublication } from "../sql/publicationPlan";
import { type ActualPublication, readPublication, toPublication } from "../sql/publicationRead";
import { readServer, type Server, toServer } from "../sql/server";
import { affectedSlots, readSlots, type Slot } from "../sql/slots";
import { identifier, literal, statement } from "../sql/statement";
import { parseTable, tableKey } from "../sql/table";
import type { Inputs } from "./arguments";
import type { Context } from "./context";
import type { PublicationState } from "./publication";
import { slotsInTheWay } from "./publicationRefusals";

/** Drops what this resource made, once no slot may read it any more; slots themselves are never dropped. */
export async function removePublication(context: Context, id: string, old: Inputs): Promise<void> {
  const state = { ...old, name: old.name ?? id } as PublicationState;
  const deadline = Date.now() + context.postgres.settings.deleteTimeout * 1000;
  for (;;) {
    const slots = await transaction(context.postgres, (tx) => attempt(context, tx, state));
    if (slots.length === 0) return;
    if (Date.now() >= deadline) throw slotsInTheWay(state.name, slots);
    await sleep(1000);
  }
}

/** Drops it, or tells which slots are in the way. */
async function attempt(context: Context, tx: Transaction, state: PublicationState): Promise<Slot[]> {
  const [serverAnswer, found, slotRows] = await tx.run(
    readServer,
    readPublication(tx.version, state.oid ?? null, state.name),
    readSlots(state.name),
  );
  const server = toServer(serverAnswer?.rows[0] ?? {});
  context.checkPlace(server, state);
  const actual = toPublication(found?.rows[0]);
  if (!actual) return [];
  if (state.adopted && !state.deleteAdopted) {
    await giveBack(tx, actual, state, server);
    return [];
  }
  if (actual.marked.owner?.token !== state.token) {
    context.inform(
      `publication "${actual.name}" belongs to another resource by now, or has lost its mark: it was left as it is`,
    );
    return [];
  }
  const slots = state.allowLeftoverSlots ? [] : affectedSlots(slotRows?.rows ?? []);
  if (slots.length > 0) return slots;
  await tx.commit(statement(`drop publication ${identifier(actual.name)}`));
  return [];
}

/** An adopted publication stays: out go the tables that were added, back comes what was changed, and our mark goes. */
async function giveBack(
  tx: Transaction,
  actual: ActualPublication,
  state: PublicationState,
  server: Server,
): Promise<void> {
  if (actual.marked.owner !== undefined && actual.marked.owner.token !== state.token) return;
  const { added = [], tables = [], comment, publish, viaRoot, generatedColumns, owner } = state.before ?? {};
  const out = new Set(added.map((spec) => tableKey(parseTable(spec))));
  const changed = new Map(tables.map((table) => [tableKey(table), table]));
  const before = {
    name: actual.name,
    allTables: actual.allTables,
    schemas: actual.schemas,
    tables: actual.tables
      .filter((table) => !out.has(tableKey(table)))
      .map((table) => changed.get(tableKey(table)) ?? table),
    ...{ publish, viaRoot, generatedColumns, owner },
  };
  const { statements } = planPublication(before, actual, {}, server.superuser);
  const text = formatComment({ comment: comment === undefined ? actual.marked.comment : comment, grants: [] });
  const note = statement(
    `comment on publication ${identifier(actual.name)} is ${text === null ? "null" : literal(text)}`,
  );
  const isOwner = (one: { text: string }) => one.text.includes(" owner to ");
  if (actual.mayAlter)
    await tx.commit(...statements.filter((one) => !isOwner(one)), note, ...statements.filter(isOwner));
}
