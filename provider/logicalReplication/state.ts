import type { StateOf } from "../lifecycle/lifecycle";
import type { Identity } from "../postgres/sql/mark";

export interface LogicalReplicationInputs extends Identity {
  projectId: string;
  allowRestart?: boolean;
}

/** What the server itself reports: the three values that ClickHouse's guide says to check. */
export interface LogicalReplicationOutputs {
  walLevel: string;
  maxWalSenders: number;
  maxReplicationSlots: number;
}

export type LogicalReplicationState = StateOf<LogicalReplicationInputs, LogicalReplicationOutputs>;
