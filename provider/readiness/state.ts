import type { StateOf } from "../lifecycle/lifecycle";
import type { Identity } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import type { MappedTable, ReadinessCheck } from "./check";
import type { ReplicationMode } from "./checks/facts";

export interface ReadinessInputs extends Identity {
  role: string;
  password: string;
  publication: string;
  tables?: (string | MappedTable)[];
  replicationMode: ReplicationMode;
  replicationSlotName?: string;
  onFailure: "error" | "warn";
  allowUnsafeTables?: boolean;
  triggers?: unknown[];
}

export interface ReadinessOutputs {
  report: ReadinessCheck[];
  target: Place;
}

export type ReadinessState = StateOf<ReadinessInputs, ReadinessOutputs>;
