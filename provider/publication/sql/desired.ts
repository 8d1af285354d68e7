import type { Table } from "../../postgres/sql/table";
import type { DesiredParameters } from "./parameters";

/** A publication as the program requests it. Omitted parameters and an omitted owner stay unchanged, or get the server's defaults. */
export interface DesiredPublication extends DesiredParameters {
  name: string;
  allTables: boolean;
  tables: Table[];
  schemas: string[];
  owner?: string;
}
