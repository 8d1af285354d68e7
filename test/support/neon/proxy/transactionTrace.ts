import { readSql } from "./sqlText";
import { deepStrings } from "./statementKind";

/** Something the client sent: a text, values for one, or a statement that was carried out. */
export interface Note {
  text?: string;
  values?: string[];
  mayChangeRoles?: boolean;
}

/** What the client sent in the open transaction, as far as a password may be in it. */
export class TransactionTrace {
  private notes: (Note & { sequence: number })[] = [];

  record(sequence: number, note: Note): void {
    this.notes.push({ ...note, sequence });
  }

  get mayHaveChangedRoles(): boolean {
    return this.notes.some(({ mayChangeRoles }) => mayChangeRoles);
  }

  /** Everything that may be the plaintext of a password. */
  candidates(): Set<string> {
    const strings = this.notes.flatMap(({ text, values }) => [
      ...(values ?? []),
      ...(text === undefined ? [] : readSql(text).flatMap((statement) => deepStrings(statement))),
    ]);
    return new Set(strings.filter(({ length }) => length <= 1024));
  }

  /** A transaction has ended with the request of this number. */
  endedWith(sequence: number): void {
    this.notes = this.notes.filter((note) => note.sequence > sequence);
  }
}
