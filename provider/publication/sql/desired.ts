import type { Table } from "../../postgres/sql/table";
import type { DesiredParameters } from "./parameters";

/** A publication as the program wants it; parameters and owner that are left out are as found, else the server's defaults. */
export interface DesiredPublication extends DesiredParameters {
  name: string;
  allTables: boolean;
  tables: Table[];
  schemas: string[];
  owner?: string;
}
