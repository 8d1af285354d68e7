import { type Context, freshToken } from "../lifecycle/context";
import type { Created } from "../lifecycle/lifecycle";
import type { Role } from "../postgres/sql/role";
import { type Attempt, grantAndRecord, revokePortion } from "./commit";
import { type Change, decideForNewRole, decideForSameRole } from "./decide";
import { OwnershipNotes, scopesGiven } from "./ownershipNotes";
import { historyOf, isRevocable, ownRights } from "./ownRights";
import { whileRevoking } from "./passedOn";
import { grantWhereAllowed } from "./refusedOwners";
import { Resumption } from "./resumption";
import { relationsOf } from "./sql/actual";
import { planRevoke } from "./sql/revoke";
import type { ScopeInputs } from "./sql/scope";
import { type GrantsInputs, type GrantsOutputs, type GrantsState, knownObjects, referenceTo } from "./state";
import { type Grantee, granteeOrRefuse, type Survey, surveyGrants } from "./survey";

export async function createGrants(context: Context, inputs: GrantsInputs): Promise<Created<GrantsOutputs>> {
  const token = freshToken();
  const resumption = new Resumption(context, inputs);
  const outputs = await grantWhereAllowed(context, async (tx, refused) => {
    const attempt = { context, tx, refused, inputs, token, resumption };
    const survey = await surveyNewRole(attempt);
    context.refuseOtherPlace(survey.server);
    const grantee = granteeOrRefuse(survey, inputs.role);
    return grantAndRecord(attempt, grantee, decideForNew(attempt, grantee));
  });
  resumption.say();
  return { id: inputs.role, outputs };
}

export async function updateGrants(context: Context, state: GrantsState, inputs: GrantsInputs): Promise<GrantsOutputs> {
  const token = state.token ?? freshToken();
  const resumption = new Resumption(context, inputs);
  const outputs = await grantWhereAllowed(context, async (tx, refused) => {
    const attempt = { context, tx, refused, inputs, token, resumption };
    const survey = await surveyOldRole(attempt, state);
    return isSameRole(survey.grantee?.role, state, inputs)
      ? regrantSameRole(attempt, survey, state)
      : moveToRole(attempt, survey, state);
  });
  resumption.say();
  return outputs;
}

/** Compares the OID too: a role that was dropped and created again has none of these grants. */
function isSameRole(role: Role | undefined, { roleOid }: GrantsState, inputs: GrantsInputs): boolean {
  return role?.name === inputs.role && (roleOid === undefined || role.oid === roleOid);
}

async function surveyOldRole({ context, tx, inputs }: Attempt, state: GrantsState): Promise<Survey> {
  const role = referenceTo(context, state);
  const known = knownObjects(context, state);
  const surveyWithin = (scopes: ScopeInputs[]) =>
    surveyGrants(context, tx, { role, desired: inputs, state, scopes: [...scopes, inputs], known });
  const survey = await surveyWithin([state]);
  context.refuseOtherPlace(survey.server, state);
  const scopes = survey.grantee ? scopesGiven(state, survey.grantee.notes.own) : [];
  // A killed run may have noted a scope that is not in the state.
  return scopes.length > 1 ? surveyWithin(scopes) : survey;
}

/** Without a state, these grants have only the token that they are about to write, which an earlier try may have written. */
async function surveyNewRole({ context, tx, inputs, token }: Attempt, state?: GrantsState): Promise<Survey> {
  const role = { oid: null, name: inputs.role };
  const question = { role, desired: inputs, state: state ?? { token }, isCreate: state === undefined };
  const survey = await surveyGrants(context, tx, { ...question, scopes: [inputs] });
  const noted = survey.grantee?.notes.own.flatMap(({ scope }) => scope ?? []) ?? [];
  return noted.length > 0 ? surveyGrants(context, tx, { ...question, scopes: [...noted, inputs] }) : survey;
}

function regrantSameRole(attempt: Attempt, survey: Survey, state: GrantsState): Promise<GrantsOutputs | undefined> {
  const { context, inputs } = attempt;
  const grantee = granteeOrRefuse(survey, inputs.role);
  const history = historyOf(context, state, grantee.notes);
  return grantAndRecord(attempt, grantee, decideForSameRole(grantee.actual, history, inputs));
}

/** Revokes from the old role and grants to the new one in the same transaction. */
async function moveToRole(attempt: Attempt, survey: Survey, state: GrantsState): Promise<GrantsOutputs | undefined> {
  const { context, tx, inputs } = attempt;
  const old = survey.grantee;
  if (old && old.role.name !== inputs.role) {
    const { role, place, notes, actual, isOwn } = old;
    const revoke = ownRights(actual, historyOf(context, state, notes)).filter(isRevocable);
    if (await revokePortion(tx, old, revoke)) return undefined;
    const statements = [
      ...planRevoke(role.name, place.database, actual, revoke),
      ...context.run.memory(OwnershipNotes).write(role, place, isOwn, undefined),
    ];
    await whileRevoking(role, revoke, tx.run({ statements, relations: relationsOf(revoke) }));
  }
  const isThere = old?.role.name === inputs.role;
  const grantee = granteeOrRefuse(isThere ? survey : await surveyNewRole(attempt, state), inputs.role);
  return grantAndRecord(attempt, grantee, decideForNew(attempt, grantee));
}

function decideForNew({ context, inputs }: Attempt, grantee: Grantee): Change {
  const { acceptMovedDatabase: databaseMoved } = context.settings;
  return decideForNewRole({ ...grantee, databaseMoved }, inputs);
}
