import { unfinished } from "../errors";
import type { Inputs } from "../lifecycle/arguments";
import { type Context, freshToken } from "../lifecycle/context";
import type { Created } from "../lifecycle/lifecycle";
import type { ProjectSettings } from "../neon/client";
import { foreignServer, listEmptied, publicBlocked, shutOut } from "../neon/errors";
import type { AllowedList, ListWish } from "./addresses/plan";
import { type Edit, editList, listOf, mayHaveWritten, noEdit } from "./edit";
import { reach } from "./proof";
import type { AllowlistInputs, AllowlistState } from "./state";
import { forget, inTurn, notWishedBy, othersOf, remember } from "./turns";
import { handOver, journalOf, ownOf, protectionBefore, protectionFound, type Unsaved, unsavedAfter } from "./unsaved";

/** One create or update, and what it did so far. */
interface Keeping {
  wish: AllowlistInputs;
  state: AllowlistState | undefined;
  /** What a run that was killed after this state has kept. */
  unsaved: Unsaved | undefined;
  token: string;
  edition: string;
  unwished: string[];
  /** Another resource of this run wishes for a `protected_branches_only` of its own. */
  othersProtect: boolean;
  /** The list was open when we came and is to be closed, or an earlier run closed it and did not get to prove it right. */
  closes: boolean;
  /** Closing shut us out, and ours were taken out again. */
  isPutBack: boolean;
  edit: Edit;
}

export async function createAllowlist(context: Context, inputs: Inputs): Promise<Created> {
  const wish = inputs as AllowlistInputs;
  return { id: wish.projectId, outputs: await kept(context, wish, undefined) };
}

export async function updateAllowlist(context: Context, _id: string, old: Inputs, inputs: Inputs): Promise<Inputs> {
  return kept(context, inputs as AllowlistInputs, old as AllowlistState);
}

/** Brings our addresses into the list, takes out those of ours that are no longer wished for, and leaves everything else. */
function kept(context: Context, wish: AllowlistInputs, state: AllowlistState | undefined): Promise<Inputs> {
  const { projectId, addresses } = wish;
  return inTurn(projectId, async () => {
    const token = state?.token ?? freshToken();
    const edition = freshToken();
    remember(projectId, {
      token,
      mark: wish.mark,
      edition,
      addresses,
      protectedBranchesOnly: wish.protectedBranchesOnly,
    });
    const others = othersOf(projectId, token);
    const journal = journalOf(projectId, wish.mark);
    const unsaved = unsavedAfter(state, journal);
    const gone = ownOf(state, unsaved).filter((entry) => !addresses.includes(entry));
    const unwished = notWishedBy(others, gone);
    const edit: Edit = { ...noEdit(), added: new Set(unsaved?.added) };
    if (unsaved?.protectedBefore !== undefined) edit.protectedBefore = unsaved.protectedBefore;
    const othersProtect = others.some(({ protectedBranchesOnly }) => protectedBranchesOnly !== undefined);
    const keeping: Keeping = {
      ...{ wish, state, unsaved, token, edition, unwished, othersProtect, edit },
      ...{ closes: false, isPutBack: false },
    };
    const head = state?.edition === undefined ? {} : { follows: state.edition };
    edit.keep = (kept) => journal.write({ ...head, closes: keeping.closes, ...kept });
    try {
      const outputs = await keptList(context, keeping);
      journal.finish();
      const protectedBefore = wish.protectedBranchesOnly === undefined ? protectionFound(state, unsaved) : undefined;
      handOver(projectId, others, { added: gone, ...(protectedBefore !== undefined && { protectedBefore }) });
      return outputs;
    } catch (error) {
      // What was written will be in the state; where nothing was, what was kept before still counts.
      const isChanged = mayHaveWritten(edit) || keeping.isPutBack;
      if (isChanged) journal.finish();
      else journal.putBack();
      if (isChanged && (state || !keeping.isPutBack))
        throw unfinished(projectId, keeping.isPutBack ? openOutputs(keeping) : outputsOf(keeping), error);
      if (!state) forget(projectId, token);
      throw error;
    }
  });
}

async function keptList(context: Context, keeping: Keeping): Promise<Inputs> {
  const { projectId } = keeping.wish;
  keeping.closes = await closes(context, keeping);
  const found = await editList(context, projectId, (list, all) => decide(keeping, list, all), keeping.edit);
  if (found.ips.length === 0) return leftOpen(context, keeping);
  if (keeping.closes) await proveReachable(context, keeping);
  return outputsOf(keeping, { isDone: true });
}

/** Before an open list is closed, this machine must get in: else nobody could tell afterwards whether it was shut out. */
async function closes(context: Context, { wish, state, unsaved }: Keeping): Promise<boolean> {
  if (wish.whenOpen !== "restrict" || state?.effective === "restricted") return false;
  const { ips } = listOf(await context.neon.readSettings(wish.projectId));
  const closedWith = [...(state?.added ?? []), ...(unsaved?.closes ? unsaved.added : [])];
  if (ips.length > 0) return closedWith.some((entry) => ips.includes(entry));
  const { projectId } = wish;
  const found = await reach(context);
  // Elsewhere a connection would prove nothing.
  if (found && found !== projectId) throw foreignServer({ host: context.postgres.settings.host, projectId, found });
  return true;
}

function decide(keeping: Keeping, found: AllowedList, settings: ProjectSettings): ListWish | undefined {
  const { wish, state, unsaved, unwished, othersProtect, closes, edit } = keeping;
  if (settings.block_public_connections) throw publicBlocked(wish.projectId);
  if (found.ips.length === 0) {
    if (wish.whenOpen === "leaveOpen") return undefined;
    // Emptied by somebody, perhaps just now: to fill it again would close what they have opened.
    if (!closes || edit.writes.carriedOut > 0) throw listEmptied(wish.projectId);
  }
  const before = othersProtect ? undefined : protectionBefore(found, state, unsaved);
  const protectedOnly = wish.protectedBranchesOnly ?? before;
  return { wished: wish.addresses, unwished, protectedOnly };
}

function outputsOf({ wish, state, token, edition, closes, edit }: Keeping, { isDone } = { isDone: false }): Inputs {
  const { addresses, protectedBranchesOnly } = wish;
  // The first write that was carried out took out what is no longer wished for, and put back what we had changed.
  const areOut = isDone || edit.writes.carriedOut > 0;
  // What is there no longer as we wrote it has become somebody else's, whatever comes back later.
  const still = (state?.added ?? []).filter((entry) => edit.seen === undefined || edit.seen.includes(entry));
  const before = still.filter((entry) => !areOut || addresses.includes(entry));
  return {
    addresses,
    effective: closes && !isDone ? "open" : "restricted",
    token,
    edition,
    added: [...new Set([...before, ...edit.added])].sort(),
    protectedBefore:
      protectedBranchesOnly === undefined && areOut ? undefined : (state?.protectedBefore ?? edit.protectedBefore),
  };
}

/** An open list has no entry, and so none of ours. */
function openOutputs({ wish: { addresses }, token, edition }: Keeping): Inputs {
  return { addresses, effective: "open", token, edition, added: [] };
}

function leftOpen(context: Context, keeping: Keeping): Inputs {
  const { wish, state } = keeping;
  const { projectId } = wish;
  if (state?.effective === "restricted")
    context.warn(`the IP Allow list of project ${projectId} was emptied: it is open to the world, and left so`);
  else context.inform(`the IP Allow list of project ${projectId} is empty, so everybody may connect: it is left so`);
  return openOutputs(keeping);
}

/** The list is closed now; if this machine is shut out, so may be the applications, and ours are taken out again. */
async function proveReachable(context: Context, keeping: Keeping): Promise<void> {
  const { wish, state, edit } = keeping;
  try {
    await reach(context);
  } catch (error) {
    const { host } = context.postgres.settings;
    const unwished = [...(state?.added ?? []), ...edit.added];
    const back = (found: AllowedList) =>
      found.ips.length === 0 ? undefined : { wished: [], unwished, protectedOnly: edit.protectedBefore };
    const repair = noEdit();
    const found = await editList(context, wish.projectId, back, repair).catch((failure: Error) => {
      if (repair.writes.carriedOut === 0)
        throw shutOut({ projectId: wish.projectId, host, cause: error as Error, failure });
      return undefined;
    });
    keeping.isPutBack = true;
    const ips = found?.ips ?? repair.seen ?? [];
    throw shutOut({ projectId: wish.projectId, host, cause: error as Error, isOpen: ips.length === 0 });
  }
}
