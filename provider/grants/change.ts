import { type Context, freshToken } from "../lifecycle/context";
import type { Created } from "../lifecycle/lifecycle";
import type { Role } from "../postgres/sql/role";
import { type Attempt, grantAndRecord } from "./commit";
import { decideForNewRole, decideForSameRole } from "./decide";
import { knownObjects, referenceTo } from "./find";
import { OwnershipNotes, scopesGiven } from "./ownershipNotes";
import { historyOf, isRevocable, ownRights } from "./ownRights";
import { grantWhereAllowed } from "./refusedOwners";
import { relationsOf } from "./sql/actual";
import { planRevoke } from "./sql/revoke";
import type { ScopeInputs } from "./sql/scope";
import type { GrantsInputs, GrantsOutputs, GrantsState } from "./state";
import { granteeOrRefuse, type Survey, surveyGrants } from "./survey";

export async function createGrants(context: Context, inputs: GrantsInputs): Promise<Created<GrantsOutputs>> {
  const token = freshToken();
  const outputs = await grantWhereAllowed(context, async (tx, refused) => {
    const attempt = { context, tx, refused, inputs, token };
    const survey = await surveyNewRole(attempt);
    context.refuseOtherPlace(survey.server);
    return grantNewRole(attempt, survey, inputs.mark);
  });
  return { id: inputs.role, outputs };
}

export async function updateGrants(context: Context, state: GrantsState, inputs: GrantsInputs): Promise<GrantsOutputs> {
  const token = state.token ?? freshToken();
  return grantWhereAllowed(context, async (tx, refused) => {
    const attempt = { context, tx, refused, inputs, token };
    const survey = await surveyOldRole(attempt, state);
    return isSameRole(survey.grantee?.role, state, inputs)
      ? regrantSameRole(attempt, survey, state)
      : moveToRole(attempt, survey, state);
  });
}

/** Compares the OID too: a role that was dropped and created again has none of these grants. */
function isSameRole(role: Role | undefined, { roleOid }: GrantsState, inputs: GrantsInputs): boolean {
  return role?.name === inputs.role && (roleOid === undefined || role.oid === roleOid);
}

/** Reads again if a killed run noted a scope that is not in the state. */
async function surveyOldRole({ context, tx, inputs }: Attempt, state: GrantsState): Promise<Survey> {
  const surveyWithin = (scopes: ScopeInputs[]) =>
    surveyGrants(context, tx, {
      role: referenceTo(context, state),
      desired: inputs,
      scopes: [...scopes, inputs],
      known: knownObjects(context, state),
    });
  const survey = await surveyWithin([state]);
  context.refuseOtherPlace(survey.server, state);
  const scopes = survey.grantee ? scopesGiven(state, survey.grantee.notes) : [];
  return scopes.length > 1 ? surveyWithin(scopes) : survey;
}

function surveyNewRole({ context, tx, inputs }: Attempt): Promise<Survey> {
  return surveyGrants(context, tx, { role: { oid: null, name: inputs.role }, desired: inputs, scopes: [inputs] });
}

function regrantSameRole(attempt: Attempt, survey: Survey, state: GrantsState): Promise<GrantsOutputs> {
  const { context, inputs } = attempt;
  const grantee = granteeOrRefuse(survey, inputs.role);
  const history = historyOf(context, state, grantee.notes);
  return grantAndRecord(attempt, grantee, decideForSameRole(grantee.actual, history, inputs));
}

/** Revokes from the old role and grants to the new one in the same transaction. */
async function moveToRole(attempt: Attempt, survey: Survey, state: GrantsState): Promise<GrantsOutputs> {
  const { context, tx, inputs } = attempt;
  const { grantee } = survey;
  if (grantee?.role.name === inputs.role) return grantNewRole(attempt, survey, state.mark);
  if (grantee) {
    const { role, place, notes, actual } = grantee;
    const revoke = ownRights(actual, historyOf(context, state, notes)).filter(isRevocable);
    const statements = [
      ...planRevoke(role.name, place.database, actual, revoke),
      ...context.run.memory(OwnershipNotes).write(role, place, [state.mark], undefined),
    ];
    await tx.run({ statements, relations: relationsOf(revoke) });
  }
  return grantNewRole(attempt, await surveyNewRole(attempt), state.mark);
}

function grantNewRole(attempt: Attempt, survey: Survey, oldMark: string): Promise<GrantsOutputs> {
  const { context, inputs } = attempt;
  const grantee = granteeOrRefuse(survey, inputs.role);
  const { acceptMovedDatabase: databaseMoved } = context.settings;
  return grantAndRecord(attempt, grantee, decideForNewRole({ ...grantee, oldMark, databaseMoved }, inputs));
}
