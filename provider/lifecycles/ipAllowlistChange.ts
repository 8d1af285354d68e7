import { setTimeout as sleep } from "node:timers/promises";
import { planList } from "../addresses/allowlist";
import { connect } from "../clients/connection";
import type { AllowedIps, NeonClient } from "../clients/neon";
import { isNeonFailure, refusal } from "../errors";
import type { Inputs } from "./arguments";
import { type Context, freshToken } from "./context";
import type { AllowlistInputs, AllowlistState } from "./ipAllowlist";
import type { Created } from "./lifecycle";

const MERGE_TRIES = 6;
/** How long after a write the list is read once more, for writers who had read it before we wrote. */
const SECOND_LOOK_MS = 1000;

/** One edit at a time for each project within this process; others are seen by reading again. */
const turns = new Map<string, Promise<unknown>>();
/** Whose addresses this run has put in or kept, by project: a late delete of a predecessor must leave them. */
const wishedInThisRun = new Map<string, Map<string, string[]>>();

export async function createAllowlist(context: Context, inputs: Inputs): Promise<Created> {
  const wish = inputs as AllowlistInputs;
  return { id: wish.projectId, outputs: await kept(context, wish, undefined) };
}

export async function updateAllowlist(context: Context, _id: string, old: Inputs, inputs: Inputs): Promise<Inputs> {
  return kept(context, inputs as AllowlistInputs, old as AllowlistState);
}

/** Brings our addresses into the list, takes out those of ours that are no longer wished for, and leaves everything else. */
function kept(context: Context, wish: AllowlistInputs, state: AllowlistState | undefined): Promise<Inputs> {
  return inTurn(wish.projectId, async () => {
    const token = state?.token ?? freshToken();
    const found = await readList(context.neon, wish.projectId);
    if (found.ips.length === 0) {
      if (wish.whenOpen === "leaveOpen") return leftOpen(context, wish, state, token);
      if (state?.effective === "restricted") throw emptiedSince(wish.projectId);
    }
    const closing = found.ips.length === 0;
    const unwished = (state?.added ?? []).filter((entry) => !wish.addresses.includes(entry));
    const added = await merge(context.neon, wish, unwished, found);
    if (closing) await proveReachable(context, wish, found);
    remember(wish.projectId, token, wish.addresses);
    const { protectedBranchesOnly } = wish;
    const protectedBefore =
      state?.protectedBefore ??
      (protectedBranchesOnly !== undefined && protectedBranchesOnly !== found.protectedOnly
        ? found.protectedOnly
        : undefined);
    const ours = new Set([...(state?.added ?? []).filter((entry) => !unwished.includes(entry)), ...added]);
    return { addresses: wish.addresses, effective: "restricted", token, added: [...ours].sort(), protectedBefore };
  });
}

function leftOpen(context: Context, wish: AllowlistInputs, state: AllowlistState | undefined, token: string): Inputs {
  if (state?.effective === "restricted")
    context.warn(`the IP Allow list of project ${wish.projectId} was emptied: it is open to the world, and left so`);
  return { addresses: wish.addresses, effective: "open", token, added: state?.added ?? [] };
}

interface List {
  ips: string[];
  /** Undefined where Neon says nothing of it. */
  protectedOnly: boolean | undefined;
}

async function readList(neon: NeonClient, projectId: string): Promise<List> {
  const { allowed_ips: list, block_public_connections: blocked } = await neon.readSettings(projectId);
  if (blocked)
    throw refusal(
      "publicBlocked",
      `project ${projectId} blocks public connections, so ClickPipes cannot reach it whatever its IP Allow list says: allow them, or use a private connection`,
    );
  return { ips: list?.ips ?? [], protectedOnly: list?.protected_branches_only };
}

/** GET just before PATCH, and twice after: a writer who had read the old list may have written over ours. */
async function merge(neon: NeonClient, wish: AllowlistInputs, unwished: string[], first: List): Promise<string[]> {
  const { projectId, addresses, protectedBranchesOnly } = wish;
  const added = new Set<string>();
  let found = first;
  let settled = false;
  for (let tries = 1; ; tries++) {
    const plan = planList(found.ips, addresses, unwished);
    const protection = protectedBranchesOnly ?? found.protectedOnly;
    const protects = protectedBranchesOnly === undefined || protectedBranchesOnly === (found.protectedOnly ?? false);
    if (plan.added.length === 0 && plan.removed.length === 0 && protects) {
      if (settled || tries === 1) return [...added];
      settled = true;
      await sleep(SECOND_LOOK_MS);
    } else {
      if (tries > MERGE_TRIES) throw contested(projectId, plan.added);
      for (const entry of plan.added) added.add(entry);
      settled = false;
      await write(neon, projectId, {
        ips: plan.ips,
        ...(protection !== undefined && { protected_branches_only: protection }),
      });
    }
    found = await readList(neon, projectId);
    // Emptied by somebody after our write: to fill it again would close what they have just opened.
    if (tries > 1 && found.ips.length === 0 && first.ips.length > 0) throw emptiedSince(projectId);
  }
}

/** A write whose answer was lost is not repeated here: the next read decides. */
async function write(neon: NeonClient, projectId: string, list: AllowedIps): Promise<void> {
  try {
    await neon.waitForOperations(projectId, await neon.updateSettings(projectId, { allowed_ips: list }));
  } catch (error) {
    const unclear = isNeonFailure(error) && (error.status === undefined || error.status >= 500);
    if (!unclear) throw error;
  }
}

/** The list is closed now; if this machine is shut out, so may be the applications, and it is opened again. */
async function proveReachable(context: Context, wish: AllowlistInputs, before: List): Promise<void> {
  const { settings } = context.postgres;
  try {
    const { client } = await connect({ ...settings, connectTimeout: 20 }, Date.now() + 20_000);
    await client.end();
  } catch (error) {
    await write(context.neon, wish.projectId, {
      ips: before.ips,
      ...(before.protectedOnly !== undefined && { protected_branches_only: before.protectedOnly }),
    });
    throw refusal(
      "shutOut",
      `with the list closed, this machine could not connect to ${settings.host} any more (${(error as Error).message}), so the list was put back as it was. Add this machine's address to \`ips\``,
    );
  }
}

export async function removeAllowlist(context: Context, id: string, old: Inputs): Promise<void> {
  const state = { ...old, projectId: old.projectId ?? id } as AllowlistState;
  const { projectId, token, added = [], allowOpenOnDelete, protectedBefore } = state;
  await inTurn(projectId, async () => {
    wishedInThisRun.get(projectId)?.delete(token);
    const others = [...(wishedInThisRun.get(projectId)?.values() ?? [])].flat();
    const ours = added.filter((entry) => !others.includes(entry));
    for (let tries = 1; ; tries++) {
      const found = await readList(context.neon, projectId);
      const { ips, removed } = planList(found.ips, [], ours);
      if (removed.length === 0) return;
      if (ips.length === 0 && !allowOpenOnDelete) throw wouldOpen(projectId);
      if (tries > MERGE_TRIES) throw contested(projectId, removed);
      const protection = protectedBefore ?? found.protectedOnly;
      await write(context.neon, projectId, {
        ips,
        ...(protection !== undefined && { protected_branches_only: protection }),
      });
    }
  });
}

function inTurn<T>(projectId: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(projectId) ?? Promise.resolve()).then(work, work);
  turns.set(projectId, turn);
  return turn;
}

function remember(projectId: string, token: string, addresses: string[]): void {
  const wishes = wishedInThisRun.get(projectId) ?? new Map<string, string[]>();
  wishes.set(token, addresses);
  wishedInThisRun.set(projectId, wishes);
}

function emptiedSince(projectId: string) {
  return refusal(
    "listEmptied",
    `the IP Allow list of project ${projectId} was emptied by somebody, so it is open to the world now. It is not closed again unasked: ` +
      'run `pulumi refresh` to see it, then `pulumi up` to close it, or set `whenOpen: "leaveOpen"`',
  );
}

function contested(projectId: string, entries: string[]) {
  return refusal(
    "listContested",
    `the IP Allow list of project ${projectId} is being changed by somebody else all the time: ${entries.join(", ")} did not stay as written. Run it again in a moment`,
  );
}

function wouldOpen(projectId: string) {
  return refusal(
    "wouldOpen",
    `without these addresses the IP Allow list of project ${projectId} would be empty, and so open to the world. Add other entries first; ` +
      "or set `allowOpenOnDelete: true`, run `pulumi up`, then destroy again. Nothing was changed",
  );
}
