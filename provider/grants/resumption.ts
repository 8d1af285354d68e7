import { isDeepStrictEqual } from "node:util";
import type { Context } from "../lifecycle/context";
import { alsoNoted, resumedGrants } from "../ownership/notes";
import type { GrantsOwnership } from "../postgres/sql/mark";
import { identifier, literal } from "../postgres/sql/statement";
import type { Change } from "./decide";
import { listsBefore, scopeOf } from "./ownershipNotes";
import { notedElsewhere, whoseNote } from "./ownNotes";
import { type ActualRight, displayRights } from "./sql/actual";
import { rightKey } from "./sql/preexisting";
import type { GrantsInputs } from "./state";
import type { Grantee } from "./survey";

/** Says in a preview that a create will take over what an earlier create noted. */
export function warnOfResumption(context: Context, inputs: GrantsInputs, notes: GrantsOwnership[]): void {
  if (notes.length === 0) return;
  const isUnlisted = notes.some((note) => note.scope === undefined || !listsBefore(note));
  const isSame = notes.every(({ scope }) => isDeepStrictEqual(scope, scopeOf(inputs)));
  const effects = isUnlisted
    ? [NOT_LISTED]
    : isSame
      ? []
      : ["What it gave and the arguments do not ask for is revoked."];
  context.warn(resumedGrants(inputs.role, "will", effects));
}

const NOT_LISTED = "Its note does not list everything that it gave, so nothing of that is revoked.";

/** What a create has taken over or left. It is printed after the commit, however many transactions and tries that takes. */
export class Resumption {
  readonly #context: Context;
  readonly #inputs: GrantsInputs;
  readonly #revoked = new Map<string, ActualRight>();
  #isResumed = false;
  #mayRemain: Change["mayRemain"];
  #elsewhere: string[] = [];

  constructor(context: Context, inputs: GrantsInputs) {
    this.#context = context;
    this.#inputs = inputs;
  }

  note({ role, asker, notes, marked }: Grantee, { revoke, mayRemain }: Change): void {
    this.#elsewhere = notedElsewhere(marked, role, this.#inputs.path, asker);
    if (!notes.own.some((note) => whoseNote(note, asker).is === "sameResource")) return;
    this.#isResumed = true;
    this.#mayRemain = mayRemain;
    for (const right of revoke) this.#revoked.set(rightKey(right), right);
  }

  say(): void {
    const { role } = this.#inputs;
    const revoked = [...this.#revoked.values()];
    const effects = [
      ...(revoked.length > 0 ? [`Revoked, since the arguments do not ask for it: ${displayRights(revoked)}.`] : []),
      ...remainsOf(role, this.#mayRemain),
    ];
    if (this.#isResumed) this.#context.warn(resumedGrants(role, "done", effects));
    if (this.#elsewhere.length > 0) this.#context.warn(alsoNoted(role, this.#elsewhere));
  }
}

function remainsOf(role: string, mayRemain: Change["mayRemain"]): string[] {
  if (mayRemain === undefined || mayRemain.length === 0) return [];
  if (mayRemain !== "unknown")
    return [
      "Its note does not list what the role held before, so nothing was revoked.",
      `It may have given this, which the arguments do not ask for: ${displayRights(mayRemain)}.`,
      "If the role should not have it, revoke it with REVOKE.",
    ];
  return [
    "Its note does not list what it gave, so nothing was revoked.",
    "If the role should not have all that it has, revoke the rest with REVOKE. To list its tables, run:",
    `SELECT c.oid::pg_catalog.regclass FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE a.grantee OPERATOR(pg_catalog.=) ${literal(identifier(role))}::pg_catalog.regrole;`,
  ];
}
