import type { Run } from "../../lifecycle/run";
import type { Identity } from "../../postgres/sql/mark";
import type { Ours } from "../ours";
import { Journal } from "./journal";

/** What a run has done or is about to do. It is kept until the state is saved. */
export interface Pending extends Ours {
  /** The edition of the previous state. Undefined before a create. */
  follows?: string;
  /** What the state will hold once it is saved. Earlier versions did not note it. */
  token?: string;
  edition?: string;
  /** Whether the run closes an open list. */
  closes: boolean;
}

export type PendingJournal = Journal<Pending>;

/** A resource, and the project whose list it edits. */
export interface Subject extends Identity {
  projectId: string;
}

/** The note of a create. No state holds its token yet, so only the identity leads the next run to it. */
export function journalOfCreate(run: Run, { projectId, mark, path = "" }: Subject): PendingJournal {
  return new Journal(run, projectId, mark, path);
}

/** The note of an update. The token never changes, while the program may rename the resource or move its parents. */
export function journalOfUpdate(run: Run, projectId: string, token: string): PendingJournal {
  return new Journal(run, projectId, token);
}

/** What other resources handed over to this one. It is apart from the resource's own note, which may be unsaved too. */
export function journalOfInheritance(run: Run, projectId: string, token: string): PendingJournal {
  return new Journal(run, projectId, token, "inherited");
}

/** The note that an earlier version kept, for creates and updates, and for all resources with this mark. */
export function journalOfEarlierVersion(run: Run, projectId: string, mark: string): PendingJournal {
  return new Journal(run, projectId, mark);
}

/** What both say together. */
export function mergePending(note: Pending, inherited: Pending): Pending {
  // What another resource handed over is older than what this one found.
  const protectedBefore = inherited.protectedBefore ?? note.protectedBefore;
  const added = [...new Set([...note.added, ...inherited.added])];
  return { ...note, added, ...(protectedBefore !== undefined && { protectedBefore }) };
}
