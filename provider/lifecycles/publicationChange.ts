import { setTimeout as sleep } from "node:timers/promises";
import { type Transaction, transaction } from "../clients/transaction";
import { notOurs } from "../errors";
import { formatComment, type Marked, sameStack } from "../sql/mark";
import {
  createPublication,
  type DesiredPublication,
  type PublicationPlan,
  planPublication,
  rememberFilters,
} from "../sql/publicationPlan";
import {
  type ActualPublication,
  readExcludedColumns,
  readPublication,
  readPublishedTables,
  toPublication,
} from "../sql/publicationRead";
import {
  displayUnsafe,
  readUnpublishable,
  readUnsafe,
  readUnsafeWish,
  type UnsafeTable,
} from "../sql/publicationSafety";
import { placeOf, readServer, type Server, toServer } from "../sql/server";
import { affectedSlots, readSlots, type Slot } from "../sql/slots";
import { identifier, literal, qualified, type Statement, statement } from "../sql/statement";
import { formatTable, tableKey } from "../sql/table";
import type { Inputs } from "./arguments";
import { type Context, freshToken } from "./context";
import type { Created } from "./lifecycle";
import { type PublicationInputs, type PublicationState, toDesired } from "./publication";
import { lossesOf } from "./publicationRefresh";
import {
  mayNotAlter,
  narrowerThanFound,
  needsReplacement,
  slotsInTheWay,
  supported,
  unpublishable,
  unsafeTables,
} from "./publicationRefusals";

interface Work {
  wish: PublicationInputs;
  desired: DesiredPublication;
  token: string;
  /** Absent while it is created. */
  state?: PublicationState;
}

export async function createPublicationResource(context: Context, inputs: Inputs): Promise<Created> {
  const wish = inputs as PublicationInputs;
  const outputs = await changed(context, { wish, desired: toDesired(wish), token: freshToken() });
  return { id: wish.name, outputs };
}

export async function updatePublication(context: Context, _id: string, old: Inputs, inputs: Inputs): Promise<Inputs> {
  const state = old as PublicationState;
  const wish = inputs as PublicationInputs;
  return changed(context, { wish, desired: toDesired(wish), token: state.token ?? freshToken(), state });
}

/** Tries until no reader is in the way; neither the connection nor a transaction is held while one is waited for. */
async function changed(context: Context, work: Work): Promise<Inputs> {
  const { deleteTimeout } = context.postgres.settings;
  const deadline = Date.now() + deleteTimeout * 1000;
  for (;;) {
    const outcome = await transaction(context.postgres, (tx) => attempt(context, tx, work));
    if ("outputs" in outcome) return outcome.outputs;
    if (Date.now() >= deadline) throw slotsInTheWay(work.wish.name, outcome.waitingFor);
    await sleep(1000);
  }
}

type Outcome = { outputs: Inputs } | { waitingFor: Slot[] };

async function attempt(context: Context, tx: Transaction, work: Work): Promise<Outcome> {
  const { wish, desired, state } = work;
  const seen = await readAll(tx, work);
  const { server, actual } = seen;
  context.checkPlace(server, state);
  supported(server, desired);
  unpublishable(seen.unpublishable, server);
  if (!wish.allowUnsafeTables && seen.newlyUnsafe.length > 0) throw unsafeTables(seen.newlyUnsafe);
  if (!actual) {
    if (state) context.warn(`publication "${state.name}" was gone and is made again. ${RESYNC}`);
    return { outputs: await make(tx, work, server, undefined) };
  }
  const adoption = state ? undefined : checkOwner(work, actual);
  if (!actual.mayAlter) throw mayNotAlter(actual, server);
  const plan = planPublication(desired, actual, state?.filters ?? {}, server.superuser);
  if (adoption && plan.removed.length > 0 && !wish.allowReplace) throw narrowerThanFound(wish.name, plan.removed);
  if (plan.replace.length > 0 && !wish.allowReplace) throw needsReplacement(plan.replace);
  const breaking = plan.replace.length > 0 || plan.renamed;
  const slots = affectedSlots(seen.slots);
  if (breaking && slots.length > 0 && !wish.allowLeftoverSlots) return { waitingFor: slots };
  warnOfLosses(context, work, actual, breaking);
  warnOfUnsafe(context, work, seen.unsafe);
  const outputs =
    plan.replace.length > 0 ? await make(tx, work, server, actual) : await alter(tx, work, server, actual, plan);
  return { outputs: { ...outputs, ...adoption?.(plan, actual) } };
}

interface Seen {
  server: Server;
  actual: ActualPublication | undefined;
  unpublishable: Record<string, unknown>[];
  /** Unsafe already, and unsafe only by what is wished for now. */
  unsafe: UnsafeTable[];
  newlyUnsafe: UnsafeTable[];
  slots: Record<string, unknown>[];
}

async function readAll(tx: Transaction, { wish, desired, state }: Work): Promise<Seen> {
  const oid = state?.oid ?? null;
  const name = state?.name ?? wish.name;
  const [server, actual, bad, wished, present, slots] = await tx.run(
    readServer,
    readPublication(tx.version, oid, name),
    readUnpublishable(desired.tables, desired.schemas),
    readUnsafeWish(tx.version, { ...desired, publish: desired.publish, generatedColumns: desired.generatedColumns }),
    readUnsafe(tx.version, oid, name),
    readSlots(name),
  );
  const unsafe = (present?.rows ?? []) as unknown as UnsafeTable[];
  const known = new Set(unsafe.map(tableKey));
  const newlyUnsafe = ((wished?.rows ?? []) as unknown as UnsafeTable[]).filter((table) => !known.has(tableKey(table)));
  return {
    server: toServer(server?.rows[0] ?? {}),
    actual: toPublication(actual?.rows[0]),
    unpublishable: bad?.rows ?? [],
    unsafe,
    newlyUnsafe,
    slots: slots?.rows ?? [],
  };
}

/** Creates it; in place of `old` in the same transaction, so that no reader's catalog ever lacks it. */
async function make(tx: Transaction, work: Work, server: Server, old: ActualPublication | undefined): Promise<Inputs> {
  const { desired, wish } = work;
  tx.relations = desired.tables.map(qualified);
  const owner = desired.owner ?? old?.owner;
  const marked: Marked = { comment: wish.comment ?? old?.marked.comment ?? null, grants: [] };
  return finish(tx, work, server, [
    ...(old ? [statement(`drop publication ${identifier(old.name)}`)] : []),
    createPublication(desired),
    ...(owner === undefined || owner === server.user
      ? []
      : [statement(`alter publication ${identifier(desired.name)} owner to ${identifier(owner)}`)]),
    ...comment(desired.name, null, { ...marked, owner: ownerOf(work, old) }),
  ]);
}

async function alter(
  tx: Transaction,
  work: Work,
  server: Server,
  actual: ActualPublication,
  plan: PublicationPlan,
): Promise<Inputs> {
  const { desired, wish } = work;
  tx.relations = [...plan.added, ...plan.removed, ...plan.changed.map(({ to }) => to)].map(qualified);
  const text = wish.comment === undefined ? actual.marked.comment : wish.comment || null;
  // Owner last: afterwards the comment may no longer be ours to write.
  const isOwner = (one: Statement) => one.text.includes(" owner to ");
  return finish(tx, work, server, [
    ...plan.statements.filter((one) => !isOwner(one)),
    ...comment(desired.name, actual.text, { comment: text, grants: [], owner: ownerOf(work, actual) }),
    ...plan.statements.filter(isOwner),
  ]);
}

function comment(name: string, found: string | null, marked: Marked): Statement[] {
  const text = formatComment(marked);
  return text === found
    ? []
    : [statement(`comment on publication ${identifier(name)} is ${text === null ? "null" : literal(text)}`)];
}

function ownerOf({ wish, token, state }: Work, actual: ActualPublication | undefined): Marked["owner"] {
  const found = actual?.marked.owner;
  // Another stack has adopted it since: its mark is not ours to overwrite.
  if (state && found && found.token !== state.token && found.mark !== wish.mark && found.mark !== state.mark)
    return found;
  const adopted = state ? state.adopted : actual !== undefined && (found?.mark !== wish.mark || found?.adopted);
  return { mark: wish.mark, token, ...(adopted && { adopted: true }) };
}

/** Where row filters are given, what the server made of them is judged before the commit. */
async function finish(tx: Transaction, work: Work, server: Server, statements: Statement[]): Promise<Inputs> {
  const { desired, wish, token, state } = work;
  const { name } = desired;
  const reads = [
    readPublication(tx.version, null, name),
    readPublishedTables(null, name),
    readExcludedColumns(tx.version, null, name),
  ];
  let answers: Awaited<ReturnType<Transaction["run"]>>;
  if (desired.tables.some(({ where }) => where !== undefined) && !wish.allowUnsafeTables && statements.length > 0) {
    answers = await tx.run(...statements, ...reads, readUnsafe(tx.version, null, name));
    const filtered = new Set(desired.tables.filter(({ where }) => where !== undefined).map(tableKey));
    const unsafe = ((answers.pop()?.rows ?? []) as unknown as UnsafeTable[]).filter((table) =>
      filtered.has(tableKey(table)),
    );
    if (unsafe.length > 0) throw unsafeTables(unsafe);
    await tx.commit();
  } else answers = await tx.commit(...statements, ...reads);
  const [publication, published, excluded] = answers.slice(-3);
  const actual = toPublication(publication?.rows[0]) as ActualPublication;
  const { adopted, before } = state ?? {};
  return {
    oid: actual.oid,
    target: placeOf(server),
    token,
    publishedTables: published?.rows ?? [],
    excludedColumns: excluded?.rows ?? [],
    filters: rememberFilters(desired, actual),
    ...(adopted && { adopted, before }),
  };
}

/** Lets a create go on with what is there: what a killed run of this resource left, or with `adopt` somebody else's. */
function checkOwner({ wish }: Work, actual: ActualPublication): Adoption | undefined {
  const owner = actual.marked.owner;
  const own = owner?.mark === wish.mark;
  if (own && !owner.adopted) return undefined;
  if (!wish.adopt)
    throw notOurs({
      kind: "publication",
      name: wish.name,
      mark: owner?.mark,
      sameStack: sameStack(owner?.mark ?? "", wish.mark),
    });
  // After a killed adoption nobody knows what it was like before: nothing will be taken back.
  return own ? () => ({ adopted: true, before: {} }) : foundBefore(wish);
}

type Adoption = (plan: PublicationPlan, actual: ActualPublication) => Inputs;

function foundBefore(wish: PublicationInputs): Adoption {
  return ({ added, changed }, actual) => ({
    adopted: true,
    before: {
      added: added.map(formatTable),
      tables: changed.map(({ from: { schema, name, columns, where } }) => ({ schema, name, columns, where })),
      schemas: actual.schemas,
      ...(wish.publish && { publish: actual.publish }),
      ...(wish.publishViaPartitionRoot !== undefined && { viaRoot: actual.viaRoot }),
      ...(wish.publishGeneratedColumns && { generatedColumns: actual.generatedColumns }),
      ...(wish.owner && { owner: actual.owner }),
      ...(wish.comment !== undefined && { comment: actual.marked.comment }),
    },
  });
}

const RESYNC = "Changes made meanwhile never reached ClickHouse: resync the pipe";

function warnOfLosses(
  context: Context,
  { wish, state, desired }: Work,
  actual: ActualPublication,
  breaking: boolean,
): void {
  if (breaking)
    context.warn(`publication "${wish.name}" is replaced or renamed: a ClickPipe that reads it has to be resynced`);
  if (!state) return;
  if (state.oid !== actual.oid)
    context.warn(
      `publication "${actual.name}" was dropped and made again by somebody else (OID ${state.oid}, now ${actual.oid}). ${RESYNC}`,
    );
  const lost = [...new Set([...(state.lost ?? []), ...lossesOf(state, actual, desired)])];
  if (lost.length > 0) context.warn(`publication "${wish.name}" had lost ${lost.join(", ")}. ${RESYNC} for these`);
}

function warnOfUnsafe(context: Context, { wish, state }: Work, unsafe: UnsafeTable[]): void {
  if (!state || wish.allowUnsafeTables || unsafe.length === 0) return;
  const shown = unsafe.slice(0, 10).map(displayUnsafe).join("; ");
  context.warn(
    `UPDATE or DELETE fail in the application for published tables: ${shown}${unsafe.length > 10 ? `; and ${unsafe.length - 10} more` : ""}`,
  );
}
