import type { Table } from "../../postgres/sql/table";

export interface DesiredPublication {
  name: string;
  allTables: boolean;
  tables: Table[];
  schemas: string[];
  /** Undefined, these three: as found, else the server's defaults: all four operations, false and "none". */
  publish?: string[];
  viaRoot?: boolean;
  generatedColumns?: "none" | "stored";
  owner?: string;
}
