import type { UnsafeTable } from "../../publication/sql/safety";
import type {
  NarrowedMember,
  OpenTransaction,
  PublicationFacts,
  ServerFacts,
  SessionTimeouts,
  SlotFacts,
} from "../sql/server";
import type { TableFacts } from "../sql/tables";
import type { ProbeFailure } from "./report";

export interface Facts {
  role: string;
  publication: string;
  mode: "cdc" | "snapshot" | "cdc_only";
  slotName?: string;
  server: ServerFacts;
  pub: PublicationFacts;
  slots: SlotFacts[];
  tables: TableFacts[];
  /** Whether the tables were given, not taken from the publication. */
  mapped: boolean;
  unsafe: UnsafeTable[];
  narrowed: NarrowedMember[];
  /** Consents to the unsafe ones. */
  allowUnsafeTables?: boolean;
  openTransactions: OpenTransaction[];
  /** How the two probes as the ClickPipes user ended: undefined where they succeeded. */
  login: ProbeFailure | undefined;
  replication: ProbeFailure | undefined;
  /** Undefined where nobody could log in. */
  timeouts: SessionTimeouts | undefined;
}
