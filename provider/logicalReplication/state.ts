import type { StateOf } from "../lifecycle/lifecycle";

export interface LogicalReplicationInputs {
  mark: string;
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
