import type { StateOf } from "../lifecycle/lifecycle";

export interface LogicalReplicationInputs {
  mark: string;
  projectId: string;
  allowRestart?: boolean;
}

/** What the server itself says: the three values that ClickHouse's guide asks to look at. */
export interface LogicalReplicationOutputs {
  walLevel: string;
  maxWalSenders: number;
  maxReplicationSlots: number;
}

export type LogicalReplicationState = StateOf<LogicalReplicationInputs, LogicalReplicationOutputs>;
