import type { Run } from "../../lifecycle/run";
import { ProgramResources } from "../../ownership/program";
import type { Ours } from "../ours";
import { RunRegistry } from "../runRegistry";
import type { AllowlistState } from "../state";
import {
  journalOfCreate,
  journalOfEarlierVersion,
  journalOfInheritance,
  journalOfUpdate,
  mergePending,
  type Pending,
  type PendingJournal,
  type Subject,
} from "./pending";

/** What the state will hold once it is saved. */
interface Next {
  token: string;
  edition: string;
}

/**
 * What killed runs noted about a resource, and what this run notes. A note counts if it follows the state: then the run that
 * wrote it was the last one, and never saved its own state.
 */
export class Notes {
  readonly #run: Run;
  readonly #projectId: string;
  readonly #state: AllowlistState | undefined;
  readonly #own: PendingJournal;
  readonly #identities: readonly Subject[];
  /** Journals whose entries count, and journals of states that were saved. The own one holds what counts of them. */
  #spent: PendingJournal[] = [];
  #pending: Pending | undefined;
  /** What a killed create of an earlier version added, for this resource or for another one of the program. */
  unclaimed: readonly string[] = [];

  /** `subject`: what the program calls the resource now. The state holds what it was called before. */
  constructor(run: Run, subject: Subject, state: AllowlistState | undefined) {
    this.#run = run;
    this.#state = state;
    const { projectId } = subject;
    this.#projectId = projectId;
    this.#identities = state ? [subject, { projectId, mark: state.mark, path: state.path }] : [subject];
    this.#own = state?.token ? journalOfUpdate(run, projectId, state.token) : journalOfCreate(run, subject);
  }

  /** What belongs to the resource, and is missing in its state. */
  read(): Pending | undefined {
    const known = this.#own.read();
    const own = known && this.#follows(known) && !this.#isAlive(known) ? known : undefined;
    const found = [own, this.#takeInheritance(own), ...this.#takeEarlierVersions()].filter((one) => one !== undefined);
    this.#spent.push(...this.#savedCreates());
    this.#pending = found.length > 0 ? found.reduce(mergePending) : undefined;
    return this.#pending;
  }

  /** The note of a create of this resource that was killed, apart from the one that made the state. */
  readLaterCreate(): Pending | undefined {
    const registry = this.#run.memory(RunRegistry);
    const found = this.#identities.map((identity) => journalOfCreate(this.#run, identity).read());
    const isLater = (note?: Pending) => note?.token !== undefined && note.token !== this.#state?.token;
    return found.find((note) => isLater(note) && !registry.has(this.#projectId, note?.token));
  }

  /** Puts everything that was read into the own note, which from now on leads to the state that this run will save. */
  begin(next: Next): void {
    const { closes = false, added = [], protectedBefore } = this.#pending ?? {};
    const protection = protectedBefore === undefined ? {} : { protectedBefore };
    const isKept = this.write(next, { added, ...protection }, closes);
    if (isKept) for (const journal of this.#spent.splice(0)) journal.clear();
  }

  /** Returns whether the note is on the disk now. */
  write({ token, edition }: Next, ours: Ours, closes: boolean): boolean {
    const follows = this.#state?.edition === undefined ? {} : { follows: this.#state.edition };
    return this.#own.write({ ...follows, token, edition, closes, ...ours });
  }

  /** Nothing was changed, so what earlier runs noted still counts. */
  putBack(): void {
    if (this.#pending) this.#own.write({ ...this.#pending, follows: this.#state?.edition });
    else this.#own.clear();
  }

  /** The work is done, but the state is not saved yet. */
  finish(): void {
    for (const journal of [this.#own, ...this.#spent]) journal.finish();
  }

  /** The resource is gone, and so is everything that was noted about it. */
  clear(): void {
    for (const journal of [this.#own, ...this.#spent]) journal.clear();
  }

  #follows({ follows }: Pending): boolean {
    return follows === this.#state?.edition;
  }

  /** Whether another resource of this run made the note, and is in the state. It may have moved away from this identity. */
  #isAlive({ token }: Pending): boolean {
    return this.#state === undefined && this.#run.memory(RunRegistry).has(this.#projectId, token);
  }

  #takeInheritance(own: Pending | undefined): Pending | undefined {
    const token = this.#state?.token ?? own?.token;
    if (token === undefined) return undefined;
    const journal = journalOfInheritance(this.#run, this.#projectId, token);
    const entry = journal.read();
    if (!entry) return undefined;
    // The resource that handed it over may have known the state that the killed run would have saved.
    const counts =
      (this.#state && this.#follows(entry)) || (own?.edition !== undefined && entry.follows === own.edition);
    this.#spent.push(journal);
    return counts ? entry : undefined;
  }

  #takeEarlierVersions(): Pending[] {
    const marks = new Set(this.#identities.map(({ mark }) => mark));
    return [...marks].flatMap((mark) => {
      const journal = journalOfEarlierVersion(this.#run, this.#projectId, mark);
      const entry = journal.read();
      if (!entry) return [];
      if (entry.follows !== undefined && !this.#follows(entry)) return [];
      this.#spent.push(journal);
      // A note of a create names no edition, so it may be that of another resource with this mark.
      if (entry.follows === undefined && this.#hasNamesake()) {
        this.unclaimed = [...this.unclaimed, ...entry.added];
        return [];
      }
      return this.#follows(entry) ? [entry] : [];
    });
  }

  #hasNamesake(): boolean {
    const program = this.#run.memory(ProgramResources);
    return this.#identities.some((identity) => program.hasNamesake(identity));
  }

  /** The notes of the create that made this state, if the run was killed after the state was saved. */
  #savedCreates(): PendingJournal[] {
    const token = this.#state?.token;
    if (token === undefined) return [];
    const journals = this.#identities.map((identity) => journalOfCreate(this.#run, identity));
    return journals.filter((journal) => journal.read()?.token === token);
  }
}
