import type { Operation } from "./engine";
import type { Entry } from "./entry";

type Values = Record<string, unknown>;

/** What a history counted, and what excuses something that is left at its end. */
export interface Ledger {
  runs: number;
  operations: number;
  kills: number;
  /** Refusals by their first line, and the ways on that were followed. */
  refusals: Map<string, number>;
  /** Resources whose state was lost, by a kill or a restore of an older one. */
  lost: Set<string>;
  /** Objects whose comment another user replaced. */
  wiped: Set<string>;
  /** Objects that were adopted after their marker was removed, as a refusal advised. */
  handedOver: Set<string>;
  /** Roles to which another user granted something. */
  granted: Set<string>;
  /** Objects of which the state before their adoption is no longer known. */
  forgotten: Set<string>;
  /** Objects that a resource took over from another stack. */
  adopted: Set<string>;
  /** Objects that some resource wrote. */
  written: Set<string>;
  count(refusal: string, way: string): void;
  noteOperation(operation: Operation, said: readonly string[]): void;
  noteKill(operation: Operation): void;
  noteLost(entries: readonly Entry[]): void;
}

export function newLedger(): Ledger {
  const ledger: Ledger = {
    ...{ runs: 0, operations: 0, kills: 0, refusals: new Map() },
    ...{
      lost: new Set(),
      wiped: new Set(),
      handedOver: new Set(),
      granted: new Set(),
      forgotten: new Set(),
      adopted: new Set(),
      written: new Set(),
    },
    count(refusal, way) {
      const key = `${refusal} -> ${way}`;
      ledger.refusals.set(key, (ledger.refusals.get(key) ?? 0) + 1);
    },
    noteOperation({ verb, inputs, entry }, said) {
      if (verb === "check" || verb === "read") return;
      for (const name of namesOf(inputs, entry)) ledger.written.add(name);
      // By consent, what the program does not list was taken away.
      if (inputs.allowReplace) ledger.forgotten.add(objectOf(inputs));
      if (said.some((line) => /exists, and belongs to [\s\S]*It was adopted/.test(line)))
        ledger.adopted.add(objectOf(inputs));
      const resumed = said.some((line) =>
        /exists, and carries (this resource's marker|a marker that an earlier)/.test(line),
      );
      if (resumed) for (const name of namesOf(inputs, entry)) ledger.forgotten.add(name);
    },
    noteKill({ verb, inputs, entry }) {
      ledger.kills++;
      for (const name of namesOf(inputs, entry)) {
        ledger.written.add(name);
        ledger.forgotten.add(name);
      }
      if (verb === "create") ledger.lost.add(resourceOf(inputs));
    },
    noteLost(entries) {
      for (const { inputs, outputs } of entries) {
        ledger.lost.add(resourceOf(inputs));
        for (const name of [objectOf(inputs), objectOf(outputs)]) ledger.forgotten.add(name);
      }
    },
  };
  return ledger;
}

function namesOf(inputs: Values, entry?: Entry): string[] {
  return [objectOf(inputs), ...(entry ? [objectOf(entry.outputs)] : [])];
}

/** The role or the publication that a resource is about. */
export function objectOf({ name, role }: Values): string {
  return String(name ?? role);
}

/** The identity of a resource, in one text. An earlier version wrote no path. */
export function resourceOf({ mark }: Values): string {
  return String(mark);
}
